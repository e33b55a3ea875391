"""What ``categories`` and ``topics`` do."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import typer
from sqlalchemy.orm import Session

from bot.application import open_application
from bot.archive.lock import ArchivistLock
from bot.archive.topics import find_topics, known_topics
from bot.cli.filters import people_named
from bot.cli.output import ERR, OUT, print_json
from bot.errors import Language
from bot.executor import Executor
from bot.language import system_language
from bot.settings import load_settings
from bot.truth.categories import (
    add_category,
    archive_category,
    correct,
    find_category,
    known_categories,
    rename_category,
)
from bot.truth.category_counts import records_by_category
from bot.truth.database import Database
from bot.truth.tables import CategoryRow

T = TypeVar("T")

_OPERATOR = "operator"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TEXTS: dict[str, dict[Language, str]] = {
    "added": {
        "zh": "已添加；有人把 3 条以上记录归入后，会自动归类相似的记录",
        "en": "added; it is given to others once people have put 3 records into it",
    },
    "renamed": {"zh": "已改名", "en": "renamed"},
    "archived": {"zh": "已归档；记录上的人工归类会保留", "en": "archived; what people said about records is kept"},
    "corrected": {"zh": "已改正", "en": "corrected"},
    "archived_mark": {"zh": "（已归档）", "en": " (archived)"},
    "no_topics": {"zh": "还没有找到话题：shiguang topics refresh", "en": "no topics yet: shiguang topics refresh"},
}


async def show_categories(*, archived: bool, as_json: bool) -> None:
    """Print the team's categories."""

    def read(session: Session) -> list[dict[str, Any]]:
        counts = records_by_category(session)
        return [
            _category_json(row) | {"records": counts.get(row.category_id, 0)}
            for row in known_categories(session, archived=archived)
        ]

    found = await _in_truth(read, writes=False)
    if as_json:
        print_json({"categories": found})
        return
    for row in found:
        mark = _TEXTS["archived_mark"][system_language()] if row["archived"] else ""
        head = f"{row['id']:<14} {row['name_zh']} / {row['name_en']}{mark}"
        OUT.print(f"{head:<44} {row['records']:>7,}  {row['description']}", markup=False)


async def add_one(category_id: str, *, name_zh: str | None, name_en: str | None, meaning: str | None) -> None:
    """Add a category; a missing name is taken from the other one."""
    if not _ID.fullmatch(category_id):
        raise typer.BadParameter(f"{category_id!r}: small letters, digits, hyphen and underscore", param_hint="id")
    plain = category_id.replace("_", " ").replace("-", " ")
    await _in_truth(
        lambda session: add_category(
            session,
            category_id,
            name_zh=name_zh or name_en or plain,
            name_en=name_en or plain,
            description=meaning or "",
        )
    )
    _say("added")


async def rename_one(category: str, *, name_zh: str | None, name_en: str | None, meaning: str | None) -> None:
    """Rename a category."""
    await _in_truth(
        lambda session: rename_category(session, category, name_zh=name_zh, name_en=name_en, description=meaning)
    )
    _say("renamed")


async def archive_one(category: str) -> None:
    """Archive a category."""
    await _in_truth(lambda session: archive_category(session, category))
    _say("archived")


async def correct_one(record_id: str, category: str, *, present: bool, as_user: str | None) -> None:
    """Correct a record, and wait until the searched archive follows."""
    async with open_application(load_settings()) as application:
        people = await people_named(application.database, as_user, "--as")
        if len(people) > 1:
            raise typer.BadParameter(f"{as_user!r} names {len(people)} people; use an id", param_hint="--as")
        person_id = next(iter(people), _OPERATOR)

        def write(session: Session) -> None:
            category_id = find_category(session, category).category_id
            correct(session, record_id, category_id, present=present, person_id=person_id, at=datetime.now(UTC))

        async with application.database.begin() as connection:
            await connection.run_sync(lambda sync: write(Session(sync)))
        lock = ArchivistLock(application.settings.home)
        if lock.acquire():
            # No server does it. The rest of what waits is the next server's.
            try:
                await application.indexer.learn()
                await application.indexer.index_records([record_id])
            finally:
                lock.release()
    _say("corrected")


async def show_topics(*, as_json: bool) -> None:
    """Print the topics."""
    found = await _in_truth(known_topics, writes=False)
    if as_json:
        print_json(
            {
                "topics": [
                    {"id": one.topic_id, "label": one.label, "words": list(one.words), "records": one.records}
                    for one in found
                ]
            }
        )
        return
    if not found:
        _say("no_topics")
    for one in found:
        OUT.print(f"{one.records:>7,}  {one.label}", markup=False)


async def refresh_topics(*, as_json: bool) -> None:
    """Find topics again, and print them."""
    async with open_application(load_settings()) as application:
        with ERR.status("topics"):
            executor = Executor("topics", threads=1)
            try:
                await find_topics(application.database, application.store, executor)
            finally:
                executor.close()
    await show_topics(as_json=as_json)


def _category_json(row: CategoryRow) -> dict[str, Any]:
    return {
        "id": row.category_id,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "description": row.description,
        "archived": row.archived,
    }


async def _in_truth(work: Callable[[Session], T], *, writes: bool = True) -> T:
    """Run on the database alone: no model is loaded for this."""
    database = Database(load_settings().truth_url)
    try:
        await database.migrate()
        async with database.begin() if writes else database.read() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync, expire_on_commit=False)))
    finally:
        await database.close()


def _say(key: str) -> None:
    ERR.print(_TEXTS[key][system_language()])
