"""Summaries in a chat: of a thread, a topic, a time, or of what somebody missed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.answering.understanding import Understanding, understand
from bot.conversation.listing import ECHOED
from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.digests.digest import Digest
from bot.digests.making import digest_of
from bot.digests.showing import shown
from bot.summaries.lines import PeriodSummary, Progress
from bot.texts import say
from bot.truth.answers import Answers, StoredAnswer, StoredSource
from connectors.connector import Answer, Reply
from knowledge.passage import Audience, ChannelId

_MOST_LINES = 24
_SECONDS = 90.0
"""Of the model: longer than this nobody waits in a chat."""
_NIGHT = timedelta(hours=6)
_DAY = timedelta(days=1)

_Made = tuple[PeriodSummary, str]
"""A summary, and what it is of."""


class Summarising:
    """Without words the thread or the day, with words a topic, with a time that time."""

    def __init__(self, parts: Parts) -> None:
        self._summarizer = parts.summarizer
        self._showing = _Showing(parts)
        self._zone = parts.zone

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Summarise and show."""
        await self._showing.show(request, reply, lambda audience, progress: self._made(request, audience, progress))

    async def _made(self, request: Request, audience: Audience, progress: Progress) -> _Made:
        utterance, language = request.utterance, request.language
        now = utterance.said_at
        asked = await asyncio.to_thread(understand, request.text, now=now, zone=self._zone)
        asker = utterance.person.person_id
        if request.text and not asked.only_time:
            summary = await self._summarizer.topic(
                asked.words or request.text,
                audience=audience,
                language=language,
                since=asked.since,
                until=asked.until,
                progress=progress,
                seconds=_SECONDS,
                asker=asker,
            )
            return summary, f"“{summary.topic[:ECHOED]}”"
        if utterance.thread_id is not None and not asked.timed:
            summary = await self._summarizer.thread(
                utterance.thread_id,
                channel_id=utterance.channel.channel_id,
                audience=audience,
                language=language,
                progress=progress,
                seconds=_SECONDS,
                asker=asker,
            )
            return summary, say("summary_thread", language)
        direct = utterance.channel.visibility == "direct"
        since, until = _time(asked, now, self._zone)
        summary = await self._summarizer.period(
            [] if direct else [utterance.channel.channel_id],
            since=since,
            until=until,
            audience=audience,
            language=language,
            progress=progress,
            seconds=_SECONDS,
            asker=asker,
        )
        return summary, say("summary", language)


class CatchingUp:
    """What somebody missed since they last spoke: in this channel, or in a direct chat in all of theirs."""

    def __init__(self, parts: Parts) -> None:
        self._summarizer = parts.summarizer
        self._showing = _Showing(parts)

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Summarise and show."""
        await self._showing.show(request, reply, lambda audience, progress: self._made(request, audience, progress))

    async def _made(self, request: Request, audience: Audience, progress: Progress) -> _Made:
        utterance = request.utterance
        direct = utterance.channel.visibility == "direct"
        summary = await self._summarizer.since_last_spoke(
            utterance.person.person_id,
            channel_id=None if direct else utterance.channel.channel_id,
            audience=audience,
            language=request.language,
            until=utterance.said_at,
            progress=progress,
            seconds=_SECONDS,
            asker=utterance.person.person_id,
        )
        return summary, say("summary_missed", request.language)


class _Showing:
    """Makes a summary under the reader's eyes, keeps it as an answer with its sources, and shows it."""

    def __init__(self, parts: Parts) -> None:
        self._database = parts.database
        self._answers = Answers(parts.database)
        self._zone = parts.zone

    async def show(
        self, request: Request, reply: Reply, make: Callable[[Audience, Progress], Awaitable[_Made]]
    ) -> None:
        language = request.language

        async def progress(done: int, all_of_them: int) -> None:
            await reply.status(say("summary_progress", language, done=done + 1, count=all_of_them))

        begun = datetime.now(UTC)
        await reply.status(say("summary_reading", language))
        summary, about = await make(await request.audience(), progress)
        summary = _readable(summary, await request.audience())
        if summary.quiet:
            await reply.finish(plain(say("summary_quiet", language, about=about), language))
            return
        digest = digest_of(summary, most=_MOST_LINES, language=language, timezone=str(self._zone), made_at=begun)
        told_of = dict.fromkeys(one.line.channel_id for one in digest.lines)
        digest = replace(digest, channel_ids=tuple(told_of))
        async with self._database.read() as connection:
            answer = await connection.run_sync(_shown, digest, about)
        answer = replace(answer, question=request.utterance.text, reason=None)
        if not await self._answers.store(_stored(answer, digest, request, summary, begun)):
            await reply.finish(plain(say("source_deleted", language), language))
            return
        await reply.finish(answer)


def _time(asked: Understanding, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """What was asked for; otherwise since midnight, early in the morning the last day."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    usual = midnight if now - midnight >= _NIGHT else now - _DAY
    return asked.since or (usual if asked.until is None else asked.until - 7 * _DAY), asked.until or now


def _readable(summary: PeriodSummary, audience: Audience) -> PeriodSummary:
    """Without channels that were closed to some of the readers while the model spoke (invariant 4)."""
    if audience.everything:
        return summary
    return replace(
        summary, lines=tuple(line for line in summary.lines if ChannelId(line.channel_id) in audience.channel_ids)
    )


def _shown(connection: Connection, digest: Digest, about: str) -> Answer:
    return shown(Session(connection), digest, about=about)


def _stored(answer: Answer, digest: Digest, request: Request, summary: PeriodSummary, begun: datetime) -> StoredAnswer:
    """Every message that a line rests on is a source, so that its deletion withdraws the whole summary."""
    utterance = request.utterance
    numbers = {one.line.record_ids[0]: one.n for one in digest.lines}
    channels = {record_id: one.line.channel_id for one in digest.lines for record_id in one.line.record_ids}
    quotes = {str(citation.record_id): citation.quote for citation in answer.citations}
    further = len(numbers)
    sources: list[StoredSource] = []
    for record_id, channel_id in channels.items():
        n = numbers.get(record_id)
        if n is None:
            further += 1
        sources.append(
            StoredSource(
                n=n or further,
                record_id=record_id,
                file_id=None,
                chunk=0,
                page=None,
                channel_id=channel_id,
                quote=quotes.get(record_id, ""),
                cited=n is not None,
            )
        )
    return StoredAnswer(
        answer_id=answer.answer_id,
        asked_at=utterance.said_at,
        channel_id=utterance.channel.channel_id,
        person_id=utterance.person.person_id,
        question_record_id=utterance.record_id,
        question=utterance.text,
        language=request.language,
        text=answer.text,
        abstained=False,
        reason=None,
        model=summary.model,
        prompt_version=summary.prompt_version,
        sources=tuple(sources),
        searched_at=begun,
        trace={"summary": {"since": summary.since.isoformat(), "until": summary.until.isoformat()}},
    )
