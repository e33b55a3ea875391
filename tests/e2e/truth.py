"""What stands in the truth of a server beside, read by another process."""

from pathlib import Path
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import create_async_engine

from tests.waiting import eventually

_WORDS = "SELECT count(*) FROM messages WHERE deleted_at IS NULL AND text LIKE :words"
_KEPT = f"SELECT ({_WORDS}), (SELECT count(*) FROM index_queue)"  # noqa: S608 - the words are a parameter


async def rows(home: Path, statement: str, **values: str) -> list[Any]:
    """What a statement finds, in a connection of its own."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{home / 'truth.db'}")
    try:
        async with engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(sql(statement), values)]
    finally:
        await engine.dispose()


async def kept(home: Path, words: str, *, count: int = 1, seconds: float = 60.0) -> None:
    """Wait until at least so many messages with these words are there (0: none), and the search knows all there is.

    Both: a message is in the truth a moment before it is found, and an answer does not wait for that.
    """

    async def are_there() -> bool:
        [(there, waiting)] = await rows(home, _KEPT, words=f"%{words}%")
        return not waiting and (there >= count if count else not there)

    await eventually(are_there, seconds=seconds)
