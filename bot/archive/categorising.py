"""Giving records their categories when they are indexed, and learning from what people correct."""

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.archive.draft import Draft
from bot.archive.drafts import drafts_of, read_work
from bot.executor import Executor
from bot.truth.categories import assign, corrected, corrections_of, known_categories
from bot.truth.database import Database
from bot.truth.inbox import Lane
from bot.truth.tables import CategoryCorrectionRow, CategoryRow, MessageRow
from bot.truth.working_set import WorkingSet
from knowledge.categories import RULED, CategoryModel, Corrected, Head, Said, adjusted, by_kind, own_head, row_of
from knowledge.embedding import Embedder, Vectors
from knowledge.passage import Audience, PassageFilter
from knowledge.qdrant.schema import DENSE
from knowledge.qdrant.store import PassageStore

_LEARNT_FROM = 300
"""Corrections of a category that are learnt from, newest first."""
_USUAL = 200
"""Records that stand for all that nobody corrected."""
_CHOSEN_FROM = 4000
_SPREAD_FROM = 20
"""Corrections of a category, newest first, whose like is looked at once more."""
_LIKE_EACH = 25
_FRESH = timedelta(days=1)
_EMBEDDED_CHARS = 2000


_Correction = tuple[str, bool, datetime]
"""Record, whether it belongs to the category, and when that was said."""
_MESSAGES = PassageFilter(kinds=frozenset({"message"}))


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What is learnt from, read in one moment: drafts by record id, corrections by category, newest first."""

    categories: Sequence[tuple[str, str]]
    """Id and words of each living category."""
    corrections: Mapping[str, Sequence[_Correction]]
    drafts: Mapping[str, Draft]
    usual: Sequence[str]


class Categorising:
    """The team's category model. Before ``learn`` was called it is the model as shipped."""

    def __init__(self, database: Database, store: PassageStore, embedder: Embedder, executor: Executor) -> None:
        self._database = database
        self._store = store
        self._embedder = embedder
        self._executor = executor
        self._model: CategoryModel | None = None
        self._stamp: object = None
        self._learnt_at = 0.0

    async def give(self, drafts: Sequence[Draft], vectors: Mapping[str, Vectors]) -> dict[str, dict[str, float]]:
        """Write its categories into each draft's passage; returns what the model says by record, to be kept.

        All passages of a record have the categories of its first one. What people said counts before the model.
        """
        firsts = {str(draft.passage.record_id): draft for draft in drafts if draft.passage.chunk == 0}

        def read(session: Session) -> tuple[list[str], dict[str, dict[str, bool]]]:
            return [row.category_id for row in known_categories(session)], corrections_of(session, firsts)

        async with self._database.read() as connection:
            order, said = await connection.run_sync(lambda sync: read(Session(sync)))
        model = self._model if self._model is not None else await self._executor.run(self._shipped)
        given = await self._executor.run(_given, model.only(order), firsts, vectors)
        for draft in drafts:
            record_id = str(draft.passage.record_id)
            categories = corrected(given.get(record_id, {}), said.get(record_id, {}))
            draft.passage = replace(
                draft.passage, categories=tuple(category for category in order if category in categories)
            )
        return given

    async def keep(self, given: Mapping[str, Mapping[str, float]]) -> None:
        """Keep in the truth what the model said of these records."""
        if given:
            async with self._database.begin() as connection:
                await connection.run_sync(lambda sync: assign(Session(sync), given))

    async def compare(
        self, record_ids: Sequence[str], categories: Sequence[tuple[str, str]]
    ) -> dict[str, tuple[set[str], set[str]]]:
        """The categories of messages under the team's list as it is, and under another one that nobody has saved yet.

        ``categories`` are id and words of each category of the other list. People's corrections count in both.
        """

        def read(session: Session) -> tuple[_Evidence, _Evidence, dict[str, Draft], dict[str, dict[str, bool]]]:
            told = _drafts(session, record_ids)
            return _read_evidence(session), _read_evidence(session, categories), told, corrections_of(session, told)

        async with self._database.read() as connection:
            now, then, drafts, said = await connection.run_sync(lambda sync: read(Session(sync)))
        lines = {name: draft.line.spoken()[:_EMBEDDED_CHARS] for name, draft in drafts.items()}
        if not drafts:
            return {}
        vectors = dict(zip(lines, await self._embedder.embed_passages(list(lines.values())), strict=True))
        found: list[dict[str, set[str]]] = []
        for evidence in (now, then):
            learnt = await self._vectors(evidence) if evidence.corrections else {}
            heads = await self._executor.run(self._heads, evidence, learnt) if learnt else {}
            shipped = await self._executor.run(self._shipped)
            model = shipped.with_heads(heads).only([name for name, _ in evidence.categories])
            given = await self._executor.run(_given, model, drafts, vectors)
            known = {name for name, _ in evidence.categories}
            found.append({name: corrected(given.get(name, {}), said.get(name, {})) & known for name in drafts})
        return {name: (found[0][name], found[1][name]) for name in drafts}

    async def learn(self, *, spread: bool = True, pause: float = 0.0) -> int:
        """Learn when corrections or categories have changed since; returns 1, or 0 when there was nothing to learn.

        With ``spread``, uncorrected records that are like what was lately corrected are queued to be looked at again.
        ``pause`` is how many seconds must have passed since it last learnt.
        """
        if self._model is not None and time.monotonic() - self._learnt_at < pause:
            return 0
        async with self._database.read() as connection:
            stamp = await connection.run_sync(lambda sync: _stamp(Session(sync)))
            if stamp == self._stamp:
                return 0
            evidence = await connection.run_sync(lambda sync: _read_evidence(Session(sync)))
        heads: dict[str, Head] = {}
        if evidence.corrections:
            vectors = await self._vectors(evidence)
            heads = await self._executor.run(self._heads, evidence, vectors)
        self._model = (await self._executor.run(self._shipped)).with_heads(heads)
        self._stamp, self._learnt_at = stamp, time.monotonic()
        if spread and heads:
            like = await self._like_corrected([evidence.corrections[name] for name in heads], vectors)
            async with self._database.begin() as connection:
                await connection.run_sync(lambda sync: _queue(Session(sync), like))
        return 1

    def _shipped(self) -> CategoryModel:
        spec = self._embedder.spec
        return CategoryModel.shipped(spec.identity, spec.dimension)

    async def _vectors(self, evidence: _Evidence) -> dict[str, Vectors]:
        lines = {name: draft.line.spoken()[:_EMBEDDED_CHARS] for name, draft in evidence.drafts.items()}
        lines |= {f"category:{name}": words for name, words in evidence.categories if name in evidence.corrections}
        made = await self._embedder.embed_passages(list(lines.values()))
        return dict(zip(lines, made, strict=True))

    def _heads(self, evidence: _Evidence, vectors: Mapping[str, Vectors]) -> dict[str, Head]:
        """Heads of the categories of which enough is known."""
        model = self._shipped()
        rows = {name: row_of(_said(draft), vectors[name], model.dimension) for name, draft in evidence.drafts.items()}
        usual = [rows[name] for name in evidence.usual if name in rows]
        if not usual:
            return {}
        heads: dict[str, Head] = {}
        for name, corrections in evidence.corrections.items():
            if name in RULED:
                continue
            known = [Corrected(rows[record_id], present) for record_id, present, _ in corrections if record_id in rows]
            if name in model.heads:
                head = adjusted(model.heads[name], known, np.stack(usual))
            else:
                head = own_head(vectors[f"category:{name}"].astype(np.float64), known, np.stack(usual))
            if head is not None:
                heads[name] = head
        return heads

    async def _like_corrected(
        self, corrections: Sequence[Sequence[_Correction]], vectors: Mapping[str, Vectors]
    ) -> set[str]:
        fresh = datetime.now(UTC) - _FRESH
        like: set[str] = set()
        for record_id, _, at in (one for some in corrections for one in some[:_SPREAD_FROM]):
            if at >= fresh and record_id in vectors:
                found = await self._store.nearest(
                    DENSE, vectors[record_id].tolist(), audience=Audience.operator(), where=_MESSAGES, limit=_LIKE_EACH
                )
                like.update(str(hit.passage.record_id) for hit in found)
        return like


