"""The newest schema, made once by the real migrations and copied into new databases: most tests are not about them."""

import sqlite3
from collections.abc import Callable
from functools import cache

from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.util import await_only

from bot.truth import database as database_module

_upgrade: Callable[[Connection], None] = database_module._upgrade


def upgrade_or_copy(connection: Connection) -> None:
    """In place of the migrations: an empty SQLite database gets a copy, any other is migrated."""
    if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
        _upgrade(connection)
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    # SQLite copies its pages, in the driver's own thread; no transaction may be open there.
    await_only(driver.commit())
    await_only(driver._execute(_newest().backup, driver._conn))


@cache
def _newest() -> sqlite3.Connection:
    """A database in memory with the newest schema, kept open for the life of the process."""
    newest = sqlite3.connect(":memory:", check_same_thread=False)
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            _upgrade(connection)
            connection.commit()
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.backup(newest)
    finally:
        engine.dispose()
    return newest
