"""People and channels over the fake Slack: what is looked up, remembered, and known again after a restart."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from connectors.slack.directory import SlackDirectory
from connectors.slack.errors import SlackAway
from connectors.slack.ids import channel_id
from connectors.slack.markup import plain_text
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.slack_site import SiteInTest, slack_site


@asynccontextmanager
async def a_directory(host: FakeLiveHost | None = None) -> AsyncIterator[tuple[SiteInTest, SlackDirectory]]:
    async with slack_site(host=host, directory=SlackDirectory) as it:
        directory = it.site.directory
        assert isinstance(directory, SlackDirectory)
        await directory.load()
        yield it, directory


def asked(it: SiteInTest, method: str) -> int:
    return len(it.slack.journal.calls(method))


async def test_people_by_what_they_are_each_looked_up_once() -> None:
    async with a_directory() as (it, directory):
        gus = it.workspace.add_person("gus", is_guest=True)
        eve = it.workspace.add_person("eve", team_id="T0OTHER")
        found = [await directory.person(person.id) for person in (it.ann, gus, eve, it.bot, it.ann)]
        assert [person.is_guest for person in found] == [False, True, True, False, False]
        assert [person.is_bot for person in found] == [False, False, False, True, False]
        assert found[0].name == "ann"
        assert asked(it, "users.info") == 4


async def test_an_integration_has_a_name_and_is_no_guest() -> None:
    async with a_directory() as (it, directory):
        integration = await directory.person(it.site.me.bot_id)
        assert (integration.is_bot, integration.is_guest, integration.person_id) == (
            True, False, f"slack:{it.site.me.bot_id}",
        )  # fmt: skip
        gone = await directory.person("B0GONE")
        assert (gone.is_bot, gone.is_guest, gone.name) == (True, False, "B0GONE")


async def test_who_is_unknown_is_a_guest_and_not_asked_for_again_at_once() -> None:
    async with a_directory() as (it, directory):
        for _ in range(3):
            unknown = await directory.person("U0NOBODY")
            assert (unknown.is_guest, unknown.name) == (True, "U0NOBODY")
        assert directory.person_name("U0NOBODY") is None
        assert asked(it, "users.info") == 1


async def test_who_cannot_be_looked_up_now_is_a_guest_and_looked_up_later() -> None:
    async with a_directory() as (it, directory):
        directory.people.take_in(it.ann.payload(), at=directory.now())
        assert not (await directory.person(it.ann.id)).is_guest
        it.slack.limits.refuse_next("users.info", times=50, retry_after=60)
        fresh = it.workspace.add_person("bo")
        assert (await directory.person(fresh.id)).is_guest
        it.slack.limits.refuse_next("users.info", times=0)


@pytest.mark.parametrize("later", [0, 10])
async def test_user_change_is_believed_at_once_and_an_older_one_is_not(later: int) -> None:
    async with a_directory() as (it, directory):
        old = it.ann.payload() | {"updated": it.ann.updated}
        new = it.ann.payload() | {"updated": it.ann.updated + later, "is_restricted": True}
        await directory.note({"type": "user_change", "user": new, "event_ts": "1790000010.000000"})
        await directory.note({"type": "user_change", "user": old, "event_ts": "1790000000.000000"})
        assert (await directory.person(it.ann.id)).is_guest
        assert asked(it, "users.info") == 0


async def test_channels_by_what_they_are() -> None:
    async with a_directory() as (it, directory):
        here = [it.ann, it.bot]
        general = it.workspace.add_channel("general", members=here)
        staff = it.workspace.add_channel("staff", members=here, kind="private")
        group = it.workspace.add_channel("mpdm-ann--shiguang-1", members=here, kind="mpim")
        direct = it.workspace.open_direct_channel(it.ann.id, it.bot.id)
        shared = it.workspace.add_channel("shared", members=here)
        shared.is_ext_shared = True
        elsewhere = it.workspace.add_channel("elsewhere", members=[it.ann])
        hidden = it.workspace.add_channel("hidden", members=[it.ann], kind="private")
        refs = [
            await directory.channel(place.id) for place in (general, staff, group, direct, shared, elsewhere, hidden)
        ]
        assert [(ref.visibility, ref.external) for ref in refs] == [
            ("public", False), ("private", False), ("private", False), ("direct", False), ("private", True),
            ("private", False), ("private", True),
        ]  # fmt: skip
        assert [ref.name for ref in refs[:4]] == ["general", "staff", "ann, shiguang", "ann"]
        assert [directory.is_archived_here(ref) for ref in refs[3:5]] == [True, False]


async def test_an_archived_public_channel_stays_public_without_the_bot() -> None:
    async with a_directory() as (it, directory):
        old = it.workspace.add_channel("old", members=[it.ann])
        old.is_archived = True
        ref = await directory.channel(old.id)
        assert (ref.visibility, ref.archived) == ("public", True)


async def test_names_in_text_but_never_those_of_private_channels() -> None:
    async with a_directory() as (it, directory):
        general = it.workspace.add_channel("general", members=[it.bot])
        staff = it.workspace.add_channel("staff", members=[it.bot], kind="private")
        text = f"<@{it.ann.id}> see <#{general.id}|> and <#{staff.id}> and <@U0NOBODY|zoe>"
        await directory.learn_names(text)
        assert plain_text(text, directory) == f"@ann see #general and #{staff.id} and @zoe"


async def test_a_text_full_of_names_is_not_looked_up_for_ever() -> None:
    async with a_directory() as (it, directory):
        await directory.learn_names(" ".join(f"<@U0{number}X>" for number in range(500)))
        assert asked(it, "users.info") == 50


async def test_what_is_known_of_a_channel_counts_while_slack_is_away() -> None:
    async with a_directory() as (it, directory):
        general = it.workspace.add_channel("general", members=[it.bot])
        ref = await directory.channel(general.id)
        it.slack.limits.refuse_next("conversations.info", times=50, retry_after=60)
        await directory.note({"type": "channel_rename", "channel": {"id": general.id}, "event_ts": "1790000000.000000"})
        assert await directory.channel(general.id) == ref
        with pytest.raises(SlackAway):
            await directory.channel("C0NEW")


async def test_after_a_restart_the_archive_knows_a_channel_when_slack_is_away() -> None:
    async with a_directory() as (it, directory):
        general = it.workspace.add_channel("general", members=[it.bot])
        event = {"type": "channel_rename", "channel": {"id": general.id}, "event_ts": "1790000000.000000"}
        await it.host.accept(await directory.events(event))
        again = SlackDirectory(it.site)
        it.slack.limits.refuse_next("conversations.info", times=50, retry_after=60)
        assert (await again.channel(general.id)).name == "general"


async def test_a_channel_keeps_our_id_whatever_slack_calls_it() -> None:
    host = FakeLiveHost()
    async with a_directory(host) as (it, directory):
        general = it.workspace.add_channel("general", members=[it.bot])
        first, second = it.slack.places.change_id(general)
        await directory.note(_moved(first, second, "1790000000.000000"))
        _, third = it.slack.places.change_id(general)
        await directory.note(_moved(second, third, "1790000100.000000"))
        await directory.note(_moved(second, third, "1790000100.000000"))
        again = SlackDirectory(it.site)
        await again.load()
        for known in (directory, again):
            assert [known.our_channel(slack_id) for slack_id in (first, second, third)] == [channel_id(first)] * 3
            assert known.slack_channel(channel_id(first)) == third
            assert (await known.channel(first)).channel_id == channel_id(first)
            assert (await known.channel(third)).name == "general"
    assert len(host.notebook.notes) == 2


async def test_the_present_is_that_of_slack_and_never_before_an_event() -> None:
    async with a_directory() as (it, directory):
        start = it.slack.clock.now()
        assert start - 1 <= directory.now().timestamp() < start + 30
        await directory.note({"type": "message", "event_ts": f"{start + 40:.6f}"})
        assert start + 40 <= directory.now().timestamp() < start + 70


def _moved(old: str, new: str, event_ts: str) -> dict[str, str]:
    return {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": new, "event_ts": event_ts}
