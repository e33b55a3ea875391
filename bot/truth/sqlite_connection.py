"""A SQLite connection that holds nothing once it is closed."""

import sqlite3
from contextlib import suppress
from typing import Any
from weakref import WeakSet


class TruthConnection(sqlite3.Connection):
    """What it holds ends with ``close``: its transaction and what it was reading.

    A task that is cancelled in the middle of a statement leaves a cursor behind, which lives as long as the exception
    that holds its frames. SQLite closes such a connection only when the cursor is gone, and until then the
    transaction keeps everybody else from writing (https://www.sqlite.org/c3ref/close.html, zombies).
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """A cursor that ``close`` closes."""
        made = super().cursor(*arguments, **options)
        self._cursors.add(made)
        return made

    def close(self) -> None:
        """End cursors and transaction, then close; closing again does nothing."""
        for cursor in tuple(self._cursors):
            with suppress(sqlite3.Error):
                cursor.close()
        with suppress(sqlite3.Error):
            self.rollback()
        super().close()
