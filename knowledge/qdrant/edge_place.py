"""Where the embedded engine of a folder keeps its data, its lock and its socket.

Several processes of one person may use a folder at once (``shiguang search`` while ``shiguang serve`` runs). They meet
at the socket whose path is written in the folder; the lock decides which worker may serve it.
"""

import fcntl
import hashlib
import os
import stat
from pathlib import Path
from typing import IO

_LONGEST_SOCKET_PATH = 100
"""A Unix socket path has room for 108 bytes on Linux and 104 on macOS."""


class FolderNotPrivate(OSError):  # named for what happened, like all our exceptions
    """Somebody else could enter the place of the socket."""


def prepare_folder(folder: Path) -> None:
    """Create the folder, readable by its owner only: it holds everything a team said."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def take_lock(folder: Path) -> IO[str] | None:
    """Become the one worker of this folder; None when there is one. The lock lives as long as the returned file."""
    file = (folder / "worker.lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def socket_path(folder: Path) -> Path:
    """Inside the folder, or, where the path would be too long, in a short private one keyed by the folder's hash."""
    inside = folder / "worker.socket"
    if _fits(inside):
        return inside
    key = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    for base in (os.environ.get("XDG_RUNTIME_DIR"), "/tmp"):  # noqa: S108  # a checked folder of our own below it
        if base and Path(base).is_dir() and _fits(path := Path(base) / f"shiguang-{os.getuid()}" / f"{key}.socket"):
            _make_private(path.parent)
            return path
    return inside


def write_address(folder: Path, socket: Path) -> None:
    """Tell clients where the worker listens; atomic, so that they never read half a path."""
    fresh = folder / "worker.address.new"
    fresh.write_bytes(os.fsencode(socket))
    fresh.replace(folder / "worker.address")


def read_address(folder: Path) -> Path | None:
    """Where the last worker of this folder listened, if there ever was one."""
    try:
        return Path(os.fsdecode((folder / "worker.address").read_bytes()))
    except FileNotFoundError:
        return None


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        msg = f"{folder} must be a folder that only its owner can enter"
        raise FolderNotPrivate(msg)
