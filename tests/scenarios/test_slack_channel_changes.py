"""Channels that were moved, and channels that another organisation shares."""

import pytest

from tests.scenarios.slack_stage import SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_moved_channel_keeps_the_ids_of_its_records_and_links_to_where_it_is(slack: SlackStage) -> None:
    await slack.hears(POSTED)
    there = SlackStage(slack.stage, channel=f"{slack.channel}NEW")
    there.directory.moved[there.channel] = slack.channel
    await there.hears(EDITED)
    kept = await slack.kept("1790001300.000100")
    assert kept is not None
    assert kept.text == "the agate offer"
    assert kept.permalink == f"https://acme.slack.com/archives/{there.channel}/p1790001300000100"


async def test_nothing_is_kept_of_a_channel_that_others_share(slack: SlackStage) -> None:
    slack.directory.external.add(slack.channel)
    assert await slack.hears(POSTED, EDITED, REACTION) == []
    assert await slack.reads(POSTED) == []
    assert slack.translator.counts == {"not_archived": 3}
    assert await slack.kept("1790001300.000100") is None


async def test_what_was_kept_before_it_was_shared_can_still_be_deleted(slack: SlackStage) -> None:
    await slack.hears(POSTED)
    slack.directory.external.add(slack.channel)
    await slack.hears(DELETED)
    kept = await slack.kept("1790001300.000100")
    assert kept is not None
    assert kept.is_deleted


async def test_a_hint_that_the_history_changed_is_for_those_who_read_it(slack: SlackStage) -> None:
    assert await slack.hears(HISTORY_CHANGED) == []
    assert slack.translator.counts == {}


POSTED: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "U1",
    "text": "the onyx offer",
    "ts": "1790001300.000100",
    "event_ts": "1790001300.000100",
}
EDITED: dict[str, object] = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1790001350.000200",
    "event_ts": "1790001350.000200",
    "message": POSTED | {"text": "the agate offer", "edited": {"user": "U1", "ts": "1790001350.000000"}},
    "previous_message": POSTED,
}
REACTION: dict[str, object] = {
    "type": "reaction_added",
    "user": "U2",
    "reaction": "+1",
    "item": {"type": "message", "channel": "C1", "ts": "1790001300.000100"},
    "event_ts": "1790001301.000800",
}
DELETED: dict[str, object] = {
    "type": "message",
    "subtype": "message_deleted",
    "hidden": True,
    "channel": "C1",
    "ts": "1790001360.000300",
    "event_ts": "1790001360.000300",
    "deleted_ts": "1790001300.000100",
}
HISTORY_CHANGED = {
    "type": "channel_history_changed",
    "channel": "C1",
    "latest": "1790001340.000000",
    "ts": "1790001361.000000",
    "event_ts": "1790001361.000000",
}
