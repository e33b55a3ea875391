"""doctor archive: every kind of damage, made on purpose, is found and really mended."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from bot.application import Application
from bot.archive.index_queue import MAX_ATTEMPTS
from bot.archive.inspection import Inspected, Inspection, Kind
from bot.truth import tables
from bot.truth.tables import Base, FileRow, FileTextRow, InboxRow, IndexQueueRow, LinkRow, MessageRow
from connectors.events import FileRef, RecordId
from knowledge.passage import Audience, IndexedPassage, Passage, SparseTerms
from knowledge.passage import RecordId as PassageRecordId
from knowledge.qdrant.schema import AROUND, CONTEXT, DENSE, TERMS
from tests.builders import deleted, posted
from tests.fakes.embedder import DIMENSION
from tests.quick_application import archive
from tests.unit.bot.cli.conftest import Lines, Shiguang, home, lines, shiguang

__all__ = ["home", "lines", "shiguang"]

NOW = datetime(2026, 11, 3, tzinfo=UTC)
OLD = 1_000_000_000.0
Damaging = Callable[[Application], Awaitable[None]]


async def _archived(application: Application) -> FileRef:
    """Three messages, one with a file and a link, one of them deleted."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"the amber contract costs 4,500 euro"

    sha256, size = await application.file_store.put(chunks())
    file = FileRef(file_id=RecordId("f"), name="a.txt", media_type="text/plain", size_bytes=size, sha256=sha256)
    await archive(
        application,
        posted(1, "first, see https://example.com/page", files=(file,)),
        posted(2, "second words"),
        posted(3, "third words"),
        deleted(3),
    )
    return file


async def _inspect(application: Application, *, fix: bool = False, deep: bool = True) -> Inspected:
    return await Inspection(application.database, application.store, application.file_store, fix=fix, deep=deep).run()


async def _execute(application: Application, statement: object) -> None:
    async with application.database.begin() as connection:
        await connection.execute(statement)  # type: ignore[call-overload]  # any statement


async def _add(application: Application, table: type[Base], **values: object) -> None:
    await _execute(application, insert(table).values(**values))


async def _passage(application: Application, record_id: str) -> Passage:
    page = await application.store.timeline(audience=Audience.operator(), limit=50)
    return next(passage for passage in page.passages if passage.record_id == record_id)


async def _put(application: Application, passage: Passage) -> None:
    vector = [0.5] * DIMENSION
    words = SparseTerms(indices=(1,), values=(1.0,))
    await application.store.upsert(
        [IndexedPassage(passage=passage, dense={DENSE: vector, AROUND: vector}, sparse={TERMS: words, CONTEXT: words})]
    )


def _bytes(application: Application) -> Path:
    [path] = (path for path in application.settings.files_dir.glob("??/??/*") if path.is_file())
    return path


async def _no_passage(application: Application) -> None:
    await application.store.delete_records([PassageRecordId("m2")])


async def _other_words(application: Application) -> None:
    await _put(application, replace(await _passage(application, "m2"), text="words that nobody said"))


async def _another_channel(application: Application) -> None:
    await _execute(application, update(LinkRow).values(label="told otherwise", applied_at=NOW))
    await _put(application, replace(await _passage(application, "m2"), channel_id="console:elsewhere"))  # type: ignore[arg-type]  # an id


async def _other_categories(application: Application) -> None:
    await application.store.set_categories([PassageRecordId("m2")], ["nonsense"])


async def _one_chunk_more(application: Application) -> None:
    await _put(application, replace(await _passage(application, "m2"), chunk=7))


async def _a_passage_of_a_deleted_message(application: Application) -> None:
    await _put(application, replace(await _passage(application, "m2"), record_id=PassageRecordId("m3")))


async def _a_passage_of_nothing(application: Application) -> None:
    await _put(application, replace(await _passage(application, "m2"), record_id=PassageRecordId("unknown")))


async def _no_bytes(application: Application) -> None:
    _bytes(application).unlink()


async def _other_bytes(application: Application) -> None:
    _bytes(application).chmod(0o600)
    _bytes(application).write_bytes(b"the amber contract costs 9,500 euro")


async def _bytes_of_nothing(application: Application) -> None:
    import os

    stranger = application.file_store.path("ab" * 32)
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"?")
    os.utime(stranger, (OLD, OLD))


async def _text_of_nothing(application: Application) -> None:
    await _add(application, FileTextRow, sha256="cd" * 32, pages=[["", "left"]], read_at=NOW)


async def _words_of_the_deleted(application: Application) -> None:
    await _execute(application, update(MessageRow).where(MessageRow.record_id == "m3").values(text="left"))