def _given(
    model: CategoryModel, firsts: Mapping[str, Draft], vectors: Mapping[str, Vectors]
) -> dict[str, dict[str, float]]:
    by_rule = {record_id: by_kind(draft.passage.kind) for record_id, draft in firsts.items()}
    told = {record_id: draft for record_id, draft in firsts.items() if by_rule[record_id] is None}
    given = model.give(
        [_said(draft) for draft in told.values()], [vectors[draft.line.record_id] for draft in told.values()]
    )
    return {record_id: rule for record_id, rule in by_rule.items() if rule is not None} | dict(
        zip(told, given, strict=True)
    )


def _said(draft: Draft) -> Said:
    surroundings = draft.surroundings
    if surroundings is None:
        return Said(text=draft.line.text, author=draft.line.author)
    before = [surroundings.neighbours[offset] for offset in sorted(surroundings.neighbours) if offset < 0]
    head = surroundings.head
    return Said(
        text=draft.line.text,
        author=draft.line.author,
        before=tuple((line.author, line.text) for line in before),
        head=(head.author, head.text) if head is not None and head.record_id != draft.passage.record_id else None,
    )


def _queue(session: Session, record_ids: Iterable[str]) -> None:
    work = WorkingSet(session)
    for record_id in record_ids:
        work.index(record_id, Lane.IMPORT)
    session.flush()


