"""A channel is told once that it is archived, in its language, and how not to be; who invited the bot sees it read."""

import pytest

from tests.fakes.slack import Channel
from tests.fakes.slack.message import Message
from tests.unit.connectors.slack.past import DAY, HOUR, Past, ours, past


def _said_by_bot(stage: Past, channel: Channel) -> list[Message]:
    return [message for message in channel.messages.values() if message.user == stage.it.bot.id]


def _chat(stage: Past) -> list[Message]:
    """What the bot wrote to Ann alone."""
    found = stage.it.workspace.direct_channel(stage.it.bot.id, stage.it.ann.id)
    return _said_by_bot(stage, found) if found else []


def _channel(stage: Past, *lines: str) -> Channel:
    channel = stage.it.workspace.add_channel("general", members=[stage.it.ann])
    for number, line in enumerate(lines):
        stage.it.slack.people.post(stage.it.ann, channel, line, at=stage.now - DAY + number, quietly=True)
    return channel


@pytest.mark.parametrize(
    ("lines", "locale", "expected"),
    [
        (["hello all", "the plan is ready", "thanks"], "zh-CN", "From now on this channel is archived"),
        (["大家好", "方案好了", "thanks"], "en-US", "从现在起，这个频道会被存档"),
        ([], "zh-TW", "从现在起，这个频道会被存档"),
        (["ok"], "en-GB", "From now on this channel is archived"),
    ],
)
async def test_the_notice_is_in_the_language_of_the_channel_or_of_who_invited(
    lines: list[str], locale: str, expected: str
) -> None:
    """Invariant 9."""
    async with past() as stage:
        stage.it.ann.locale = locale
        channel = _channel(stage, *lines)
        await stage.come(channel, inviter=stage.it.ann.id)
        (notice,) = _said_by_bot(stage, channel)
        assert expected in notice.text
        assert "/shiguang forget" in notice.text
        assert notice.text == notice.blocks[0]["text"]["text"]


async def test_the_notice_tells_how_far_back_it_goes() -> None:
    async with past(history_days=90) as stage:
        channel = _channel(stage, "a", "b", "c")
        await stage.come(channel)
        assert "90 days" in _said_by_bot(stage, channel)[0].text


async def test_the_notice_is_given_once_whatever_happens() -> None:
    """Invariant 2: told twice, restarted, reconnected."""
    async with past() as stage:
        channel = _channel(stage)
        await stage.come(channel)
        await stage.come(channel)
        await stage.start()
        await stage.kill()
        stage.begin()
        await stage.start()
        await stage.come(channel)
        assert len(_said_by_bot(stage, channel)) == 1


async def test_the_notice_is_given_once_after_a_kill_between_saying_it_and_writing_that_down() -> None:
    async with past() as stage:
        channel = _channel(stage)
        stage.it.slack.faults.hold("chat.postMessage")
        await stage.come(channel, is_quick=False)
        await stage.it.slack.journal.until(lambda: stage.asked("chat.postMessage"))
        await stage.kill()
        stage.it.slack.faults.release("chat.postMessage")
        stage.begin()
        await stage.start()
        assert len(_said_by_bot(stage, channel)) == 1


async def test_a_notice_that_a_kill_prevented_is_given_after_the_restart() -> None:
    """Invariant 1: the event was acknowledged, and the inviter is still told."""
    async with past() as stage:
        channel = _channel(stage)
        stage.it.slack.faults.hold("conversations.history")
        await stage.come(channel, inviter=stage.it.ann.id, is_quick=False)
        await stage.kill()
        stage.it.slack.faults.release("conversations.history")
        stage.begin()
        await stage.start()
        assert len(_said_by_bot(stage, channel)) == 1
        assert len(_chat(stage)) == 1


async def test_channels_that_the_bot_was_let_into_while_it_was_away_are_told_and_read() -> None:
    async with past() as stage:
        channel = _channel(stage, "a", "b", "c")
        channel.members.append(stage.it.bot.id)
        await stage.start()
        assert len(_said_by_bot(stage, channel)) == 1
        assert stage.texts == ["a", "b", "c"]


async def test_a_bot_that_was_removed_and_invited_again_says_it_again() -> None:
    async with past() as stage:
        channel = _channel(stage)
        await stage.come(channel)
        channel.members.remove(stage.it.bot.id)
        stage.let_pass(HOUR)
        await stage.hear("channel_left", channel, actor_id=stage.it.ann.id)
        stage.let_pass(HOUR)
        await stage.come(channel)
        assert len(_said_by_bot(stage, channel)) == 2


