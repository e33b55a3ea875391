"""Making a digest: a period is summarised, the lines that fit are chosen, masked and numbered."""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from bot.digests.checking import LinkCheck
from bot.digests.digest import Digest, Facts, chosen, without_repetitions
from bot.digests.schedule import Schedule
from bot.digests.times import Due
from bot.errors import Language
from bot.guarding.masking import mask
from bot.summaries.lines import PeriodSummary, Progress
from bot.summaries.summarizer import Summarizer
from knowledge.passage import Audience, ChannelId


class DigestMaker:
    """Makes digests; nothing is kept or posted here."""

    def __init__(self, summarizer: Summarizer, check: LinkCheck, *, max_lines: int, seconds: float) -> None:
        self._summarizer = summarizer
        self._check = check
        self._max_lines = max_lines
        self._seconds = seconds

    async def of_schedule(
        self,
        schedule: Schedule,
        due: Due,
        *,
        readable: Collection[str],
        unreadable: int,
        progress: Progress | None,
        seconds: float | None = None,
    ) -> Digest:
        """The digest of a schedule that is due. ``readable`` are channels that its readers may read at this moment."""
        digest = await self.of_period(
            readable,
            since=due.since,
            until=due.until,
            language=schedule.language,
            timezone=schedule.timing.timezone,
            progress=progress,
            seconds=seconds,
            asker=f"digest:{schedule.schedule_id}",
        )
        return replace(
            digest,
            digest_id=digest_id(schedule.schedule_id, due.until),
            schedule_id=schedule.schedule_id,
            target_channel_id=schedule.target_channel_id,
            person_id=schedule.person_id,
            facts=replace(digest.facts, period=schedule.timing.period, unreadable=unreadable, cut=due.cut),
        )

    async def of_period(
        self,
        channel_ids: Collection[str],
        *,
        since: datetime,
        until: datetime,
        language: Language,
        timezone: str,
        progress: Progress | None = None,
        seconds: float | None = None,
        asker: str = "",
    ) -> Digest:
        """A digest of channels that whoever reads it may read; they alone are summarised.

        ``seconds`` are those that the model may take, if not the usual ones.
        """
        made_at = datetime.now(UTC)
        if channel_ids:
            summary = await self._summarizer.period(
                sorted(channel_ids),
                since=since,
                until=until,
                audience=Audience(frozenset(ChannelId(channel_id) for channel_id in channel_ids)),
                language=language,
                progress=progress,
                seconds=self._seconds if seconds is None else seconds,
                asker=asker,
            )
        else:
            summary = PeriodSummary(channel_ids=(), since=since, until=until, lines=(), conversations=0, messages=0)
        summary = replace(summary, lines=tuple(await self._check.checked(summary.lines)))
        return digest_of(summary, most=self._max_lines, language=language, timezone=timezone, made_at=made_at)


def digest_of(summary: PeriodSummary, *, most: int, language: Language, timezone: str, made_at: datetime) -> Digest:
    """The lines of a summary that fit, as a digest that nobody has kept; ``made_at`` is when it was begun.

    No secret is in it, whoever reads it.
    """
    lines = without_repetitions([replace(line, text=mask(line.text, language)) for line in summary.lines])
    shown = chosen(lines, most)
    return Digest(
        digest_id=uuid4().hex,
        schedule_id=None,
        target_channel_id=None,
        person_id=None,
        channel_ids=summary.channel_ids,
        since=summary.since,
        until=summary.until,
        language=language,
        lines=shown,
        facts=Facts(
            timezone=timezone,
            messages=summary.messages,
            conversations=summary.conversations,
            told=len(shown),
            more=len(lines) - len(shown),
            left_out=summary.left_out,
            extractive=summary.extractive,
        ),
        made_at=made_at,
        model=summary.model,
        prompt_version=summary.prompt_version,
    )


def digest_id(schedule_id: str, until: datetime) -> str:
    """The same for a schedule and the end of a period, whatever restarts come between."""
    return hashlib.sha256(f"{schedule_id}\0{until.astimezone(UTC).isoformat()}".encode()).hexdigest()[:32]
