"""The SQL database: opening, migrating, transactions."""

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Insert, event, inspect, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_only

from bot.errors import TruthUnavailable
from bot.truth.sqlite_connection import TruthConnection
from bot.truth.write_turn import WriteTurn

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 871_000
_SCRUB_ATTEMPTS = 5
_LONGEST_WAIT_SECONDS = 30.0
"""For another process that writes."""
_PRIMARY_CODE = 0xFF
"""The bits of an extended result code of SQLite that say what it is; the others say of which kind."""
NOTED = "noted"
"""Key in the ``info`` of a connection whose transaction notes something in the intake."""
HEAD = "0007"
"""The newest migration; a test keeps it so. Most starts only compare it and need no migration machinery."""


@dataclass(slots=True)
class Along:
    """A row that goes with the next change of whoever set it in ``ALONG``; ``key`` once both are committed."""

    statement: Insert
    key: int | None = None


ALONG: ContextVar[Along | None] = ContextVar("along", default=None)


class Database:
    """The truth: SQLite in WAL mode, or PostgreSQL by URL.

    ``async with database.begin() as connection`` is one transaction; a SQLite writer takes the write lock at once,
    so that two processes wait for each other instead of failing half-way.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._is_sqlite = parsed.get_backend_name() == "sqlite"
        if self._is_sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        self._write_turn = WriteTurn()
        self.noted = asyncio.Event()
        """Set once a transaction is committed that noted something in the intake; who looks there clears it."""
        # Parameters hold words of messages and tokens, and errors end in logs.
        self._engine: AsyncEngine = create_async_engine(
            url,
            pool_pre_ping=not self._is_sqlite,
            hide_parameters=True,
            connect_args={"factory": TruthConnection} if self._is_sqlite else {},
        )
        if self._is_sqlite:
            event.listen(self._engine.sync_engine, "connect", _configure_sqlite)

    @property
    def is_sqlite(self) -> bool:
        """True for the default database."""
        return self._is_sqlite

    async def migrate(self) -> None:
        """Bring the schema to the newest version; raises ``TruthUnavailable``.

        Several processes may do this at once: the first one migrates, the others wait and find it done.
        """
        try:
            async with self._engine.connect() as connection:
                if await connection.run_sync(_revision) == HEAD:
                    return
            async with self.begin() as connection:
                await connection.run_sync(_upgrade)
        except (SQLAlchemyError, OSError) as error:
            raise TruthUnavailable(_reason(error)) from error

    @asynccontextmanager
    async def begin(self, *, urgent: bool = False) -> AsyncIterator[AsyncConnection]:
        """One writing transaction: committed on success, rolled back on any exception.

        ``urgent`` ones come before others that wait to write; only for what is short and cannot wait.
        """
        async with AsyncExitStack() as stack:
            if self._is_sqlite:
                await stack.enter_async_context(self._write_turn.taken(urgent=urgent))
            connection = await stack.enter_async_context(self._engine.connect())
            if self._is_sqlite:
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.info.pop(NOTED, None)
            try:
                yield connection
            except BaseException:
                await connection.rollback()
                raise
            along, key = ALONG.get(), None
            if along is not None and along.key is None:
                (key,) = (await connection.execute(along.statement)).inserted_primary_key or (None,)
            await connection.commit()
            if along is not None and key is not None:
                along.key = key
            if connection.info.pop(NOTED, False):
                self.noted.set()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One reading transaction: with SQLite everything read in it is of one moment."""
        async with self._engine.connect() as connection:
            if self._is_sqlite:
                await connection.exec_driver_sql("BEGIN")
            yield connection

    async def scrub(self) -> bool:
        """Empty SQLite's log, in which former pages can be read until then; False for other databases.

        What is deleted in the database file itself is overwritten at once. Raises ``TruthUnavailable`` when a reader
        holds on to the log.
        """
        if not self._is_sqlite:
            return False
        for _ in range(_SCRUB_ATTEMPTS):
            async with self._engine.connect() as connection:
                busy = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).scalar()
            if not busy:
                return True
            await asyncio.sleep(0.2)
        raise TruthUnavailable("its log is in use", hint="Run the command again.")

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _configure_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # WAL + FULL: a committed transaction survives power loss, which is what "acknowledged" means.
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_LONGEST_WAIT_SECONDS * 1000:.0f}")
    _use_wal(cursor)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-32000",
        "secure_delete=ON",  # what is deleted is overwritten, not only marked as free
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _use_wal(cursor: DBAPICursor) -> None:
    """Where several open a new file at once, SQLite refuses all but one without waiting: each would wait for the others
    to stop reading (https://www.sqlite.org/c3ref/busy_handler.html).
    """
    give_up = time.monotonic() + _LONGEST_WAIT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            await_only(asyncio.sleep(random.uniform(0.01, 0.05)))  # noqa: S311 - jitter
        else:
            return


def _revision(connection: Connection) -> str | None:
    """The stored version of the schema; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("select version_num from alembic_version"))
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command  # a third of a second, and most starts have nothing to migrate
    from alembic.config import Config
    from alembic.util.exc import CommandError

    if connection.dialect.name != "sqlite":
        # SQLite's writer has the lock already; elsewhere it is this one, given back with the transaction.
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise TruthUnavailable(
            f"its version {_revision(connection)!r} is not known here",
            hint="A newer release of Shiguang made it: start that one, or restore a backup.",
        ) from error


def _reason(error: BaseException) -> str:
    # The class alone: driver messages may hold the URL with its password.
    origin = getattr(error, "orig", None) or error
    return type(origin).__name__