async def test_an_invitation_that_is_heard_after_the_removal_that_followed_it_is_over() -> None:
    """Invariant 2: out of order."""
    async with past() as stage:
        channel = _channel(stage)
        stage.let_pass(60)
        await stage.hear("channel_left", channel, actor_id=stage.it.ann.id)
        stage.now -= 30
        await stage.hear("member_joined_channel", channel, user=stage.it.bot.id)
        await stage.tasks.idle()
        assert not stage.asked("conversations.history", channel)


async def test_direct_messages_are_read_without_a_word() -> None:
    async with past() as stage:
        message = stage.it.slack.people.write_to(stage.it.ann, stage.it.bot, "psst")
        await stage.start()
        assert stage.texts == ["psst"]
        assert not _said_by_bot(stage, message.channel)


async def test_others_who_come_and_go_are_no_concern() -> None:
    async with past() as stage:
        channel = _channel(stage, "a", "b", "c")
        await stage.hear("member_joined_channel", channel, user=stage.it.ann.id)
        await stage.hear("member_left_channel", channel, user=stage.it.ann.id)
        await stage.tasks.idle()
        assert not stage.it.slack.journal.calls("conversations.history")


async def test_a_channel_shared_with_another_organisation_is_refused_politely() -> None:
    """Invariant 4 and 6: nothing is read, and that is said."""
    async with past() as stage:
        channel = _channel(stage, "a", "b", "c")
        channel.is_ext_shared, channel.connected_team_ids = True, ["T0THEM"]
        await stage.come(channel, inviter=stage.it.ann.id)
        await stage.start()
        (notice,) = _said_by_bot(stage, channel)
        assert "another organisation" in notice.text
        assert not stage.texts
        assert not _chat(stage)


async def test_a_channel_shared_with_another_organisation_is_read_when_the_settings_say_so() -> None:
    async with past(archive_external=True) as stage:
        channel = _channel(stage, "a", "b", "c")
        channel.is_ext_shared, channel.connected_team_ids = True, ["T0THEM"]
        await stage.come(channel)
        assert stage.texts == ["a", "b", "c"]


async def test_a_channel_that_is_not_shared_any_more_is_read() -> None:
    async with past() as stage:
        channel = _channel(stage, "a", "b", "c")
        channel.is_ext_shared, channel.connected_team_ids = True, ["T0THEM"]
        await stage.come(channel)
        channel.is_ext_shared, channel.connected_team_ids = False, []
        await stage.it.site.directory.note({"type": "channel_unshared", "channel": channel.id})
        await stage.hear("channel_unshared", channel)
        await stage.tasks.idle()
        assert stage.texts == ["a", "b", "c"]
        assert len(_said_by_bot(stage, channel)) == 2


async def test_a_channel_that_others_share_without_the_bot_is_no_concern() -> None:
    async with past() as stage:
        channel = _channel(stage, "a", "b", "c")
        await stage.hear("channel_shared", channel)
        await stage.tasks.idle()
        assert not _said_by_bot(stage, channel)
        assert not stage.it.slack.journal.refusals


async def test_a_channel_that_cannot_be_looked_up_for_a_moment_is_not_taken_for_one_of_others() -> None:
    async with past() as stage:
        channel = _channel(stage, "a", "b", "c")
        stage.it.slack.faults.break_next("conversations.info", status=503, times=3)
        await stage.come(channel)
        (notice,) = _said_by_bot(stage, channel)
        assert "another organisation" not in notice.text
        assert stage.texts == ["a", "b", "c"]


async def test_a_channel_where_the_bot_may_not_write_is_read_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    async with past() as stage:
        channel = _channel(stage, "a", "b", "c")
        stage.it.slack.faults.refuse_next("chat.postMessage", "restricted_action")
        await stage.come(channel)
        assert stage.texts == ["a", "b", "c"]
        assert "restricted_action" in caplog.text


async def test_who_invited_is_told_of_a_quick_reading_in_one_message() -> None:
    async with past() as stage:
        stage.it.ann.locale = "en-US"
        channel = stage.it.workspace.add_channel("busy", members=[stage.it.ann])
        stage.it.slack.people.fill(channel, stage.it.ann, 900, since=stage.now - 30 * DAY)
        await stage.come(channel, inviter=stage.it.ann.id)
        (message,) = _chat(stage)
        assert f"<#{channel.id}>: finished, 900 messages back to" in message.text
        assert not stage.asked("chat.update")


