"""The database, open for a command that needs nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.application import prepare_home
from bot.settings import Settings, load_settings
from bot.truth.database import Database


@asynccontextmanager
async def open_truth() -> AsyncIterator[tuple[Settings, Database]]:
    """The settings and the database, migrated; raises the ``ShiguangError`` that says why it cannot be opened."""
    settings = load_settings()
    prepare_home(settings)
    database = Database(settings.truth_url)
    try:
        await database.migrate()
        yield settings, database
    finally:
        await database.close()
