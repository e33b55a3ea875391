from pathlib import Path

import pytest

from bot.errors import ImportRefused
from bot.file_store import FileStore
from bot.importing.run import run_import
from bot.importing.slack import open_slack_export
from connectors.events import MessagePosted
from tests.fakes.slack_export import export_of, write_zip
from tests.unit.bot.importing.test_run import Inbox

MESSAGE = {
    "type": "message",
    "user": "U1",
    "text": "see",
    "ts": "1700000000.000100",
    "files": [{"id": "F1", "name": "a.txt"}],
}


async def test_an_export_is_imported_with_its_files(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files", max_bytes=1000)
    store.open()
    entries = export_of(MESSAGE) | {"__uploads/F1/a.txt": b"bytes", "odd.txt": b"?"}
    inbox = Inbox()
    report = await run_import(open_slack_export(write_zip(tmp_path / "a.zip", entries), store), inbox.accept)
    store.close()
    event = inbox.batches[0][0]
    assert isinstance(event, MessagePosted)
    sha256 = event.files[0].sha256
    assert sha256 is not None
    assert store.path(sha256).read_bytes() == b"bytes"
    assert (report.messages, report.skipped_total) == (1, 1)
    assert (report.skipped[0].path, report.skipped[0].code, report.skipped[0].imported) == (
        "odd.txt",
        "not_recognised",
        False,
    )
    assert report.skipped[0].reason("zh")


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    sources = [
        open_slack_export(write_zip(tmp_path / f"{n}.zip", export_of(MESSAGE | {"text": text})), None)
        for n, text in enumerate(("x", "x", "y"))
    ]
    assert sources[0].fingerprint == sources[1].fingerprint != sources[2].fingerprint
    assert sources[0].total > 0
    for source in sources:
        source.close()


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06" + b"\0" * 18])
def test_what_cannot_be_imported_is_said_in_both_languages(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "导出.zip"
    path.write_bytes(content)
    with pytest.raises(ImportRefused) as caught:
        open_slack_export(path, None)
    assert caught.value.sentence("zh").startswith("无法导入：导出.zip：")
    assert caught.value.sentence("en").startswith("This cannot be imported: 导出.zip: ")
    assert caught.value.hint("zh")
