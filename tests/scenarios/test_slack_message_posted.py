"""A message in Slack, delivered live: who said what where, as readers saw it, once however often it is delivered."""

from datetime import UTC, datetime

import pytest

from connectors.events import MessagePosted
from tests.scenarios.slack_stage import SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_is_kept_as_people_saw_it(slack: SlackStage) -> None:
    (event,) = await slack.hears(POSTED)
    assert isinstance(event, MessagePosted)
    assert event.event_id == f"slack:{slack.channel}:1790000000.000100:0"
    assert event.occurred_at == datetime(2026, 9, 21, 14, 13, 20, 100, tzinfo=UTC)
    kept = await slack.kept("1790000000.000100")
    assert kept is not None
    assert kept.text == "hi @Bob 王 & all: the plan (https://e.x/a) in #c1, @here `a  <b>`"
    assert (kept.author, kept.thread, kept.is_system, kept.is_edited) == ("slack:U1", None, False, False)
    assert kept.permalink == f"https://acme.slack.com/archives/{slack.channel}/p1790000000000100"
    assert slack.record("1790000000.000100") in await slack.stage.with_words("plan")


async def test_names_in_blocks_are_looked_up_as_those_in_texts(slack: SlackStage) -> None:
    await slack.hears(IN_BLOCKS)
    assert await slack.text("1790000001.000100") == "Deployed v2 for @ann in #c1"


async def test_of_a_message_that_is_shared_the_address_is_kept_and_no_copy(slack: SlackStage) -> None:
    """Invariant 3: its words go where they stand. A link to it in words and its preview are as ever."""
    await slack.hears(SHARED, SHARED | {"ts": "1790000008.000100", "event_ts": "1790000008.000100", "text": "see this"})
    assert await slack.text("1790000007.000100") == "https://acme.slack.com/archives/C2/p1790000001000200"
    assert await slack.text("1790000008.000100") == "see this\nhttps://acme.slack.com/archives/C2/p1790000001000200"
    linked = {"is_msg_unfurl": True, "from_url": "https://acme.slack.com/archives/C2/p1790000001000200", "text": "no"}
    await slack.hears(SHARED | {"ts": "1790000009.000100", "text": "hi", "attachments": [linked]})
    assert await slack.text("1790000009.000100") == "hi"


async def test_a_reply_knows_its_thread(slack: SlackStage) -> None:
    await slack.hears(REPLY, THREAD_HEAD)
    head, reply = await slack.kept("1790000002.000100"), await slack.kept("1790000003.000100")
    assert head is not None
    assert reply is not None
    assert (head.thread, reply.thread) == (None, slack.record("1790000002.000100"))
    assert reply.permalink is not None
    assert reply.permalink.endswith(f"/p1790000003000100?thread_ts=1790000002.000100&cid={slack.channel}")


async def test_redelivered_mentioned_and_read_again_it_is_one_event(slack: SlackStage) -> None:
    live = await slack.hears(POSTED, POSTED, APP_MENTION)
    history = await slack.reads({key: value for key, value in POSTED.items() if key not in ("channel", "event_ts")})
    assert [event.event_id for event in live + history] == [f"slack:{slack.channel}:1790000000.000100:0"] * 3
    assert await slack.received() == 1
    assert slack.translator.counts == {}


async def test_a_direct_chat_is_one(slack: SlackStage) -> None:
    slack.directory.visibility = "direct"
    (event,) = await slack.hears(POSTED | {"channel_type": "im"})
    assert isinstance(event, MessagePosted)
    assert event.channel.visibility == "direct"


async def test_what_cannot_be_stored_is_left_out_of_its_words(slack: SlackStage) -> None:
    await slack.hears(POSTED | {"text": "zero\0 and half \ud83d"})
    assert await slack.text("1790000000.000100") == "zero and half ?"
    assert await slack.unapplied() == 0


async def test_nobody_said_it(slack: SlackStage) -> None:
    await slack.hears({key: value for key, value in POSTED.items() if key != "user"})
    kept = await slack.kept("1790000000.000100")
    assert kept is not None
    assert kept.author == "slack:unknown"


POSTED = {
    "type": "message",
    "channel": "C1",
    "channel_type": "channel",
    "user": "U1",
    "team": "T1",
    "text": "hi <@U2> &amp; all: <https://e.x/a|the plan> in <#C1>, <!here> `a  &lt;b&gt;`",
    "ts": "1790000000.000100",
    "event_ts": "1790000000.000100",
    "client_msg_id": "c-1",
    "blocks": [{"type": "rich_text", "block_id": "b1", "elements": []}],
}
APP_MENTION = {
    "type": "app_mention",
    "channel": "C1",
    "user": "U1",
    "text": POSTED["text"],
    "ts": "1790000000.000100",
    "event_ts": "1790000000.000100",
    "action_token": "x",
}
IN_BLOCKS = {
    "type": "message",
    "channel": "C1",
    "user": "U9",
    "bot_id": "B9",
    "app_id": "A9",
    "text": "",
    "ts": "1790000001.000100",
    "event_ts": "1790000001.000100",
    "blocks": [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "Deployed v2 for "},
                        {"type": "user", "user_id": "U1"},
                        {"type": "text", "text": " in "},
                        {"type": "channel", "channel_id": "C1"},
                    ],
                }
            ],
        }
    ],
}
THREAD_HEAD = {
    "type": "message",
    "channel": "C1",
    "user": "U1",
    "text": "when do we ship",
    "ts": "1790000002.000100",
    "thread_ts": "1790000002.000100",
    "event_ts": "1790000002.000100",
}
REPLY = {
    "type": "message",
    "channel": "C1",
    "user": "U2",
    "text": "on friday",
    "ts": "1790000003.000100",
    "thread_ts": "1790000002.000100",
    "parent_user_id": "U1",
    "event_ts": "1790000003.000100",
}
SHARED: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "U2",
    "text": "",
    "ts": "1790000007.000100",
    "event_ts": "1790000007.000100",
    "attachments": [
        {
            "is_share": True,
            "is_msg_unfurl": True,
            "from_url": "https://acme.slack.com/archives/C2/p1790000001000200",
            "channel_id": "C2",
            "ts": "1790000001.000200",
            "author_id": "U9",
            "text": "The pump goes out on Friday",
            "fallback": "[September 21st] bot: The pump goes out on Friday",
        }
    ],
}
