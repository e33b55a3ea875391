"""Summaries of conversations, threads, topics and periods, for an audience and within a time.

Rules and vectors choose what is telling; the model only phrases the gist of each conversation, and what it says is
checked. Without it, or without time for it, the gist is the conversation's own most telling words.
"""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from bot.answering.finding import Finder
from bot.answering.grounding import GroundingCheck
from bot.answering.telling import Topic, bare_topic
from bot.errors import Language
from bot.guarding.instructions import gives_orders
from bot.llm.interface import LanguageModel
from bot.prompts import prompt_text
from bot.summaries.absence import away
from bot.summaries.changes import changes
from bot.summaries.findings import findings
from bot.summaries.lines import SECTIONS, ConversationSummary, PeriodSummary, Progress, Section, SummaryLine
from bot.summaries.phrasing import NO_TIME, Phrasing
from bot.summaries.ranking import is_worth_phrasing, worth_telling
from bot.summaries.support import Support, Supported
from bot.summaries.talk import Talk, Wanted, read_talks
from bot.truth.conversations import conversations_of
from bot.truth.database import Database
from bot.truth.summaries import find_summary, keep_summary, stand
from bot.truth.tables import ConversationSummaryRow
from knowledge.embedding import Embedder
from knowledge.passage import Audience, ChannelId, PassageFilter

_MOST: dict[Section, int] = {"talk": 12, "decision": 12, "action": 15, "question": 8, "number": 8, "file": 12}
"""Lines of a section that anybody reads."""
_RULES = "rules-1"
"""Changes when the rules find other lines, so that those kept before are made anew."""
_FOUND = 60
_ABOUT = 0.6
"""How much a conversation must be about a topic, beside the one that is most."""
_NEVER_SPOKE = timedelta(days=7)
_LONGEST_AWAY = timedelta(days=30)


