"""What Slack tells of people and channels, as events of the archive: payload by payload."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from connectors.events import ChannelChanged, ChannelDeleted, Event, MembershipChanged, PersonChanged
from connectors.slack.channel_changes import CHANGES
from connectors.slack.directory import SlackDirectory
from connectors.slack.errors import SlackAway
from connectors.slack.ids import channel_id, moment
from tests.fakes.slack import Channel
from tests.fakes.slack_site import SiteInTest, slack_site

TS = "1790000000.000100"


@asynccontextmanager
async def a_stage() -> AsyncIterator[tuple[SiteInTest, SlackDirectory, Channel]]:
    async with slack_site(directory=SlackDirectory) as it:
        directory = it.site.directory
        assert isinstance(directory, SlackDirectory)
        it.slack.limits.is_on = False
        yield it, directory, it.workspace.add_channel("general", members=[it.ann, it.bot])


async def told(directory: SlackDirectory, event: dict[str, Any]) -> Sequence[Event]:
    """As the worker does it."""
    await directory.note({"event_ts": TS} | event)
    return await directory.events({"event_ts": TS} | event)


@pytest.mark.parametrize("kind", ["team_join", "user_change"])
async def test_a_person(kind: str) -> None:
    async with a_stage() as (it, directory, _):
        (event,) = await told(directory, {"type": kind, "user": it.ann.payload() | {"is_restricted": True}})
        assert isinstance(event, PersonChanged)
        assert (event.person.name, event.person.is_guest, event.active) == ("ann", True, True)
        assert event.occurred_at == moment(TS)
        assert await directory.person(it.ann.id) == event.person


async def test_a_deactivated_person_is_not_active() -> None:
    async with a_stage() as (it, directory, _):
        it.ann.deleted = True
        (event,) = await told(directory, {"type": "user_change", "user": it.ann.payload()})
        assert isinstance(event, PersonChanged)
        assert not event.active


async def test_a_new_status_is_nobodys_business_and_a_repeated_event_says_the_same() -> None:
    async with a_stage() as (it, directory, _):
        event = {"type": "user_change", "user": it.ann.payload()}
        first = await told(directory, event)
        assert await told(directory, event) == first
        assert await told(directory, event | {"event_ts": "1790000001.000100"}) == []
        guest = {"type": "user_change", "user": it.ann.payload() | {"is_restricted": True}}
        assert len(await told(directory, guest | {"event_ts": "1790000002.000100"})) == 1
        assert len(await told(directory, event | {"event_ts": "1790000003.000100"})) == 1


async def test_a_change_counts_from_now_when_something_older_was_told_meanwhile() -> None:
    async with a_stage() as (it, directory, general):
        start = it.slack.clock.now()
        await directory.person(it.ann.id)
        joined = {"type": "member_joined_channel", "user": it.ann.id, "channel": general.id}
        (before,) = await told(directory, joined | {"event_ts": f"{start + 20:.6f}"})
        guest = {"type": "user_change", "user": it.ann.payload() | {"is_restricted": True, "updated": int(start) + 10}}
        (after,) = await told(directory, guest | {"event_ts": f"{start + 10:.6f}"})
        assert isinstance(before, MembershipChanged) and not before.person.is_guest
        assert after.occurred_at > before.occurred_at
        (again,) = await told(directory, guest | {"event_ts": f"{start + 10:.6f}"})
        assert again.event_id == after.event_id


async def test_an_older_change_that_comes_late_does_not_make_the_next_one_look_known() -> None:
    async with a_stage() as (it, directory, _):
        user = {"type": "user_change", "user": it.ann.payload()}
        gone = {"type": "user_change", "user": it.ann.payload() | {"deleted": True}}
        assert len(await told(directory, user | {"event_ts": "1790000003.000000"})) == 1
        assert len(await told(directory, gone | {"event_ts": "1790000002.000000"})) == 1
        assert len(await told(directory, gone | {"event_ts": "1790000004.000000"})) == 1


@pytest.mark.parametrize("kind", sorted(CHANGES))
async def test_a_channel_is_told_as_it_is_now(kind: str) -> None:
    async with a_stage() as (_, directory, general):
        await directory.channel(general.id)
        general.name, general.is_archived, general.kind = "all-hands", True, "private"
        named: object = {"id": general.id, "name": "all"} if kind.endswith("rename") else general.id
        (event,) = await told(directory, {"type": kind, "channel": named})
        assert isinstance(event, ChannelChanged)
        assert (event.channel.name, event.channel.archived, event.channel.visibility) == ("all-hands", True, "private")
        assert (event.members, event.occurred_at) == (None, moment(TS))


@pytest.mark.parametrize(
    "subtype",
    ["channel_name", "group_name", "channel_convert_to_private", "channel_convert_to_public", "group_archive"],
)
async def test_a_system_message_that_tells_of_a_changed_channel(subtype: str) -> None:
    async with a_stage() as (it, directory, general):
        await directory.channel(general.id)
        general.kind = "private"
        message = {"type": "message", "subtype": subtype, "channel": general.id, "user": it.ann.id, "ts": TS}
        (event,) = await told(directory, message)
        assert isinstance(event, ChannelChanged)
        assert event.channel.visibility == "private"


async def test_messages_say_nothing_of_people_and_channels() -> None:
    async with a_stage() as (it, directory, general):
        message = {"type": "message", "channel": general.id, "user": it.ann.id, "ts": TS}
        assert await told(directory, message) == []
        assert await told(directory, message | {"subtype": "channel_join"}) == []
        assert it.slack.journal.calls("conversations.info") == []


async def test_a_channel_that_the_bot_is_not_in_is_nothing_to_the_archive() -> None:
    async with a_stage() as (it, directory, _):
        elsewhere = it.workspace.add_channel("elsewhere", members=[it.ann])
        assert await told(directory, {"type": "channel_rename", "channel": {"id": elsewhere.id}}) == []


async def test_a_deleted_channel() -> None:
    async with a_stage() as (it, directory, general):
        it.slack.places.delete(it.ann, general)
        (event,) = await told(directory, {"type": "channel_deleted", "channel": general.id})
        assert isinstance(event, ChannelDeleted)
        assert event.channel_id == channel_id(general.id)


async def test_shared_with_another_company_and_back() -> None:
    async with a_stage() as (it, directory, general):
        it.slack.places.share_with(general, "T0OTHER")
        (shared,) = await told(directory, {"type": "channel_shared", "channel": general.id})
        it.slack.places.unshare_with(general, "T0OTHER")
        (back,) = await told(directory, {"type": "channel_unshared", "channel": general.id})
        assert isinstance(shared, ChannelChanged) and isinstance(back, ChannelChanged)
        assert (shared.channel.external, shared.channel.visibility) == (True, "private")
        assert (back.channel.external, back.channel.visibility) == (False, "public")


async def test_another_id_is_still_the_same_channel() -> None:
    async with a_stage() as (it, directory, general):
        old, new = it.slack.places.change_id(general)
        (event,) = await told(directory, {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": new})
        assert isinstance(event, ChannelChanged)
        assert (event.channel.channel_id, event.channel.name) == (channel_id(old), "general")


@pytest.mark.parametrize(("kind", "present"), [("member_joined_channel", True), ("member_left_channel", False)])
async def test_somebody_comes_or_goes(kind: str, present: bool) -> None:
    async with a_stage() as (it, directory, general):
        gus = it.workspace.add_person("gus", is_guest=True)
        event = {"type": kind, "user": gus.id, "channel": general.id, "channel_type": "C", "team": it.workspace.id}
        (changed,) = await told(directory, event)
        assert isinstance(changed, MembershipChanged)
        assert (changed.person.is_guest, changed.present, changed.channel.name) == (True, present, "general")


async def test_who_comes_is_looked_up_before_anybody_is_told() -> None:
    async with a_stage() as (it, directory, general):
        await directory.channel(general.id)
        it.slack.limits.refuse_next("users.info", times=50, retry_after=60)
        event = {"type": "member_joined_channel", "user": it.workspace.add_person("bo").id, "channel": general.id}
        with pytest.raises(SlackAway):
            await told(directory, event)


async def test_the_bot_is_let_in() -> None:
    async with a_stage() as (it, directory, _):
        staff = it.workspace.add_channel("staff", members=[it.ann], kind="private")
        assert (await directory.channel(staff.id)).external
        staff.members.append(it.bot.id)
        changed, member = await told(
            directory, {"type": "member_joined_channel", "user": it.bot.id, "channel": staff.id}
        )
        assert isinstance(changed, ChannelChanged) and isinstance(member, MembershipChanged)
        assert (changed.channel.name, changed.channel.visibility, changed.channel.external) == (
            "staff",
            "private",
            False,
        )
        assert member.person.is_bot and member.present


@pytest.mark.parametrize("kind", ["channel_left", "group_left", "member_left_channel"])
async def test_where_the_bot_is_not_any_more_nobody_may_read(kind: str) -> None:
    async with a_stage() as (it, directory, general):
        joined = {"type": "member_joined_channel", "user": it.bot.id, "channel": general.id}
        await it.host.accept(await told(directory, joined))
        general.members.remove(it.bot.id)
        user = {"user": it.bot.id} if kind == "member_left_channel" else {"actor_id": it.ann.id}
        (event,) = await told(directory, {"type": kind, "channel": general.id, "event_ts": "1790000009.000000"} | user)
        assert isinstance(event, ChannelChanged)
        assert (event.channel.name, event.channel.visibility, event.members) == ("general", "private", ())


async def test_a_channel_that_was_never_known_cannot_be_left() -> None:
    async with a_stage() as (_, directory, _):
        assert await told(directory, {"type": "group_left", "channel": "C0NEVER"}) == []


async def test_what_is_renamed_after_the_bot_left_stays_closed() -> None:
    async with a_stage() as (it, directory, general):
        joined = {"type": "member_joined_channel", "user": it.bot.id, "channel": general.id}
        await it.host.accept(await told(directory, joined))
        general.members.remove(it.bot.id)
        left = {"type": "channel_left", "channel": general.id, "event_ts": "1790000009.000000"}
        await it.host.accept(await told(directory, left))
        general.name = "all"
        renamed = {"type": "channel_rename", "channel": {"id": general.id}, "event_ts": "1790000010.000000"}
        (event,) = await told(directory, renamed)
        assert isinstance(event, ChannelChanged)
        assert (event.channel.name, event.channel.visibility) == ("all", "private")


@pytest.mark.parametrize(
    "event",
    [
        {"type": "user_change"}, {"type": "user_change", "user": "U1"}, {"type": "channel_rename"},
        {"type": "channel_rename", "channel": {"name": "x"}}, {"type": "message"}, {}, {"type": "channel_left"},
        {"type": "channel_id_changed"}, {"type": "group_archive", "channel": 7},
        {"type": "member_joined_channel", "channel": "C1"}, {"type": "member_left_channel", "user": "U1"},
    ],
)  # fmt: skip
async def test_a_broken_payload_means_nothing(event: dict[str, Any]) -> None:
    async with a_stage() as (_, directory, _):
        assert await told(directory, event) == []
