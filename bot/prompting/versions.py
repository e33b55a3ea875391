"""The team's own prompts: drafts, the one in force, former ones. A running server follows them within seconds."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, TypeVar

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.errors import BadInput, Language, NotFound
from bot.prompts import OwnTexts, PromptKey, PromptText, shipped_prompts, use_own_texts
from bot.truth.database import Database
from bot.truth.tables import PromptVersionRow

T = TypeVar("T")
_log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 2.0
"""How soon a server uses what another process has put in force."""
MOST_VERSIONS: Final = 200
"""Of a prompt in a language: more than anybody reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptVersion:
    """A text of the team's own, with who wrote it and since when it has been in force."""

    version: str
    name: str
    language: Language
    text: str
    state: Literal["draft", "in_force", "retired"]
    created_at: datetime
    created_by: str
    activated_at: datetime | None
    retired_at: datetime | None


class PromptVersions:
    """Keeps the team's own prompts and puts them in force, in this process at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stamp: object = None

    async def of(self, key: PromptKey) -> Sequence[PromptVersion]:
        """Every version of a prompt in a language, the newest first."""
        name, language = key
        statement = (
            select(PromptVersionRow)
            .where(PromptVersionRow.name == name, PromptVersionRow.language == language)
            .order_by(PromptVersionRow.created_at.desc(), PromptVersionRow.version.desc())
        )
        return await self._read(lambda session: [_version(row) for row in session.scalars(statement)])

    async def save(self, key: PromptKey, text: str, *, by: str) -> PromptVersion:
        """Keep a text as a draft, whose name tells its number; nobody is answered with it yet.

        The text must have passed ``bot.prompting.needs``. Raises ``BadInput`` when there are too many versions.
        """
        name, language = key

        def store(session: Session) -> PromptVersion:
            mine = select(PromptVersionRow.version).where(
                PromptVersionRow.name == name, PromptVersionRow.language == language
            )
            numbers = [int(version.rpartition("-")[2]) for version in session.scalars(mine)]
            if len(numbers) >= MOST_VERSIONS:
                raise BadInput(f"{name} ({language}): {MOST_VERSIONS}")
            row = PromptVersionRow(
                version=f"{name}-{language}-custom-{max(numbers, default=0) + 1}",
                name=name,
                language=language,
                text=text.strip(),
                created_at=datetime.now(UTC),
                created_by=by,
            )
            session.add(row)
            session.flush()
            return _version(row)

        return await self._write(store)

    async def put_in_force(self, key: PromptKey, version: str) -> None:
        """From the next question on this counts: a draft, a former one, or the shipped one; the other is kept.

        Raises ``NotFound`` for a version that is none of this prompt.
        """
        name, language = key
        shipped = shipped_prompts().get(key)
        if shipped is None:
            raise NotFound(name)

        def activate(session: Session) -> None:
            now = datetime.now(UTC)
            wanted = session.get(PromptVersionRow, version)
            is_own = wanted is not None and (wanted.name, wanted.language) == key
            if not is_own and version != shipped.version:
                raise NotFound(version)
            in_force = select(PromptVersionRow).where(
                PromptVersionRow.name == name,
                PromptVersionRow.language == language,
                PromptVersionRow.activated_at.is_not(None),
                PromptVersionRow.retired_at.is_(None),
            )
            for row in session.scalars(in_force):
                if row is not wanted:
                    row.retired_at = now
            if wanted is not None and is_own and (wanted.activated_at is None or wanted.retired_at is not None):
                wanted.activated_at, wanted.retired_at = now, None
            session.flush()

        await self._write(activate)
        await self.refresh()

    async def remove(self, version: str) -> None:
        """Throw a draft away; raises ``NotFound`` for what is no draft: others may be named by answers."""

        def drop(session: Session) -> None:
            row = session.get(PromptVersionRow, version)
            if row is None or row.activated_at is not None:
                raise NotFound(version)
            session.delete(row)
            session.flush()

        await self._write(drop)
        await self.refresh()

    async def refresh(self) -> bool:
        """Use what is in force by now; False when nothing has changed since the last look."""
        stamp = await self._read(_stamp)
        if stamp == self._stamp:
            return False
        rows = await self._read(lambda session: [_version(row) for row in session.scalars(select(PromptVersionRow))])
        use_own_texts(
            OwnTexts(
                in_force={
                    (row.name, row.language): PromptText(row.version, row.text)
                    for row in rows
                    if row.state == "in_force" and (row.name, row.language) in shipped_prompts()
                },
                kept=tuple(PromptText(row.version, row.text) for row in rows),
            )
        )
        self._stamp = stamp
        return True

    async def follow(self) -> None:
        """Until cancelled, use what another process puts in force."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.refresh()
            except Exception:  # noqa: BLE001 - the texts of before count until the database can be read again
                _log.warning("prompts could not be read", exc_info=True)

    async def _read(self, work: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))

    async def _write(self, work: Callable[[Session], T]) -> T:
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))


def _stamp(session: Session) -> tuple[object, ...]:
    """Changes whenever a text was written, put in force, retired or thrown away."""
    table = PromptVersionRow
    statement = select(
        func.count(), func.max(table.created_at), func.max(table.activated_at), func.max(table.retired_at)
    ).select_from(table)
    return tuple(session.execute(statement).one())


def _version(row: PromptVersionRow) -> PromptVersion:
    if row.activated_at is None:
        state: Literal["draft", "in_force", "retired"] = "draft"
    else:
        state = "in_force" if row.retired_at is None else "retired"
    return PromptVersion(
        version=row.version,
        name=row.name,
        language="zh" if row.language == "zh" else "en",
        text=row.text,
        state=state,
        created_at=row.created_at,
        created_by=row.created_by,
        activated_at=row.activated_at,
        retired_at=row.retired_at,
    )
