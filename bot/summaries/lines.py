"""What a summary is made of: lines that each name the messages they rest on."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

Section = Literal["talk", "decision", "action", "question", "file", "number"]
SECTIONS: Final[tuple[Section, ...]] = ("decision", "action", "question", "number", "file", "talk")
"""In the order in which a reader wants them; ``talk`` is what was talked about, the plain summary."""

Progress = Callable[[int, int], Awaitable[None]]
"""Told how many conversations are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryLine:
    """One line. What it says is supported by the messages ``record_ids``, most telling first; there is always one."""

    section: Section
    text: str
    record_ids: tuple[str, ...]
    time: datetime
    """When the first of them was said."""
    channel_id: str
    owner: str | None = None
    """Of an action: the name of the person who is to do it, as far as it was said."""
    due: date | None = None
    """Of an action: by when, as far as it was said."""
    quoted: bool = False
    """True when it is the message's own words, False when a model phrased it."""

    def document(self) -> dict[str, Any]:
        """As JSON, to be kept."""
        return {
            "section": self.section,
            "text": self.text,
            "record_ids": list(self.record_ids),
            "time": self.time.isoformat(),
            "channel_id": self.channel_id,
            "owner": self.owner,
            "due": self.due.isoformat() if self.due else None,
            "quoted": self.quoted,
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "SummaryLine":
        """What ``document`` wrote."""
        due = document["due"]
        return cls(
            section=document["section"],
            text=document["text"],
            record_ids=tuple(document["record_ids"]),
            time=datetime.fromisoformat(document["time"]),
            channel_id=document["channel_id"],
            owner=document["owner"],
            due=date.fromisoformat(due) if due else None,
            quoted=document["quoted"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSummary:
    """What one conversation (or the part of it that lies in a period) came to."""

    lines: tuple[SummaryLine, ...]
    model: str = ""
    """Empty when no model phrased anything."""
    prompt_version: str = ""
    extractive: str | None = None
    """Why the model phrased nothing: the code of a ``ModelError``, ``no_time``; None when it did, or had no need to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSummary:
    """What happened in some channels between two moments (``until`` is exclusive)."""

    channel_ids: tuple[str, ...]
    since: datetime
    until: datetime
    lines: tuple[SummaryLine, ...]
    """In the order of ``SECTIONS``, then most telling first for ``talk`` and by time for the others."""
    conversations: int
    """Conversations with something to tell, those ``left_out`` included."""
    messages: int
    """Messages of talk in the period, chatter included."""
    left_out: int = 0
    """Of them, those too many to be summed up: only what rules found in them is told."""
    model: str = ""
    prompt_version: str = ""
    extractive: str | None = None
    """As in ``ConversationSummary``, of the first conversation that went without the model; so did those after it."""
    topic: str = ""

    @property
    def quiet(self) -> bool:
        """Whether there is nothing worth telling: a digest of it is one line, or none."""
        return not self.lines


def joined(sentences: Iterable[str]) -> str:
    """Sentences as one text: Chinese needs no space after its own full stop, everything else does."""
    text = ""
    for sentence in sentences:
        text += ("" if not text or text[-1] in "。！？；" else " ") + sentence
    return text
