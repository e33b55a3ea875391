"""Evidence: found passages with their people and files, neighbours as far as the budget reaches."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.answering.evidence import Budget, Evidence, describe, with_neighbours
from bot.application import Application
from connectors.events import ChannelChanged, FileRef, MessagePosted, RecordId
from knowledge.passage import Audience, PassageFilter, ScoredPassage
from knowledge.search import SearchQuery
from tests.builders import at, channel, deleted, person, posted
from tests.quick_application import archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = Audience.operator()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        await archive(
            opened,
            posted(1, "shall we change the valve?", author="Ann"),
            posted(2, "zircon valve it is", author="Bo"),
            posted(3, "ordered twelve of them", author="Ann"),
            posted(4, "lunch?", author="Ann"),
            posted(5, "what about the gasket?", thread=1, author="Ann"),
            posted(6, "zircon gasket too", thread=1, author="Bo"),
            posted(7, "the answer was zircon", answer_id="a1", author="bot"),
        )
        yield opened


async def found(application: Application, text: str, where: PassageFilter | None = None) -> list[ScoredPassage]:
    query = SearchQuery(text=text, audience=EVERYTHING, where=where or PassageFilter(), limit=5)
    return await application.searcher.search(query)


async def described(application: Application, text: str) -> list[Evidence]:
    return await describe(application.database, await found(application, text), question=text)


async def test_people_and_channels_have_names_and_numbers_run_from_one(application: Application) -> None:
    items = await described(application, "zircon valve")
    assert [item.n for item in items] == list(range(1, len(items) + 1))
    assert (items[0].record_id, items[0].author, items[0].channel_name) == ("m2", "Bo", "launch")
    assert all(item.message_id != "m7" for item in items)  # No answer cites another.


async def test_the_best_hit_brings_the_lines_beside_it_of_its_own_talk(application: Application) -> None:
    items = await described(application, "zircon valve")
    near = await with_neighbours(application.database, items[:1], budget=Budget(5000, _characters))
    assert [item.record_id for item in near] == ["m2", "m1", "m3"]
    assert [item.n for item in near] == [1, 2, 3]
    assert (near[1].author, near[1].text, near[1].time) == ("Ann", "shall we change the valve?", at(1))
    in_thread = [item for item in await described(application, "zircon gasket") if item.record_id == "m6"]
    beside = await with_neighbours(application.database, in_thread, budget=Budget(5000, _characters))
    assert [item.record_id for item in beside] == ["m6", "m5"]


async def test_the_budget_keeps_the_first_and_as_many_more_as_fit(application: Application) -> None:
    items = await described(application, "zircon valve")
    assert len(await with_neighbours(application.database, items, budget=Budget(1, _characters))) == 1
    some = await with_neighbours(application.database, items, budget=Budget(200, _characters))
    assert 1 < len(some) < len(await with_neighbours(application.database, items, budget=Budget(9999, _characters)))
    assert len({item.record_id for item in some}) == len(some)


async def test_what_was_deleted_since_it_was_indexed_is_left_out(application: Application) -> None:
    await archive(application, posted(20, "the quartz code is tangerine", minutes=300))
    hits = await found(application, "quartz code")
    await application.inbox.append([deleted(20, minutes=301)])
    await application.archivist.apply_batch()  # In the truth, not yet in the index.
    items = await describe(application.database, hits, question="quartz")
    assert all("tangerine" not in item.text for item in items)


async def test_a_renamed_channel_and_person_are_shown_by_their_new_names(application: Application) -> None:
    place = channel("oldname")
    await archive(application, posted(30, "basalt arrives", place=place, author="Cy", minutes=400))
    renamed = place.model_copy(update={"name": "newname"})
    again = person("Cy").model_copy(update={"name": "Cyril"})
    await archive(
        application,
        ChannelChanged(event_id="rename", occurred_at=at(401), channel=renamed),
        MessagePosted(
            event_id="p31", occurred_at=at(402), record_id=RecordId("m31"), channel=renamed, author=again, text="hi"
        ),
    )
    [item, *_] = await described(application, "basalt arrives")
    assert (item.channel_name, item.author) == ("newname", "Cyril")


async def test_a_removed_file_is_no_evidence(application: Application) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"obsidian price list: 77 euro"

    sha256, size = await application.file_store.put(chunks())
    shared = FileRef(file_id=RecordId("f1"), name="prices.txt", media_type="text/plain", size_bytes=size, sha256=sha256)
    await archive(application, posted(40, "prices", files=(shared,), minutes=500))
    hits = await found(application, "obsidian price list", PassageFilter(kinds=frozenset({"file"})))
    [item] = await describe(application.database, hits, question="obsidian")
    assert (item.kind, item.file_name, item.message_id) == ("file", "prices.txt", "m40")
    await application.inbox.append([deleted(40, minutes=501)])
    await application.archivist.apply_batch()
    assert await describe(application.database, hits, question="obsidian") == []


async def test_the_lines_beside_a_hit_are_those_of_its_conversation(application: Application) -> None:
    place = channel("busy")
    await archive(
        application,
        posted(50, "Dee: which port does the peridot server use?", place=place, author="Cy", minutes=600),
        posted(51, "does anyone want the old desk lamp?", place=place, author="Fay", minutes=600.2),
        posted(52, "Cy: peridot listens on 8443", place=place, author="Dee", minutes=600.4),
        posted(53, "Fay: yes, the lamp please", place=place, author="Gus", minutes=600.6),
        posted(54, "Dee: thanks, 8443 works", place=place, author="Cy", minutes=600.8),
    )
    [hit] = [item for item in await described(application, "peridot listens on 8443") if item.record_id == "m52"]
    near = await with_neighbours(application.database, [hit], budget=Budget(5000, _characters))
    assert [item.record_id for item in near] == ["m52", "m50", "m54"]


async def _characters(text: str) -> int:
    return len(text)
