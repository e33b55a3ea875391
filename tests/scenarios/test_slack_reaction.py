"""Reactions in Slack: who reacted how, by the time of each, whatever arrives first."""

from itertools import permutations

import pytest

from tests.scenarios.slack_stage import Json, SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_skin_tones_are_part_of_an_emoji(slack: SlackStage) -> None:
    await slack.hears(POSTED, ADDED, ADDED, ADDED | {"reaction": "+1::skin-tone-3", "user": "U1"})
    assert await slack.reactions("1790001200.000700") == {("+1", "U2"), ("+1::skin-tone-3", "U1")}


async def test_it_may_come_before_its_message(slack: SlackStage) -> None:
    await slack.hears(ADDED, POSTED)
    assert await slack.reactions("1790001200.000700") == {("+1", "U2")}


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_last_of_adding_and_removing_counts(slack: SlackStage, order: tuple[int, ...]) -> None:
    payloads: list[Json] = [ADDED, REMOVED, ADDED | {"event_ts": "1790001203.000800"}]
    await slack.hears(POSTED, *(payloads[place] for place in order))
    assert await slack.reactions("1790001200.000700") == {("+1", "U2")}


async def test_what_the_history_lists_is_there_and_what_was_removed_stays_removed(slack: SlackStage) -> None:
    await slack.hears(ADDED, REMOVED)
    await slack.reads(WITH_REACTIONS, WITH_REACTIONS)
    assert await slack.reactions("1790001200.000700") == {("tada", "U1"), ("tada", "U3")}


async def test_a_shortened_list_of_people_removes_nobody(slack: SlackStage) -> None:
    await slack.hears(ADDED | {"reaction": "tada"})
    await slack.reads(WITH_REACTIONS)
    assert ("tada", "U2") in await slack.reactions("1790001200.000700")


async def test_reactions_to_anything_but_messages_are_not_kept(slack: SlackStage) -> None:
    assert await slack.hears(ADDED | {"item": {"type": "file", "file": "F1"}}) == []


async def test_those_on_deleted_messages_are_gone(slack: SlackStage) -> None:
    await slack.hears(POSTED, ADDED, DELETED, ADDED | {"user": "U1", "event_ts": "1790001260.000800"})
    assert await slack.reactions("1790001200.000700") == set()


POSTED: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "U1",
    "text": "released",
    "ts": "1790001200.000700",
    "event_ts": "1790001200.000700",
}
ADDED: dict[str, object] = {
    "type": "reaction_added",
    "user": "U2",
    "reaction": "+1",
    "item": {"type": "message", "channel": "C1", "ts": "1790001200.000700"},
    "item_user": "U1",
    "event_ts": "1790001201.000800",
}
REMOVED: dict[str, object] = {
    "type": "reaction_removed",
    "user": "U2",
    "reaction": "+1",
    "item": {"type": "message", "channel": "C1", "ts": "1790001200.000700"},
    "item_user": "U1",
    "event_ts": "1790001202.000800",
}
WITH_REACTIONS: dict[str, object] = {
    "type": "message",
    "user": "U1",
    "text": "released",
    "ts": "1790001200.000700",
    "reactions": [
        {"name": "+1", "users": ["U2"], "count": 1},
        {"name": "tada", "users": ["U1", "U3"], "count": 7},
    ],
}
DELETED: dict[str, object] = {
    "type": "message",
    "subtype": "message_deleted",
    "hidden": True,
    "channel": "C1",
    "ts": "1790001250.000300",
    "event_ts": "1790001250.000300",
    "deleted_ts": "1790001200.000700",
}
