"""Evidence: the numbered passages an answer may use, with what a person needs to trust them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.answering.dating import dated
from bot.answering.excerpt import excerpt
from bot.errors import Language
from bot.texts import say
from bot.truth.conversations import exchange_of
from bot.truth.database import Database
from bot.truth.places import Place
from bot.truth.tables import AnswerRow, ChannelRow, FileRow, LinkRow, MessageRow, PersonRow
from bot.truth.talk import Placed, Spoken, place_with_neighbours, spoken_messages, talk_statement
from connectors.connector import Citation
from connectors.events import RecordId
from knowledge.lexical import terms
from knowledge.passage import ScoredPassage
from knowledge.questions import tells

_EXPANDED_HITS = 2
"""The best hits bring the lines right before and after them: an answer often stands beside its question."""
_ITEM_CHARS = 420
_QUOTE_CHARS = 280
_A_LINE = 2
"""Tokens of what stands between two records."""
_QUESTION_CHARS = 2000
"""Words further on in a pasted page choose no excerpts."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A newer message that says otherwise, and when it was said."""

    record_id: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One passage as shown to people and to the model; ``n`` is its number, best first."""

    n: int
    record_id: str
    message_id: str
    """The message that said it or shared the file."""
    channel_id: str
    channel_name: str
    author: str
    time: datetime
    text: str
    excerpt: str
    """What of ``text`` matters for the question, on one line: shown to people and to the model."""
    kind: str
    permalink: str | None
    chunk: int = 0
    file_id: str | None = None
    file_name: str | None = None
    page: str | None = None
    score: float = 0.0
    signals: tuple[tuple[str, float], ...] = ()
    """What made the score, among it what was learnt from votes; kept in the trace for operators."""
    also_in: tuple[Place, ...] = ()
    """Where else the same bytes or the same address were shared, as far as the reader may know."""
    outdated_by: Replacement | None = None

    def as_record(self, zone: tzinfo, language: Language = "en", *, placed: bool = True) -> str:
        """One line of the prompt, whatever a name holds: a line break in it would begin a record of its own.

        ``placed`` says in which channel; needless where all records are of one.
        """
        where = f"{self.file_name} p.{self.page}" if self.file_name and self.page else self.file_name or ""
        source = f" [{where}]" if where else ""
        source += self.outdated_note(zone, language)
        place = f" (#{self.channel_name})" if placed else ""
        said = f"{self.time.astimezone(zone):%Y-%m-%d %H:%M} {self.author}{place}{source}"
        told = dated(self.excerpt, self.time, zone=zone, language=language)
        return " ".join(f"{said}: {told}".split())

    def outdated_note(self, zone: tzinfo, language: Language) -> str:
        """That a newer message replaced it, in brackets after a space; empty when none did."""
        if self.outdated_by is None:
            return ""
        when = f"{self.outdated_by.time.astimezone(zone):%Y-%m-%d %H:%M}"
        return f" ({say('outdated', language, when=when)})"

    def citation(self) -> Citation:
        """As a numbered source."""
        quote = self.excerpt
        return Citation(
            n=self.n,
            record_id=RecordId(self.message_id),
            quote=quote if len(quote) <= _QUOTE_CHARS else quote[: _QUOTE_CHARS - 1] + "…",
            author=self.author,
            channel_name=self.channel_name,
            time=self.time,
            permalink=self.permalink,
            file_id=RecordId(self.file_id) if self.file_id else None,
            file_name=self.file_name,
            page=self.page,
            outdated_by=RecordId(self.outdated_by.record_id) if self.outdated_by else None,
        )


def excerpt_of(text: str, question: str) -> str:
    """What of ``text`` matters for a question, on one line."""
    return excerpt(text, frozenset(terms(question[:_QUESTION_CHARS])), limit=_ITEM_CHARS)


async def describe(
    database: Database, found: Sequence[ScoredPassage], *, question: str, besides: str | None = None
) -> list[Evidence]:
    """Name the people, channels and files of found passages, in the order given, numbered from 1.

    Left out: what was deleted or moved to another channel since it was indexed, questions put to the bot earlier, and
    the record ``besides``, the question that is being answered.
    """
    async with database.read() as connection:
        return await connection.run_sync(
            lambda sync: _describe(Session(sync), found, frozenset(terms(question[:_QUESTION_CHARS])), besides)
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """How many tokens the records of a prompt may take, and how they are counted as written there."""

    tokens: int
    count: Callable[[str], Awaitable[int]]
    zone: tzinfo = UTC
    language: Language = "en"

    async def cost(self, item: Evidence) -> int:
        """Tokens of one record."""
        return await self.count(item.as_record(self.zone, self.language)) + _A_LINE


async def with_neighbours(
    database: Database, evidence: Sequence[Evidence], *, budget: Budget, besides: str | None = None
) -> list[Evidence]:
    """The best hits with the lines beside them, then the other hits, as far as the budget reaches."""
    async with database.read() as connection:
        near = await connection.run_sync(
            lambda sync: _neighbours(
                Session(sync), [item for item in evidence[:_EXPANDED_HITS] if item.kind == "message"], besides
            )
        )
    chosen: dict[str, Evidence] = {}
    spent = 0
    candidates = [*evidence[:_EXPANDED_HITS], *near, *evidence[_EXPANDED_HITS:]]
    for item in candidates:
        key = f"{item.record_id}#{item.chunk}"
        if key in chosen:
            continue
        cost = await budget.cost(item)
        if chosen and spent + cost > budget.tokens:
            continue
        chosen[key] = item
        spent += cost
    return [replace(item, n=number) for number, item in enumerate(chosen.values(), start=1)]


def cited_first(evidence: Sequence[Evidence], cited: Sequence[int]) -> list[Evidence]:
    """The cited passages in the order of their numbers in ``cited``, then the others; numbered anew from 1."""
    by_number = {item.n: item for item in evidence}
    order = [*cited, *(n for n in by_number if n not in set(cited))]
    return [replace(by_number[n], n=number) for number, n in enumerate(order, start=1)]


def _describe(
    session: Session, found: Sequence[ScoredPassage], wanted: frozenset[str], besides: str | None
) -> list[Evidence]:
    files = _files(session, [str(hit.passage.file_id) for hit in found if hit.passage.file_id])
    links = _links(session, [str(hit.passage.record_id) for hit in found if hit.passage.kind == "link"])
    message_of = {}
    for hit in found:
        file = files.get(str(hit.passage.file_id))
        record_id = str(hit.passage.record_id)
        message_of[hit.passage.point_id] = file.record_id if file else links.get(record_id, record_id)
    messages = _messages(session, set(message_of.values()))
    asked = {*_questions(session, message_of.values()), besides}
    evidence: list[Evidence] = []
    for hit in found:
        message_id = message_of[hit.passage.point_id]
        file = files.get(str(hit.passage.file_id)) if hit.passage.file_id else None
        known = messages.get(message_id)
        if known is None or message_id in asked or (hit.passage.file_id and file is None):
            continue
        channel_id, permalink, author, channel = known
        if channel_id != hit.passage.channel_id:
            continue
        evidence.append(
            Evidence(
                n=len(evidence) + 1,
                record_id=str(hit.passage.record_id),
                message_id=message_id,
                channel_id=str(hit.passage.channel_id),
                channel_name=channel,
                author=author,
                time=hit.passage.sent_at,
                text=hit.passage.text,
                excerpt=excerpt(hit.passage.text, wanted, limit=_ITEM_CHARS),
                kind=hit.passage.kind,
                permalink=permalink,
                chunk=hit.passage.chunk,
                file_id=file.file_id if file else None,
                file_name=file.name if file else None,
                page=hit.passage.page,
                score=hit.score,
                signals=tuple((name, round(value, 4)) for name, value in hit.signals.items()),
            )
        )
    return evidence


def _neighbours(session: Session, hits: Sequence[Evidence], besides: str | None) -> list[Evidence]:
    placed = {
        place.spoken.record_id: place for place in place_with_neighbours(session, [hit.record_id for hit in hits])
    }
    beside = {hit.record_id: _beside(session, hit, placed) for hit in hits}
    near_ids = [near.record_id for lines in beside.values() for near in lines]
    questions = {*_questions(session, near_ids), besides}
    permalinks = permalinks_of(session, near_ids)
    return [
        spoken_evidence(near, permalink=permalinks.get(near.record_id), found_by=hit)
        for hit in hits
        for near in beside[hit.record_id]
        if near.record_id not in questions
    ]


def spoken_evidence(said: Spoken, *, permalink: str | None, found_by: Evidence) -> Evidence:
    """A message that no search found, but what it has to do with a result of the same channel."""
    return replace(
        found_by,
        record_id=said.record_id,
        message_id=said.record_id,
        author=said.author,
        time=said.sent_at,
        text=said.text,
        excerpt=excerpt(said.text, frozenset(), limit=_ITEM_CHARS),
        permalink=permalink,
        chunk=0,
        score=0.0,
        also_in=(),
        outdated_by=None,
    )


def permalinks_of(session: Session, record_ids: Iterable[str]) -> dict[str, str | None]:
    """The links to messages."""
    rows = session.execute(
        select(MessageRow.record_id, MessageRow.permalink).where(MessageRow.record_id.in_(set(record_ids)))
    )
    return dict(rows.all())


def _beside(session: Session, hit: Evidence, placed: Mapping[str, Placed]) -> list[Spoken]:
    """The lines before and after a hit in its conversation, or where it has none in its thread or channel."""
    place = placed.get(hit.record_id)
    if place is None:
        return []
    exchange = exchange_of(session, hit.record_id) if place.spoken.thread_id is None else None
    if exchange is None:
        lines = (place.surroundings.neighbours.get(offset) for offset in (-1, 1))
        return [placed[line.record_id].spoken for line in lines if line is not None and line.record_id in placed]
    wanted = [record_id for record_id in (exchange.before, exchange.after) if record_id is not None]
    here = talk_statement().where(MessageRow.record_id.in_(wanted), MessageRow.channel_id == place.spoken.channel_id)
    return sorted(spoken_messages(session, here), key=lambda near: (near.sent_at, near.record_id))


def _questions(session: Session, record_ids: Iterable[str]) -> set[str]:
    """Which of these messages were questions put to the bot: they ask, they do not tell."""
    asked = (
        select(MessageRow.record_id, MessageRow.text)
        .join(AnswerRow, AnswerRow.question_record_id == MessageRow.record_id)
        .where(MessageRow.record_id.in_(set(record_ids)))
    )
    return {record_id for record_id, text in session.execute(asked) if not tells(text)}


def _files(session: Session, file_ids: Sequence[str]) -> dict[str, FileRow]:
    if not file_ids:
        return {}
    rows = session.scalars(select(FileRow).where(FileRow.file_id.in_(file_ids), FileRow.removed_at.is_(None)))
    return {row.file_id: row for row in rows}


def _links(session: Session, link_ids: Sequence[str]) -> dict[str, str]:
    """The messages of living links."""
    if not link_ids:
        return {}
    rows = session.execute(select(LinkRow.link_id, LinkRow.record_id).where(LinkRow.link_id.in_(link_ids)))
    return dict(rows.all())


def _messages(session: Session, record_ids: set[str]) -> dict[str, tuple[str, str | None, str, str]]:
    """Channel id, permalink, author and channel of the living ones."""
    rows = session.execute(
        select(MessageRow.record_id, ChannelRow.channel_id, MessageRow.permalink, PersonRow.name, ChannelRow.name)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
        .where(MessageRow.record_id.in_(record_ids), MessageRow.deleted_at.is_(None))
    )
    return {
        record_id: (place, permalink, author or "", channel) for record_id, place, permalink, author, channel in rows
    }
