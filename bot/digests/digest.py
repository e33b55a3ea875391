"""A digest as it is kept: the lines that are shown, each with its number, and the numbers of its heading."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final, Literal

from bot.digests.times import Period
from bot.errors import Language
from bot.summaries.lines import SECTIONS, Section, SummaryLine
from bot.truth.tables import DigestRow

State = Literal["made", "posting", "posted", "empty", "failed", "withdrawn"]

_FIRST_SHARE: Final[Mapping[Section, int]] = {
    "decision": 3, "action": 3, "question": 2, "number": 1, "file": 1, "talk": 2,
}  # fmt: skip
"""Lines that a section gets before any other gets more: a day of thirty files is not told by files alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What its heading and last lines say; never words of messages."""

    timezone: str
    period: Period | None = None
    messages: int = 0
    conversations: int = 0
    told: int = 0
    """Lines that it had when it was made."""
    more: int = 0
    """Lines for which there was no room."""
    left_out: int = 0
    """Conversations that were too many to be summed up: only what rules found in them is told."""
    extractive: str | None = None
    """Why the words are the messages' own: the code of what was wrong with the model."""
    unreadable: int = 0
    """Channels that the person can no longer read."""
    cut: bool = False
    """Whether it does not reach back to the last one."""
    report: Mapping[str, Any] | None = None
    """Of the weekly report of use: its numbers (``bot.feedback.report_text``)."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Facts":
        """What was kept; what a later release added is passed over."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in document.items() if name in known})


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedLine:
    """A line and the number of its link; the number stays when lines before it are withdrawn."""

    n: int
    line: SummaryLine

    def document(self) -> dict[str, Any]:
        """As JSON, to be kept."""
        return {"n": self.n, **self.line.document()}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "NumberedLine":
        """What ``document`` wrote."""
        return cls(n=int(document["n"]), line=SummaryLine.of(document))


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One digest; ``target_channel_id`` None goes to the direct chat of ``person_id``."""

    digest_id: str
    schedule_id: str | None
    target_channel_id: str | None
    person_id: str | None
    channel_ids: tuple[str, ...]
    since: datetime
    until: datetime
    language: Language
    lines: tuple[NumberedLine, ...]
    facts: Facts
    made_at: datetime
    model: str = ""
    prompt_version: str = ""
    attempts: int = field(default=0, compare=False)

    @property
    def record_ids(self) -> tuple[str, ...]:
        """Every message that a line rests on, once."""
        return tuple(dict.fromkeys(record_id for one in self.lines for record_id in one.line.record_ids))

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to tell, and nothing that the reader has to know about it."""
        return not self.lines and not self.facts.unreadable

    def row(self, state: State) -> DigestRow:
        """To be kept."""
        return DigestRow(
            digest_id=self.digest_id,
            schedule_id=self.schedule_id,
            target_channel_id=self.target_channel_id,
            person_id=self.person_id,
            channel_ids=list(self.channel_ids),
            since=self.since,
            until=self.until,
            language=self.language,
            lines=[line.document() for line in self.lines],
            facts=asdict(self.facts),
            model=self.model,
            prompt_version=self.prompt_version,
            made_at=self.made_at,
            state=state,
            attempts=0,
        )

    @classmethod
    def of(cls, row: DigestRow) -> "Digest":
        """What was kept."""
        return cls(
            digest_id=row.digest_id,
            schedule_id=row.schedule_id,
            target_channel_id=row.target_channel_id,
            person_id=row.person_id,
            channel_ids=tuple(row.channel_ids),
            since=row.since,
            until=row.until,
            language="zh" if row.language == "zh" else "en",
            lines=tuple(NumberedLine.of(document) for document in row.lines),
            facts=Facts.of(row.facts),
            made_at=row.made_at,
            model=row.model,
            prompt_version=row.prompt_version,
            attempts=row.attempts,
        )


def within(digest: Digest, channel_ids: Collection[str]) -> Digest:
    """The digest of these channels alone: others were closed to a reader while it was made (invariant 4)."""
    return replace(
        digest,
        channel_ids=tuple(one for one in digest.channel_ids if one in channel_ids),
        lines=tuple(one for one in digest.lines if one.line.channel_id in channel_ids),
    )


def chosen(lines: Sequence[SummaryLine], most: int) -> tuple[NumberedLine, ...]:
    """At most ``most`` lines in the order of ``SECTIONS``; each section gets its first share before others get more."""
    by_section = {section: [line for line in lines if line.section == section] for section in SECTIONS}
    room = dict.fromkeys(SECTIONS, 0)
    for share in (_FIRST_SHARE, {section: len(found) for section, found in by_section.items()}):
        for section in SECTIONS:
            left = most - sum(room.values())
            room[section] += min(left, max(0, min(share[section], len(by_section[section])) - room[section]))
    return numbered(line for section in SECTIONS for line in by_section[section][: room[section]])


def without_repetitions(lines: Sequence[SummaryLine]) -> list[SummaryLine]:
    """Without what was talked about in a message's own words when another section tells of that message."""
    told = {line.record_ids[0] for line in lines if line.section != "talk"}
    return [line for line in lines if line.section != "talk" or not line.quoted or line.record_ids[0] not in told]


def numbered(lines: Iterable[SummaryLine]) -> tuple[NumberedLine, ...]:
    """Lines with their numbers; two that rest on the same message first share its number."""
    numbers: dict[str, int] = {}
    return tuple(NumberedLine(n=numbers.setdefault(line.record_ids[0], len(numbers) + 1), line=line) for line in lines)
