"""What a row of an export is made of, and why something is not in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.errors import Language
from bot.llm.interface import ChatMessage

Format = Literal["sft", "dpo", "kto"]
Kind = Literal["curated", "upvoted", "edited", "picked", "judged"]
Reason = Literal[
    "withdrawn", "question_deleted", "channel", "person", "no_prompt", "not_said", "downvoted", "tied", "edited",
    "duplicate", "alike", "not_in_force", "unsupported",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A prompt and what is to be learnt of it; the ids say of what it was made and never leave the home."""

    kind: Kind
    made_of: tuple[str, ...]
    """Answers, and standard answers behind ``STANDARD``: when one of them may not be used, neither may this."""
    question: str
    prompt: tuple[ChatMessage, ...]
    completion: str
    """What is to be said: the chosen text, or the one that was judged."""
    rejected: str | None = None
    label: bool | None = None
    language: Language
    channel_id: str | None
    day: datetime
    names: tuple[str, ...]
    """Of the people in the prompt."""
    same_prompt: bool = True
    """Whether the rejected text was made of this very prompt."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What would have been a row."""

    kind: Kind
    reason: Reason


STANDARD: Final = "standard:"

Found = Example | LeftOut


def texts_of(example: Example) -> Sequence[str]:
    """Everything of an example that is written into a row."""
    rejected = () if example.rejected is None else (example.rejected,)
    return (*(message.content for message in example.prompt), example.completion, *rejected)