def _stamp(session: Session) -> tuple[object, ...]:
    """Changes whenever corrections or categories do."""
    corrections = select(func.count(), func.max(CategoryCorrectionRow.corrected_at)).select_from(CategoryCorrectionRow)
    categories = select(func.count(), func.max(CategoryRow.changed_at)).select_from(CategoryRow)
    return (*session.execute(corrections).one(), *session.execute(categories).one())


def words_of(row: CategoryRow) -> str:
    """What a category is about, as a model reads it."""
    return f"{row.name_zh} {row.name_en}: {row.description}"


def _read_evidence(session: Session, categories: Sequence[tuple[str, str]] | None = None) -> _Evidence:
    """Of the team's categories, or of other ones."""
    if categories is None:
        categories = [(row.category_id, words_of(row)) for row in known_categories(session)]
    corrections = {
        category_id: [
            (row.record_id, row.present, row.corrected_at)
            for row in session.scalars(
                select(CategoryCorrectionRow)
                .where(CategoryCorrectionRow.category_id == category_id)
                .order_by(CategoryCorrectionRow.corrected_at.desc(), CategoryCorrectionRow.record_id)
                .limit(_LEARNT_FROM)
            )
        ]
        for category_id, _ in categories
    }
    corrections = {category_id: found for category_id, found in corrections.items() if found}
    if not corrections:
        return _Evidence(categories, {}, {}, [])
    recent = (
        select(MessageRow.record_id)
        .where(MessageRow.deleted_at.is_(None), MessageRow.system.is_(False), MessageRow.answer_id.is_(None))
        .order_by(MessageRow.sent_at.desc())
        .limit(_CHOSEN_FROM)
    )
    named = {record_id for found in corrections.values() for record_id, _, _ in found}
    others = sorted(set(session.scalars(recent)) - named)
    usual = random.Random(0).sample(others, min(_USUAL, len(others)))  # noqa: S311 - a fair choice, no secret
    return _Evidence(categories, corrections, _drafts(session, [*named, *usual]), usual)


def _drafts(session: Session, record_ids: Iterable[str]) -> dict[str, Draft]:
    wanted = set(record_ids)
    found = {
        str(draft.passage.record_id): draft
        for draft in drafts_of(read_work(session, sorted(wanted)))
        if draft.passage.chunk == 0 and draft.passage.kind == "message"
    }
    return {record_id: draft for record_id, draft in found.items() if record_id in wanted}
