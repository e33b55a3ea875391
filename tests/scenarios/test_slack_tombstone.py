"""The head of a thread is deleted while there are replies: Slack leaves a tombstone, which is a deletion."""

import pytest

from tests.scenarios.slack_stage import SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("is_overtaking", [False, True])
async def test_the_head_is_gone_and_its_replies_stay(slack: SlackStage, is_overtaking: bool) -> None:
    payloads = [HEAD, REPLY, TOMBSTONE]
    await slack.hears(*(reversed(payloads) if is_overtaking else payloads))
    head, reply = await slack.kept("1790000600.000100"), await slack.kept("1790000601.000100")
    assert head is not None
    assert (head.is_deleted, head.text) == (True, "")
    assert reply is not None
    assert (reply.is_deleted, reply.text, reply.thread) == (False, "yes", slack.record("1790000600.000100"))


async def test_the_history_shows_the_tombstone_alone(slack: SlackStage) -> None:
    message = TOMBSTONE["message"]
    assert isinstance(message, dict)
    await slack.hears(HEAD)
    (event,) = await slack.reads(message)
    assert event.event_id == f"slack:{slack.channel}:1790000600.000100:deleted"
    head = await slack.kept("1790000600.000100")
    assert head is not None
    assert head.is_deleted


async def test_once_the_last_reply_is_gone_the_tombstone_is_deleted_too(slack: SlackStage) -> None:
    await slack.hears(HEAD, TOMBSTONE, TOMBSTONE_DELETED)
    assert await slack.received() == 2


HEAD: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "U1",
    "text": "do we ship the galena",
    "ts": "1790000600.000100",
    "thread_ts": "1790000600.000100",
    "event_ts": "1790000600.000100",
}
REPLY: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "U2",
    "text": "yes",
    "ts": "1790000601.000100",
    "thread_ts": "1790000600.000100",
    "event_ts": "1790000601.000100",
}
TOMBSTONE: dict[str, object] = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1790000670.000400",
    "event_ts": "1790000670.000400",
    "message": {
        "type": "message",
        "subtype": "tombstone",
        "hidden": True,
        "user": "USLACKBOT",
        "text": "This message was deleted.",
        "ts": "1790000600.000100",
        "thread_ts": "1790000600.000100",
        "reply_count": 2,
    },
}
TOMBSTONE_DELETED: dict[str, object] = {
    "type": "message",
    "subtype": "message_deleted",
    "hidden": True,
    "channel": "C1",
    "ts": "1790000680.000400",
    "event_ts": "1790000680.000400",
    "deleted_ts": "1790000600.000100",
    "previous_message": TOMBSTONE["message"],
}
