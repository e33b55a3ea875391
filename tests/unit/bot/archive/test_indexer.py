"""Batches that are indexed at the same time: live ones overtake, and nothing old is written over anything new."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from bot.application import Application
from bot.truth.inbox import Lane
from knowledge.embedding import Vectors
from knowledge.passage import Audience, RecordId, passage_id
from tests.builders import channel, deleted, edited, posted
from tests.waiting import eventually

OPERATOR = Audience.operator()


class SlowImport:
    """Holds up the embedding of a text with ``slow`` in it until ``go`` is set."""

    def __init__(self, application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
        self._embed = application.embedder.embed_passages
        self.reached = asyncio.Event()
        self.go = asyncio.Event()
        monkeypatch.setattr(application.embedder, "embed_passages", self._embed_slowly)

    async def _embed_slowly(self, texts: Sequence[str]) -> Vectors:
        if any("slow" in text for text in texts):
            self.reached.set()
            await self.go.wait()
        return await self._embed(texts)


@pytest.fixture
async def importing(application: Application, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlowImport]:
    """An import of ``m0`` … ``m4`` that was read and hangs in its embedding."""
    await application.inbox.append([posted(n, f"slow import {n}") for n in range(5)], lane=Lane.IMPORT)
    await application.archivist.apply_batch()
    slow = SlowImport(application, monkeypatch)
    batch = asyncio.create_task(application.indexer.index_batch(100, lane=Lane.IMPORT))
    async with asyncio.timeout(10):
        await slow.reached.wait()
    yield slow
    slow.go.set()
    await batch


async def _text(application: Application, number: int) -> str | None:
    found = await application.store.get([passage_id(RecordId(f"m{number}"))], audience=OPERATOR)
    return found[0].text if found else None


async def _settle(application: Application, importing: SlowImport) -> None:
    importing.go.set()
    await eventually(lambda: _nothing_is_pending(application))


async def _nothing_is_pending(application: Application) -> bool:
    await application.archivist.drain()
    return not await application.indexer.pending()


async def test_what_is_said_now_does_not_wait_for_an_import(application: Application, importing: SlowImport) -> None:
    await application.inbox.append([posted(9, "said now", place=channel("elsewhere"))])
    await application.archivist.apply_batch()
    async with asyncio.timeout(10):
        assert await application.indexer.index_batch(100, lane=Lane.LIVE) == 1
    assert await _text(application, 9) == "said now"
    assert await _text(application, 1) is None


async def test_a_text_edited_while_its_import_is_embedded_stays_edited(
    application: Application, importing: SlowImport
) -> None:
    await application.inbox.append([edited(0, "corrected", minutes=20)])
    await application.archivist.apply_batch()
    # Its neighbours are slow ones, and so is the embedding of this batch.
    live = asyncio.create_task(application.indexer.index_batch(100, lane=Lane.LIVE))
    await _settle(application, importing)
    await live
    assert await _text(application, 0) == "corrected"


async def test_a_message_deleted_while_its_import_is_embedded_stays_deleted(
    application: Application, importing: SlowImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    upsert = application.store.upsert
    await application.inbox.append([deleted(2)])
    await application.archivist.apply_batch()
    monkeypatch.setattr(application.embedder, "embed_passages", importing._embed)
    await application.indexer.index_batch(100, lane=Lane.LIVE)
    context = await _text(application, 1)
    written: list[str] = []

    async def note(passages: Sequence[object]) -> None:
        written.extend(passage.passage.record_id for passage in passages)  # type: ignore[attr-defined]  # indexed ones
        await upsert(passages)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(application.store, "upsert", note)
    await _settle(application, importing)
    assert context == "slow import 1"
    assert await _text(application, 2) is None
    assert written == [], "its neighbours were written without it, and not again with it"


async def test_a_ticket_is_taken_by_one_batch_at_a_time(application: Application, importing: SlowImport) -> None:
    assert await application.indexer.index_batch(100, lane=Lane.IMPORT) == 0
    await application.inbox.append([posted(9, "a quick import", place=channel("elsewhere"))], lane=Lane.IMPORT)
    await application.archivist.apply_batch()
    second = asyncio.create_task(application.indexer.index_batch(100, lane=Lane.IMPORT))
    await _settle(application, importing)
    assert await second == 1
    assert await _text(application, 9) == "a quick import"
