"""Every document of the development data: what its manifest asks for is found, and hostile ones do no harm."""

import json
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from knowledge.filetext import FileReader, FileText, ReadLimits

FILES = Path(__file__).parents[5] / "shared" / "data" / "files"
REASONS: dict[str, set[str | None]] = {
    "encrypted.pdf": {"encrypted"},
    "encrypted.xlsx": {"encrypted"},
    "xml-bomb.xlsx": {"hostile"},
    "corrupted.zip": {"corrupt"},
    "zip-parent-path.zip": {"hostile"},
    "malformed.pptx": {None},
    "empty.xlsx": {"empty"},
}

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the development data is not beside the repository")


def entries() -> list[dict[str, Any]]:
    if not FILES.is_dir():
        return []
    return [entry for entry in json.loads((FILES / "manifest.json").read_text("utf-8")) if isinstance(entry, dict)]


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def missing(entry: dict[str, Any], found: FileText) -> list[str]:
    text = squeezed(found.text)
    return [wanted for wanted in entry["must_contain"] if squeezed(wanted) not in text]


async def test_text_is_found_and_hostile_files_are_told() -> None:
    limits = ReadLimits(ocr=False, seconds=20, memory_bytes=500_000_000)
    async with FileReader(limits=limits) as reader:
        for entry in entries():
            if entry["expect"] == "ocr":
                continue
            started = time.monotonic()
            found = await reader.read(FILES / entry["file"])
            # The limit stretches, up to four times, while others keep the processor.
            assert time.monotonic() - started < 5 * limits.seconds, entry["file"]
            assert not missing(entry, found), entry["file"]
            assert found.reason in REASONS.get(entry["file"], {None}), entry["file"]


@pytest.mark.slow
async def test_text_is_read_off_pictures() -> None:
    async with FileReader(limits=ReadLimits(seconds=100)) as reader:
        for entry in entries():
            if entry["expect"] == "ocr":
                found = await reader.read(FILES / entry["file"])
                assert not missing(entry, found), entry["file"]
                assert found.reason is None
