"""A rebuild: another embedding model, live changes meanwhile, broken records, and one at a time."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from itertools import pairwise
from typing import Any

import pytest

from bot.application import Application, open_application
from bot.archive.comparison import compare
from bot.archive.lock import ArchivistLock
from bot.archive.rebuild import rebuild
from bot.errors import ArchiveError, ArchiveOutdated
from bot.llm.scripted import ScriptedModel
from bot.settings import Settings
from connectors.events import Event
from knowledge.lexical import sparse_query, terms
from knowledge.passage import Audience
from knowledge.qdrant.schema import CONTEXT, TERMS
from tests.builders import channel, deleted, edited, posted
from tests.fakes.embedder import TinyEmbedder
from tests.waiting import eventually

OPERATOR = Audience.operator()
Open = Callable[[str], AbstractAsyncContextManager[Application]]


@pytest.fixture
def with_model(settings: Settings) -> Open:
    """The application with an embedding model of this identity."""

    def factory(identity: str) -> AbstractAsyncContextManager[Application]:
        return open_application(settings, embedder=TinyEmbedder(identity), model=ScriptedModel([]))

    return factory


def _silent(_: int, __: int) -> None:
    """Show nothing."""


async def _found(application: Application, words: str) -> set[str]:
    return {item.record_id for item in await application.finder.search(words, audience=OPERATOR)}


async def _words_in_engine(application: Application, words: str) -> set[str]:
    """Records that the engine finds by exactly these words, in their own text or in their surroundings."""
    query = sparse_query(terms(words))
    found = [
        hit
        for name in (TERMS, CONTEXT)
        for hit in await application.store.lexical(name, query, audience=OPERATOR, limit=50)
    ]
    return {str(hit.passage.record_id) for hit in found}


async def test_another_embedding_model_asks_for_a_reindex_which_works(settings: Settings, with_model: Open) -> None:
    async with with_model("tiny-1") as application:
        await application.inbox.append([posted(1, "the launch is on Tuesday"), posted(2, "and the party on Friday")])
        await application.archivist.drain()
    with pytest.raises(ArchiveOutdated) as caught:
        async with with_model("tiny-2"):
            pass
    assert "tiny-1" in caught.value.sentence()
    assert "tiny-2" in caught.value.sentence()
    assert "shiguang reindex" in caught.value.hint("en")
    assert "shiguang reindex" in caught.value.hint("zh")
    seen: list[tuple[int, int]] = []
    rebuilt = await rebuild(
        settings, progress=lambda done, total: seen.append((done, total)), embedder=TinyEmbedder("tiny-2")
    )
    assert (rebuilt.records, rebuilt.failed) == (2, 0)
    assert seen[0] == (0, 2)
    assert seen[-1] == (2, 2)
    async with with_model("tiny-2") as application:
        assert "m1" in await _found(application, "launch Tuesday")
        assert (await compare(application.database, application.store)).agrees
    with pytest.raises(ArchiveOutdated):
        async with with_model("tiny-1"):
            pass


async def test_what_changes_during_a_reindex_ends_up_right(settings: Settings, with_model: Open) -> None:
    async with with_model("tiny-1") as application:
        await application.inbox.append(
            [
                posted(1, "the vault code is tangerine"),
                posted(2, "thanks for the code", thread=1, minutes=9000),
                posted(3, "the old plan https://former.example/x"),
                posted(4, "nothing happens to this one https://standing.example/x"),
            ]
        )
        await application.archivist.drain()
        changes: Iterator[list[Event]] = iter(
            [
                [deleted(1, minutes=9100)],
                [posted(5, "written meanwhile about zebras", minutes=9101), edited(3, "the new plan", minutes=9102)],
            ]
        )

        class Slow(TinyEmbedder):
            """Lets a server apply and index a change after each batch has been read from the truth."""

            async def embed_passages(self, texts: Any) -> Any:
                vectors = await super().embed_passages(texts)
                change = next(changes, None)
                if change is not None:
                    await application.inbox.append(change)
                    await application.archivist.drain()
                return vectors

        monkey = pytest.MonkeyPatch()
        monkey.setattr("bot.archive.rebuild._BATCH", 2)
        try:
            await rebuild(settings, progress=_silent, embedder=Slow("tiny-1"))
        finally:
            monkey.undo()
        assert next(changes, None) is None
        assert await _words_in_engine(application, "tangerine") == set(), "deleted, in the surroundings of others too"
        assert "m5" in await _words_in_engine(application, "zebras")
        assert "m3" in await _words_in_engine(application, "new")
        assert "m3" not in await _words_in_engine(application, "old")
        assert await _words_in_engine(application, "former") == set(), "its link is gone with its words"
        assert any(record.startswith("m4|link:") for record in await _words_in_engine(application, "standing"))
        assert (await compare(application.database, application.store)).agrees
        await application.inbox.append([posted(6, "after the switch about yaks", minutes=9200)])
        await application.archivist.drain()
        assert "m6" in await _words_in_engine(application, "yaks")


async def test_search_goes_on_during_a_reindex_and_sees_no_step_back(
    settings: Settings, with_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.archive.rebuild._BATCH", 10)
    async with with_model("tiny-1") as application:
        await application.inbox.append([posted(number, f"talk number {number}") for number in range(200)])
        await application.archivist.drain()
        finished = asyncio.Event()
        seen: list[tuple[bool, bool]] = []
        """Whether the deleted and the new message were found, search after search."""

        async def search() -> None:
            while not finished.is_set():
                assert await _found(application, "talk number"), "a search always finds something"
                found = await _words_in_engine(application, "walrus"), await _words_in_engine(application, "narwhal")
                seen.append(("m300" in found[0], "m301" in found[1]))
                await asyncio.sleep(0.005)

        async def searched(times: int) -> None:
            async def look() -> bool:
                return searching.done() or len(seen) >= times

            await eventually(look)

        class Eventful(TinyEmbedder):
            """Deletes a message and writes another one in the middle, as a running server does."""

            batches = 0

            async def embed_passages(self, texts: Any) -> Any:
                self.batches += 1
                if self.batches == 8:
                    await searched(1)
                    await application.inbox.append([deleted(300, minutes=9100), posted(301, "a narwhal", minutes=9101)])
                    await application.archivist.drain()
                return await super().embed_passages(texts)

        await application.inbox.append([posted(300, "a walrus", minutes=9000)])
        await application.archivist.drain()
        searching = asyncio.create_task(search())
        await rebuild(settings, progress=_silent, embedder=Eventful("tiny-1"))
        await searched(len(seen) + 2)  # The next one to end may have begun before.
        finished.set()
        await searching
        for number in (0, 1):
            steps = [now for before, now in pairwise([None, *(one[number] for one in seen)]) if now != before]
            assert steps == ([True, False] if number == 0 else [False, True]), "one change, never back"
        assert (await compare(application.database, application.store)).agrees


async def test_an_interrupted_reindex_leaves_what_serves_and_the_next_one_starts_anew(
    settings: Settings, with_model: Open
) -> None:
    class Dying(TinyEmbedder):
        async def embed_passages(self, texts: Any) -> Any:
            raise KeyboardInterrupt

    async with with_model("tiny-1") as application:
        await application.inbox.append([posted(1, "still here"), posted(2, "another one")])
        await application.archivist.drain()
        with pytest.raises(KeyboardInterrupt):
            await rebuild(settings, progress=_silent, embedder=Dying("tiny-1"))
        assert await _found(application, "still here") == {"m1", "m2"}
        rebuilt = await rebuild(settings, progress=_silent, embedder=TinyEmbedder("tiny-1"))
        assert rebuilt.records == 2
        assert await _found(application, "still here") == {"m1", "m2"}


async def test_a_server_with_the_old_model_gives_nothing_up_after_a_reindex(
    settings: Settings, with_model: Open
) -> None:
    async with with_model("tiny-1") as application:
        await application.inbox.append([posted(1, "before")])
        await application.archivist.drain()
        await rebuild(settings, progress=_silent, embedder=TinyEmbedder("tiny-2"))
        with pytest.raises(ArchiveOutdated):
            await application.finder.search("before", audience=OPERATOR)
        await application.inbox.append([posted(2, "after about walnuts")])
        await application.archivist.apply_batch()
        with pytest.raises(Exception, match="tiny-2"):
            await application.archivist.index_batch()
        assert await application.indexer.untried() == 1
    async with with_model("tiny-2") as application:
        await application.archivist.drain()
        assert "m2" in await _found(application, "walnuts")


async def test_a_broken_record_does_not_stop_a_reindex_and_waits_on_the_queue(
    settings: Settings, with_model: Open
) -> None:
    class Picky(TinyEmbedder):
        async def embed_passages(self, texts: Any) -> Any:
            if any("poison" in text for text in texts):
                raise ValueError("cannot embed this")
            return await super().embed_passages(texts)

    async with with_model("tiny-1") as application:
        await application.inbox.append([posted(1, "fine"), posted(2, "poison", place=channel("other"))])
        await application.archivist.drain()
        rebuilt = await rebuild(settings, progress=_silent, embedder=Picky("tiny-1"))
        assert rebuilt.failed == 1
        assert await application.indexer.untried() == 1
        await application.archivist.drain()
        assert (await compare(application.database, application.store)).agrees


async def test_only_one_reindex_at_a_time(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    lock = ArchivistLock(settings.home, "reindex")
    assert lock.acquire()
    with pytest.raises(ArchiveError, match="another reindex"):
        await rebuild(settings, progress=_silent, embedder=TinyEmbedder())
    lock.release()
