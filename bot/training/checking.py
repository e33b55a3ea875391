"""Checking a file that was exported earlier: which rows must go, because of a deletion, an edit or a no since then."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import Final, cast

from bot.errors import NotFound
from bot.training.example import Format
from bot.training.formats import factory_path
from bot.training.gathering import Gathering
from bot.training.manifest import Header, keep_manifest, manifest_of, written_whole
from bot.truth.database import Database

_AT_ONCE: Final = 500


class Checking:
    """Compares manifests with the truth of today."""

    def __init__(self, database: Database, *, home: Path, zone: tzinfo) -> None:
        self._database = database
        self._home = home
        self._zone = zone

    async def gone(self, out: Path, *, now: datetime) -> Sequence[int]:
        """Numbers of the lines that must go, from 1; raises ``NotFound`` for a file that is not an export as it was."""
        gathering = Gathering(self._database, zone=self._zone, now=now)
        found: list[int] = []
        at = 1
        with manifest_of(self._home, out) as (header, made_of):
            while some := list(islice(made_of, _AT_ONCE)):
                gone = await gathering.gone(list({one for row in some for one in row}), header.made_at)
                found += [number for number, row in enumerate(some, start=at) if not gone.isdisjoint(row)]
                at += len(some)
        return found

    async def remove(self, out: Path, *, now: datetime) -> Sequence[int]:
        """Take them out, and out of the file for LLaMA-Factory beside it; returns their numbers as they were."""
        gone = await self.gone(out, now=now)
        if gone:
            without = frozenset(gone)
            with manifest_of(self._home, out) as (header, made_of):
                kept = [row for number, row in enumerate(made_of, start=1) if number not in without]
            wanted = cast("Format", header.format)
            factory = factory_path(wanted, out)
            for path in (out, factory):
                if path is not None:
                    _without(path, without)
            keep_manifest(self._home, out, Header(format=wanted, made_at=header.made_at), iter(kept))
        return gone


def _without(path: Path, numbers: frozenset[int]) -> None:
    if not path.is_file():
        raise NotFound(str(path))
    with path.open(encoding="utf-8") as former, written_whole(path) as lines:
        lines.writelines(line for number, line in enumerate(former, start=1) if number not in numbers)
