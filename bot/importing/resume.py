"""How far an interrupted import came. A mark only saves time: reading everything again changes nothing."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

_FINGERPRINT = re.compile(r"[a-z0-9-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedImport:
    """An import that runs or was interrupted, as far as it had come; ``total`` 0 where it is not known."""

    name: str
    position: int
    total: int
    marked_at: datetime


class ResumeMarks:
    """Small files in one folder, named after the fingerprint of the input. Blocking and quick."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, fingerprint: str) -> int:
        """The position up to which everything is durable; 0 when nothing (readable) is noted."""
        try:
            position = json.loads(self._path(fingerprint).read_text("utf-8"))["position"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return 0
        return position if isinstance(position, int) and position > 0 else 0

    def unfinished(self) -> Sequence[UnfinishedImport]:
        """Imports with a mark, the one that was marked last first."""
        return sorted(
            filter(None, map(_read, self._folder.glob("*.json"))), key=lambda one: one.marked_at, reverse=True
        )

    def save(self, fingerprint: str, position: int, *, name: str = "", total: int = 0) -> None:
        """Note a position after its events became durable; name and total are for people who look at it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=self._folder, suffix=".new", delete=False) as file:
            file.write(json.dumps({"position": position, "name": name, "total": total}))
        Path(file.name).replace(self._path(fingerprint))

    def clear(self, fingerprint: str) -> None:
        """Forget it: the import is complete."""
        self._path(fingerprint).unlink(missing_ok=True)

    def _path(self, fingerprint: str) -> Path:
        if not _FINGERPRINT.fullmatch(fingerprint):
            msg = "not a fingerprint"
            raise ValueError(msg)
        return self._folder / f"{fingerprint}.json"


def _read(path: Path) -> UnfinishedImport | None:
    """None when it was cleared meanwhile, or is no mark."""
    try:
        mark = json.loads(path.read_text("utf-8"))
        return UnfinishedImport(
            name=str(mark.get("name", "")),
            position=int(mark["position"]),
            total=int(mark.get("total", 0)),
            marked_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
