"""A link was shared: a record of its own, found by what its address says, gone with its words. Invariants 2 and 3."""

import pytest

from bot.truth.links import link_id
from knowledge.address import addresses_in
from tests.builders import channel, deleted, edited, posted
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


def link(number: int, url: str) -> str:
    return link_id(f"m{number}", addresses_in(url)[0].digest)


async def test_it_is_found_by_host_path_label_and_the_words_around_it(stage: Stage) -> None:
    place, url = channel("links"), "https://docs.quasar.example/pump-manual/%E6%B3%B5?utm_source=chat"
    await stage.tell(
        posted(1, "who has the borealis drawings", place=place),
        posted(2, f"Nimbus manual ({url})", place=place, author="Maya"),
        posted(3, "thanks, gossamer", place=place),
    )
    record = link(2, url)
    for words in ("quasar", "manual", "泵", "Nimbus"):
        assert record in await stage.with_words(words), words
    for words in ("borealis", "gossamer", "Maya"):
        assert record in await stage.with_words_around(words), words


async def test_an_edit_replaces_it_and_a_deletion_removes_it(stage: Stage) -> None:
    place = channel("changing")
    await stage.tell(posted(10, "https://ember.example/a", place=place))
    await stage.tell(edited(10, "https://cinder.example/a", minutes=60))
    assert await stage.with_words("ember") == set()
    assert await stage.with_words("cinder") == {"m10", link(10, "https://cinder.example/a")}
    await stage.tell(deleted(10))
    assert await stage.with_words_around("cinder") == set()


async def test_words_said_beside_it_leave_it_when_they_are_deleted(stage: Stage) -> None:
    place = channel("beside")
    await stage.tell(posted(20, "https://tundra.example/a", place=place), posted(21, "lapwing", place=place))
    assert link(20, "https://tundra.example/a") in await stage.with_words_around("lapwing")
    await stage.tell(deleted(21))
    assert await stage.with_words_around("lapwing") == set()


async def test_a_secret_in_it_is_nowhere_in_the_archive(stage: Stage) -> None:
    """Invariant 8."""
    place = channel("secrets")
    await stage.tell(posted(30, "look: https://ann:hunter2@fjord.example/a?token=s3cr3tzz&id=4", place=place))
    await stage.tell(posted(31, "seen", place=place))
    assert await stage.with_words_around("fjord") >= {"m30", "m31"}
    assert await stage.with_words_around("s3cr3tzz hunter2") == set()


async def test_told_twice_it_is_there_once(stage: Stage) -> None:
    place = channel("again")
    event = posted(40, "https://isthmus.example/a and http://www.isthmus.example/a/", place=place)
    await stage.tell(event, event)
    await stage.tell(event)
    assert await stage.with_words("isthmus") == {"m40", link(40, "https://isthmus.example/a")}
