"""Exporting: gathers, cleans, leaves out what is there already, and writes the file with all that belongs to it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import Session

from bot import __version__
from bot.errors import BadInput, Language
from bot.training.card import Counts, Made, card
from bot.training.checking import Checking
from bot.training.cleaning import Cleaning
from bot.training.duplicates import Duplicates
from bot.training.example import Example, Format, LeftOut, texts_of
from bot.training.formats import Row, dataset_info, factory_path, factory_row, row
from bot.training.gathering import Gathering
from bot.training.manifest import Header, checksum, keep_manifest, written_whole
from bot.training.support import is_supported
from bot.training.voters import voters
from bot.truth.database import Database

_INFO = "dataset_info.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    out: Path
    card: Path
    dataset_info: Path
    llamafactory: Path | None
    """A second file of the same rows, where LLaMA-Factory wants other columns."""
    counts: Counts
    masked: dict[str, int]


class Exporting:
    """Writes exports. The same data give the same file; only numbers are held in memory for each row."""

    def __init__(self, database: Database, *, home: Path, zone: tzinfo) -> None:
        self._database = database
        self._home = home
        self._zone = zone

    async def export(
        self, wanted: Format, out: Path, *, now: datetime, language: Language, supported_only: bool = False
    ) -> Exported:
        """Write rows, card, ``dataset_info.json`` and manifest. Raises ``BadInput`` for a place that cannot be written.

        What was deleted while it was being written is taken out again before it ends.
        """
        if not out.parent.is_dir():
            raise BadInput(f"{out.parent}: no such folder")
        counts, cleaning, made_of = Counts(), Cleaning(), list[tuple[str, ...]]()
        factory = factory_path(wanted, out)
        with ExitStack() as stack:
            lines = stack.enter_context(written_whole(out))
            factory_lines = stack.enter_context(written_whole(factory)) if factory else None
            duplicates = Duplicates()
            async for found in Gathering(self._database, zone=self._zone, now=now).examples(wanted):
                example = found if isinstance(found, LeftOut) else cleaning.clean(found)
                example = _judged(example, duplicates, supported_only=supported_only)
                if isinstance(example, LeftOut):
                    counts.leave_out(example)
                    continue
                made = row(wanted, example)
                _write(lines, made)
                if factory_lines is not None:
                    _write(factory_lines, factory_row(wanted, made) or {})
                counts.take(example, supported=is_supported(example))
                made_of.append(example.made_of)
        keep_manifest(self._home, out, Header(format=wanted, made_at=now), _each(made_of))
        gone = await Checking(self._database, home=self._home, zone=self._zone).remove(out, now=now)
        if gone:
            counts.rows -= len(gone)
            counts.left_out["withdrawn"] += len(gone)
        info = _keep_info(wanted, out)
        masked = {**cleaning.masked, "people": cleaning.people}
        async with self._database.read() as connection:
            who = await connection.run_sync(lambda sync: voters(Session(sync)))
        told = Made(file=out.name, format=wanted, made_at=now, sha256=checksum(out), version=__version__)
        described = out.with_name(f"{out.name}.card.md")
        with written_whole(described) as text:
            text.write(card(told, counts, who, masked, language=language))
        return Exported(out=out, card=described, dataset_info=info, llamafactory=factory, counts=counts, masked=masked)


def _judged(example: Example | LeftOut, duplicates: Duplicates, *, supported_only: bool) -> Example | LeftOut:
    """The example, unless it is there already, or supported by nothing where that is asked for."""
    if isinstance(example, LeftOut):
        return example
    if supported_only and not is_supported(example):
        return LeftOut(example.kind, "unsupported")
    said = texts_of(example)[len(example.prompt) :]
    again = duplicates.take(example.question, *said)
    return LeftOut(example.kind, again) if again else example


def _write(lines: IO[str], made: Row) -> None:
    lines.write(json.dumps(made, ensure_ascii=False) + "\n")


def _each(made_of: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    yield from made_of


def _keep_info(wanted: Format, out: Path) -> Path:
    """Add the entry to the ``dataset_info.json`` beside the file; what else is in it stays."""
    path = out.with_name(_INFO)
    known: dict[str, Any] = {}
    if path.is_file():
        try:
            read = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            raise BadInput(f"{path} is not JSON: move it away") from None
        known = read if isinstance(read, dict) else {}
    with written_whole(path) as text:
        text.write(json.dumps({**known, **dataset_info(wanted, out)}, ensure_ascii=False, indent=2) + "\n")
    return path
