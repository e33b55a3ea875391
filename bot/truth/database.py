"""The SQL database: opening, migrating, transactions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import TruthUnavailable

_MIGRATIONS = Path(__file__).parent / "migrations"


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
        self._engine: AsyncEngine = create_async_engine(url, pool_pre_ping=not self._is_sqlite)
        if self._is_sqlite:
            event.listen(self._engine.sync_engine, "connect", _configure_sqlite)

    @property
    def is_sqlite(self) -> bool:
        """True for the default database."""
        return self._is_sqlite

    async def migrate(self) -> None:
        """Bring the schema to the newest version; raises ``TruthUnavailable``."""
        try:
            async with self._engine.begin() as connection:
                await connection.run_sync(_upgrade)
        except (SQLAlchemyError, OSError) as error:
            raise TruthUnavailable(_reason(error)) from error

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """One writing transaction: committed on success, rolled back on any exception."""
        async with self._engine.connect() as connection:
            if self._is_sqlite:
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                await connection.rollback()
                raise
            await connection.commit()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One reading transaction: everything read in it is of one moment."""
        async with self._engine.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _configure_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # WAL + FULL: a committed transaction survives power loss, which is what "acknowledged" means.
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-32000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _reason(error: BaseException) -> str:
    # The class alone: driver messages may hold the URL with its password.
    origin = getattr(error, "orig", None) or error
    return type(origin).__name__
