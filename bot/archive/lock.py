"""One archivist per home: a lock that the operating system takes back when its process dies."""

import fcntl
import os
from pathlib import Path


class ArchivistLock:
    """Who holds it drains the inbox. The command line does so itself only while no server does."""

    def __init__(self, home: Path) -> None:
        self._path = home / "archivist.lock"
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock; False when another process has it."""
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
