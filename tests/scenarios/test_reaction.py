"""Reactions come and go under a message; search does not change."""

import pytest

from connectors.events import ReactionChanged
from tests.builders import at, channel, deleted, person, posted, record
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


def reaction(
    number: int, name: str = "Ann", emoji: str = "tada", *, minutes: float, present: bool = True
) -> ReactionChanged:
    return ReactionChanged(
        event_id=f"r-{number}-{name}-{emoji}-{minutes}-{present}", occurred_at=at(minutes), record_id=record(number),
        person=person(name), emoji=emoji, present=present,
    )  # fmt: skip


async def shown(stage: Stage, number: int) -> dict[str, list[str]]:
    view = await stage.view(record(number))
    return {given.emoji: [name.removeprefix("console:") for name in given.person_ids] for given in view.reactions}


async def test_each_emoji_with_who_gave_it_in_order(stage: Stage) -> None:
    await stage.tell(posted(1, "we shipped", place=channel("given")))
    await stage.tell(
        reaction(1, "Bo", minutes=6), reaction(1, "Ann", minutes=5), reaction(1, "Ann", "heart", minutes=7)
    )
    assert await shown(stage, 1) == {"tada": ["Ann", "Bo"], "heart": ["Ann"]}


async def test_taken_back_it_is_gone_and_given_again_it_returns(stage: Stage) -> None:
    await stage.tell(posted(10, "we shipped", place=channel("taken")), reaction(10, minutes=11))
    await stage.tell(reaction(10, minutes=12, present=False))
    assert await shown(stage, 10) == {}
    await stage.tell(reaction(10, minutes=13))
    assert await shown(stage, 10) == {"tada": ["Ann"]}


async def test_late_and_repeated_events_change_nothing(stage: Stage) -> None:
    await stage.tell(posted(20, "we shipped", place=channel("late")))
    await stage.tell(reaction(20, minutes=22, present=False), reaction(20, minutes=21), reaction(20, minutes=21))
    assert await shown(stage, 20) == {}


async def test_a_reaction_before_its_message_waits_for_it(stage: Stage) -> None:
    await stage.tell(reaction(30, minutes=31))
    await stage.tell(posted(30, "we shipped", place=channel("early")))
    assert await shown(stage, 30) == {"tada": ["Ann"]}


async def test_a_deleted_message_has_none_and_gets_none(stage: Stage) -> None:
    place = channel("deleted")
    await stage.tell(posted(40, "oops", place=place), posted(41, "reply", thread=40, place=place))
    await stage.tell(reaction(40, minutes=42), deleted(40, minutes=43))
    await stage.tell(reaction(40, "Bo", minutes=44))
    assert (await stage.views(place))["m40"].reactions == ()


async def test_search_and_index_are_left_alone(stage: Stage) -> None:
    await stage.tell(posted(50, "pyrite found", place=channel("search")))
    await stage.application.inbox.append([reaction(50, emoji="pick", minutes=51)])
    await stage.application.archivist.apply_batch()
    assert await stage.application.indexer.pending() == 0
    assert await stage.with_words("pyrite") == {"m50"}
    assert await stage.with_words_around("pick") == set()
