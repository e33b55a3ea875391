"""What Slack reports in a channel is kept in its place, and not searched."""

import pytest

from tests.scenarios.slack_stage import SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "subtype",
    [
        "channel_join", "channel_leave", "group_join", "group_leave", "channel_name", "channel_topic",
        "channel_purpose", "channel_archive", "channel_unarchive", "group_topic", "channel_convert_to_private",
        "channel_convert_to_public", "channel_posting_permissions", "pinned_item", "reminder_add", "bot_add",
        "document_mention", "assistant_app_thread", "one_that_slack_invents_tomorrow",
    ],
)  # fmt: skip
async def test_it_is_kept_as_a_report(slack: SlackStage, subtype: str) -> None:
    await slack.hears(REPORT | {"subtype": subtype})
    kept = await slack.kept("1790000900.000100")
    assert kept is not None
    assert (kept.text, kept.is_system) == ("@ann did something with ruby", True)
    assert slack.record("1790000900.000100") not in await slack.stage.with_words("ruby")


async def test_the_directory_is_asked_what_it_means_for_the_channel(slack: SlackStage) -> None:
    (told,) = await slack.hears(REPORT | {"ts": "1790000901.000100"})
    slack.directory.told = [told]
    events = await slack.hears(REPORT)
    assert len(events) == 2
    assert events[0] is told


async def test_a_count_of_replies_is_nothing(slack: SlackStage) -> None:
    assert await slack.hears(REPLIED) == []


REPORT = {
    "type": "message",
    "subtype": "channel_topic",
    "channel": "C1",
    "user": "U1",
    "text": "<@U1> did something with ruby",
    "topic": "ruby",
    "ts": "1790000900.000100",
    "event_ts": "1790000900.000100",
}
REPLIED = {
    "type": "message",
    "subtype": "message_replied",
    "hidden": True,
    "channel": "C1",
    "message": {"type": "message", "user": "U1", "text": "x", "ts": "1790000900.000100", "reply_count": 1},
    "ts": "1790000902.000100",
    "event_ts": "1790000902.000100",
}
