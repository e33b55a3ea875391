import asyncio
from pathlib import Path
from typing import Any

import psutil
import pytest

from knowledge.filetext import FileReader, FileText, ReadLimits
from knowledge.filetext import reader as reader_module
from knowledge.filetext.process import ReadingProcess
from tests.unit.knowledge.filetext.documents import pdf_bytes, xlsx_bytes, xlsx_row, zip_bytes


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


async def test_files_are_read_by_one_process_that_is_reused_and_ended(tmp_path: Path) -> None:
    before = children()
    pdf, text = tmp_path / "a.pdf", tmp_path / "b"
    pdf.write_bytes(pdf_bytes(["The budget was approved on Monday"]))
    text.write_bytes("纪要：周三上线".encode("gbk"))
    async with FileReader(limits=ReadLimits(ocr=False)) as reader:
        assert not children() - before
        first = await reader.read(pdf, name="minutes.docx", media_type="application/msword")
        running = children() - before
        second = await reader.read(text, name="纪要.txt")
        assert children() - before == running
        assert len(running) == 1
    assert (first.kind, first.text) == ("pdf", "The budget was approved on Monday")
    assert second.text == "纪要：周三上线"
    assert not children() - before


async def test_hostile_files_leave_the_others_alone(tmp_path: Path) -> None:
    good = tmp_path / "good.xlsx"
    good.write_bytes(xlsx_bytes({"预算": xlsx_row(1, ["合计", "100"])}))
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(zip_bytes({"zeros.txt": bytes(300_000_000)}))
    huge = tmp_path / "huge.html"
    huge.write_bytes(b"<table><tr><td>" * 2_000_000)
    limits = ReadLimits(ocr=False, seconds=4, memory_bytes=250_000_000, max_unpacked_bytes=100_000_000)
    async with FileReader(limits=limits, workers=2) as reader:
        found = await asyncio.gather(*(reader.read(path) for path in (good, bomb, huge, good)))
    assert [result.reason for result in found[:2]] == [None, "too_large"]
    assert found[2].reason in {"too_slow", "too_much_memory", "hostile"}
    assert "合计" in found[3].text


async def test_a_worn_process_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "_FILES_PER_PROCESS", 1)
    path = tmp_path / "a.txt"
    path.write_text("hello", encoding="utf-8")
    before = children()
    async with FileReader() as reader:
        for _ in range(2):
            assert (await reader.read(path)).text == "hello"
            assert not children() - before


async def test_an_idle_process_ends_and_the_next_file_starts_another(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("hello", encoding="utf-8")
    before = children()
    async with FileReader(idle_seconds=0.01) as reader:
        assert (await reader.read(path)).text == "hello"
        async with asyncio.timeout(30):
            while children() - before:  # noqa: ASYNC110  # the system says nothing when a child ends
                await asyncio.sleep(0.01)
        assert (await reader.read(path)).text == "hello"


async def test_cancelling_one_read_frees_its_place(tmp_path: Path) -> None:
    slow, quick = tmp_path / "slow.html", tmp_path / "quick.txt"
    slow.write_bytes(b"<p>" * 20_000_000)
    quick.write_text("hello", encoding="utf-8")
    async with FileReader(limits=ReadLimits(seconds=60)) as reader:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await reader.read(slow)
        assert (await reader.read(quick)).text == "hello"


async def test_closing_cancels_what_is_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, begun, read = children(), asyncio.Event(), ReadingProcess.read

    async def beginning(process: ReadingProcess, *given: Any, **named: Any) -> FileText:
        begun.set()
        return await read(process, *given, **named)

    monkeypatch.setattr(ReadingProcess, "read", beginning)
    slow = tmp_path / "slow.html"
    slow.write_bytes(b"<p>" * 20_000_000)
    reader = FileReader()
    await reader.start()
    task = asyncio.create_task(reader.read(slow))
    await begun.wait()
    await reader.close()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not children() - before


async def test_files_that_are_not_there_and_a_closed_reader(tmp_path: Path) -> None:
    async with FileReader() as reader:
        with pytest.raises(FileNotFoundError):
            await reader.read(tmp_path / "gone.pdf")
        with pytest.raises(FileNotFoundError):
            await reader.read(tmp_path)
    with pytest.raises(RuntimeError, match="not started"):
        await reader.read(tmp_path / "a")
    with pytest.raises(ValueError, match="workers"):
        FileReader(workers=0)
