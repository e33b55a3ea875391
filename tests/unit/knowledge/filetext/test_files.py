from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.filetext import PageText, ReadLimits, read_file
from tests.unit.knowledge.filetext.documents import (
    NO_OCR,
    docx_bytes,
    pdf_bytes,
    pptx_bytes,
    read_bytes,
    xlsx_bytes,
    zip_bytes,
)


def test_empty_too_large_and_unsupported_files(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, b"", "a.pdf").reason == "empty"
    assert read_bytes(tmp_path, b"  \n ", "a.txt").reason == "empty"
    assert read_bytes(tmp_path, b"x" * 2000, "a.txt", limits=ReadLimits(max_bytes=1000)).reason == "too_large"
    assert read_bytes(tmp_path, b"\x7fELF" + bytes(100), "a.txt").reason == "unsupported"


def test_rich_text_by_the_library(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, rb"{\rtf1\ansi\ansicpg936 Hello \u20320?\u22909? \'c4\'e3\'ba\'c3\par next}", "a.doc")
    assert found.kind == "office"
    assert "Hello 你好 你好" in found.text


def test_kind_and_pages_are_told_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_bytes(["the first page of three or so", "the second page of three or so"]))
    kinds: list[str] = []
    pages: list[PageText] = []
    found = read_file(path, limits=NO_OCR, on_kind=lambda kind, _: kinds.append(kind), on_page=pages.append)
    assert kinds == ["pdf"]
    assert tuple(pages) == found.pages


def test_time_that_is_up_keeps_what_was_read(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {f"{n}.html": "<p>text</p>" * 4_000 for n in range(280)}
    found = read_bytes(tmp_path, zip_bytes(members), "a.zip", limits=ReadLimits(seconds=0.5))
    assert found.reason == "too_slow"
    assert found.truncated
    assert 0 < len(found.pages) < 280


def test_limits_must_make_sense() -> None:
    with pytest.raises(ValueError, match="seconds"):
        ReadLimits(seconds=0)


SEEDS = [
    pdf_bytes(["hello"]),
    docx_bytes("<w:p><w:r><w:t>hello</w:t></w:r></w:p>"),
    pptx_bytes([""]),
    xlsx_bytes({"a": ""}),
    zip_bytes({"a.txt": "x"}),
]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seed=st.sampled_from(SEEDS), changes=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=12))
def test_damaged_files_never_raise(tmp_path: Path, seed: bytes, changes: list[tuple[int, int]]) -> None:
    data = bytearray(seed)
    for position, value in changes:
        data[position % len(data)] = value
    found = read_bytes(tmp_path, bytes(data), "x.bin")
    assert found.pages or found.reason
