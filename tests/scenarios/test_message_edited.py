"""A message was edited: the new words are found, the old ones nowhere, not even through its neighbours."""

import pytest

from connectors.events import MessagePosted
from tests.builders import at, channel, edited, posted
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_new_words_replace_the_old_ones_everywhere(stage: Stage) -> None:
    place = channel("replace")
    await stage.tell(
        posted(1, "which day?", place=place),
        posted(2, "launch on tangerineday", place=place),
        posted(3, "ok, noted", place=place),
        posted(4, "see you there", thread=2, place=place),
    )
    assert {"m1", "m2", "m3", "m4"} == await stage.with_words_around("tangerineday")
    await stage.tell(edited(2, "launch on cobaltday", minutes=30))
    assert await stage.with_words("tangerineday") == await stage.with_words_around("tangerineday") == set()
    assert await stage.with_words("cobaltday") == {"m2"}
    assert {"m1", "m2", "m3", "m4"} == await stage.with_words_around("cobaltday")
    assert "tangerineday" not in await stage.texts("launch on tangerineday")
    view = (await stage.views(place))["m2"]
    assert (view.text, view.edited) == ("launch on cobaltday", True)


async def test_a_long_message_edited_to_a_short_one_leaves_no_chunk_behind(stage: Stage) -> None:
    place = channel("shrink")
    long = "\n".join(f"line {number} of the obsidian report, said at length" for number in range(200))
    await stage.tell(posted(10, long, place=place))
    await stage.tell(edited(10, "withdrawn", minutes=30))
    assert await stage.with_words("obsidian") == set()
    assert await stage.with_words("withdrawn") == {"m10"}


async def test_the_newest_edit_counts_whatever_comes_last(stage: Stage) -> None:
    place = channel("order")
    await stage.tell(edited(20, "basaltend", minutes=40), posted(20, "basaltstart", place=place))
    await stage.tell(edited(20, "basaltmiddle", minutes=30))
    await stage.tell(edited(20, "basaltend", minutes=40))
    assert await stage.with_words("basaltstart basaltmiddle") == set()
    assert await stage.with_words("basaltend") == {"m20"}
    view = (await stage.views(place))["m20"]
    assert (view.text, view.edited) == ("basaltend", True)


async def test_a_message_sent_again_after_its_edit_is_an_edit(stage: Stage) -> None:
    place = channel("resent")
    event = posted(30, "malachite before", place=place)
    await stage.tell(event)
    again = event.model_copy(update={"event_id": "again", "text": "malachite after", "edited_at": at(60)})
    assert isinstance(again, MessagePosted)
    await stage.tell(again)
    assert (await stage.views(place))["m30"].text == "malachite after"
    assert await stage.timeline(place) == ["m30"]
    assert "before" not in await stage.texts("malachite")


async def test_an_answer_that_rests_on_the_old_words_is_withdrawn(stage: Stage) -> None:
    place = channel("answered")
    await stage.tell(posted(40, "the vault opens with jasper", place=place))
    answer = await stage.answer("What opens the vault?", "The vault opens with jasper.", place)
    assert not answer.abstained
    await stage.tell(posted(41, answer.text, place=place, answer_id=answer.answer_id, author="bot"))
    await stage.tell(edited(40, "the vault opens with onyx", minutes=90))
    view = (await stage.views(place))["m41"]
    assert "jasper" not in view.text
    assert view.answer is None
    assert await stage.with_words_around("jasper") == set()
