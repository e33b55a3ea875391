"""Deletions in Slack: the words are gone, whatever arrives first and however often."""

import pytest

from connectors.events import MessageDeleted
from tests.scenarios.slack_stage import SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def is_gone(slack: SlackStage) -> bool:
    kept = await slack.kept("1790000500.000100")
    assert kept is not None
    return kept.is_deleted and kept.text == ""


async def test_deleted_it_is_not_found_any_more(slack: SlackStage) -> None:
    (_, event) = await slack.hears(POSTED, DELETED)
    assert isinstance(event, MessageDeleted)
    assert event.event_id == f"slack:{slack.channel}:1790000500.000100:deleted"
    assert await is_gone(slack)
    assert slack.record("1790000500.000100") not in await slack.stage.with_words("malachite")


async def test_deleted_before_it_arrives_it_never_appears(slack: SlackStage) -> None:
    await slack.hears(DELETED, POSTED, DELETED)
    await slack.reads(POSTED)
    assert await is_gone(slack)


async def test_an_edit_after_the_deletion_brings_nothing_back(slack: SlackStage) -> None:
    await slack.hears(DELETED, EDITED, POSTED)
    assert await is_gone(slack)


async def test_one_that_names_only_what_was_there(slack: SlackStage) -> None:
    await slack.hears(POSTED, {key: value for key, value in DELETED.items() if key != "deleted_ts"})
    assert await is_gone(slack)


async def test_its_file_goes_with_it(slack: SlackStage) -> None:
    await slack.hears(POSTED | {"files": [{"id": "F50", "name": "azurite.pdf"}]}, DELETED)
    assert await slack.files("1790000500.000100") == {}


POSTED: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "U1",
    "text": "the malachite offer",
    "ts": "1790000500.000100",
    "event_ts": "1790000500.000100",
}
EDITED: dict[str, object] = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1790000550.000200",
    "event_ts": "1790000550.000200",
    "message": POSTED | {"text": "the new malachite offer", "edited": {"user": "U1", "ts": "1790000550.000000"}},
    "previous_message": POSTED,
}
DELETED: dict[str, object] = {
    "type": "message",
    "subtype": "message_deleted",
    "hidden": True,
    "channel": "C1",
    "channel_type": "channel",
    "ts": "1790000560.000300",
    "event_ts": "1790000560.000300",
    "deleted_ts": "1790000500.000100",
    "previous_message": POSTED,
}
