"""The manifest of an export: of what each line of the file was made, by ids, so that deletions can still reach it.

The file itself is the operator's and lies anywhere; the manifest lies in the home, under the checksum of the file.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

from bot.errors import BadInput, NotFound

_FOLDER: Final = "exports"
_PIECE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What was exported and when."""

    format: str
    made_at: datetime


@contextmanager
def written_whole(path: Path) -> Iterator[IO[str]]:
    """A file that appears under its name when everything is in it, readable by its owner only.

    Raises ``BadInput`` when the place cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        with unfinished.open("x", encoding="utf-8") as lines:
            unfinished.chmod(0o600)
            yield lines
        unfinished.replace(path)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def checksum(path: Path) -> str:
    """The sha256 of a file; raises ``BadInput`` when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as data:
            while piece := data.read(_PIECE_BYTES):
                digest.update(piece)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    return digest.hexdigest()


def keep_manifest(home: Path, out: Path, header: Header, made_of: Iterator[tuple[str, ...]]) -> None:
    """Write of what each line of ``out`` was made."""
    path = _path(home, checksum(out))
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with written_whole(path) as lines:
        lines.write(json.dumps({"format": header.format, "made_at": header.made_at.isoformat()}) + "\n")
        lines.writelines(json.dumps(list(one)) + "\n" for one in made_of)


@contextmanager
def manifest_of(home: Path, out: Path) -> Iterator[tuple[Header, Iterator[tuple[str, ...]]]]:
    """The header, and of what each line was made; raises ``NotFound`` for a file that was not exported, or changed."""
    path = _path(home, checksum(out))
    if not path.is_file():
        raise NotFound(f"{out}: not an export of this home, or changed since")
    with path.open(encoding="utf-8") as lines:
        header = json.loads(next(lines))
        known = Header(format=header["format"], made_at=datetime.fromisoformat(header["made_at"]))
        yield known, (tuple(json.loads(line)) for line in lines)


def has_exports(home: Path) -> bool:
    """Whether anything was ever exported from this home."""
    folder = home / _FOLDER
    return folder.is_dir() and any(folder.iterdir())


def _path(home: Path, digest: str) -> Path:
    return home / _FOLDER / f"{digest}.jsonl"
