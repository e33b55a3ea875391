"""The past of a channel is read wholly, once, and goes on where it was broken off."""

import pytest

from connectors.events import MessagePosted, ReactionChanged
from connectors.slack.ids import message_id, moment
from tests.fakes.slack import Channel
from tests.unit.connectors.slack.past import DAY, HOUR, Past, ours, past


def _busy(stage: Past, count: int, *, name: str = "busy") -> Channel:
    channel = stage.it.workspace.add_channel(name, members=[stage.it.ann])
    stage.it.slack.people.fill(channel, stage.it.ann, count, since=stage.now - 30 * DAY)
    return channel


def _pages(stage: Past) -> list[object]:
    """The pages of the past that were asked for, without what is read to catch up."""
    return [it for it in stage.asked("conversations.history") if it["limit"] == "200" and "oldest" not in it]


async def test_everything_in_a_channel_is_read_with_threads_files_and_reactions() -> None:
    async with past() as stage:
        people, ann = stage.it.slack.people, stage.it.ann
        channel = _busy(stage, 450)
        head = people.post(ann, channel, "head", at=stage.now - 20 * DAY, quietly=True)
        for number in range(3):
            people.post(ann, channel, f"reply {number}", thread=head, at=stage.now - 19 * DAY + number, quietly=True)
        people.post(ann, channel, "aloud", thread=head, broadcast=True, at=stage.now - 18 * DAY, quietly=True)
        file = stage.it.slack.sharing.add(stage.it.workspace, ann, "plan.pdf", b"%PDF")
        with_file = people.post(ann, channel, "see", files=[file], at=stage.now - 17 * DAY, quietly=True)
        with_file.reactions["tada"] = [ann.id]

        await stage.come(channel)

        lines = [f"history line {number}" for number in range(450)]
        assert stage.texts == sorted([*lines, "head", "reply 0", "reply 1", "reply 2", "aloud", "see"])
        said = {event.text: event for event in stage.it.host.past if isinstance(event, MessagePosted)}
        assert said["reply 1"].thread_id == message_id(channel.id, head.ts)
        assert [it.name for it in said["see"].files] == ["plan.pdf"]
        assert [it.emoji for it in stage.it.host.past if isinstance(it, ReactionChanged)] == ["tada"]
        read = stage.reading.history.read_of(ours(channel))
        assert read is not None
        assert read.complete
        assert read.replies == 3
        oldest = next(iter(channel.messages))
        assert stage.it.host.reached[ours(channel)] == (moment(oldest), True)


async def test_newest_comes_first() -> None:
    async with past() as stage:
        channel = _busy(stage, 450)
        await stage.come(channel)
        said = [event.text for event in stage.it.host.past if isinstance(event, MessagePosted) and not event.system]
        assert said.index("history line 449") < said.index("history line 249") < said.index("history line 0")


async def test_a_long_thread_is_read_in_pages() -> None:
    async with past() as stage:
        channel = _busy(stage, 3)
        head = next(iter(channel.messages.values()))
        for number in range(1_100):
            text, at = f"reply {number}", stage.now - 20 * DAY + number
            stage.it.slack.people.post(stage.it.ann, channel, text, thread=head, at=at, quietly=True)
        await stage.come(channel)
        assert len(stage.texts) == 1_103
        assert [bool(asked.get("oldest")) for asked in stage.asked("conversations.replies")] == [False, True]


@pytest.mark.parametrize("pages_before_the_kill", [1, 2, 3, 4])
async def test_a_kill_costs_a_page_at_most(pages_before_the_kill: int) -> None:
    """Invariant 1: whatever the instant, everything is there in the end."""
    async with past() as stage:
        channel = _busy(stage, 900)
        await stage.come(channel, is_quick=False)
        await stage.it.slack.journal.until(lambda: len(_pages(stage)) >= pages_before_the_kill)
        await stage.kill()
        before = len(_pages(stage))

        stage.begin()
        await stage.start()

        assert stage.texts == sorted(f"history line {number}" for number in range(900))
        assert before <= len(_pages(stage)) <= 5 + 1


