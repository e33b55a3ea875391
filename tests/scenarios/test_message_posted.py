"""A message was written: it is found by its words and by what surrounds it, and shown once."""

import pytest

from connectors.events import MessagePosted
from tests.builders import channel, posted
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_is_found_by_its_words_its_author_and_in_both_scripts(stage: Stage) -> None:
    place = channel("found")
    await stage.tell(posted(1, "静澜的水泵 JL-P19 已经下单，1,200 台", author="王芳", place=place))
    for words in ("JL-P19", "jl-p19", "水泵", "水泵下單", "1200", "王芳", "静澜"):
        assert "m1" in await stage.with_words(words), words
    assert (await stage.found("水泵下单了吗"))[0] == "m1"


async def test_it_stands_in_the_timeline_and_in_the_channel(stage: Stage) -> None:
    place = channel("shown")
    await stage.tell(posted(10, "first", place=place), posted(11, "second", place=place))
    assert await stage.timeline(place) == ["m11", "m10"]
    views = await stage.views(place)
    assert list(views) == ["m10", "m11"]
    assert (views["m10"].text, views["m10"].author.name, views["m10"].edited) == ("first", "Li Wei", False)


async def test_neighbours_find_each_other_and_a_late_message_takes_its_place_between_them(stage: Stage) -> None:
    place = channel("late")
    await stage.tell(posted(20, "which sealing ring?", place=place), posted(22, "ordered", place=place))
    assert {"m20", "m22"} <= await stage.with_words_around("sealing")
    await stage.tell(posted(21, "the viton one", place=place, author="Bo"))
    assert {"m20", "m21", "m22"} == await stage.with_words_around("viton")
    assert await stage.with_words("viton") == {"m21"}
    assert list(await stage.views(place)) == ["m20", "m21", "m22"]


async def test_surroundings_end_at_the_channel(stage: Stage) -> None:
    here, there = channel("here"), channel("there")
    await stage.tell(posted(30, "quarzuhr kaputt", place=here), posted(31, "unrelated", place=there))
    assert await stage.with_words_around("quarzuhr") == {"m30"}


async def test_delivered_twice_it_is_there_once(stage: Stage) -> None:
    place = channel("twice")
    event = posted(40, "granite delivered", place=place)
    await stage.tell(event, event)
    await stage.tell(event)
    again = event.model_copy(update={"event_id": "another-delivery"})
    await stage.tell(again)
    assert await stage.timeline(place) == ["m40"]
    assert (await stage.found("granite delivered")).count("m40") == 1
    assert list(await stage.views(place)) == ["m40"]


async def test_notices_and_the_bots_own_answers_are_shown_and_not_searched(stage: Stage) -> None:
    place = channel("notices")
    notice = posted(50, "Ann joined marzipan", place=place).model_copy(update={"system": True})
    assert isinstance(notice, MessagePosted)
    await stage.tell(notice, posted(51, "It is marzipan [1].", place=place, answer_id="a-1", author="bot"))
    assert await stage.with_words_around("marzipan") == set()
    views = await stage.views(place)
    assert views["m50"].system
    assert list(views) == ["m50", "m51"]


async def test_an_empty_message_and_a_very_long_one(stage: Stage) -> None:
    place = channel("sizes")
    words = " ".join(f"word{number}" for number in range(3000))
    await stage.tell(posted(60, "", place=place), posted(61, f"{words} cinnabar", place=place))
    assert await stage.with_words("cinnabar") == {"m61"}
    assert await stage.with_words("word7") == {"m61"}
    assert "m61" in await stage.timeline(place)
