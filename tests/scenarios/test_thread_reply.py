"""A reply in a thread: found with the words of its head, shown in its thread and nowhere else."""

import pytest

from connectors.events import PersonId
from tests.builders import channel, deleted, opened, person, posted, record
from tests.scenarios.stage import Stage, ids

pytestmark = pytest.mark.asyncio(loop_scope="module")

READER = PersonId("console:Li Wei")


async def test_a_reply_is_found_by_the_words_of_its_head_and_those_beside_it(stage: Stage) -> None:
    place = channel("thread")
    await stage.tell(
        posted(1, "what about the gneiss floor?", place=place),
        posted(2, "meanwhile something marble", place=place),
        posted(3, "approved", thread=1, place=place, author="Ann"),
        posted(4, "schist ordered", thread=1, place=place, author="Bo"),
    )
    assert {"m1", "m2", "m3", "m4"} == await stage.with_words_around("gneiss")  # m2 stands beside it in the channel.
    assert {"m3", "m4"} == await stage.with_words_around("schist")
    assert {"m1", "m2"} == await stage.with_words_around("marble")
    assert await stage.with_words("approved") == {"m3"}


async def test_it_is_shown_in_its_thread_and_counted_at_its_head(stage: Stage) -> None:
    place = channel("shown")
    await stage.tell(
        posted(10, "head", place=place), posted(12, "second", thread=10, place=place),
        posted(11, "first", thread=10, place=place),
    )  # fmt: skip
    views = await stage.views(place)
    assert list(views) == ["m10"]
    assert views["m10"].reply_count == 2
    assert ids(await stage.host.thread(READER, record(10))) == ["m10", "m11", "m12"]
    assert await stage.timeline(place) == ["m12", "m11", "m10"]
    await stage.tell(deleted(11))
    assert (await stage.views(place))["m10"].reply_count == 1
    assert ids(await stage.host.thread(READER, record(10))) == ["m10", "m12"]


async def test_a_reply_before_its_head_is_kept_and_joined(stage: Stage) -> None:
    place = channel("early")
    await stage.tell(posted(21, "dolomite says yes", thread=20, place=place))
    assert await stage.with_words("dolomite") == {"m21"}
    await stage.tell(posted(20, "is feldspar enough?", place=place))
    assert {"m20", "m21"} == await stage.with_words_around("feldspar")
    assert ids(await stage.host.thread(READER, record(20))) == ["m20", "m21"]


async def test_a_reply_that_names_a_thread_of_another_channel_learns_nothing_from_it(stage: Stage) -> None:
    private, public = channel("board", "private"), channel("hall")
    await stage.tell(
        opened(private, (person("Ann"),)),
        posted(30, "we sell the hornblende mine", place=private, author="Ann"),
        posted(31, "agreed, hornblende goes", thread=30, place=private, author="Ann"),
        posted(32, "see there", thread=30, place=public),
    )
    assert {"m30", "m31"} == await stage.with_words_around("hornblende")
    assert "hornblende" not in str(await stage.answer("What about the mine?", "NOT FOUND", public))