async def _edit_of_the_deleted(application: Application) -> None:
    await _add(application, tables.MessageEditRow, record_id="m3", version_at=NOW, text="left")


async def _link_of_the_deleted(application: Application) -> None:
    await _add(
        application, LinkRow, link_id="m3|link:x", record_id="m3", channel_id="console:launch", url="https://x.example",
        digest="x", host="x.example", label="", applied_at=NOW,
    )  # fmt: skip


async def _conversation_of_the_deleted(application: Application) -> None:
    await _add(application, tables.ConversationRow, record_id="m3", channel_id="console:launch", conversation_id="m1")


async def _topic_of_nothing(application: Application) -> None:
    await _add(application, tables.RecordTopicRow, record_id="unknown", topic_id="t")


async def _correction_of_nothing(application: Application) -> None:
    await _add(
        application, tables.CategoryCorrectionRow,
        record_id="unknown", category_id="c", present=True, person_id="p", corrected_at=NOW,
    )  # fmt: skip


async def _summary_of_the_deleted(application: Application) -> None:
    await _add(
        application, tables.ConversationSummaryRow, summary_id="s", conversation_id="m1", channel_id="console:launch",
        language="en", fingerprint="f", lines=[{"text": "third words"}], model="", prompt_version="", made_at=NOW,
    )  # fmt: skip
    for record_id in ("m1", "m3"):
        await _add(application, tables.ConversationSummarySourceRow, summary_id="s", record_id=record_id)


async def _digest_of_the_deleted(application: Application) -> None:
    await _add(
        application, tables.DigestRow, digest_id="d", channel_ids=["console:launch"], since=NOW, until=NOW,
        language="en", lines=[{"text": "third words", "record_ids": ["m3"]}], facts={}, model="", prompt_version="",
        made_at=NOW, state="posted",
    )  # fmt: skip
    await _add(application, tables.DigestSourceRow, digest_id="d", record_id="m3")


async def _standard_answer_of_the_deleted(application: Application) -> None:
    await _add(
        application, tables.StandardAnswerRow, standard_answer_id="s", question="third?", variants=[],
        text="third words", language="en", proposed_by="p", state="approved", proposed_at=NOW, approved_at=NOW,
        channel_ids=[],
    )  # fmt: skip
    await _add(
        application, tables.StandardAnswerSourceRow,
        standard_answer_id="s", n=1, record_id="m3", channel_id="console:launch",
    )  # fmt: skip


async def _stuck(application: Application) -> None:
    await _add(application, IndexQueueRow, record_id="m2", lane=1, enqueued_at=NOW, ticket="t", attempts=MAX_ATTEMPTS)


async def _failed_event(application: Application) -> None:
    await _execute(application, update(InboxRow).values(state="done"))
    await _add(
        application, InboxRow, event_id="e", lane=0, payload=posted(9, "late").model_dump_json(), received_at=NOW,
        state="failed", attempts=5,
    )  # fmt: skip


_DAMAGES: dict[str, tuple[Damaging, Kind]] = {
    "a passage is missing": (_no_passage, "passages_missing"),
    "a passage has other words": (_other_words, "passages_stale"),
    "a passage is in another channel": (_another_channel, "passages_stale"),
    "a passage has other categories": (_other_categories, "passages_stale"),
    "a record has a chunk more": (_one_chunk_more, "passages_surplus"),
    "a deleted message is searched": (_a_passage_of_a_deleted_message, "passages_surplus"),
    "an unknown record is searched": (_a_passage_of_nothing, "passages_surplus"),
    "bytes are lost": (_no_bytes, "bytes_missing"),
    "bytes are others": (_other_bytes, "bytes_wrong"),
    "nothing names bytes": (_bytes_of_nothing, "bytes_surplus"),
    "a text of no file": (_text_of_nothing, "words_of_the_dead"),
    "a deleted message has words": (_words_of_the_deleted, "words_of_the_dead"),
    "a deleted message has a former text": (_edit_of_the_deleted, "words_of_the_dead"),
    "a deleted message has a link": (_link_of_the_deleted, "rows_of_the_dead"),
    "a deleted message is in a conversation": (_conversation_of_the_deleted, "rows_of_the_dead"),
    "a summary of a deleted message": (_summary_of_the_deleted, "words_of_the_dead"),
    "a digest of a deleted message": (_digest_of_the_deleted, "words_of_the_dead"),
    "a standard answer of a deleted message": (_standard_answer_of_the_deleted, "words_of_the_dead"),
    "a topic of nothing": (_topic_of_nothing, "rows_of_the_dead"),
    "a correction of nothing": (_correction_of_nothing, "rows_of_the_dead"),
    "a record was given up": (_stuck, "queue_stuck"),
    "an event failed": (_failed_event, "events_failed"),
}


