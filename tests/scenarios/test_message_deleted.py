"""A message was deleted or recalled: its words are nowhere, and it stays deleted."""

import pytest

from connectors.events import PersonId
from tests.builders import channel, deleted, edited, posted, record
from tests.scenarios.stage import Stage, ids

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_its_words_are_gone_from_it_and_from_all_around_it(stage: Stage) -> None:
    place = channel("gone")
    await stage.tell(
        posted(1, "before", place=place),
        posted(2, "the code is tangerine", place=place),
        posted(3, "after", place=place),
        posted(4, "much later", place=place, minutes=3000),
    )
    assert {"m1", "m2", "m3", "m4"} == await stage.with_words_around("tangerine")
    await stage.tell(deleted(2))
    assert await stage.with_words("tangerine") == await stage.with_words_around("tangerine") == set()
    assert "m2" not in await stage.found("the code is tangerine")
    assert await stage.timeline(place) == ["m4", "m3", "m1"]
    assert list(await stage.views(place)) == ["m1", "m3", "m4"]
    # Those around the gap are neighbours now.
    assert {"m1", "m3", "m4"} == await stage.with_words_around("before")


async def test_a_head_of_a_thread_keeps_its_place_without_its_words(stage: Stage) -> None:
    place = channel("head")
    await stage.tell(posted(10, "about zircon", place=place), posted(11, "agreed", thread=10, place=place))
    assert "m11" in await stage.with_words_around("zircon")
    await stage.tell(deleted(10))
    assert await stage.with_words_around("zircon") == set()
    head = (await stage.views(place))["m10"]
    assert (head.deleted, head.text, head.reply_count, head.files, head.reactions) == (True, "", 1, (), ())
    assert ids(await stage.host.thread(PersonId("console:Li Wei"), record(10))) == ["m10", "m11"]
    await stage.tell(deleted(11))
    assert await stage.views(place) == {}


async def test_it_stays_deleted_whatever_comes_late(stage: Stage) -> None:
    place = channel("late")
    message = posted(20, "peridot secret", place=place)
    await stage.tell(deleted(20, minutes=50))
    await stage.tell(message, edited(20, "peridot again", minutes=60))
    await stage.tell(message.model_copy(update={"event_id": "redelivered"}))
    await stage.tell(deleted(20, minutes=50))
    assert await stage.with_words_around("peridot") == set()
    assert await stage.views(place) == {}
    assert await stage.timeline(place) == []


async def test_deleting_a_message_that_nobody_knows_is_no_trouble(stage: Stage) -> None:
    await stage.tell(deleted(777))
    counts = await stage.application.inbox.counts()
    assert (counts.pending, counts.failed) == (0, 0)


async def test_its_files_go_with_it(stage: Stage) -> None:
    place = channel("files")
    file = await stage.share("f1", "amber.txt", b"the amber contract costs 4,500 euro")
    await stage.tell(posted(30, "signed", files=(file,), place=place))
    assert stage.has_bytes(file)
    await stage.tell(deleted(30))
    assert await stage.with_words_around("amber 4500") == set()
    assert not stage.has_bytes(file)
    assert await stage.timeline(place) == []


async def test_answers_that_rest_on_it_are_withdrawn(stage: Stage) -> None:
    place = channel("answered")
    await stage.tell(posted(40, "the safe opens with topaz", place=place))
    answer = await stage.answer("What opens the safe?", "The safe opens with topaz.", place)
    await stage.tell(posted(41, answer.text, place=place, answer_id=answer.answer_id, author="bot"))
    assert (await stage.views(place))["m41"].answer is not None
    await stage.tell(deleted(40))
    view = (await stage.views(place))["m41"]
    assert view.answer is None
    assert "topaz" not in view.text
    assert view.text != ""


async def test_an_answer_posted_after_its_source_was_deleted_shows_nothing_of_it(stage: Stage) -> None:
    place = channel("race")
    await stage.tell(posted(50, "the shed opens with garnet", place=place))
    answer = await stage.answer("What opens the shed?", "The shed opens with garnet.", place)
    assert not answer.abstained
    await stage.tell(deleted(50))
    await stage.tell(posted(51, answer.text, place=place, answer_id=answer.answer_id, author="bot"))
    assert "garnet" not in (await stage.views(place))["m51"].text
