"""The newest schema, made once by the real migrations and copied into new databases: most tests are not about them."""

from collections.abc import Callable, Sequence
from functools import cache

from sqlalchemy import Connection, create_engine, inspect

from bot.truth import database as database_module

_upgrade: Callable[[Connection], None] = database_module._upgrade


def upgrade_or_copy(connection: Connection) -> None:
    """In place of the migrations: an empty SQLite database gets a copy, any other is migrated."""
    if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
        _upgrade(connection)
        return
    for statement in _statements():
        connection.exec_driver_sql(statement)


@cache
def _statements() -> Sequence[str]:
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            _upgrade(connection)
            connection.commit()
            raw = connection.connection.driver_connection
            assert raw is not None
            dumped = list(raw.iterdump())
    finally:
        engine.dispose()
    return [statement for statement in dumped if statement not in ("BEGIN TRANSACTION;", "COMMIT;")]
