"""A small truth of use, written row by row, whose figures are counted by hand."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.truth.database import Database
from bot.truth.tables import (
    AnswerRow,
    ChannelRow,
    PairOfferRow,
    PersonRow,
    PreferenceRow,
    SignRow,
    StandardAnswerRow,
    StandardOfferRow,
    VerdictRow,
)
from tests.builders import START

ROWS = list[dict[str, Any]]


@asynccontextmanager
async def truth(folder: Path) -> AsyncIterator[Database]:
    """An empty, migrated database with a public, a private and two direct channels, and people."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'truth.db'}")
    await database.migrate()
    channels = {"launch": "public", "people": "private", "dm-ann": "direct", "dm-bo": "direct"}
    await write(
        database,
        ChannelRow,
        [
            {"channel_id": name, "platform": "console", "workspace_id": "w", "name": name, "visibility": visibility}
            | {"changed_at": START, "archived": False, "external": False}
            for name, visibility in channels.items()
        ],
    )
    names = ("ann", "bo", "cy")
    known = [{"person_id": name, "platform": "console", "name": name.title(), "changed_at": START} for name in names]
    await write(database, PersonRow, known)
    try:
        yield database
    finally:
        await database.close()


async def write(database: Database, table: type, rows: Iterable[dict[str, Any]]) -> None:
    """Rows of one table."""
    async with database.begin() as connection:
        for row in rows:
            await connection.execute(insert(table), [row])


def answer(
    answer_id: str, when: datetime, *, who: str | None = "ann", where: str | None = "launch", **more: Any
) -> Any:
    """A row of an answer; ``reason`` makes it an abstention."""
    return {
        "answer_id": answer_id, "asked_at": when, "channel_id": where, "person_id": who, "question": f"{answer_id}?",
        "language": "en", "text": "It is.", "abstained": "reason" in more, "model": "m", "prompt_version": "v",
        "trace": {}, "timings_ms": {},
    } | more  # fmt: skip


def verdict(answer_id: str, who: str, kind: str, when: datetime = START) -> dict[str, Any]:
    """A row of a verdict."""
    return {
        "answer_id": answer_id, "person_id": who, "kind": kind, "reasons": [], "comment": "", "judged_at": when,
    }  # fmt: skip


def sign(answer_id: str, who: str, kind: str, record_id: str = "") -> dict[str, Any]:
    """A row of a sign."""
    return {"answer_id": answer_id, "person_id": who, "kind": kind, "record_id": record_id, "seen_at": START}


def pick(chosen: str, other: str, when: datetime = START, where: str | None = "launch") -> dict[str, Any]:
    """A row of a pick."""
    return {
        "person_id": "ann", "pair": "|".join(sorted((chosen, other))), "chosen": chosen, "other": other,
        "first_shown": chosen, "channel_id": where, "preferred_at": when,
    }  # fmt: skip


async def fill(database: Database) -> None:
    """Twelve answers; what they come to is in ``test_adoption``."""
    day = timedelta(days=1)
    await write(
        database,
        AnswerRow,
        [
            answer("a1", START, first_token_ms=100, total_ms=1000),
            answer("a2", START, who="bo", first_token_ms=200, total_ms=2000),
            answer("a3", START + day, who="bo", reason="nothing_found", total_ms=300),
            answer("a4", START + day, who="cy", reason="not_in_records", total_ms=400),
            answer("a5", START + day, who="cy", standard_answer_id="s1"),
            answer("a6", START + day, where="people", withdrawn_at=START + 2 * day),
            answer("a7", START + 2 * day, where="dm-ann", reason="nothing_found"),
            answer("a8", START + 2 * day, where="dm-bo", who="bo"),
            answer("second", START, first_token_ms=900, total_ms=9000),
            answer("given", START, who="bo", standard_answer_id="s1"),
            answer("typed", START, where=None, who=None, reason="nothing_found"),
            answer("before", START - day, who="cy"),
            answer("after", START + 3 * day, who="cy"),
        ],
    )
    await write(
        database,
        PairOfferRow,
        [
            {"offer_id": "o1", "person_id": "ann", "channel_id": "launch", "first_answer_id": "a1"}
            | {"second_answer_id": "second", "unasked": True, "offered_at": START, "outcome": "picked"},
            {"offer_id": "o2", "person_id": "ann", "channel_id": "launch", "first_answer_id": "a2"}
            | {"second_answer_id": None, "unasked": True, "offered_at": START, "outcome": "open"},
        ],
    )
    standard = {"standard_answer_id": "s1", "question": "q?", "variants": [], "text": "It is.", "language": "en"}
    kept = {"proposed_by": "ann", "state": "approved", "proposed_at": START, "channel_ids": ["*"]}
    await write(database, StandardAnswerRow, [standard | kept])
    await write(
        database,
        StandardOfferRow,
        [{"answer_id": "a2", "standard_answer_id": "s1", "ended_at": None, "given_answer_id": "given"}],
    )
    await write(
        database,
        VerdictRow,
        [
            verdict("a1", "ann", "up"), verdict("a1", "bo", "down"), verdict("a2", "bo", "up"),
            verdict("a3", "bo", "down"), verdict("a5", "cy", "withdrawn"), verdict("a8", "bo", "up", START + 2 * day),
            verdict("typed", "ann", "down"),
        ],
    )  # fmt: skip
    await write(
        database,
        SignRow,
        [
            sign("a1", "ann", "opened", "m1"), sign("a1", "ann", "opened", "m2"), sign("a1", "bo", "opened", "m1"),
            sign("a2", "ann", "opened", "m1"), sign("a3", "bo", "asked_again"),
            sign("a4", "bo", "answered_by_person", "m3"),
            sign("a5", "ann", "shared"), sign("a5", "bo", "quoted", "m4"), sign("second", "ann", "opened", "m1"),
        ],
    )  # fmt: skip
    await write(database, PreferenceRow, [pick("second", "a1"), pick("typed", "a2", where=None)])
