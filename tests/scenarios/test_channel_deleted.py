"""A channel was deleted: nothing of it is left, and nothing that arrives late brings it back."""

import pytest

from connectors.events import ChannelDeleted, ChannelRef, PersonId
from tests.builders import at, channel, edited, opened, person, posted
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

READER = PersonId("console:Li Wei")


def gone(place: ChannelRef, minutes: float = 900) -> ChannelDeleted:
    return ChannelDeleted(event_id=f"gone-{place.channel_id}", occurred_at=at(minutes), channel_id=place.channel_id)


async def test_messages_replies_and_files_are_gone_and_other_channels_stay(stage: Stage) -> None:
    place, other = channel("doomed"), channel("staying")
    file = await stage.share("f1", "slate.txt", b"slate roof offer")
    shared = await stage.share("f2", "tuff.txt", b"tuff wall offer")
    await stage.tell(
        opened(place, (person(),)),
        posted(1, "about chalcedony", place=place),
        posted(2, "chalcedony reply", thread=1, place=place),
        posted(3, "offers", files=(file, shared), place=place),
        posted(4, "same offer", files=(shared,), place=other),
    )
    assert await stage.timeline(place)
    await stage.tell(gone(place))
    assert await stage.with_words_around("chalcedony slate") == set()
    assert await stage.with_words("tuff") == {"m4", "m4|f2"}
    assert not stage.has_bytes(file)
    assert stage.has_bytes(shared)
    assert await stage.timeline(place) == []
    assert place.channel_id not in [view.channel_id for view in await stage.host.channels(READER)]
    with pytest.raises(PermissionError):
        await stage.views(place)


async def test_what_arrives_late_stays_out(stage: Stage) -> None:
    place = channel("late")
    await stage.tell(opened(place, (person(),)), posted(10, "andesite one", place=place))
    await stage.tell(gone(place))
    await stage.tell(posted(11, "andesite two", place=place), edited(10, "andesite three", minutes=950))
    assert await stage.with_words_around("andesite") == set()
    assert "andesite" not in await stage.texts("andesite")


async def test_a_deletion_before_everything_else_counts_too(stage: Stage) -> None:
    place = channel("overtaken")
    await stage.tell(gone(place))
    await stage.tell(posted(20, "rhyolite", place=place), opened(place, (person(),), minutes=1))
    assert await stage.with_words_around("rhyolite") == set()
    assert place.channel_id not in [view.channel_id for view in await stage.host.channels(READER)]


async def test_answers_that_rest_on_it_are_withdrawn_elsewhere(stage: Stage) -> None:
    place, other = channel("source"), channel("asked")
    await stage.tell(opened(other, (person(),)), posted(30, "the gate opens with basalt", place=place))
    answer = await stage.answer("What opens the gate?", "The gate opens with basalt.", other)
    assert not answer.abstained
    await stage.tell(posted(31, answer.text, place=other, answer_id=answer.answer_id, author="bot"))
    await stage.tell(gone(place))
    view = (await stage.views(other))["m31"]
    assert view.answer is None
    assert "basalt" not in view.text


async def test_twice_is_once(stage: Stage) -> None:
    place = channel("twice")
    await stage.tell(posted(40, "diorite", place=place), gone(place))
    await stage.tell(gone(place).model_copy(update={"event_id": "again"}))
    counts = await stage.application.inbox.counts()
    assert (counts.pending, counts.failed) == (0, 0)
    assert await stage.with_words_around("diorite") == set()
