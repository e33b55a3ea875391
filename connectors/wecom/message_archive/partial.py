"""A file that is being fetched, on disk: what came of it so far and where to go on, so that a kill costs one piece."""

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

_PIECE_BYTES = 1 << 20


class Partial:
    """The pieces of one file, by a name that says nothing. All but ``pieces`` block and are quick."""

    def __init__(self, folder: Path, name: str) -> None:
        stem = hashlib.sha256(name.encode()).hexdigest()
        self._path = folder / f"{stem}.part"
        self._place = folder / f"{stem}.place"
        self.index = ""
        """What asks for the next piece."""
        self.size = 0
        self.is_whole = False

    def open(self) -> None:
        """Go on where it was left, or begin."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            place = json.loads(self._place.read_text("utf-8"))
            index, size, is_whole = str(place["index"]), int(place["size"]), bool(place["whole"])
            if size < 0 or self._path.stat().st_size < size:
                raise ValueError(size)
            with self._path.open("r+b") as file:
                file.truncate(size)
        except (OSError, ValueError, TypeError, KeyError):
            self.remove()
            return
        self.index, self.size, self.is_whole = index, size, is_whole

    def add(self, data: bytes, index: str, *, is_last: bool) -> None:
        """The next piece; ``index`` asks for the one after it."""
        with self._path.open("ab") as file:
            file.write(data)
        self.index, self.size, self.is_whole = index, self.size + len(data), is_last
        written = self._place.with_suffix(".new")
        written.write_text(json.dumps({"index": index, "size": self.size, "whole": is_last}), "utf-8")
        os.replace(written, self._place)  # noqa: PTH105 - the same, and says that it is atomic

    def md5(self) -> str:
        """Of everything so far; takes a while."""
        with self._path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Everything so far."""
        if not self.size:
            return
        with await asyncio.to_thread(self._path.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
                yield piece

    def remove(self) -> None:
        """Nothing of it stays."""
        self._place.unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)
        self.index, self.size, self.is_whole = "", 0, False


def forget_others(folder: Path, names: list[str]) -> None:
    """Remove what lies here of files that nobody waits for any more."""
    if not folder.is_dir():
        return
    kept = {hashlib.sha256(name.encode()).hexdigest() for name in names}
    for path in folder.iterdir():
        if path.suffix in {".part", ".place", ".new"} and path.stem not in kept:
            path.unlink(missing_ok=True)
