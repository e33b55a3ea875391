"""A person or a channel was forgotten: pages, timeline and search show nothing of it, and it stays so."""

import pytest

from bot.archive.forgetting import forgetting_of
from bot.truth.erasing import Scope
from connectors.events import PersonId, RecordId
from tests.builders import at, channel, opened, person, posted, record
from tests.scenarios.stage import Stage, ids

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _forget(stage: Stage, scope: Scope) -> None:
    forgetting = forgetting_of(stage.application)
    await forgetting.note(scope, requested_by="test")
    await forgetting.carry_out(attend=stage.application.archivist.drain)


async def test_a_thread_keeps_its_place_without_the_words_and_name_of_who_began_it(stage: Stage) -> None:
    place = channel("thread")
    await stage.tell(
        opened(place, (person("Ann"), person("Li Wei"))),
        posted(1, "about zircon", author="Ann", place=place),
        posted(2, "agreed", thread=1, place=place),
    )
    assert "Ann" in {seen.name for seen in await stage.host.people()}
    await _forget(stage, Scope(before=at(100), person_id="console:Ann"))
    head = (await stage.views(place))["m1"]
    assert (head.deleted, head.text, head.reply_count) == (True, "", 1)
    assert "Ann" not in head.author.name
    assert ids(await stage.host.thread(PersonId("console:Li Wei"), record(1))) == ["m1", "m2"]
    assert await stage.with_words_around("zircon") == set()
    assert {seen.name for seen in await stage.host.people()} == {"Li Wei"}, "who has no name cannot be chosen"


async def test_a_forgotten_channel_goes_on_with_what_is_new(stage: Stage) -> None:
    place = channel("channel")
    old = posted(11, "peridot secret", place=place)
    file = await stage.share("f11", "peridot.txt", b"peridot inside")
    await stage.tell(old, posted(12, "with a file", place=place, files=(file,)))
    await _forget(stage, Scope(before=at(100), channel_id=place.channel_id))
    await stage.tell(old.model_copy(update={"event_id": "again"}), posted(200, "something new", place=place))
    assert await stage.with_words_around("peridot") == set()
    assert await stage.timeline(place) == ["m200"]
    assert list(await stage.views(place)) == ["m200"]
    assert not stage.has_bytes(file)
    assert RecordId("m200") in await stage.found("something new")