class Summarizer:
    """Summarises what an audience may read. Failures of the model never raise; they are told by ``extractive``."""

    def __init__(
        self,
        *,
        database: Database,
        finder: Finder,
        model: LanguageModel,
        embedder: Embedder,
        check: GroundingCheck,
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._finder = finder
        self._model = model
        self._phrasing = Phrasing(model=model, embedder=embedder, support=Support(check))
        self._zone = zone

    async def conversation(
        self,
        conversation_id: str,
        *,
        audience: Audience,
        language: Language,
        seconds: float = 60.0,
        asker: str = "",
    ) -> ConversationSummary | None:
        """A conversation as a whole; None when there is none that the audience may read."""
        read_at = datetime.now(UTC)
        wanted = Wanted(audience=audience, conversation_ids=frozenset({conversation_id}))
        talks = await read_talks(self._database, wanted)
        if not talks:
            return None
        told = _Told(read_at, language, asker, None, seconds)
        return await self._summary(talks[0], told, until=time.monotonic() + seconds, why=None)

    async def thread(
        self,
        thread_id: str,
        *,
        channel_id: str,
        audience: Audience,
        language: Language,
        progress: Progress | None = None,
        seconds: float = 120.0,
        asker: str = "",
    ) -> PeriodSummary:
        """A platform's thread, its first message included; of a message that names it from another channel nothing."""
        read_at = datetime.now(UTC)
        wanted = Wanted(audience=audience, channel_ids=frozenset({channel_id}), thread_id=thread_id)
        talks = await read_talks(self._database, wanted)
        return await self._period(talks, _Told(read_at, language, asker, progress, seconds))

    async def period(
        self,
        channel_ids: Collection[str],
        *,
        since: datetime,
        until: datetime,
        audience: Audience,
        language: Language,
        progress: Progress | None = None,
        seconds: float = 120.0,
        asker: str = "",
    ) -> PeriodSummary:
        """What happened in these channels (none named: all that the audience may read) from ``since`` to ``until``.

        ``seconds`` are those that the model may take; conversations that were summarised before take none.
        """
        read_at = datetime.now(UTC)
        wanted = Wanted(audience=audience, channel_ids=frozenset(channel_ids), since=since, until=until)
        talks = await read_talks(self._database, wanted)
        summary = await self._period(talks, _Told(read_at, language, asker, progress, seconds))
        return replace(summary, channel_ids=tuple(channel_ids) or summary.channel_ids, since=since, until=until)

    async def topic(
        self,
        words: str,
        *,
        audience: Audience,
        language: Language,
        channel_ids: Collection[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        progress: Progress | None = None,
        seconds: float = 120.0,
        asker: str = "",
    ) -> PeriodSummary:
        """What was said about something: the conversations of what a search finds, within a time where given.

        Raises ``ArchiveError`` when the archive cannot be searched.
        """
        read_at = datetime.now(UTC)
        named = bare_topic(words)
        where = PassageFilter(channel_ids=frozenset(map(ChannelId, channel_ids)), since=since, until=until)
        found = await self._finder.search(named, audience=audience, where=where, limit=_FOUND)
        about = {item.message_id: weight for item, weight in Topic(named).choose(found)}
        async with self._database.read() as connection:
            placed = await connection.run_sync(lambda sync: conversations_of(Session(sync), about))
        weights: dict[str, float] = {}
        for record_id, conversation_id in placed.items():
            weights[conversation_id] = max(about[record_id], weights.get(conversation_id, 0.0))
        enough = _ABOUT * max(weights.values(), default=0.0)
        weights = {conversation_id: weight for conversation_id, weight in weights.items() if weight >= enough}
        talks: list[Talk] = []
        if weights:
            wanted = Wanted(
                audience=audience,
                channel_ids=frozenset(channel_ids),
                since=since,
                until=until,
                conversation_ids=frozenset(weights),
            )
            talks = await read_talks(self._database, wanted)
        told = _Told(read_at, language, asker, progress, seconds, weights=weights)
        return replace(await self._period(talks, told), topic=named)

    async def since_last_spoke(
        self,
        person_id: str,
        *,
        audience: Audience,
        language: Language,
        until: datetime,
        channel_id: str | None = None,
        progress: Progress | None = None,
        seconds: float = 120.0,
        asker: str = "",
    ) -> PeriodSummary:
        """What somebody missed: since they last spoke in a channel, or (without one) in any of theirs.

        At most a month; a week when they never spoke.
        """
        async with self._database.read() as connection:
            since, theirs = await connection.run_sync(away, person_id, channel_id, until)
        since = max(since or until - _NEVER_SPOKE, until - _LONGEST_AWAY)
        channel_ids = [channel_id] if channel_id is not None else sorted(theirs)
        if not channel_ids:
            return PeriodSummary(channel_ids=(), since=since, until=until, lines=(), conversations=0, messages=0)
        return await self.period(
            channel_ids,
            since=since,
            until=until,
            audience=audience,
            language=language,
            progress=progress,
            seconds=seconds,
            asker=asker,
        )

    async def _period(self, talks: Sequence[Talk], told: "_Told") -> PeriodSummary:
        worth = await asyncio.to_thread(worth_telling, talks, told.weights)
        chosen = worth[: _MOST["talk"]]
        until, why = time.monotonic() + told.seconds, None
        summaries: list[ConversationSummary] = []
        for done, talk in enumerate(chosen):
            if told.progress is not None:
                await told.progress(done, len(chosen))
            summary = await self._summary(talk, told, until=until, why=why)
            # A model that is busy or gone for one conversation is not asked about the next.
            why = why or (summary.extractive if summary.extractive not in (None, "not_supported") else None)
            summaries.append(summary)
        lines = [line for summary in summaries for line in summary.lines]
        for talk in worth[_MOST["talk"] :]:
            lines += await asyncio.to_thread(_found, talk, self._zone)
        lines += await changes(self._database, talks, self._zone)
        standing = await self._standing(talks, lines, told.read_at)
        phrased = [summary for summary in summaries if summary.model]
        return PeriodSummary(
            channel_ids=tuple(dict.fromkeys(talk.channel_id for talk in talks)),
            since=talks[0].turns[0].sent_at if talks else told.read_at,
            until=max((talk.turns[-1].sent_at for talk in talks), default=told.read_at),
            lines=_arranged(standing),
            conversations=len(worth),
            messages=sum(len(talk.turns) for talk in talks),
            left_out=len(worth) - len(chosen),
            model=phrased[0].model if phrased else "",
            prompt_version=phrased[0].prompt_version if phrased else "",
            extractive=why,
        )

    async def _summary(self, talk: Talk, told: "_Told", *, until: float, why: str | None) -> ConversationSummary:
        """From the kept ones, or made now; ``why`` says that the model is not to be asked.

        ``until`` is when its time is used up, in seconds of the monotonic clock.
        """
        language, model = told.language, self._model.info.name
        version, reduce_version = (
            prompt_text(name, language).version for name in ("summary_conversation", "summary_reduce")
        )
        fingerprint = await asyncio.to_thread(talk.fingerprint, _RULES, version, reduce_version, model, language)
        async with self._database.read() as connection:
            kept = await connection.run_sync(
                lambda sync: find_summary(
                    Session(sync), talk.conversation_id, language=language, fingerprint=fingerprint
                )
            )
        if kept is not None:
            lines = tuple(SummaryLine.of(document) for document in kept)
            return ConversationSummary(lines=lines, model=model, prompt_version=version)
        whole, talk = talk, await asyncio.to_thread(without_orders, talk)
        found = await asyncio.to_thread(findings, talk, self._zone)
        is_worth_it = await asyncio.to_thread(is_worth_phrasing, talk, language)
        left = until - time.monotonic()
        if is_worth_it and why is None and left <= 0:
            why = NO_TIME
        if not is_worth_it or why is not None:
            quotes = await self._phrasing.extract(talk, language)
            return ConversationSummary(lines=_lines(talk, quotes, found), extractive=why if is_worth_it else None)
        phrased = await self._phrasing.phrase(talk, language=language, seconds=left, asker=told.asker)
        lines = _lines(talk, phrased.sentences, found)
        if phrased.extractive not in (None, "not_supported"):
            return ConversationSummary(lines=lines, extractive=phrased.extractive)
        row = ConversationSummaryRow(
            conversation_id=talk.conversation_id,
            channel_id=talk.channel_id,
            language=language,
            fingerprint=fingerprint,
            lines=[line.document() for line in lines],
            model=model,
            prompt_version=version,
            made_at=told.read_at,
        )
        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: keep_summary(Session(sync), row, sources=whole.versions))
        return ConversationSummary(lines=lines, model=model, prompt_version=version, extractive=phrased.extractive)

    async def _standing(
        self, talks: Sequence[Talk], lines: Sequence[SummaryLine], read_at: datetime
    ) -> list[SummaryLine]:
        """Without lines whose messages were edited or deleted while the model spoke (invariant 3)."""
        versions: dict[str, datetime] = {}
        for talk in talks:
            versions |= talk.versions
        used = {record_id for line in lines for record_id in line.record_ids}
        sources = {record_id: version for record_id, version in versions.items() if record_id in used}
        async with self._database.read() as connection:
            standing = await connection.run_sync(lambda sync: stand(Session(sync), sources, read_at=read_at))
        gone = set(sources) - standing
        return [line for line in lines if gone.isdisjoint(line.record_ids)]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a summary of several conversations is made with."""

    read_at: datetime
    language: Language
    asker: str
    progress: Progress | None
    seconds: float
    weights: Mapping[str, float] | None = None
    """How much each conversation is about the topic, where there is one."""


def _found(talk: Talk, zone: tzinfo) -> list[SummaryLine]:
    """What rules find, without the messages that give orders; only what is found is looked at for them."""
    lines = findings(talk, zone)
    used = {record_id for line in lines for record_id in line.record_ids}
    orders = {turn.record_id for turn in talk.turns if turn.record_id in used and gives_orders(turn.text)}
    return [line for line in lines if orders.isdisjoint(line.record_ids)]


def without_orders(talk: Talk) -> Talk:
    """Without messages that give orders to a bot: they are no talk among people, and nobody is told of them."""
    return replace(talk, turns=tuple(turn for turn in talk.turns if not gives_orders(turn.text)))


def _lines(talk: Talk, sentences: Sequence[Supported], found: Sequence[SummaryLine]) -> tuple[SummaryLine, ...]:
    """The gist, then what rules found; a message quoted there is not quoted twice."""
    gist = [
        SummaryLine(
            section="talk",
            text=sentence.text,
            record_ids=tuple(talk.turns[at].record_id for at in sentence.places),
            time=min(talk.turns[at].sent_at for at in sentence.places),
            channel_id=talk.channel_id,
            quoted=sentence.quoted,
        )
        for sentence in sentences
        if sentence.places
    ]
    told = {record_id for line in found if line.section != "file" for record_id in line.record_ids}
    return (*(line for line in gist if not (line.quoted and told.issuperset(line.record_ids))), *found)


def _arranged(lines: Sequence[SummaryLine]) -> tuple[SummaryLine, ...]:
    arranged: list[SummaryLine] = []
    for section in SECTIONS:
        of_section = [line for line in lines if line.section == section]
        if section != "talk":
            # The newest ones of too many.
            of_section = sorted(of_section, key=lambda line: line.time)[-_MOST[section] :]
        arranged += of_section
    return tuple(arranged)
