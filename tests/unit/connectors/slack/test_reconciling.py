"""What events failed to tell is found out: at the start, once a day, and soon after a change."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from connectors.events import ChannelRef
from connectors.slack.channels import KnownChannel
from connectors.slack.directory import SlackDirectory
from connectors.slack.errors import SlackError
from connectors.slack.ids import channel_id, person_id
from connectors.slack.memberships import SlackMemberships
from connectors.slack.reconciling import Reconciling
from tests.fakes.slack import Channel
from tests.fakes.slack_site import SiteInTest, slack_site


@asynccontextmanager
async def a_stage() -> AsyncIterator[tuple[SiteInTest, SlackDirectory, Reconciling, list[str]]]:
    """With what was read, by name."""
    read: list[str] = []

    async def reading(place: KnownChannel) -> None:
        read.append(place.ref.name)

    async with slack_site(directory=SlackDirectory) as it:
        directory = it.site.directory
        assert isinstance(directory, SlackDirectory)
        it.slack.limits.is_on = False
        yield it, directory, Reconciling(it.site, directory, read=reading), read


async def believed(it: SiteInTest, place: Channel) -> ChannelRef | None:
    return (await it.host.known_channels([channel_id(place.id)])).get(channel_id(place.id))


async def test_the_first_round_tells_where_the_bot_is_and_reads_private_channels() -> None:
    async with a_stage() as (it, _, reconciling, read):
        hall = it.workspace.add_channel("hall", members=[it.bot])
        staff = it.workspace.add_channel("staff", members=[it.bot], kind="private")
        shared = it.workspace.add_channel("shared", members=[it.bot])
        shared.is_ext_shared = True
        elsewhere = it.workspace.add_channel("elsewhere", members=[it.ann])
        await reconciling.round()
        me = await it.host.known_person(person_id(it.bot.id))
        assert me is not None and me.channels == {channel_id(place.id) for place in (hall, staff, shared)}
        assert await believed(it, elsewhere) is None
        assert read == ["staff", "shared"]


async def test_a_second_round_says_nothing_new() -> None:
    async with a_stage() as (it, _, reconciling, _):
        it.workspace.add_channel("hall", members=[it.bot])
        await reconciling.round()
        before = len(it.host.live)
        await reconciling.round()
        assert len(it.host.live) == before


async def test_what_changed_unnoticed_is_told() -> None:
    async with a_stage() as (it, _, reconciling, _):
        hall = it.workspace.add_channel("hall", members=[it.bot])
        room = it.workspace.add_channel("room", members=[it.bot, it.ann])
        old = it.workspace.add_channel("old", members=[it.bot])
        await reconciling.round()
        hall.kind, hall.name = "private", "inner hall"
        room.members.remove(it.bot.id)
        old.is_archived = True
        await reconciling.round()
        refs = [await believed(it, place) for place in (hall, room, old)]
        assert [(ref.name, ref.visibility, ref.archived) for ref in refs if ref] == [
            ("inner hall", "private", False), ("room", "private", False), ("old", "public", True),
        ]  # fmt: skip
        assert await it.host.known_members(channel_id(room.id)) == []


async def test_ten_thousand_channels_are_read_page_by_page_and_only_those_of_the_bot() -> None:
    async with a_stage() as (it, _, reconciling, _):
        for number in range(10_000):
            it.workspace.add_channel(f"c{number}", members=[it.bot] if number % 20 == 0 else [it.ann])
        await reconciling.round()
        assert len(it.slack.journal.calls("users.conversations")) == 3
        assert len(it.slack.journal.requests) < 10
        me = await it.host.known_person(person_id(it.bot.id))
        assert me is not None and len(me.channels) == 500


async def test_when_the_list_cannot_be_had_the_round_fails_and_what_is_wanted_soon_is_still_read() -> None:
    read = asyncio.Event()

    async def reading(_: KnownChannel) -> None:
        read.set()

    async with slack_site(directory=SlackDirectory) as it:
        assert isinstance(it.site.directory, SlackDirectory)
        reconciling = Reconciling(it.site, it.site.directory, read=reading)
        staff = it.workspace.add_channel("staff", members=[it.bot], kind="private")
        it.slack.faults.refuse_next("users.conversations", "missing_scope", times=2)
        with pytest.raises(SlackError):
            await reconciling.round()
        running = asyncio.create_task(reconciling.run())
        await it.slack.journal.until(lambda: len(it.slack.journal.calls("users.conversations")) == 2)
        reconciling.soon(staff.id)
        async with asyncio.timeout(30):
            await read.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_what_is_wanted_soon_is_read_once_and_a_failure_holds_up_nothing() -> None:
    async with a_stage() as (it, _, reconciling, read):
        staff = it.workspace.add_channel("staff", members=[it.bot], kind="private")
        for slack_id in ("C0NOWHERE", staff.id, staff.id):
            reconciling.soon(slack_id)
        await reconciling.catch_up()
        assert read == ["staff"]


async def test_a_channel_that_the_bot_was_let_into_is_read_soon() -> None:
    async with a_stage() as (it, directory, _, _):
        memberships = SlackMemberships(it.site, directory)
        running = asyncio.create_task(memberships.reconcile())
        staff = it.workspace.add_channel("staff", members=[it.ann, it.bot], kind="private")
        event = {
            "type": "member_joined_channel", "channel": staff.id, "user": it.bot.id, "event_ts": "1790000000.000100",
        }  # fmt: skip
        await directory.note(event)
        memberships.note(event)
        await it.slack.journal.until(lambda: it.slack.journal.calls("conversations.members"))
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
