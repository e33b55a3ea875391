"""One archivist per home: a lock that the operating system takes back when its process dies."""

import fcntl
import os
from pathlib import Path
from typing import Literal


class ArchivistLock:
    """Who holds it drains the inbox. The command line does so itself only while no server does.

    Another ``name`` is another lock: ``reindex`` lets one process at a time build the archive anew, ``forget`` lets
    one forget.
    """

    def __init__(self, home: Path, name: Literal["archivist", "reindex", "forget"] = "archivist") -> None:
        self._path = home / f"{name}.lock"
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock; False when another process has it. Raises ``OSError`` when the home cannot be written."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give it back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