async def test_a_kill_in_the_middle_of_threads_goes_on_with_the_thread() -> None:
    async with past() as stage:
        channel = _busy(stage, 20)
        for parent in list(channel.messages.values()):
            stage.it.slack.people.post(
                stage.it.ann, channel, f"re {parent.text}", thread=parent, at=stage.now - DAY, quietly=True
            )
        await stage.come(channel, is_quick=False)
        await stage.it.slack.journal.until(lambda: len(stage.asked("conversations.replies")) >= 8)
        await stage.kill()
        begun = {str(asked["ts"]) for asked in stage.asked("conversations.replies")}
        stage.it.slack.journal.clear()

        stage.begin()
        await stage.reading.history.load()
        stage.reading.history.begin(ours(channel))
        await stage.tasks.idle()

        again = [str(asked["ts"]) for asked in stage.asked("conversations.replies")]
        assert len(begun.intersection(again)) <= 1
        assert len([text for text in stage.texts if text.startswith("re ")]) == 20


async def test_a_kill_in_the_middle_of_a_long_thread_goes_on_with_its_next_reply() -> None:
    async with past() as stage:
        channel = _busy(stage, 3)
        head = next(iter(channel.messages.values()))
        for number in range(2_500):
            text, at = f"reply {number}", stage.now - 20 * DAY + number
            stage.it.slack.people.post(stage.it.ann, channel, text, thread=head, at=at, quietly=True)
        await stage.come(channel, is_quick=False)
        await stage.until_read(channel, lambda read: bool(read.thread_after))
        await stage.kill()
        read = stage.reading.history.read_of(ours(channel))
        assert read is not None
        stage.it.slack.journal.clear()

        stage.begin()
        await stage.reading.history.load()
        stage.reading.history.begin(ours(channel))
        await stage.tasks.idle()

        assert all(asked["oldest"] >= read.thread_after for asked in stage.asked("conversations.replies"))
        assert len(stage.texts) == 2_503


async def test_threads_do_not_keep_messages_waiting() -> None:
    async with past() as stage:
        channel = _busy(stage, 900)
        for parent in list(channel.messages.values())[-50:]:
            text, at = f"re {parent.text}", stage.now - DAY
            stage.it.slack.people.post(stage.it.ann, channel, text, thread=parent, at=at, quietly=True)
        stage.it.slack.faults.hold("conversations.replies")
        await stage.come(channel, is_quick=False)
        await stage.until_read(channel, lambda read: read.is_at_end)
        read = stage.reading.history.read_of(ours(channel))
        assert read is not None
        assert (read.messages, read.replies, read.complete) == (900, 0, False)
        stage.it.slack.faults.release("conversations.replies")
        await stage.tasks.idle()
        assert len(stage.texts) == 950
        assert stage.it.host.reached[ours(channel)][1]


async def test_history_days_is_as_far_as_it_goes_and_more_is_read_when_it_is_raised() -> None:
    async with past(history_days=7) as stage:
        people, channel = stage.it.slack.people, stage.it.workspace.add_channel("general", members=[stage.it.ann])
        for days in (100, 20, 6, 1):
            people.post(stage.it.ann, channel, f"{days:03} days ago", at=stage.now - days * DAY, quietly=True)
        await stage.come(channel)
        assert stage.texts == ["001 days ago", "006 days ago"]
        assert stage.it.host.reached[ours(channel)][1]

    async with past(history_days=50) as other:
        channel = other.it.workspace.add_channel("general", members=[other.it.ann, other.it.bot])
        for days in (100, 20, 6, 1):
            other.it.slack.people.post(
                other.it.ann, channel, f"{days:03} days ago", at=other.now - days * DAY, quietly=True
            )
        floor, oldest = (
            f"{other.now - 7 * DAY:.6f}",
            next(ts for ts in reversed(channel.messages) if ts < f"{other.now - 5 * DAY}"),
        )
        note = {"newest": oldest, "oldest": oldest, "threads_oldest": oldest, "floor": floor, "is_at_end": True}
        await other.it.host.notebook.write(other.it.site.source, f"history:{ours(channel)}", note)
        await other.start()
        assert "020 days ago" in other.texts
        assert "100 days ago" not in other.texts


