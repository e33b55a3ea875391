"""Invariant 4, unknown membership means no: Slack's lists reach the archive before a reply, or there is none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from connectors.events import ChannelChanged, MembershipChanged
from connectors.slack.directory import SlackDirectory
from connectors.slack.errors import MembershipUnknown
from connectors.slack.fields import Payload
from connectors.slack.ids import channel_id, person_id
from connectors.slack.memberships import SlackMemberships
from connectors.slack.site import Api
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.slack import Channel, Person
from tests.fakes.slack_site import SiteInTest, slack_site


@asynccontextmanager
async def a_stage(
    host: FakeLiveHost | None = None, **configuration: Any
) -> AsyncIterator[tuple[SiteInTest, SlackMemberships]]:
    async with slack_site(host=host, directory=SlackDirectory, **configuration) as it:
        assert isinstance(it.site.directory, SlackDirectory)
        it.slack.limits.is_on = False
        yield it, SlackMemberships(it.site, it.site.directory)


async def members(it: SiteInTest, place: Channel) -> set[str]:
    return {person.name for person in await it.host.known_members(channel_id(place.id))}


async def channels(it: SiteInTest, person: Person) -> set[str]:
    known = await it.host.known_person(person_id(person.id))
    return {str(place) for place in known.channels} if known is not None else set()


async def heard(it: SiteInTest, memberships: SlackMemberships, event: dict[str, Any]) -> None:
    """As the worker does it, but for the archive."""
    await it.site.directory.note(event)
    memberships.note(event)


def asked(it: SiteInTest, method: str) -> int:
    return len(it.slack.journal.calls(method))


async def test_the_members_of_a_channel_asked_for_once_in_a_while() -> None:
    async with a_stage() as (it, memberships):
        gus = it.workspace.add_person("gus", is_guest=True)
        staff = it.workspace.add_channel("staff", members=[it.ann, gus, it.bot], kind="private")
        for _ in range(3):
            await memberships.refresh_channel(staff.id)
        assert await members(it, staff) == {"ann", "gus", it.bot.name}
        assert [person.is_guest for person in await it.host.known_members(channel_id(staff.id))].count(True) == 1
        assert asked(it, "conversations.members") == 1


async def test_nothing_is_told_when_nothing_differs() -> None:
    async with a_stage(membership_seconds=0.0) as (it, memberships):
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        await memberships.refresh_channel(staff.id)
        before = len(it.host.live)
        await memberships.refresh_channel(staff.id)
        await memberships.refresh_person(it.ann.id)
        assert asked(it, "conversations.members") == 2
        assert len(it.host.live) == before


async def test_whoever_is_not_listed_any_more_has_left() -> None:
    async with a_stage(membership_seconds=0.0) as (it, memberships):
        bo = it.workspace.add_person("bo")
        staff = it.workspace.add_channel("staff", members=[it.ann, bo, it.bot], kind="private")
        await memberships.refresh_channel(staff.id)
        staff.members.remove(bo.id)
        await memberships.refresh_channel(staff.id)
        assert await members(it, staff) == {"ann", it.bot.name}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "member_joined_channel", "user": "U0X"},
        {"type": "member_left_channel", "user": "U0X"},
        {"type": "message", "subtype": "channel_join", "user": "U0X"},
        {"type": "message", "subtype": "group_leave", "user": "U0X"},
        {"type": "message", "subtype": "channel_convert_to_private", "user": "U0X"},
        {"type": "channel_shared"},
        {"type": "group_archive"},
        {"type": "channel_left"},
    ],
)
async def test_events_that_make_it_ask_again(event: dict[str, Any]) -> None:
    async with a_stage() as (it, memberships):
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        await memberships.refresh_channel(staff.id)
        await heard(it, memberships, {"channel": staff.id, "event_ts": "1790000000.000000"} | event)
        await memberships.refresh_channel(staff.id)
        assert asked(it, "conversations.members") == 2


async def test_messages_do_not_make_it_ask_again() -> None:
    async with a_stage() as (it, memberships):
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        await memberships.refresh_channel(staff.id)
        await heard(it, memberships, {"type": "message", "channel": staff.id, "user": it.ann.id, "ts": "1790000000.1"})
        await memberships.refresh_channel(staff.id)
        assert asked(it, "conversations.members") == 1


async def test_a_long_list_of_a_private_channel_is_told_with_guests_first() -> None:
    async with a_stage() as (it, memberships):
        people = [it.workspace.add_person(f"p{number}", is_guest=number == 1_100) for number in range(1_101)]
        big = it.workspace.add_channel("big", members=[it.bot, *people], kind="private")
        await memberships.refresh_channel(big.id)
        assert len(await members(it, big)) == 1_102
        assert (asked(it, "conversations.members"), asked(it, "users.info")) == (2, 0)
        told = [event for event in it.host.live if isinstance(event, MembershipChanged)]
        assert [event.person.is_guest for event in told[:3]] == [True, False, False]
        big.members.remove(people[7].id)
        await heard(it, memberships, {"type": "group_archive", "channel": big.id, "event_ts": "1790000000.000000"})
        before = len(it.host.live)
        await memberships.refresh_channel(big.id)
        told = [event for event in it.host.live[before:] if isinstance(event, MembershipChanged)]
        assert [(event.person.name, event.present) for event in told] == [("p7", False)]


async def test_of_a_long_list_of_a_public_channel_only_guests_and_who_is_known_are_told() -> None:
    async with a_stage() as (it, memberships):
        people = [it.workspace.add_person(f"p{number}", is_guest=number == 700) for number in range(1_000)]
        big = it.workspace.add_channel("big", members=[it.bot, *people])
        await memberships.refresh_channel(big.id)
        assert await members(it, big) == {"p700", it.bot.name}
        event = {"type": "member_joined_channel", "channel": big.id, "user": people[5].id}
        event["event_ts"] = f"{it.slack.clock.now() + 20:.6f}"
        await heard(it, memberships, event)
        await it.host.accept(await it.site.directory.events(event))
        assert await members(it, big) == {"p5", "p700", it.bot.name}
        big.members.remove(people[5].id)
        big.members.remove(people[700].id)
        event = {"type": "channel_archive", "channel": big.id, "event_ts": f"{it.slack.clock.now() + 40:.6f}"}
        await heard(it, memberships, event)
        await memberships.refresh_channel(big.id)
        assert await members(it, big) == {it.bot.name}


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info"])
async def test_what_slack_does_not_tell_is_unknown(method: str) -> None:
    async with a_stage() as (it, memberships):
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        it.slack.limits.refuse_next(method, times=100, retry_after=60)
        with pytest.raises(MembershipUnknown):
            await memberships.refresh_channel(staff.id)
        assert await members(it, staff) == set()


async def test_an_old_answer_does_not_count_when_slack_is_away() -> None:
    async with a_stage(membership_seconds=0.0) as (it, memberships):
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        await memberships.refresh_channel(staff.id)
        it.slack.limits.refuse_next("conversations.members", times=100, retry_after=60)
        with pytest.raises(MembershipUnknown):
            await memberships.refresh_channel(staff.id)


async def test_nor_when_the_archive_does_not_take_it_in() -> None:
    class Slow(FakeLiveHost):
        async def accept_and_apply(self, events: object) -> None:
            raise TimeoutError

    async with a_stage(Slow()) as (it, memberships):
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        with pytest.raises(MembershipUnknown):
            await memberships.refresh_channel(staff.id)
        with pytest.raises(MembershipUnknown):
            await memberships.refresh_person(it.ann.id)


async def test_a_channel_without_the_bot_is_closed() -> None:
    async with a_stage() as (it, memberships):
        general = it.workspace.add_channel("general", members=[it.ann, it.bot])
        await memberships.refresh_channel(general.id)
        general.members.remove(it.bot.id)
        await heard(it, memberships, {"type": "channel_left", "channel": general.id, "event_ts": "1790000000.000000"})
        for _ in range(2):
            with pytest.raises(MembershipUnknown):
                await memberships.refresh_channel(general.id)
        ref = (await it.host.known_channels([channel_id(general.id)]))[channel_id(general.id)]
        assert ref.visibility == "private"
        assert await members(it, general) == set()
        assert sum(isinstance(event, ChannelChanged) and event.members == () for event in it.host.live) == 1


async def test_a_direct_chat_has_its_person_and_is_told_with_where_they_are() -> None:
    async with a_stage() as (it, memberships):
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        direct = it.workspace.open_direct_channel(it.ann.id, it.bot.id)
        await memberships.refresh_channel(direct.id)
        assert await members(it, direct) == {"ann", it.bot.name}
        assert await members(it, staff) == {"ann"}


async def test_a_direct_chat_that_is_met_later_is_told_then() -> None:
    async with a_stage() as (it, memberships):
        await memberships.refresh_person(it.ann.id)
        direct = it.workspace.open_direct_channel(it.ann.id, it.bot.id)
        await it.site.directory.channel(direct.id)
        for _ in range(2):
            await memberships.refresh_person(it.ann.id)
        assert await members(it, direct) == {"ann", it.bot.name}
        assert asked(it, "users.conversations") == 2


async def test_where_a_person_is_as_far_as_the_bot_is_there_too() -> None:
    async with a_stage() as (it, memberships):
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        group = it.workspace.add_channel("mpdm-a--b-1", members=[it.ann, it.bot], kind="mpim")
        hall = it.workspace.add_channel("hall", members=[it.ann, it.bot])
        it.workspace.add_channel("hidden", members=[it.ann], kind="private")
        it.workspace.add_channel("elsewhere", members=[it.ann])
        for place in (staff, group, hall):
            event = {
                "type": "member_joined_channel",
                "channel": place.id,
                "user": it.bot.id,
                "event_ts": "1790000000.0",
            }
            await heard(it, memberships, event)
            await it.host.accept(await it.site.directory.events(event))
        for _ in range(2):
            await memberships.refresh_person(it.ann.id)
        assert await channels(it, it.ann) == {channel_id(place.id) for place in (staff, group, hall)}
        assert asked(it, "users.conversations") == 1


async def test_a_person_who_is_not_listed_any_more_has_left() -> None:
    async with a_stage(membership_seconds=0.0) as (it, memberships):
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        direct = it.workspace.open_direct_channel(it.ann.id, it.bot.id)
        await memberships.refresh_channel(direct.id)
        staff.members.remove(it.ann.id)
        await memberships.refresh_person(it.ann.id)
        assert await channels(it, it.ann) == {channel_id(direct.id)}


async def test_who_became_a_guest_unnoticed_is_found_out() -> None:
    async with a_stage(membership_seconds=0.0) as (it, memberships):
        await memberships.refresh_person(it.ann.id)
        it.ann.is_restricted = True
        await memberships.refresh_person(it.ann.id)
        known = await it.host.known_person(person_id(it.ann.id))
        assert known is not None and known.person.is_guest


async def test_who_was_deactivated_unnoticed_is_found_out() -> None:
    async with a_stage(membership_seconds=0.0) as (it, memberships):
        it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        await memberships.refresh_person(it.ann.id)
        it.ann.deleted = True
        with pytest.raises(MembershipUnknown):
            await memberships.refresh_person(it.ann.id)
        known = await it.host.known_person(person_id(it.ann.id))
        assert known is not None and not known.active and known.channels == frozenset()


async def test_bots_and_unknown_people_may_read_nothing() -> None:
    async with a_stage() as (it, memberships):
        helper = it.workspace.add_person("helper", is_bot=True)
        for user_id in (helper.id, it.bot.id, "USLACKBOT", "U0NOBODY"):
            with pytest.raises(MembershipUnknown):
                await memberships.refresh_person(user_id)


async def test_a_leave_that_is_told_while_the_list_is_on_its_way_stands() -> None:
    """What is asked counts from the moment of asking, so that an older list does not bring anybody back."""

    class Interrupted:
        """Somebody leaves as soon as the list was read."""

        def __init__(self, api: Api) -> None:
            self._api = api
            self.respond, self.clock = api.respond, api.clock

        async def call(self, method: str, /, *, background: bool = False, **arguments: Any) -> Payload:
            answer = await self._api.call(method, background=background, **arguments)
            if method == "conversations.members":
                staff.members.remove(bo.id)
                at = f"{it.slack.clock.now() + 20:.6f}"
                event = {"type": "member_left_channel", "channel": staff.id, "user": bo.id, "event_ts": at}
                await heard(it, memberships, event)
                await it.host.accept(await it.site.directory.events(event))
            return answer

    async with a_stage() as (it, _):
        bo = it.workspace.add_person("bo")
        staff = it.workspace.add_channel("staff", members=[it.ann, bo, it.bot], kind="private")
        assert isinstance(it.site.directory, SlackDirectory)
        memberships = SlackMemberships(replace(it.site, api=Interrupted(it.site.api)), it.site.directory)
        await memberships.refresh_channel(staff.id)
        assert await members(it, staff) == {"ann", it.bot.name}


async def test_reading_members_in_the_background_does_not_undo_what_events_told_of_the_channel() -> None:
    async with a_stage() as (it, _):
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")

        class Renaming:
            """The channel gets another name after the list of channels was read."""

            def __init__(self, api: Api) -> None:
                self.respond, self.clock, self._api = api.respond, api.clock, api

            async def call(self, method: str, /, *, background: bool = False, **arguments: Any) -> Payload:
                answer = await self._api.call(method, background=background, **arguments)
                if method == "users.conversations":
                    staff.name = "inner circle"
                    event = {"type": "group_rename", "channel": {"id": staff.id}}
                    event |= {"event_ts": f"{it.slack.clock.now() + 20:.6f}"}
                    await directory.note(event)
                    await it.host.accept(await directory.events(event))
                return answer

        site = replace(it.site, api=Renaming(it.site.api))
        directory = SlackDirectory(site)
        await SlackMemberships(site, directory).round()
        ref = (await it.host.known_channels([channel_id(staff.id)]))[channel_id(staff.id)]
        assert ref.name == "inner circle"
        assert (await directory.channel(staff.id)).name == "inner circle"
        assert await members(it, staff) == {"ann", it.bot.name}


async def test_many_questions_at_once_are_one_list() -> None:
    async with a_stage() as (it, memberships):
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        await asyncio.gather(*(memberships.refresh_channel(staff.id) for _ in range(20)))
        assert asked(it, "conversations.members") == 1
