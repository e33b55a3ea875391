"""A reply that is also shown in its channel is one message, however many places show it."""

import pytest

from tests.scenarios.slack_stage import SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_is_one_reply(slack: SlackStage) -> None:
    await slack.hears(BROADCAST)
    in_replies = {key: value for key, value in BROADCAST.items() if key not in ("root", "channel", "event_ts")}
    await slack.reads({key: value for key, value in BROADCAST.items() if key != "channel"}, in_replies)
    assert await slack.received() == 1
    kept = await slack.kept("1790000780.000500")
    assert kept is not None
    assert (kept.text, kept.is_system, kept.thread) == ("fyi", False, slack.record("1790000700.000100"))


async def test_the_head_inside_it_is_told_by_its_own_message(slack: SlackStage) -> None:
    await slack.hears(BROADCAST)
    assert await slack.kept("1790000700.000100") is None


BROADCAST: dict[str, object] = {
    "type": "message",
    "subtype": "thread_broadcast",
    "channel": "C1",
    "user": "U2",
    "text": "fyi",
    "ts": "1790000780.000500",
    "thread_ts": "1790000700.000100",
    "root": {
        "type": "message",
        "user": "U1",
        "text": "hi",
        "ts": "1790000700.000100",
        "thread_ts": "1790000700.000100",
        "reply_count": 1,
    },
    "event_ts": "1790000780.000500",
}
