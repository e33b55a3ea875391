"""Every document of the development data, read with the limits of the settings: what was promised beside what came."""

import json
import time
import unicodedata
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.read_limits import read_limits
from bot.settings import Settings
from knowledge.filetext import FileReader
from tests.benchmarks.figures import Figures

FILES = Path(__file__).parents[3] / "shared" / "data" / "files"
_WRONG_SHARE = 0.1
"""Of the characters that text recognition may get wrong."""
_READABLE = frozenset({"text", "ocr", "recoverable"})
_REFUSED = {
    "encrypted.pdf": "encrypted",
    "encrypted.xlsx": "encrypted",
    "xml-bomb.xlsx": "hostile",
    "corrupted.zip": "corrupt",
    "zip-parent-path.zip": "hostile",
    "empty.xlsx": "empty",
}

pytestmark = [
    pytest.mark.bench,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not FILES.is_dir(), reason="the development data is not beside the repository"),
]


async def test_documents_yield_the_sentences_of_their_manifest(figures: Figures, tmp_path: Path) -> None:
    limits = read_limits(Settings(home=tmp_path))
    read = refused = 0
    wrong: list[str] = []
    slowest, largest = ("", 0.0), 0
    manifest = json.loads((FILES / "manifest.json").read_text("utf-8"))
    entries: list[dict[str, Any]] = [entry for entry in manifest if isinstance(entry, dict)]
    async with FileReader(limits=limits) as reader:
        began = time.monotonic()
        for entry in entries:
            name = entry["file"]
            started = time.monotonic()
            found = await reader.read(FILES / name)
            slowest = max(slowest, (name, time.monotonic() - started), key=lambda one: one[1])
            largest = max(largest, sum(child.memory_info().rss for child in psutil.Process().children()))
            text = _squeezed(found.text)
            missing = [words for words in entry["must_contain"] if not _holds(text, words, entry["expect"])]
            if name in _REFUSED:
                refused += found.reason == _REFUSED[name]
            elif entry["expect"] in _READABLE:
                read += not missing and bool(found.text)
            if missing or (name in _REFUSED and found.reason != _REFUSED[name]):
                wrong.append(f"{name}: {found.reason}")
        seconds = time.monotonic() - began
    readable = sum(entry["expect"] in _READABLE for entry in entries)
    figures.at_least("documents read with the sentence of their manifest", read, readable, note=", ".join(wrong))
    figures.at_least("documents refused for the right reason", refused, len(_REFUSED))
    figures.at_most("slowest document", slowest[1], limits.seconds, unit=" s", note=slowest[0])
    figures.at_most("memory of the reading process", largest / 1e6, limits.memory_bytes / 1e6, unit=" MB")
    figures.state("all documents", f"{len(entries)} in {seconds:.0f} s")


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _holds(text: str, words: str, expect: str) -> bool:
    wanted = _squeezed(words)
    if wanted in text:
        return True
    return expect == "ocr" and _fewest_edits(wanted, text) <= _WRONG_SHARE * len(wanted)


def _fewest_edits(wanted: str, text: str) -> int:
    """Edits between ``wanted`` and the most similar stretch of ``text``."""
    row = [0] * (len(text) + 1)
    for done, character in enumerate(wanted, start=1):
        above, row = row, [done]
        for at, other in enumerate(text, start=1):
            row.append(min(above[at - 1] + (character != other), above[at] + 1, row[at - 1] + 1))
    return min(row)
