"""Copies of the embedded engine's folder. A copy is itself a folder that the engine can open."""

import errno
import os
import shutil
from pathlib import Path

_BLOCK = 1024 * 1024
_LEFT_OUT = frozenset({"worker.lock", "worker.socket", "worker.address", "worker.address.new", "worker.log"})


def copy_folder(source: Path, target: Path) -> None:
    """Copy everything but the worker's own files; raises ``FileExistsError`` rather than mix two archives.

    The engine's files are mostly preallocated zeros, so holes stay holes. ``target`` appears when it is complete.
    """
    if target.exists():
        raise FileExistsError(errno.EEXIST, "the folder of the backup exists", str(target))
    unfinished = target.with_name(target.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(source, unfinished, ignore=_ignored, copy_function=_copy_sparse)
    unfinished.rename(target)


def _ignored(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in _LEFT_OUT or name.startswith((".new-", ".dropped-"))}


def _copy_sparse(source: str, target: str) -> None:
    with Path(source).open("rb") as reading, Path(target).open("wb") as writing:
        size = os.fstat(reading.fileno()).st_size
        end = 0
        while (start := _next_data(reading.fileno(), end)) is not None:
            end = os.lseek(reading.fileno(), start, os.SEEK_HOLE)
            reading.seek(start)
            writing.seek(start)
            while start < end and (block := reading.read(min(_BLOCK, end - start))):
                writing.write(block)
                start += len(block)
        writing.truncate(size)


def _next_data(file: int, offset: int) -> int | None:
    try:
        return os.lseek(file, offset, os.SEEK_DATA)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return None
