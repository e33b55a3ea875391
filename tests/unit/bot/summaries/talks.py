"""Conversations for tests."""

from bot.summaries.talk import Shared, Talk, Turn
from tests.builders import at


def turn(
    number: int,
    text: str,
    *,
    author: str = "Ann",
    categories: str = "",
    reply_to: int | None = None,
    shared: tuple[Shared, ...] = (),
) -> Turn:
    """Message ``m<number>``, said ``number`` minutes after the start (Monday, November 2, 2026)."""
    return Turn(
        record_id=f"m{number}",
        author_id=f"console:{author}",
        author=author,
        sent_at=at(number),
        version_at=at(number),
        text=text,
        reply_to=None if reply_to is None else f"m{reply_to}",
        categories=frozenset(categories.split()),
        shared=shared,
    )


def talk(*turns: Turn) -> Talk:
    return Talk(conversation_id=turns[0].record_id, channel_id="console:launch", channel_name="launch", turns=turns)
