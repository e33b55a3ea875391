"""The kinds of things that people want from the bot."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

IntentKind = Literal[
    "question", "talk", "feedback", "about", "clock", "settings", "forget", "summary", "catchup", "files", "story"
]
"""A question for the archive; small talk and thanks; a judgement of the bot; what it is and can do; the time of day;
a command to the bot itself, or to delete something; a summary; what was missed; a file; the course of something."""

KINDS: Final[tuple[IntentKind, ...]] = get_args(IntentKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What somebody wants. When in doubt it is a question: nothing is worse than a question that is not answered."""

    kind: IntentKind
    confidence: float
    """0 … 1. Of a question: whether its form shows that something is asked, above 0.8."""
    why: str
    """``rule: …``, ``like: …`` (the example it resembles) or ``otherwise``: for the log and for tests."""
    rest: str
    """The words left without those that tell the kind: the topic and the time."""
