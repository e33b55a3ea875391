"""How much room the home takes."""

import asyncio
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_KEPT_SECONDS: Final = 300.0
"""Looking at a hundred thousand files takes a second; figures of five minutes ago do."""
_FOLDERS: Final = ("files", "qdrant", "models")


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes by what they are for, and what is left on the disk."""

    used: Mapping[str, int]
    free: int


class HomeDisk:
    """Looks at the home now and then."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._found: DiskUse | None = None
        self._looked_at = 0.0
        self._looking = asyncio.Lock()

    async def use(self) -> DiskUse:
        """Raises ``OSError`` when the home cannot be read."""
        async with self._looking:
            if self._found is None or time.monotonic() - self._looked_at > _KEPT_SECONDS:
                self._found = await asyncio.to_thread(_look, self._home)
                self._looked_at = time.monotonic()
            return self._found


def _look(home: Path) -> DiskUse:
    used = {name: _size(home / name) for name in _FOLDERS}
    used["database"] = sum(path.stat().st_size for path in home.glob("truth.db*") if path.is_file())
    return DiskUse(used=used, free=shutil.disk_usage(home).free)


def _size(folder: Path) -> int:
    """Of all files below; what goes away meanwhile counts nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(parent) / name).stat().st_size
            except OSError:
                continue
    return total
