"""What every import source offers, and how it says what it left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.errors import Language
from connectors.events import Event

_LISTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """One part of the input that was left out, or (``imported``) taken in with a remark."""

    path: str
    """An entry of the ZIP, a line (``line 7``) or a file in the folder; safe to print."""
    code: str
    reason_zh: str
    reason_en: str
    count: int = 1
    imported: bool = False

    def reason(self, language: Language) -> str:
        """Why, in the reader's language."""
        return self.reason_zh if language == "zh" else self.reason_en


class ImportSource(Protocol):
    """An opened input. Its methods block: the driver calls them in a thread.

    Reading twice yields events with the same ids, so importing twice changes nothing.
    """

    @property
    def name(self) -> str:
        """For the progress bar: the file's or folder's name."""
        ...

    @property
    def total(self) -> int:
        """What positions count towards, in bytes of input."""
        ...

    @property
    def fingerprint(self) -> str:
        """Equal while the input is the same; a position is good for this input only."""
        ...

    @property
    def skipped(self) -> Sequence[Skipped]:
        """What was left out so far, at most a thousand entries."""
        ...

    @property
    def skipped_total(self) -> int:
        """How many parts were left out or remarked on so far, listed or not."""
        ...

    def events(self, *, start: int = 0) -> Iterator[tuple[Event, int]]:
        """Events with their positions; with ``start``, those before that position may be left out."""
        ...

    def close(self) -> None:
        """Let go of the input."""
        ...


class SkippedList:
    """Collects ``Skipped`` of one catalogue of codes; remembers a thousand and counts the rest."""

    def __init__(self, reasons: dict[str, dict[Language, str]], *, remarks: frozenset[str] = frozenset()) -> None:
        self._reasons = reasons
        self._remarks = remarks
        self._found: list[Skipped] = []
        self._totals: dict[str, int] = {}
        self.total = 0

    def add(self, path: str, code: str) -> None:
        """Note one part."""
        self.total += 1
        if len(self._found) < _LISTED:
            self._found.append(self._skipped(path, code, 1))

    def count(self, path: str, code: str) -> None:
        """Note one of many parts that are listed together under ``path``."""
        if code not in self._totals:
            self._totals[code] = len(self._found)
            self.add(path, code)
            return
        self.total += 1
        at = self._totals[code]
        if at < len(self._found):
            self._found[at] = self._skipped(path, code, self._found[at].count + 1)

    @property
    def listed(self) -> tuple[Skipped, ...]:
        """What is remembered."""
        return tuple(self._found)

    def _skipped(self, path: str, code: str, count: int) -> Skipped:
        texts = self._reasons[code]
        return Skipped(
            path="".join(character if character.isprintable() else "�" for character in path[:300]),
            code=code,
            reason_zh=texts["zh"],
            reason_en=texts["en"],
            count=count,
            imported=code in self._remarks,
        )
