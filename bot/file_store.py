"""Shared files on disk, named by their content: the same bytes are kept once, however often they are shared.

files/ab/cd/abcd…   complete files, named by sha256
files/tmp/…         files being written; what a crash leaves here is removed at the next start
"""

import asyncio
import fcntl
import os
import re
import time
from collections.abc import AsyncIterator
from hashlib import sha256 as new_sha256
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import Protocol

from bot.executor import Executor

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PIECE_BYTES = 1 << 20
_SURELY_LOCKED_SECONDS = 60.0


class FileTooLargeError(ValueError):
    """Raised while bytes are put when there are more than the store's limit; nothing of them is kept."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"larger than {limit_bytes} bytes")
        self.limit_bytes = limit_bytes


class ByteReader(Protocol):
    """What ``put_stream`` reads from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes; empty at the end."""
        ...


class FileStore:
    """The store under one folder. Several processes may share it: names are content, and renames are atomic."""

    def __init__(self, root: Path, *, max_bytes: int) -> None:
        self._root = root
        self._max_bytes = max_bytes
        self._incoming = root / "tmp"
        self._executor = Executor("files", threads=2)

    def open(self) -> None:
        """Make the folders and remove what a crash left half written. Blocking and quick; call it at the start."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        for path in self._incoming.iterdir():
            _remove_if_abandoned(path)

    def close(self) -> None:
        """Let go of the threads."""
        self._executor.close()

    def path(self, sha256: str) -> Path:
        """Where these bytes are, or would be. Raises ``ValueError`` for anything but a sha256 in lower-case hex."""
        if not _SHA256.fullmatch(sha256):
            msg = "not a sha256"
            raise ValueError(msg)
        return self._root / sha256[:2] / sha256[2:4] / sha256

    async def put(self, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        """Store what ``chunks`` yields; returns sha256 and size. Raises ``FileTooLargeError`` and ``OSError``."""
        incoming = await self._executor.run(_Incoming, self._incoming, max_bytes=self._max_bytes)
        try:
            piece = bytearray()
            async for chunk in chunks:
                piece += chunk
                if len(piece) >= _PIECE_BYTES:
                    await self._executor.run(incoming.write, bytes(piece))
                    piece.clear()
            return await self._executor.run(self._finish, incoming, bytes(piece))
        finally:
            # Also after cancellation, when a write may still be running in its thread.
            await asyncio.shield(self._executor.run(incoming.discard))

    def put_stream(self, stream: ByteReader) -> tuple[str, int]:
        """The same for code that already runs in a thread."""
        incoming = _Incoming(self._incoming, max_bytes=self._max_bytes)
        try:
            while piece := stream.read(_PIECE_BYTES):
                incoming.write(piece)
            return self._finish(incoming, b"")
        finally:
            incoming.discard()

    async def exists(self, sha256: str) -> bool:
        """Whether the bytes are here."""
        return await self._executor.run(self.path(sha256).is_file)

    async def is_intact(self, sha256: str) -> bool:
        """Whether the bytes here are those that the name promises; reads all of them."""
        return await self._executor.run(_digest, self.path(sha256)) == sha256

    async def size(self, sha256: str) -> int | None:
        """Bytes of the file; None when it is not here."""
        return await self._executor.run(_size, self.path(sha256))

    async def delete(self, sha256: str) -> bool:
        """Remove the bytes; returns whether they were here."""
        return await self._executor.run(_unlink, self.path(sha256))

    async def put_before(self, moment: float, *, folder: str = "[0-9a-f][0-9a-f]") -> list[str]:
        """The sha256 of everything last put before ``moment`` (seconds since the epoch), in one folder or in all."""
        return await self._executor.run(self._put_before, moment, folder)

    async def delete_if_put_before(self, sha256: str, moment: float) -> bool:
        """Remove the bytes unless they were put (again) since ``moment``; returns whether they were removed."""
        path = self.path(sha256)
        return await self._executor.run(lambda: _is_older(path, moment) and _unlink(path))

    def _put_before(self, moment: float, folder: str) -> list[str]:
        return [
            path.name
            for path in self._root.glob(f"{folder}/[0-9a-f][0-9a-f]/*")
            if _SHA256.fullmatch(path.name) and _is_older(path, moment)
        ]

    def _finish(self, incoming: "_Incoming", last: bytes) -> tuple[str, int]:
        if last:
            incoming.write(last)
        digest, size = incoming.seal()
        target = self.path(digest)
        if not _touch(target, size):
            target.parent.mkdir(parents=True, exist_ok=True)
            incoming.move_to(target)
        return digest, size


class _Incoming:
    """A file being written, hashed on the way and locked, so that another process knows it is not abandoned."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = mkstemp(dir=folder)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self._path: Path | None = Path(name)
        self._file = os.fdopen(descriptor, "wb")
        self._max_bytes = max_bytes
        self._size = 0
        self._hash = new_sha256()
        self._lock = Lock()

    def write(self, piece: bytes) -> None:
        with self._lock:
            self._size += len(piece)
            if self._size > self._max_bytes:
                raise FileTooLargeError(self._max_bytes)
            self._file.write(piece)
            self._hash.update(piece)

    def seal(self) -> tuple[str, int]:
        """Make the bytes durable and name them."""
        with self._lock:
            self._file.flush()
            os.fsync(self._file.fileno())
            return self._hash.hexdigest(), self._size

    def move_to(self, target: Path) -> None:
        with self._lock:
            if self._path is None:
                return
            self._path.chmod(0o640)
            self._path.replace(target)
            self._path = None
            _sync_folder(target.parent)

    def discard(self) -> None:
        """Close, and remove the file unless it was moved to its place."""
        with self._lock:
            self._file.close()
            if self._path is not None:
                self._path.unlink(missing_ok=True)
                self._path = None


def _remove_if_abandoned(path: Path) -> None:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A moment lies between making a file and locking it: young empty files are left to the next start.
            found = path.stat()
            if found.st_size > 0 or time.time() - found.st_mtime > _SURELY_LOCKED_SECONDS:
                path.unlink(missing_ok=True)
    except OSError:
        return  # locked: another process is writing it; or already gone


def _touch(path: Path, size: int) -> bool:
    """Whether these bytes are here already; says that they were put now, so that a sweep leaves them alone."""
    try:
        if path.stat().st_size != size:
            return False
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _is_older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False


def _digest(path: Path) -> str | None:
    digest = new_sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
