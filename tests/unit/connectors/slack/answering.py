"""Answers, places and readable messages for the tests of what the bot says in Slack."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.connector import Answer, Card, Citation, Language
from connectors.events import ChannelId, RecordId
from connectors.slack.surface import ReplyPlace
from tests.fakes.slack import Channel, Message, Person
from tests.fakes.slack_site import SiteInTest

PERMALINK = "https://shiguang.slack.com/archives/C1/p1790000000000100"


def citation(n: int = 1, quote: str = "定在 11 月 28 日，灰度先开 10%。", **changes: Any) -> Citation:
    fields: dict[str, Any] = {
        "n": n,
        "record_id": RecordId(f"slack:C1:179000000{n}.000100"),
        "quote": quote,
        "author": "安然",
        "channel_name": "product",
        "time": datetime(2026, 11, 20, 2, 3, tzinfo=UTC),
        "permalink": PERMALINK,
    }
    return Citation(**(fields | changes))


def answer(text: str = "2.4 定在 11 月 28 日发布。[1]", **changes: Any) -> Answer:
    fields: dict[str, Any] = {
        "answer_id": "a1",
        "question": "什么时候发布？",
        "text": text,
        "abstained": False,
        "reason": None,
        "citations": (citation(),),
        "model": "m",
        "language": "zh",
    }
    return Answer(**(fields | changes))


def card(*, deletes: bool = True, channel_id: str | None = None, language: Language = "zh") -> Card:
    return Card(
        card_id="k1",
        text="要删除你在这里的 3 条消息吗？",
        confirm="确认",
        cancel="取消",
        deletes=deletes,
        language=language,
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
        channel_id=ChannelId(channel_id) if channel_id else None,
    )


def place_of(it: SiteInTest, question: Message, *, who: Person | None = None) -> ReplyPlace:
    """In the thread of a question."""
    return ReplyPlace(
        channel=question.channel.id,
        thread_ts=question.thread_ts or question.ts,
        user_id=(who or it.ann).id,
        team_id=it.workspace.id,
        is_direct=question.channel.is_direct,
        thread_has_begun=question.is_reply,
    )


def said(blocks: Sequence[Mapping[str, Any]]) -> str:
    """The words of the body, without small print and buttons."""
    lines = []
    for block in blocks:
        if block["type"] == "rich_text":
            lines.append("".join(element.get("text", "") for element in block["elements"][0]["elements"]))
    return "\n".join(lines)


def small_print(blocks: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(block["elements"][0]["text"] for block in blocks if block["type"] == "context")


def block_ids(message: Message) -> list[str]:
    """Those that the connector gave."""
    ids = [str(block.get("block_id", "")) for block in message.blocks]
    return [block_id for block_id in ids if ":" in block_id]


def by_the_bot(it: SiteInTest, channel: Channel) -> list[Message]:
    """What the bot has in a channel, oldest first."""
    return [message for message in channel.messages.values() if message.user == it.bot.id]
