"""Importing a folder of mixed files: rate, memory of the process tree, and going on after kill -9 in the middle."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageDraw

from bot.application import open_application
from bot.archive.comparison import compare
from bot.llm.scripted import ScriptedModel
from bot.settings import Settings
from tests.benchmarks.figures import Figures
from tests.benchmarks.processes import ROOT, SHIGUANG, environment, finish
from tests.unit.knowledge.filetext.documents import (
    docx_bytes,
    pdf_bytes,
    pptx_bytes,
    pptx_shape,
    xlsx_bytes,
    xlsx_row,
    zip_bytes,
)

pytestmark = [pytest.mark.bench, pytest.mark.model, pytest.mark.timeout(3600)]

_FILES = 300
_MEMORY_LIMIT = 4.0
_WORDS = (
    "pump",
    "valve",
    "quote",
    "delivery",
    "报价",
    "交期",
    "合同",
    "阀门",
    "水泵",
    "验收",
    "付款",
    "budget",
    "上线",
)


def _folder(folder: Path) -> None:
    random = Random(7)
    folder.mkdir()
    for number in range(_FILES):
        name, data = _file(number, random)
        (folder / name).write_bytes(data)


def _file(number: int, random: Random) -> tuple[str, bytes]:
    def text(words: int) -> str:
        return " ".join(random.choices(_WORDS, k=words)) + f" item {number}."

    match number % 10:
        case 0 | 1 | 2:
            return f"{number}.md", "\n\n".join(text(80) for _ in range(6)).encode()
        case 3:
            return f"{number}.txt", "\n".join(text(60) for _ in range(20)).encode("gb18030")
        case 4 | 5:
            body = "".join(f"<w:p><w:r><w:t>{text(60)}</w:t></w:r></w:p>" for _ in range(10))
            return f"{number}.docx", docx_bytes(body)
        case 6:
            rows = "".join(xlsx_row(row, [text(3), row, text(2)]) for row in range(1, 60))
            return f"{number}.xlsx", xlsx_bytes({"价格": rows, "notes": rows})
        case 7:
            return f"{number}.pptx", pptx_bytes([pptx_shape(text(30)) for _ in range(8)])
        case 8:
            return f"{number}.pdf", pdf_bytes([f"page {page} of the pump contract {number}" for page in range(12)])
        case _ if number % 50 == 9:
            image = Image.new("RGB", (700, 160), "white")
            ImageDraw.Draw(image).text((20, 50), f"INVOICE {number}", fill="black", font_size=48)
            buffer = BytesIO()
            image.save(buffer, "PNG")
            return f"{number}.png", buffer.getvalue()
        case _:
            return f"{number}.zip", zip_bytes({f"member{part}.txt": text(50) for part in range(5)})


def _read(home: Path) -> int:
    """How many files have been read so far."""
    try:
        with closing(sqlite3.connect(f"file:{home / 'truth.db'}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT count(*) FROM files WHERE status = 'read'").fetchone()[0])
    except sqlite3.Error:
        return 0


def _kill_in_the_middle(command: list[str | Path], home: Path) -> int:
    with subprocess.Popen(
        command,
        env=environment(home),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        while _read(home) < _FILES // 4 and process.poll() is None:
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
    return _read(home)


async def test_import_of_a_folder_of_files(home: Path, tmp_path: Path, figures: Figures) -> None:
    folder = tmp_path / "files"
    _folder(folder)
    command: list[str | Path] = [SHIGUANG, "import", "files", folder, "--channel", "papers", "--json"]

    before = _kill_in_the_middle(command, home)
    done = finish(command, environment(home))
    report = json.loads(done.output)
    rest = _FILES - before

    figures.state("import of files: read when it was killed", f"{before} of {_FILES}")
    figures.state("import of files: a second, after that", f"{rest / done.seconds:.1f} ({done.seconds:.0f} s)")
    figures.at_most("import of files: peak of the process tree", done.peak.own / 1e9, _MEMORY_LIMIT, unit=" GB")
    figures.at_least("import of files: read in the end", _read(home), _FILES)
    assert report["failed"] == 0
    async with open_application(Settings(home=home), model=ScriptedModel([])) as application:
        assert (await compare(application.database, application.store)).agrees
    again = finish(command, environment(home))
    assert _read(home) == _FILES
    figures.state("import of files: once more, nothing new", f"{again.seconds:.0f} s")
