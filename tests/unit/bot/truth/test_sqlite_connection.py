"""A closed connection holds nothing, whoever still holds its cursors."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.truth.sqlite_connection import TruthConnection


def test_closing_ends_the_transaction_of_cursors_that_live_on(tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    with closing(sqlite3.connect(path)) as made:
        made.executescript("CREATE TABLE words (word TEXT); INSERT INTO words VALUES ('a'), ('b')")
    connection = sqlite3.connect(path, factory=TruthConnection, isolation_level=None)
    writing, reading = connection.cursor(), connection.cursor()
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("INSERT INTO words VALUES ('half')")
    reading.execute("SELECT word FROM words")
    assert reading.fetchone() == ("a",)
    connection.close()
    connection.close()
    with closing(sqlite3.connect(path, timeout=0.1)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert other.execute("SELECT count(*) FROM words").fetchone() == (2,)
