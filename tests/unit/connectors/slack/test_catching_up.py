"""After a gap the archive is as if there had been none."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from connectors.events import ChannelId
from connectors.slack.catching_up import CaughtUp
from connectors.slack.errors import SlackAway
from connectors.slack.pages import Page, Pages
from tests.fakes.slack import Channel, Message
from tests.unit.connectors.slack.past import DAY, HOUR, Past, ours, past


async def _settled(stage: Past, *, name: str = "general") -> Channel:
    """A channel with some past that was read, and where events were heard until now."""
    channel = stage.it.workspace.add_channel(name, members=[stage.it.ann])
    for days in (30, 10, 3, 1):
        stage.it.slack.people.post(
            stage.it.ann, channel, f"{days:02} days ago", at=stage.now - days * DAY, quietly=True
        )
    await stage.come(channel)
    stage.let_pass(HOUR)
    await stage.hear("pin_added", channel)
    return channel


def _say(stage: Past, channel: Channel, text: str, **more: object) -> None:
    stage.it.slack.people.post(stage.it.ann, channel, text, at=stage.now, quietly=True, **more)  # type: ignore[arg-type]  # passed on


def _message(channel: Channel, text: str) -> Message:
    return next(message for message in channel.messages.values() if message.text == text)


async def test_what_was_said_in_a_gap_is_read_after_a_restart() -> None:
    """Invariant 1."""
    async with past() as stage:
        channel = await _settled(stage)
        await stage.kill()
        stage.let_pass(2 * HOUR)
        _say(stage, channel, "in the gap")
        stage.let_pass(2 * HOUR)
        stage.begin()
        await stage.start()
        assert stage.texts == ["01 days ago", "03 days ago", "10 days ago", "30 days ago", "in the gap"]
        assert not stage.deleted


async def test_what_was_said_in_a_gap_is_read_after_a_lost_connection() -> None:
    async with past() as stage:
        channel = await _settled(stage)
        stage.let_pass(2 * HOUR)
        _say(stage, channel, "in the gap")
        stage.let_pass(2 * HOUR)
        # An event of the new connection is heard before it is known that the old one was lost.
        await stage.hear("pin_added", channel)
        await stage.start()
        assert "in the gap" in stage.texts


async def test_edits_deletions_and_new_replies_of_the_days_before_a_gap_are_found() -> None:
    """Invariant 3."""
    async with past() as stage:
        channel = await _settled(stage)
        people, ann = stage.it.slack.people, stage.it.ann
        await stage.kill()
        stage.let_pass(HOUR)
        people.edit(_message(channel, "03 days ago"), "edited", quietly=True)
        people.delete(_message(channel, "01 days ago"), quietly=True)
        people.post(ann, channel, "late reply", thread=_message(channel, "10 days ago"), at=stage.now, quietly=True)
        stage.let_pass(HOUR)
        stage.begin()
        await stage.start()
        kept = sorted(text for text in stage.it.host.texts.values() if "archive" not in text and "存档" not in text)
        assert kept == ["10 days ago", "30 days ago", "edited", "late reply"]


async def test_new_replies_to_a_thread_that_began_long_ago_and_moved_lately_are_found() -> None:
    async with past() as stage:
        channel = stage.it.workspace.add_channel("general", members=[stage.it.ann])
        people, ann = stage.it.slack.people, stage.it.ann
        head = people.post(ann, channel, "head", at=stage.now - 60 * DAY, quietly=True)
        people.post(ann, channel, "reply", thread=head, at=stage.now - DAY, quietly=True)
        gone = people.post(ann, channel, "to go", thread=head, at=stage.now - HOUR, quietly=True)
        await stage.come(channel)
        await stage.kill()
        people.delete(gone, quietly=True)
        stage.let_pass(HOUR)
        people.post(ann, channel, "new reply", thread=head, at=stage.now, quietly=True)
        stage.let_pass(1)
        stage.begin()
        await stage.start()
        assert "new reply" in stage.texts
        assert stage.deleted == {gone.ts}


async def test_nothing_is_deleted_after_a_window_that_could_not_be_read_to_its_end() -> None:
    async with past() as stage:
        channel = await _settled(stage)
        await stage.kill()
        stage.let_pass(HOUR)
        stage.it.slack.people.delete(_message(channel, "01 days ago"), quietly=True)
        stage.begin()
        stage.it.slack.faults.refuse_next("conversations.history", "some_new_error", times=2)
        await stage.start()
        assert not stage.deleted

        stage.let_pass(2 * HOUR)
        await stage.start()
        assert len(stage.deleted) == 1


async def test_slack_being_away_in_the_middle_shortens_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    async with past(reread_days=0) as stage:
        channel = await _settled(stage)
        await stage.kill()
        stage.let_pass(HOUR)
        _say(stage, channel, "in the gap")
        stage.let_pass(HOUR)
        stage.begin()
        before, away = Pages.before, [SlackAway("conversations.history", "TimeoutError")] * 4

        async def far(self: Pages, *args: Any, **arguments: Any) -> Page:
            if away:
                raise away.pop()
            return await before(self, *args, **arguments)

        monkeypatch.setattr(Pages, "before", far)
        await stage.start()
        assert "in the gap" in stage.texts


async def test_what_the_plan_of_the_workspace_hides_is_not_deleted() -> None:
    async with past() as stage:
        channel = await _settled(stage)
        await stage.kill()
        stage.it.workspace.hides_older_than_days = 90
        stage.let_pass(100 * DAY)
        _say(stage, channel, "new")
        stage.let_pass(HOUR)
        await stage.hear("channel_history_changed", channel, latest=f"{stage.now - HOUR / 2:.6f}")
        stage.begin()
        await stage.start()
        assert "new" in stage.texts
        assert not stage.deleted


async def test_a_list_of_channels_that_lacks_one_takes_it_from_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async with past() as stage:
        channel = await _settled(stage)

        async def empty(*_: object, **__: object) -> AsyncGenerator[dict[str, object]]:
            yield {"channels": []}

        monkeypatch.setattr("connectors.slack.reading.by_cursor", empty)
        await stage.start()
        note = await stage.it.host.notebook.read(stage.it.site.source, f"caught-up:{ours(channel)}")
        assert note is not None
        assert not note["is_away"]


async def test_a_bot_that_was_removed_before_it_had_caught_up_does_so_when_it_is_back() -> None:
    async with past(reread_days=0) as stage:
        channel = await _settled(stage)
        await stage.kill()
        stage.let_pass(DAY)
        _say(stage, channel, "in the gap")
        stage.let_pass(DAY)
        stage.begin()
        stage.it.slack.faults.hold("conversations.history")
        stage.reading.missed()
        await stage.it.slack.journal.until(lambda: stage.asked("users.conversations"))
        while not stage.reading._rounds.is_under_way("gap", ours(channel)):  # noqa: ASYNC110 - a few turns of the loop
            await asyncio.sleep(0)
        channel.members.remove(stage.it.bot.id)
        await stage.hear("channel_left", channel, actor_id=stage.it.ann.id)
        stage.it.slack.faults.release("conversations.history")
        await stage.tasks.idle()
        assert "in the gap" not in stage.texts

        stage.let_pass(DAY)
        await stage.come(channel)
        assert "in the gap" in stage.texts


async def test_a_message_that_is_only_missing_in_the_page_is_not_deleted() -> None:
    async with past() as stage:
        channel = await _settled(stage)
        await stage.kill()
        stage.let_pass(HOUR)
        stage.begin()
        # Not shown among the others, but when it is asked for.
        _message(channel, "03 days ago").thread_ts = "1.000000"
        await stage.start()
        assert stage.asked("conversations.replies")
        assert not stage.deleted


async def test_a_short_break_does_not_read_the_days_before_again() -> None:
    async with past() as stage:
        channel = await _settled(stage)
        stage.let_pass(20)
        await stage.start()
        for _ in range(3):
            stage.let_pass(40)
            await stage.hear("pin_added", channel)
        stage.it.slack.journal.clear()
        stage.let_pass(20)
        _say(stage, channel, "in the break")
        await stage.start()
        assert "in the break" in stage.texts
        assert len(stage.asked("conversations.history", channel)) == 1


async def test_several_gaps_at_once_are_one() -> None:
    async with past() as stage:
        channel = await _settled(stage)
        await stage.start()
        stage.it.slack.journal.clear()
        for _ in range(20):
            stage.let_pass(5)
            stage.reading.missed()
        await stage.tasks.idle()
        assert len(stage.asked("conversations.history", channel)) <= 3


async def test_what_was_not_caught_up_before_a_second_gap_is_caught_up_then() -> None:
    async with past() as stage:
        channel = await _settled(stage)
        await stage.kill()
        stage.let_pass(DAY)
        _say(stage, channel, "in the first gap")
        stage.let_pass(DAY)
        stage.begin()
        stage.it.slack.faults.hold("conversations.history")
        stage.reading.missed()
        await stage.it.slack.journal.until(lambda: stage.asked("users.conversations"))
        for _ in range(5):
            stage.let_pass(HOUR)
            await stage.hear("pin_added", channel)
        await stage.kill()
        stage.it.slack.faults.release("conversations.history")
        stage.begin()
        await stage.start()
        assert "in the first gap" in stage.texts


async def test_channels_where_something_was_said_last_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    async with past() as stage:
        channels = [stage.it.workspace.add_channel(f"c{n}", members=[stage.it.ann, stage.it.bot]) for n in range(9)]
        await stage.start()
        stage.let_pass(10 * HOUR)
        for number, channel in enumerate(channels):
            age = (number * 4 % 9 + 1) * 60
            stage.it.slack.people.post(stage.it.ann, channel, f"said {number}", at=stage.now - age, quietly=True)
        await stage.start()
        await stage.kill()
        stage.let_pass(10 * HOUR)
        stage.begin()
        before, read = Pages.before, list[str]()

        async def noted(self: Pages, channel: ChannelId, *args: Any, **arguments: Any) -> Page:
            read.append(channel.removeprefix("slack:"))
            return await before(self, channel, *args, **arguments)

        # At Slack, what is asked at the same time comes in any order.
        monkeypatch.setattr(Pages, "before", noted)
        await stage.start()
        order = list(dict.fromkeys(read))
        ages = [next(n for n, channel in enumerate(channels) if channel.id == asked) * 4 % 9 for asked in order]
        # Three are read at the same time.
        assert sorted(ages[:3]) == [0, 1, 2]
        assert sorted(ages[-3:]) == [6, 7, 8]


async def test_retention_that_took_what_is_old_is_followed() -> None:
    """Invariant 3: one event, and no list of messages."""
    async with past() as stage:
        channel = await _settled(stage)
        before = _message(channel, "03 days ago").ts
        old = [ts for ts in channel.messages if ts < before]
        stage.it.slack.places.purge(channel, before=before)
        await stage.hear("channel_history_changed", channel, latest=before)
        await stage.tasks.idle()
        assert stage.deleted == set(old)


async def test_a_change_of_the_past_that_was_heard_before_a_kill_is_looked_at_after_it() -> None:
    async with past() as stage:
        channel = await _settled(stage)
        before = _message(channel, "03 days ago").ts
        old = [ts for ts in channel.messages if ts < before]
        stage.it.slack.places.purge(channel, before=before)
        stage.it.slack.faults.hold("conversations.history")
        await stage.hear("channel_history_changed", channel, latest=before)
        await stage.kill()
        stage.it.slack.faults.release("conversations.history")
        stage.begin()
        await stage.start()
        assert stage.deleted == set(old)
        note = await stage.it.host.notebook.read(stage.it.site.source, f"caught-up:{ours(channel)}")
        assert note is not None
        assert not note["changed"]


async def test_of_many_that_are_gone_some_are_asked_for() -> None:
    async with past() as stage:
        channel = stage.it.workspace.add_channel("busy", members=[stage.it.ann])
        lines = stage.it.slack.people.fill(channel, stage.it.ann, 600, since=stage.now - 30 * DAY)
        await stage.come(channel)
        stage.it.slack.journal.clear()
        stage.it.slack.places.purge(channel, before=lines[-1].ts)
        await stage.hear("channel_history_changed", channel, latest=lines[-1].ts)
        await stage.tasks.idle()
        assert len(stage.deleted) == 599
        assert len(stage.asked("conversations.replies")) == 20


async def test_a_bot_that_was_removed_while_it_was_away_knows_it_and_catches_up_when_it_is_back() -> None:
    async with past() as stage:
        channel = await _settled(stage)
        await stage.kill()
        stage.let_pass(HOUR)
        channel.members.remove(stage.it.bot.id)
        stage.begin()
        await stage.start()
        note = await stage.it.host.notebook.read(stage.it.site.source, f"caught-up:{ours(channel)}")
        assert note is not None
        assert note["is_away"]

        stage.let_pass(40 * DAY)
        _say(stage, channel, "while it was out")
        stage.let_pass(40 * DAY)
        await stage.come(channel)
        assert "while it was out" in stage.texts


async def test_once_a_day_everything_is_looked_at_to_be_sure() -> None:
    async with past() as stage:
        channel = await _settled(stage)
        await stage.start()
        stage.it.slack.people.delete(_message(channel, "03 days ago"), quietly=True)
        stage.let_pass(DAY + HOUR)
        await stage.hear("pin_added", channel)
        await stage.tasks.idle()
        assert len(stage.deleted) == 1


async def test_many_channels_do_not_keep_a_new_one_waiting() -> None:
    async with past() as stage:
        for number in range(80):
            stage.it.workspace.add_channel(f"channel-{number}", members=[stage.it.ann, stage.it.bot])
        stage.reading.missed()
        await stage.it.slack.journal.until(lambda: len(stage.asked("conversations.history")) > 20)
        new = stage.it.workspace.add_channel("new", members=[stage.it.ann])
        stage.it.slack.people.fill(new, stage.it.ann, 20, since=stage.now - DAY)
        asked = len(stage.asked("conversations.history"))
        await stage.come(new, is_quick=False)
        await stage.until_read(new, lambda read: read.complete)
        assert len(stage.asked("conversations.history")) - asked < 20
        await stage.kill()


async def test_channels_that_sleep_are_looked_at_once_a_day_only() -> None:
    async with past() as stage:
        channel = stage.it.workspace.add_channel("asleep", members=[stage.it.ann, stage.it.bot], kind="mpim")
        stage.it.slack.people.post(stage.it.ann, channel, "long ago", at=stage.now - 90 * DAY, quietly=True)
        channel.is_archived = True  # nothing is said to it, a notice neither
        await stage.start()
        stage.it.slack.journal.clear()
        for _ in range(20):
            stage.let_pass(HOUR)
            for _ in range(4):
                await stage.hear("pin_added", channel)
                stage.let_pass(40)
            await stage.start()
        assert not stage.asked("conversations.history")

        _say(stage, channel, "awake again")
        stage.let_pass(DAY + HOUR)
        await stage.hear("pin_added", channel)
        await stage.tasks.idle()
        assert "awake again" in stage.texts


async def test_a_note_of_an_older_version_is_understood() -> None:
    async with past() as stage:
        channel = stage.it.workspace.add_channel("general", members=[stage.it.ann, stage.it.bot])
        note = {"until": stage.now - HOUR, "what_is_this": 1}
        await stage.it.host.notebook.write(stage.it.site.source, f"caught-up:{ours(channel)}", note)
        await stage.start()
        kept = await stage.it.host.notebook.read(stage.it.site.source, f"caught-up:{ours(channel)}")
        assert kept is not None
        assert CaughtUp(**kept).until == stage.now  # type: ignore[arg-type]  # as it was written


async def test_a_deletion_is_found_although_the_bot_was_killed_before_it_had_arrived() -> None:
    """Invariant 3: a message was heard at once, and its channel was to be read a moment later."""
    async with past() as stage:
        channel = stage.it.workspace.add_channel("general", members=[stage.it.ann, stage.it.bot])
        kept, gone = (stage.it.slack.people.post(stage.it.ann, channel, text) for text in ("kept", "gone"))
        for delivery in stage.it.slack.deliveries.events("message"):
            await stage.it.host.accept(await stage.it.site.translator.events(delivery.event, event_time=0))
        await stage.kill()
        stage.let_pass(HOUR)
        stage.it.slack.people.delete(gone, quietly=True)
        stage.begin()
        await stage.start()
        assert stage.deleted == {gone.ts}
        assert kept.text in stage.texts