async def test_who_invited_follows_a_long_reading_in_a_message_that_changes_now_and_then() -> None:
    async with past() as stage:
        stage.it.ann.locale, channel = "zh-CN", stage.it.workspace.add_channel("busy", members=[stage.it.ann])
        stage.it.slack.people.fill(channel, stage.it.ann, 4_000, since=1_741_000_000.0)
        seen: list[str] = []
        ask = stage.reading._pages._ask

        async def slowly(*args: object, **arguments: object) -> object:
            stage.now += 15  # each page takes so long
            seen.extend(message.text for message in _chat(stage) if not seen or seen[-1] != message.text)
            return await ask(*args, **arguments)  # type: ignore[arg-type]  # passed on

        stage.reading._pages._ask = slowly  # type: ignore[method-assign, assignment]  # a slow Slack
        await stage.come(channel, inviter=stage.it.ann.id)
        (message,) = _chat(stage)
        assert "读完了，共 4,000 条消息，最早的是 2025年3月3日" in message.text
        assert len(stage.asked("chat.postMessage")) == 2  # the notice, and this
        # 20 pages of 15 seconds, once a minute at most, and the end
        assert 3 <= len(stage.asked("chat.update")) <= 6
        assert any("读到" in text for text in seen)


async def test_several_channels_of_one_inviter_share_a_message() -> None:
    async with past() as stage:
        stage.it.ann.locale = "en-US"
        channels = [stage.it.workspace.add_channel(f"c{number}", members=[stage.it.ann]) for number in range(30)]
        stage.it.slack.faults.hold("chat.postMessage")
        for channel in channels:
            await stage.come(channel, inviter=stage.it.ann.id, is_quick=False)
        stage.it.slack.faults.release("chat.postMessage")
        await stage.tasks.idle()
        assert 1 <= len(_chat(stage)) < 10


async def test_who_takes_no_direct_messages_is_told_where_they_are() -> None:
    async with past() as stage:
        channel = _channel(stage, "a", "b", "c")
        stage.it.slack.moods.withdraw_scope(stage.it.installation, "im:write")
        await stage.come(channel, inviter=stage.it.ann.id)
        (told,) = stage.asked("chat.postEphemeral", channel)
        assert told["user"] == stage.it.ann.id
        assert not _chat(stage)


async def test_what_limits_the_reading_is_said() -> None:
    """Invariant 6."""
    async with past() as stage:
        stage.it.ann.locale = "en-US"
        stage.it.workspace.hides_older_than_days = 90
        channel = _channel(stage, "a")
        stage.it.slack.people.post(stage.it.ann, channel, "long ago", at=stage.now - 200 * DAY, quietly=True)
        await stage.come(channel, inviter=stage.it.ann.id)
        assert "free plan" in _chat(stage)[0].text


async def test_an_end_that_could_not_be_told_before_a_kill_is_told_after_it() -> None:
    async with past() as stage:
        channel = _channel(stage, "a")
        stage.it.slack.faults.hold("conversations.open")
        await stage.come(channel, inviter=stage.it.ann.id, is_quick=False)
        await stage.it.slack.journal.until(lambda: stage.asked("conversations.open"))
        await stage.kill()
        stage.it.slack.faults.release("conversations.open")
        stage.begin()
        await stage.start()
        assert len(_chat(stage)) == 1
        assert not await stage.it.host.notebook.all(stage.it.site.source, "progress:")


async def test_a_reading_that_ended_with_the_removal_of_the_bot_is_not_followed_any_more() -> None:
    async with past() as stage:
        channel = stage.it.workspace.add_channel("busy", members=[stage.it.ann])
        stage.it.slack.people.fill(channel, stage.it.ann, 900, since=stage.now - 30 * DAY)
        await stage.come(channel, inviter=stage.it.ann.id, is_quick=False)
        await stage.it.slack.journal.until(lambda: len(stage.asked("conversations.history", channel)) >= 3)
        channel.members.remove(stage.it.bot.id)
        stage.let_pass(1)
        await stage.hear("channel_left", channel, actor_id=stage.it.ann.id)
        await stage.tasks.idle()
        assert not await stage.it.host.notebook.all(stage.it.site.source, "progress:")
        note = await stage.it.host.notebook.read(stage.it.site.source, f"joined:{ours(channel)}")
        assert note is not None
        assert note["state"] == "left"
