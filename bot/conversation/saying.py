"""What the bot says that is no answer from the archive."""

from collections.abc import Sequence
from uuid import uuid4

from bot.errors import Language, ShiguangError
from connectors.connector import Answer, Citation, Notice


def plain(text: str, language: Language, citations: Sequence[Citation] = ()) -> Answer:
    """Something said that is no answer from the archive; it is not stored and cannot be judged."""
    return Answer(
        answer_id=f"said-{uuid4().hex}",
        question="",
        text=text,
        abstained=False,
        reason="said",
        citations=tuple(citations),
        model="",
        language=language,
    )


def notice(error: ShiguangError, language: Language) -> Notice:
    """A failure as people are told it."""
    return Notice(code=error.code, sentence=error.sentence(language), hint=error.hint(language))
