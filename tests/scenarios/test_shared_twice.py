"""The same bytes or the same address shared twice: one result that names both places, as far as one may read them."""

import pytest

from bot.answering.evidence import Evidence
from connectors.events import PersonId
from knowledge.passage import Audience, PassageFilter
from tests.builders import channel, deleted, opened, person, posted
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
LINKS = PassageFilter(kinds=frozenset({"link"}))


async def _found(
    stage: Stage, text: str, *, by: str | None = None, where: PassageFilter | None = None
) -> list[Evidence]:
    application = stage.application
    audience = Audience.operator()
    if by is not None:
        audience = await application.permissions.of_person(by, platform="console")
    return await application.finder.search(text, audience=audience, where=where or PassageFilter())


async def test_the_same_bytes_are_one_result_that_names_both_places(stage: Stage) -> None:
    file = await stage.share("f1", "malachite.txt", b"malachite stock list")
    await stage.tell(
        posted(1, "for the buyers", files=(file,), place=channel("buyers")),
        posted(2, "for the sellers", files=(file,), place=channel("sellers")),
    )
    files = [item for item in await _found(stage, "malachite stock list") if item.kind == "file"]
    [found] = files
    [other] = found.also_in
    assert {found.channel_name, other.channel_name} == {"buyers", "sellers"}
    assert {found.message_id, other.message_id} == {"m1", "m2"}
    await stage.tell(deleted(int(other.message_id[1:])))
    [left] = [item for item in await _found(stage, "malachite stock list") if item.kind == "file"]
    assert left.also_in == ()


async def test_a_place_that_one_may_not_read_is_not_named(stage: Stage) -> None:
    """Invariant 4."""
    closed = channel("board", "private")
    file = await stage.share("f10", "peridot.txt", b"peridot salary list")
    await stage.tell(
        opened(closed, (person("Ann"),)),
        opened(channel("open"), (person("Ann"), person("Bob"))),
        posted(10, "secret copy", files=(file,), place=closed, author="Ann"),
        posted(11, "open copy", files=(file,), place=channel("open"), author="Ann"),
    )
    for name, places in (("Ann", {"board", "open"}), ("Bob", {"open"})):
        found = next(
            item for item in await _found(stage, "peridot salary", by=f"console:{name}") if item.kind == "file"
        )
        assert {found.channel_name, *(place.channel_name for place in found.also_in)} == places, name
        view = await stage.host.file(PersonId(f"console:{name}"), "m11|f10")  # type: ignore[arg-type]  # a record id
        assert {place.channel_name for place in view.also_in} == places - {"open"}


async def test_the_same_address_is_one_link_whatever_tracks_it(stage: Stage) -> None:
    await stage.tell(
        posted(20, "https://halite.example/plan?utm_source=a see", place=channel("one")),
        posted(21, "as said https://www.halite.example/plan", place=channel("two")),
    )
    [link] = await _found(stage, "halite plan", where=LINKS)
    assert {link.channel_name, *(place.channel_name for place in link.also_in)} == {"one", "two"}
    assert {link.message_id, *(place.message_id for place in link.also_in)} == {"m20", "m21"}


async def test_a_message_and_its_link_are_one_result_unless_links_are_asked_for(stage: Stage) -> None:
    await stage.tell(posted(30, "https://barite.example/crusher-manual", place=channel("alone")))
    assert next((item.kind, item.message_id) for item in await _found(stage, "barite crusher manual")) == (
        "message",
        "m30",
    )
    assert sum(item.message_id == "m30" for item in await _found(stage, "barite crusher manual")) == 1
    [link] = [item for item in await _found(stage, "barite crusher", where=LINKS) if item.message_id == "m30"]
    assert (link.kind, link.text) == ("link", "https://barite.example/crusher-manual")
