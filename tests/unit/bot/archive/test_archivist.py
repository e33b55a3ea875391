"""The archivist on a real home: files are read and announced, bytes go with their last message."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.application import Application
from bot.archive.reading import MAX_ATTEMPTS, FileReading
from bot.truth.tables import FileRow, FileTextRow
from connectors.events import FileRef, FileRemoved, RecordId
from knowledge.filetext import FileReader, FileText, PageText, ReadingProcessFailed
from knowledge.passage import Audience
from knowledge.qdrant.errors import VectorStoreUnavailable
from tests.builders import at, channel, deleted, edited, posted
from tests.conftest import ApplicationFactory
from tests.waiting import eventually

OPERATOR = Audience.operator()
PAGES = (PageText("1", "words"),)


async def _bytes(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _stored(application: Application, data: bytes, *, name: str = "notes.txt", file_id: str = "f1") -> FileRef:
    sha256, size = await application.file_store.put(_bytes(data))
    return FileRef(file_id=RecordId(file_id), name=name, media_type="text/plain", size_bytes=size, sha256=sha256)


async def _file(application: Application) -> tuple[str, str | None]:
    """Status and reason of the only file."""
    living = select(FileRow.status, FileRow.reason).where(FileRow.removed_at.is_(None))
    async with application.database.read() as connection:
        status, reason = (await connection.execute(living)).one()
    return status, reason


async def _found(application: Application, words: str) -> list[str]:
    return [item.record_id for item in await application.finder.search(words, audience=OPERATOR)]


def _make_old(application: Application, sha256: str) -> None:
    moment = time.time() - 7200
    os.utime(application.file_store.path(sha256), (moment, moment))


async def test_a_file_that_was_read_is_announced_with_its_message(application: Application) -> None:
    heard: list[tuple[str, str | None]] = []
    application.archivist.listen(heard.extend)
    file = await _stored(application, "预算 240000".encode())
    await application.inbox.append([posted(1, "the budget", files=(file,))])
    await application.archivist.apply_batch()
    heard.clear()
    assert await application.archivist.unread() == 1
    await application.archivist.read_batch()
    assert heard == [("console:launch", "m1")]
    assert await application.archivist.unread() == 0
    await application.archivist.drain()
    assert "m1|f1" in await _found(application, "240000")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            FileText(kind="pdf", media_type="", pages=(PageText("1", "words"),), reason="too_large"),
            ("read", "too_large"),
        ),
        (FileText(kind="pdf", media_type="", pages=(), reason="encrypted"), ("failed", "encrypted")),
        (FileText(kind="pdf", media_type="", pages=(PageText("1", "words"),)), ("read", None)),
    ],
)
async def test_a_reason_beside_pages_is_kept(
    application: Application, monkeypatch: pytest.MonkeyPatch, text: FileText, expected: tuple[str, str | None]
) -> None:
    async def read(*_: object, **__: object) -> FileText:
        return text

    monkeypatch.setattr("knowledge.filetext.FileReader.read", read)
    await application.inbox.append([posted(1, "see", files=(await _stored(application, b"x"),))])
    await application.archivist.drain()
    assert await _file(application) == expected


async def test_a_file_without_bytes_says_so(application: Application) -> None:
    file = await _stored(application, b"soon gone")
    assert file.sha256 is not None
    await application.file_store.delete(file.sha256)
    await application.inbox.append([posted(1, "see", files=(file,))])
    await application.archivist.drain()
    assert await _file(application) == ("failed", "bytes_missing")


async def test_a_file_that_cannot_be_read_does_not_hold_up_the_next(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = await _stored(application, b"broken", name="broken.txt", file_id="f1")
    whole = await _stored(application, b"whole", name="whole.txt", file_id="f2")
    calls: list[str] = []

    async def read(_: object, path: Path, *, name: str, media_type: str) -> FileText:
        del path, media_type
        calls.append(name)
        if name == "broken.txt":
            raise ReadingProcessFailed("no process")
        return FileText(kind="text", media_type="", pages=(PageText("", "whole"),))

    monkeypatch.setattr("knowledge.filetext.FileReader.read", read)
    monkeypatch.setattr(application.archivist._reading, "_retry_seconds", 3600.0)
    await application.inbox.append([posted(1, "see", files=(broken, whole))])
    await application.archivist.drain()
    assert sorted(calls) == ["broken.txt", "whole.txt"]
    assert await application.archivist.unread() == 1
    impatient = FileReading(application.database, application.file_store, FileReader(), retry_seconds=0)
    assert [await impatient.read_next() for _ in range(MAX_ATTEMPTS + 1)] == [[], [], [("console:launch", "m1")], None]
    async with application.database.read() as connection:
        rows = dict((await connection.execute(select(FileRow.name, FileRow.reason))).all())
    assert rows == {"broken.txt": "crashed", "whole.txt": None}


async def test_bytes_go_with_the_last_message_that_shared_them(application: Application) -> None:
    file = await _stored(application, b"shared twice")
    assert file.sha256 is not None
    await application.inbox.append([posted(1, "see", files=(file,)), posted(2, "again", files=(file,))])
    await application.archivist.drain()
    await application.inbox.append([deleted(1)])
    await application.archivist.drain()
    assert await application.file_store.exists(file.sha256)
    await application.inbox.append([deleted(2)])
    await application.archivist.drain()
    assert not await application.file_store.exists(file.sha256)
    async with application.database.read() as connection:
        assert (await connection.execute(select(FileTextRow))).all() == []


async def test_bytes_that_a_waiting_message_shares_again_stay(application: Application) -> None:
    file = await _stored(application, b"shared again before the deletion is applied")
    assert file.sha256 is not None
    await application.inbox.append([posted(1, "see", files=(file,))])
    await application.archivist.drain()
    await application.inbox.append([deleted(1)])
    received = await application.inbox.take(10)
    await application.inbox.append([posted(2, "again", files=(file,))])
    await application.archivist._apply(received)
    assert await application.file_store.exists(file.sha256)
    await application.archivist.drain()
    assert await _file(application) == ("read", None)


async def test_bytes_of_a_message_that_arrives_after_its_deletion_do_not_stay(application: Application) -> None:
    file = await _stored(application, b"too late")
    assert file.sha256 is not None
    await application.inbox.append([deleted(1)])
    await application.archivist.drain()
    await application.inbox.append([posted(1, "see", files=(file,))])
    await application.archivist.drain()
    assert not await application.file_store.exists(file.sha256)


async def test_a_crash_between_the_deletion_of_bytes_and_the_commit_repeats_the_deletion(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await _stored(application, b"secret")
    assert file.sha256 is not None
    await application.inbox.append([posted(1, "see", files=(file,))])
    await application.archivist.drain()
    await application.inbox.append([deleted(1)])
    received = await application.inbox.take(10)
    drop = application.archivist.leftovers.drop_within

    async def drop_and_die(*arguments: object) -> None:
        await drop(*arguments)  # type: ignore[arg-type]  # handed through
        raise KeyboardInterrupt

    monkeypatch.setattr(application.archivist.leftovers, "drop_within", drop_and_die)
    with pytest.raises(KeyboardInterrupt):
        await application.archivist._apply(received)
    assert not await application.file_store.exists(file.sha256), "no instant leaves the bytes behind a done event"
    assert (await application.inbox.counts()).pending == 1
    monkeypatch.undo()
    await application.archivist.drain()
    assert (await application.inbox.counts()).pending == 0
    assert not await _found(application, "see")


async def test_orphans_are_swept_at_the_start_and_young_or_needed_bytes_stay(
    open_app: ApplicationFactory,
) -> None:
    async with open_app() as application:
        orphan, young, needed, waited = [
            (await _stored(application, data)).sha256 or "" for data in (b"orphan", b"young", b"needed", b"waited")
        ]
        reference = FileRef(file_id=RecordId("f3"), name="needed.txt", sha256=needed)
        await application.inbox.append([posted(1, "see", files=(reference,))])
        await application.archivist.drain()
        waiting = FileRef(file_id=RecordId("f4"), name="waited.txt", sha256=waited)
        await application.inbox.append([posted(2, "see too", files=(waiting,))])
        for sha256 in (orphan, needed, waited):
            _make_old(application, sha256)
        assert await application.archivist.leftovers.sweep() == 1
        assert [await application.file_store.exists(sha256) for sha256 in (orphan, young, needed, waited)] == [
            False, True, True, True,
        ]  # fmt: skip
        (again, _) = await application.file_store.put(_bytes(b"orphan"))
        _make_old(application, again)
    async with open_app() as application:
        await application.archivist.start()
        await eventually(lambda: _is_gone(application, orphan))
        await application.archivist.close()


async def test_bytes_put_again_are_young_again(application: Application) -> None:
    sha256 = (await _stored(application, b"twice")).sha256 or ""
    _make_old(application, sha256)
    await _stored(application, b"twice")
    assert await application.archivist.leftovers.sweep() == 0


async def test_removing_the_file_leaves_the_message(application: Application) -> None:
    file = await _stored(application, "机密报价".encode())
    await application.inbox.append([posted(1, "quotation attached", files=(file,))])
    await application.archivist.drain()
    await application.inbox.append([FileRemoved(event_id="x", occurred_at=at(60), file_id=RecordId("f1"))])
    await application.archivist.drain()
    assert await _found(application, "机密报价 quotation") == ["m1"]


@pytest.mark.parametrize("blank", ["", "  \n"])
async def test_a_message_edited_until_nothing_is_left_is_not_found_any_more(
    application: Application, blank: str
) -> None:
    await application.inbox.append([posted(1, "the vault code is tangerine"), posted(2, "hello")])
    await application.archivist.drain()
    assert "m1" in await _found(application, "tangerine")
    await application.inbox.append([edited(1, blank, minutes=5)])
    await application.archivist.drain()
    assert "m1" not in await _found(application, "tangerine")


async def test_an_outage_of_the_engine_gives_no_record_up(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await application.inbox.append([posted(1, "first"), posted(2, "second")])
    await application.archivist.apply_batch()
    upsert = application.store.upsert

    async def away(*_: object) -> None:
        raise VectorStoreUnavailable("away")

    monkeypatch.setattr(application.store, "upsert", away)
    monkeypatch.setattr(application.store, "health", away)
    for _ in range(12):
        with pytest.raises(VectorStoreUnavailable):
            await application.archivist.index_batch()
    assert (await application.indexer.untried(), await application.indexer.failed()) == (2, 0)
    monkeypatch.setattr(application.store, "upsert", upsert)
    await application.archivist.drain()
    assert "m2" in await _found(application, "second")


async def test_the_loops_outlive_an_outage(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = asyncio.Event()
    take = application.inbox.take

    async def broken(_: int) -> list[object]:
        failed.set()
        raise OSError("disk full")

    monkeypatch.setattr(application.inbox, "take", broken)
    await application.archivist.start()
    async with asyncio.timeout(10):
        await failed.wait()
    monkeypatch.setattr(application.inbox, "take", take)
    await application.inbox.append([posted(1, "after the outage")])
    application.archivist.wake()
    await eventually(lambda: _is_idle(application))
    await application.archivist.close()
    assert await _found(application, "outage") == ["m1"]


async def _is_gone(application: Application, sha256: str) -> bool:
    return not await application.file_store.exists(sha256)


async def _is_idle(application: Application) -> bool:
    return not (await application.inbox.counts()).pending and not await application.indexer.pending()


async def test_one_broken_record_is_counted_and_the_others_are_found(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each in its own channel, so that no one is in the surroundings of another.
    places = [channel(f"c{number}") for number in range(4)]
    await application.inbox.append([posted(n, f"message about topic {n}", place=places[n]) for n in range(4)])
    await application.archivist.apply_batch()
    embed = application.embedder.embed_passages

    async def picky(texts: list[str]) -> object:
        if any("topic 2" in text for text in texts):
            raise ValueError("cannot embed this")
        return await embed(texts)

    monkeypatch.setattr(application.embedder, "embed_passages", picky)
    await application.archivist.drain()
    assert await application.indexer.pending() == 1
    assert await application.indexer.untried() == 0
    assert "m3" in await _found(application, "topic 3")
    monkeypatch.undo()
    async with application.database.begin() as connection:
        await connection.exec_driver_sql("update index_queue set not_before = null")
    await application.archivist.drain()
    assert "m2" in await _found(application, "topic 2")


async def test_batches_become_smaller_while_the_machine_is_busy(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What platforms deliver is written between them, so none may take long."""
    await application.inbox.append([posted(number, "hello") for number in range(1, 400)])
    monkeypatch.setattr("bot.archive.archivist._APPLY_SECONDS", 0.0)
    assert [await application.archivist.apply_batch() for _ in range(6)] == [150, 75, 37, 18, 10, 10]
    monkeypatch.setattr("bot.archive.archivist._APPLY_SECONDS", 3600.0)
    assert [await application.archivist.apply_batch() for _ in range(4)] == [10, 20, 40, 29]
