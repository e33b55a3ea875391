"""Digests and summaries for tests."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.digests.checking import LinkCheck
from bot.digests.digest import Digest, Facts, chosen
from bot.errors import Language
from bot.summaries.lines import PeriodSummary, Progress, Section, SummaryLine
from bot.summaries.summarizer import Summarizer
from knowledge.passage import Audience
from tests.builders import at


def line(
    number: int,
    text: str,
    section: Section = "decision",
    *,
    owner: str | None = None,
    due: date | None = None,
    place: str = "console:launch",
) -> SummaryLine:
    """A line that rests on message ``m<number>``."""
    return SummaryLine(
        section=section,
        text=text,
        record_ids=(f"m{number}",),
        time=at(number),
        channel_id=place,
        owner=owner,
        due=due,
    )


def digest(
    *lines: SummaryLine,
    language: Language = "en",
    facts: Facts | None = None,
    channel_ids: tuple[str, ...] = ("console:launch",),
    since: datetime | None = None,
    until: datetime | None = None,
    most: int = 12,
) -> Digest:
    """A digest of the day that begins at the start of the tests' story."""
    shown = chosen(lines, most)
    return Digest(
        digest_id="d1",
        schedule_id=None,
        target_channel_id=channel_ids[0],
        person_id=None,
        channel_ids=channel_ids,
        since=since or at(0),
        until=until or at(24 * 60),
        language=language,
        lines=shown,
        facts=facts
        or Facts(
            timezone="Asia/Shanghai",
            period="daily",
            messages=42,
            conversations=6,
            told=len(shown),
            more=len(lines) - len(shown),
        ),
        made_at=until or at(24 * 60),
    )


@dataclass
class ScriptedSummaries(Summarizer):
    """Says what it is told to, and remembers what it was asked."""

    lines: list[SummaryLine] = field(default_factory=list)
    messages: int = 3
    asked: list[tuple[frozenset[str], datetime, datetime, Audience]] = field(default_factory=list)
    fails: int = 0
    seconds: list[float] = field(default_factory=list)

    async def period(
        self,
        channel_ids: Collection[str],
        *,
        since: datetime,
        until: datetime,
        audience: Audience,
        progress: Progress | None = None,
        seconds: float = 120.0,
        **_: Any,
    ) -> PeriodSummary:
        """As ``Summarizer.period``."""
        self.seconds.append(seconds)
        self.asked.append((frozenset(channel_ids), since, until, audience))
        if self.fails:
            self.fails -= 1
            raise ConnectionError
        if progress is not None:
            await progress(1, 1)
        return PeriodSummary(
            channel_ids=tuple(channel_ids),
            since=since,
            until=until,
            lines=tuple(self.lines),
            conversations=1,
            messages=self.messages,
        )


class NothingToCheck(LinkCheck):
    """Takes every line for what it is."""

    def __init__(self) -> None:
        """Without a database to look at."""

    async def checked(self, lines: Sequence[SummaryLine]) -> list[SummaryLine]:
        """All of them."""
        return list(lines)