async def test_every_damage_is_found_and_mended(application: Application) -> None:
    await _archived(application)
    healthy = await _inspect(application)
    assert healthy.agrees, healthy.damages
    assert (healthy.records, healthy.files) == (4, 1)
    for name, (damage, kind) in _DAMAGES.items():
        await damage(application)
        found = await _inspect(application)
        assert kind in found.damages, (name, found.damages)
        assert kind in (await _inspect(application)).damages, "looking changes nothing"
        await _inspect(application, fix=True)
        await application.archivist.drain()
        left = await _inspect(application)
        assert left.agrees, (name, left.damages)
        if kind in ("bytes_missing", "bytes_wrong"):
            await _share_again(application)


async def _share_again(application: Application) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"the amber contract costs 4,500 euro"

    sha256, _ = await application.file_store.put(chunks())
    await _execute(application, update(FileRow).values(sha256=sha256, status="pending", reason=None))
    await application.archivist.drain()


async def test_lost_bytes_are_said_to_be_lost_and_the_file_is_found_by_its_name(application: Application) -> None:
    await _archived(application)
    _bytes(application).unlink()
    await _inspect(application, fix=True)
    await application.archivist.drain()
    async with application.database.read() as connection:
        row = (await connection.execute(FileRow.__table__.select())).one()
    assert (row.status, row.reason, row.sha256) == ("failed", "bytes_missing", None)
    found = await application.finder.search("a.txt", audience=Audience.operator())
    assert "m1|f" in {item.record_id for item in found}


async def test_checksums_are_compared_only_when_asked(application: Application) -> None:
    await _archived(application)
    await _other_bytes(application)
    assert (await _inspect(application, deep=False)).agrees
    assert not (await _inspect(application, deep=True)).agrees


async def test_what_waits_to_be_indexed_is_no_damage(application: Application) -> None:
    await _archived(application)
    await application.inbox.append([posted(5, "not indexed yet")])
    await application.archivist.apply_batch()
    assert (await _inspect(application)).agrees


async def test_small_batches_see_the_same(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.archive.inspection._BATCH", 2)
    await _archived(application)
    seen = await _inspect(application)
    assert seen.agrees
    assert seen.records == 4
    await _a_passage_of_nothing(application)
    await _no_passage(application)
    assert set((await _inspect(application)).damages) == {"passages_missing", "passages_surplus"}


def test_the_command_mends_by_itself_when_no_server_runs(shiguang: Shiguang, lines: Lines, home: Path) -> None:
    import sqlite3
    from contextlib import closing

    assert shiguang("import", "jsonl", str(lines("the launch is on Tuesday", "another"))).exit_code == 0
    assert json.loads(shiguang("doctor", "archive", "--json").stdout)["state"] == "agrees"
    with closing(sqlite3.connect(home / "truth.db")) as connection, connection:
        connection.execute("update messages set text = 'the launch is on Friday' where text like 'the launch%'")
    broken = shiguang("doctor", "archive", "--json")
    assert broken.exit_code == 1
    assert [damage["kind"] for damage in json.loads(broken.stdout)["found"]] == ["passages_stale"]
    assert "--fix" in shiguang("doctor", "archive").stdout
    fixed = shiguang("doctor", "archive", "--fix", "--json")
    assert (fixed.exit_code, json.loads(fixed.stdout)["state"]) == (0, "mended")
    found = json.loads(shiguang("search", "Friday", "--json").stdout)
    assert "Friday" in found["results"][0]["text"]
    assert shiguang("doctor").exit_code == 0, "without a word behind it, it is what it was"


def test_beside_a_server_what_is_found_is_queued(shiguang: Shiguang, lines: Lines, home: Path) -> None:
    import sqlite3
    from contextlib import closing

    from bot.archive.lock import ArchivistLock

    assert shiguang("import", "jsonl", str(lines("the launch is on Tuesday"))).exit_code == 0
    with closing(sqlite3.connect(home / "truth.db")) as connection, connection:
        connection.execute("update messages set text = 'the launch is on Friday'")
    server = ArchivistLock(home)
    assert server.acquire()
    fixed = shiguang("doctor", "archive", "--fix", "--json")
    server.release()
    assert (fixed.exit_code, json.loads(fixed.stdout)["state"]) == (0, "queued")
    with closing(sqlite3.connect(home / "truth.db")) as connection:
        assert connection.execute("select count(*) from index_queue").fetchone() == (1,)
