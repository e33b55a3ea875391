"""Opening and migrating the truth: fresh, again, together, from the first release, and from a newer one."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any, ClassVar, Self

import aiosqlite
import pytest
import structlog
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.errors import TruthUnavailable
from bot.log import configure_logging
from bot.truth import database as database_module
from bot.truth.answers import Answers, StoredAnswer
from bot.truth.database import HEAD, Database
from bot.truth.inbox import Inbox
from bot.truth.sqlite_connection import TruthConnection
from bot.truth.tables import AnswerRow, Base, InboxRow, VerdictRow
from tests.builders import at, posted
from tests.fakes.schema import upgrade_or_copy

pytestmark = pytest.mark.migrations
MIGRATIONS = Path(database_module.__file__).parent / "migrations"


@pytest.fixture
def log_as_a_server() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    configure_logging("info")
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def _url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def _difference(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


def test_the_newest_migration_is_the_one_that_a_start_compares_with() -> None:
    assert _scripts().get_heads() == [HEAD]


async def test_migrated_from_nothing_the_schema_is_that_of_the_tables(tmp_path: Path) -> None:
    database = Database(_url(tmp_path / "new" / "truth.db"))
    await database.migrate()
    async with database.read() as connection:
        assert await connection.run_sync(_difference) == []
    await database.migrate()
    async with database.read() as connection:
        assert await connection.run_sync(_difference) == []
    await database.close()


async def test_what_other_tests_copy_is_what_the_migrations_make(tmp_path: Path) -> None:
    migrated, copied = Database(_url(tmp_path / "migrated.db")), Database(_url(tmp_path / "copied.db"))
    await migrated.migrate()
    async with copied.begin() as connection:
        await connection.run_sync(upgrade_or_copy)
    for database in (migrated, copied):
        await database.close()
    assert _everything(tmp_path / "copied.db") == _everything(tmp_path / "migrated.db")


def _everything(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.iterdump())


async def test_a_database_of_the_first_release_is_brought_up_with_what_it_holds(tmp_path: Path) -> None:
    database = Database(_url(tmp_path / "truth.db"))
    await database.migrate()
    await Inbox(database).append([posted(1, "kept")])
    async with database.begin() as connection:
        await connection.run_sync(lambda sync: _down_to(sync, "0001"))
    await database.migrate()
    async with database.read() as connection:
        assert await connection.run_sync(_difference) == []
        assert (await connection.scalars(select(InboxRow.event_id))).all() == ["posted-1"]
    await database.close()


async def test_answers_of_a_former_release_are_counted_with_their_times_and_verdicts(tmp_path: Path) -> None:
    database = Database(_url(tmp_path / "truth.db"))
    await database.migrate()
    asked = StoredAnswer(
        answer_id="a1", asked_at=at(1), channel_id="c1", person_id="p1", question_record_id=None, question="?",
        language="en", text="!", abstained=False, reason=None, model="m", prompt_version="v", sources=(),
        timings_ms={"first_token": 40, "total": 70},
    )  # fmt: skip
    await Answers(database).store(asked)
    async with database.begin() as connection:
        await connection.run_sync(lambda sync: _down_to(sync, "0005"))
        await connection.exec_driver_sql(
            "insert into verdicts (answer_id, person_id, kind, reasons, comment, judged_at)"
            " values ('a1', 'p1', 'up', '[]', '', '2026-11-02 09:02:00.000000')"
        )
    await database.close()
    await database.migrate()
    async with database.read() as connection:
        times = select(AnswerRow.first_token_ms, AnswerRow.total_ms)
        assert (await connection.execute(times)).one() == (40, 70)
        assert (await connection.execute(select(VerdictRow.asked_at, VerdictRow.channel_id))).one() == (at(1), "c1")
    await database.close()


def _down_to(connection: Connection, revision: str) -> None:
    from alembic import command

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


async def test_several_processes_may_migrate_at_once(tmp_path: Path) -> None:
    databases = [Database(_url(tmp_path / "truth.db")) for _ in range(6)]
    await asyncio.gather(*(database.migrate() for database in databases))
    async with databases[0].read() as connection:
        assert await connection.run_sync(_difference) == []
    for database in databases:
        await database.close()


async def test_a_database_of_a_newer_release_is_refused_in_words(tmp_path: Path) -> None:
    database = Database(_url(tmp_path / "truth.db"))
    await database.migrate()
    async with database.begin() as connection:
        await connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(TruthUnavailable, match="9999") as caught:
        await database.migrate()
    assert "newer release" in caught.value.hint("en")
    await database.close()


async def test_what_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "truth.db"
    path.write_bytes(b"this is not a database" * 100)
    database = Database(_url(path))
    with pytest.raises(TruthUnavailable) as caught:
        await database.migrate()
    assert str(path) not in caught.value.sentence()
    await database.close()


async def test_what_one_transaction_reads_is_of_one_moment(tmp_path: Path) -> None:
    database = Database(_url(tmp_path / "truth.db"))
    await database.migrate()
    inbox = Inbox(database)
    async with database.read() as connection:
        assert (await connection.scalars(select(InboxRow.event_id))).all() == []
        await inbox.append([posted(1, "written meanwhile")])
        assert (await connection.scalars(select(InboxRow.event_id))).all() == []
    assert (await inbox.counts()).pending == 1
    await database.close()


async def test_a_failed_transaction_leaves_nothing_and_the_next_writer_is_free(tmp_path: Path) -> None:
    database = Database(_url(tmp_path / "truth.db"))
    await database.migrate()
    with pytest.raises(RuntimeError):
        async with database.begin() as connection:
            await connection.exec_driver_sql(
                "insert into removed_files (platform_file_id, removed_at) values ('f', '2026-11-02')"
            )
            raise RuntimeError
    async with database.begin() as connection:
        assert (await connection.exec_driver_sql("select count(*) from removed_files")).scalar() == 0
    with closing(sqlite3.connect(tmp_path / "truth.db")) as other:
        assert other.execute("pragma journal_mode").fetchone() == ("wal",)
    await database.close()


async def test_what_is_written_is_not_part_of_an_error(tmp_path: Path) -> None:
    """Invariant 8: errors end in logs, and parameters hold words of messages and tokens."""
    database = Database(_url(tmp_path / "truth.db"))
    try:
        await database.migrate()
        with pytest.raises(DBAPIError) as raised:
            async with database.begin() as connection:
                await connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": "the secret plan"})
        assert "secret plan" not in str(raised.value)
    finally:
        await database.close()


async def test_a_reader_cancelled_while_its_cursor_closes_leaves_no_traceback_and_a_working_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], log_as_a_server: None
) -> None:
    database = Database(_url(tmp_path / "truth.db"))
    await database.migrate()
    closing = asyncio.Event()

    async def close(_: aiosqlite.Cursor) -> None:
        closing.set()
        await asyncio.Event().wait()

    async def read() -> None:
        async with database.read() as connection:
            monkeypatch.setattr(aiosqlite.Cursor, "close", close)
            await connection.run_sync(lambda sync: Session(sync).scalars(select(AnswerRow)).all())

    reading = asyncio.create_task(read())
    await closing.wait()
    monkeypatch.undo()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    logging.getLogger("sqlalchemy.pool").error("something else")
    async with database.read() as connection:
        assert await connection.scalar(text("select 1")) == 1
    await database.close()
    assert capsys.readouterr().err == "ERROR sqlalchemy.pool something else\n"


async def test_who_is_cancelled_in_the_middle_of_writing_keeps_nobody_else_from_it(tmp_path: Path) -> None:
    database = Database(_url(tmp_path / "truth.db"))
    counting = (
        "WITH RECURSIVE some(n) AS (SELECT begun() UNION ALL SELECT n + 1 FROM some WHERE n < 3000000)"
        " SELECT count(*) FROM some"
    )
    begun, loop = asyncio.Event(), asyncio.get_running_loop()

    def tell() -> int:
        loop.call_soon_threadsafe(begun.set)
        return 1

    async def writing() -> None:
        async with database.begin() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, aiosqlite.Connection)
            await driver.create_function("begun", 0, tell)
            await connection.execute(text("INSERT INTO words VALUES ('half')"))
            await connection.execute(text(counting))

    async with database.begin() as connection:
        await connection.execute(text("CREATE TABLE words (word TEXT)"))
    task = asyncio.create_task(writing())
    await begun.wait()
    task.cancel()
    # What the cancelled task was doing is still held by its exception, as by one that is being logged.
    (cancelled,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(cancelled, asyncio.CancelledError)
    async with asyncio.timeout(20), database.begin() as connection:
        await connection.execute(text("INSERT INTO words VALUES ('whole')"))
        assert (await connection.scalars(text("SELECT word FROM words"))).all() == ["whole"]
    await database.close()


class Refused(sqlite3.Cursor):
    """SQLite refuses the journal of a file that others open at once, without waiting."""

    codes: ClassVar[list[int]] = []

    def execute(self, sql: str, *arguments: Any) -> Self:
        if "journal_mode" in sql and self.codes:
            refusal = sqlite3.OperationalError("database is locked")
            refusal.sqlite_errorcode = self.codes.pop()
            raise refusal
        return super().execute(sql, *arguments)


class Crowded(TruthConnection):
    def cursor(self, *_: Any, **__: Any) -> Any:
        return super().cursor(Refused)


@pytest.mark.parametrize(
    ("codes", "opens"),
    [([sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY], True), ([sqlite3.SQLITE_FULL], False)],
)
async def test_one_that_opens_a_new_file_beside_others_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codes: list[int], *, opens: bool
) -> None:
    monkeypatch.setattr(database_module, "TruthConnection", Crowded)
    monkeypatch.setattr(Refused, "codes", list(codes))
    database = Database(_url(tmp_path / "truth.db"))
    with nullcontext() if opens else pytest.raises(DBAPIError):
        async with database.read() as connection:
            assert await connection.scalar(text("PRAGMA journal_mode")) == "wal"
    assert Refused.codes == []
    await database.close()