async def test_slack_asking_for_a_pause_costs_nothing_but_the_pause() -> None:
    async with past() as stage:
        channel = _busy(stage, 450)
        stage.it.slack.limits.refuse_next("conversations.history", times=3, retry_after=0)
        await stage.come(channel)
        assert len(stage.texts) == 450


async def test_slack_failing_for_a_while_costs_nothing() -> None:
    async with past() as stage:
        channel = _busy(stage, 450)
        stage.it.slack.faults.refuse_next("conversations.history", "some_new_error", times=1)
        stage.it.slack.faults.break_next("conversations.history", status=502)
        await stage.come(channel)
        assert len(stage.texts) == 450


async def test_a_bot_that_is_removed_in_the_middle_stops_and_goes_on_when_it_is_back() -> None:
    async with past() as stage:
        channel = _busy(stage, 900)
        await stage.come(channel, is_quick=False)
        await stage.until_read(channel, lambda read: bool(read.messages))
        channel.members.remove(stage.it.bot.id)
        stage.let_pass(1)
        await stage.hear("channel_left", channel, actor_id=stage.it.ann.id)
        await stage.tasks.idle()
        read = stage.reading.history.read_of(ours(channel))
        assert read is not None
        assert not read.complete
        some = len(stage.texts)
        assert 0 < some < 900

        stage.let_pass(HOUR)
        stage.it.slack.people.post(stage.it.ann, channel, "meanwhile", at=stage.now - 60, quietly=True)
        await stage.come(channel)
        assert stage.texts == sorted([*(f"history line {number}" for number in range(900)), "meanwhile"])


async def test_a_bot_that_finds_itself_outside_stops() -> None:
    async with past() as stage:
        channel = _busy(stage, 900)
        await stage.come(channel, is_quick=False)
        await stage.it.slack.journal.until(lambda: len(stage.asked("conversations.history", channel)) >= 3)
        channel.members.remove(stage.it.bot.id)
        await stage.tasks.idle()
        assert stage.it.slack.journal.refusals[-1].error == "not_in_channel"
        assert len(stage.texts) < 900


async def test_the_free_plan_hides_what_is_older() -> None:
    async with past() as stage:
        stage.it.workspace.hides_older_than_days = 90
        channel = stage.it.workspace.add_channel("general", members=[stage.it.ann])
        for days in (200, 30):
            stage.it.slack.people.post(
                stage.it.ann, channel, f"{days} days ago", at=stage.now - days * DAY, quietly=True
            )
        await stage.come(channel)
        read = stage.reading.history.read_of(ours(channel))
        assert read is not None
        assert (read.complete, read.limited) == (True, True)
        assert stage.texts == ["30 days ago"]


async def test_an_app_that_reads_15_messages_a_minute_is_recognised(caplog: pytest.LogCaptureFixture) -> None:
    async with past() as stage:
        stage.it.app.distribution = "unlisted"
        channel = _busy(stage, 40)
        head = next(iter(channel.messages.values()))
        for number in range(30):
            text, at = f"reply {number}", stage.now - 20 * DAY + number
            stage.it.slack.people.post(stage.it.ann, channel, text, thread=head, at=at, quietly=True)
        await stage.come(channel)
        assert len(stage.texts) == 70
        assert "15 messages of the past a minute" in caplog.text
        assert await stage.it.host.notebook.read(stage.it.site.source, "history-limit")


async def test_a_small_channel_is_done_although_a_huge_one_is_under_way() -> None:
    async with past() as stage:
        huge, small = _busy(stage, 4_000, name="huge"), _busy(stage, 30, name="small")
        await stage.come(huge, is_quick=False)
        await stage.it.slack.journal.until(lambda: len(stage.asked("conversations.history", huge)) >= 4)
        await stage.come(small, is_quick=False)
        await stage.until_read(small, lambda read: read.complete)
        read = stage.reading.history.read_of(ours(huge))
        assert read is not None
        assert not read.complete
