"""The page of categories: their names, meaning and order, each change with its effect told before it is saved."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.archive.archivist import Archivist
from bot.archive.category_preview import MOST_LOOKED_AT, CategoryPreviews, Definition, sort_again
from bot.archive.indexer import Indexer
from bot.desk.body import Body, Identifier, Line, Text, checked
from bot.desk.route import DeskRequest, Outcome, Route
from bot.errors import BadInput, Language, NotFound
from bot.truth.categories import (
    MOST_CATEGORIES,
    add_category,
    archive_category,
    bring_back_category,
    known_categories,
    order_categories,
    rename_category,
    restore_category,
)
from bot.truth.category_counts import records_by_category
from bot.truth.category_versions import CategoryVersion, versions_of
from bot.truth.database import Database
from bot.truth.tables import CategoryRow, CategoryVersionRow
from knowledge.categories import STARTING_IDS

T = TypeVar("T")
_SLUG = re.compile(r"[^a-z0-9]+")
_ARCHIVED: dict[Language, str] = {
    "zh": "这个分类已归档，先恢复再修改",
    "en": "this category is archived; bring it back first",
}


class _New(Body):
    name_zh: Line
    name_en: Line
    description: Text = ""


class _Changed(Body):
    name_zh: Line | None = None
    name_en: Line | None = None
    description: Text | None = None
    archived: bool | None = None
    sort_again: Annotated[int, Field(ge=0, le=MOST_LOOKED_AT)] = 0
    """So many of the latest messages are looked at once more."""


class _Order(Body):
    ids: list[Identifier]


class _Restored(Body):
    version_id: int


class _Preview(Body):
    category_id: Identifier | None = None
    name_zh: Line | None = None
    name_en: Line | None = None
    description: Text | None = None
    archived: bool | None = None
    latest: Annotated[int, Field(ge=1, le=MOST_LOOKED_AT)] = 200


class CategoriesPart:
    """``categories``: listed, added, changed, ordered and taken back; ``category-preview``: what a change would do."""

    def __init__(self, database: Database, indexer: Indexer, archivist: Archivist) -> None:
        self._database = database
        self._archivist = archivist
        self._previews = CategoryPreviews(database, indexer)

    def routes(self) -> Sequence[Route]:
        """All of them."""
        one = "categories/{category_id}"
        return [
            Route(method="GET", path="categories", handler=self._listed),
            Route(method="POST", path="categories", handler=self._add, action="category_added"),
            Route(method="PUT", path="category-order", handler=self._order, action="categories_ordered"),
            Route(method="GET", path="category-preview", handler=self._preview),
            Route(method="GET", path=f"{one}/versions", handler=self._versions),
            Route(method="PUT", path=one, handler=self._change, action="category_changed"),
            Route(method="PUT", path=f"{one}/version", handler=self._restore, action="category_restored"),
        ]

    async def _listed(self, _: DeskRequest) -> Outcome:
        def read(session: Session) -> list[dict[str, Any]]:
            records = records_by_category(session)
            kept = select(CategoryVersionRow.category_id, func.count()).group_by(CategoryVersionRow.category_id)
            versions: dict[str, int] = dict(list(session.execute(kept)))
            return [
                _category_json(row)
                | {"records": records.get(row.category_id, 0), "versions": versions.get(row.category_id, 0)}
                for row in known_categories(session, archived=True)
            ]

        return Outcome(body={"categories": await self._read(read), "most": MOST_CATEGORIES})

    async def _versions(self, request: DeskRequest) -> Outcome:
        category_id = request.path["category_id"]
        found = await self._read(lambda session: versions_of(session, category_id))
        return Outcome(body={"versions": [_version_json(one) for one in found]})

    async def _add(self, request: DeskRequest) -> Outcome:
        body = checked(_New, request.body)

        def add(session: Session) -> dict[str, Any]:
            taken = {row.category_id for row in known_categories(session, archived=True)}
            row = add_category(
                session,
                _new_id(body.name_en, taken),
                name_zh=body.name_zh,
                name_en=body.name_en,
                description=body.description,
                by=request.operator.name,
            )
            return _category_json(row)

        added = await self._write(add)
        return Outcome(body=added, target=added["id"])

    async def _change(self, request: DeskRequest) -> Outcome:
        body, category_id, by = checked(_Changed, request.body), request.path["category_id"], request.operator.name

        def change(session: Session) -> dict[str, Any]:
            row = _row(session, category_id)
            if row.archived:
                if body.archived is not False:
                    raise BadInput(_ARCHIVED[request.language])
                bring_back_category(session, category_id, by=by)
            new = {"name_zh": body.name_zh, "name_en": body.name_en, "description": body.description}
            if any(value is not None and value != getattr(row, name) for name, value in new.items()):
                rename_category(session, category_id, **new, by=by)
            if body.archived:
                archive_category(session, category_id, by=by)
            sort_again(session, body.sort_again)
            return _category_json(_row(session, category_id))

        changed = await self._write(change)
        self._archivist.wake()
        names = sorted(body.model_fields_set - {"sort_again"})
        detail = {"changed": names, "archived": changed["archived"], "sorted_again": body.sort_again}
        return Outcome(body=changed, target=category_id, detail=detail)

    async def _order(self, request: DeskRequest) -> Outcome:
        ids = checked(_Order, request.body).ids
        await self._write(lambda session: order_categories(session, ids, by=request.operator.name))
        return Outcome(body={"ids": ids}, detail={"categories": len(ids)})

    async def _restore(self, request: DeskRequest) -> Outcome:
        category_id, version_id = request.path["category_id"], checked(_Restored, request.body).version_id
        restored = await self._write(
            lambda session: _category_json(restore_category(session, category_id, version_id, by=request.operator.name))
        )
        return Outcome(body=restored, target=category_id, detail={"version": version_id})

    async def _preview(self, request: DeskRequest) -> Outcome:
        query = checked(_Preview, request.query)

        def proposed(session: Session) -> Definition:
            if query.category_id is None:
                taken = {row.category_id for row in known_categories(session, archived=True)}
                row = CategoryRow(
                    category_id=_new_id(query.name_en or "", taken),
                    name_zh="",
                    name_en="",
                    description="",
                    archived=False,
                )
            else:
                row = _row(session, query.category_id)
            return Definition(
                category_id=row.category_id,
                name_zh=query.name_zh or row.name_zh,
                name_en=query.name_en or row.name_en,
                description=row.description if query.description is None else query.description,
                archived=row.archived if query.archived is None else query.archived,
            )

        preview = await self._previews.of(await self._read(proposed), latest=query.latest, language=request.language)
        return Outcome(
            body={
                "looked_at": preview.looked_at,
                "changed": preview.changed,
                "examples": preview.examples,
                "counts": {name: {"before": was, "after": will} for name, (was, will) in preview.counts.items()},
                "records": [{**asdict(one), "sent_at": one.sent_at.isoformat()} for one in preview.records],
            }
        )

    async def _read(self, work: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))

    async def _write(self, work: Callable[[Session], T]) -> T:
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync, expire_on_commit=False)))


def _row(session: Session, category_id: str) -> CategoryRow:
    for row in known_categories(session, archived=True):
        if row.category_id == category_id:
            return row
    raise NotFound(category_id)


def _new_id(name_en: str, taken: set[str]) -> str:
    """An id made of the English name; numbered where it is taken, since those of archived categories stay."""
    plain = _SLUG.sub("-", name_en.casefold()).strip("-")[:40]
    base = plain or f"category-{hashlib.sha256(name_en.encode()).hexdigest()[:6]}"
    return next(
        candidate
        for candidate in (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
        if candidate not in taken
    )


def _category_json(row: CategoryRow) -> dict[str, Any]:
    return {
        "id": row.category_id,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "description": row.description,
        "archived": row.archived,
        "shipped": row.category_id in STARTING_IDS,
    }


def _version_json(one: CategoryVersion) -> Mapping[str, Any]:
    return {**asdict(one), "changed_at": one.changed_at.isoformat()}
