"""Edits in Slack: the last words stand whatever arrives first, and what is no edit changes nothing."""

from itertools import permutations

import pytest

from connectors.events import MessageEdited, MessagePosted
from tests.scenarios.slack_stage import Json, SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_edit_replaces_the_words(slack: SlackStage) -> None:
    await slack.hears(POSTED, EDITED)
    kept = await slack.kept("1790000400.000100")
    assert kept is not None
    assert (kept.text, kept.is_edited, kept.author) == ("hi peridot", True, "slack:U1")
    assert await slack.former_texts("1790000400.000100") == ["hi olivine"]
    here = slack.record("1790000400.000100")
    assert here not in await slack.stage.with_words("olivine")
    assert here in await slack.stage.with_words("peridot")


async def test_an_edit_that_overtakes_its_message_is_complete(slack: SlackStage) -> None:
    await slack.hears(EDITED)
    kept = await slack.kept("1790000400.000100")
    assert kept is not None
    assert (kept.text, kept.author) == ("hi peridot", "slack:U1")
    await slack.hears(POSTED)
    assert await slack.text("1790000400.000100") == "hi peridot"


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_edits_within_one_second_end_in_the_last(slack: SlackStage, order: tuple[int, ...]) -> None:
    payloads: list[Json] = [POSTED, EDITED, EDITED_AT_ONCE]
    await slack.hears(*(payloads[place] for place in order), *payloads)
    assert await slack.text("1790000400.000100") == "hi beryl"
    assert await slack.received() == 3


async def test_the_history_shows_the_same_version(slack: SlackStage) -> None:
    message = EDITED["message"]
    assert isinstance(message, dict)
    await slack.hears(EDITED)
    await slack.reads(message)
    assert await slack.received() == 1


async def test_an_edit_that_was_missed_is_read_from_the_history(slack: SlackStage) -> None:
    message = EDITED["message"]
    assert isinstance(message, dict)
    await slack.hears(POSTED)
    await slack.reads(message)
    assert await slack.text("1790000400.000100") == "hi peridot"


@pytest.mark.parametrize("what", ["unfurl", "pin", "replies", "unfurl_of_app"])
async def test_what_is_no_edit_changes_nothing(slack: SlackStage, what: str) -> None:
    assert await slack.hears(POSTED, NO_EDIT | {"message": NO_EDITS[what]}) == await slack.hears(POSTED)
    await slack.reads(NO_EDITS[what])
    assert await slack.received() == 1
    assert await slack.text("1790000400.000100") == "hi olivine"


async def test_a_preview_is_nobodys_words_even_when_its_message_is_edited(slack: SlackStage) -> None:
    message = EDITED["message"]
    assert isinstance(message, dict)
    await slack.hears(POSTED, EDITED | {"message": message | {"attachments": PREVIEW}})
    assert await slack.text("1790000400.000100") == "hi peridot"


async def test_a_change_that_does_not_say_whose_words_they_are(slack: SlackStage) -> None:
    message = EDITED["message"]
    assert isinstance(message, dict)
    anonymous = {key: value for key, value in message.items() if key != "user"}
    (_, event) = await slack.hears(POSTED, EDITED | {"message": anonymous})
    assert isinstance(event, MessageEdited)
    kept = await slack.kept("1790000400.000100")
    assert kept is not None
    assert (kept.text, kept.author) == ("hi peridot", "slack:U1")


async def test_a_file_added_to_a_message_is_there(slack: SlackStage) -> None:
    message = EDITED["message"]
    assert isinstance(message, dict)
    with_file = EDITED | {"message": message | {"files": [{"id": "F40", "name": "jade.pdf", "mode": "hosted"}]}}
    await slack.hears(with_file, POSTED)
    assert set(await slack.files("1790000400.000100")) == {"F40"}


async def test_a_renamed_file_has_its_new_name(slack: SlackStage) -> None:
    before = {"id": "F41", "name": "jade.pdf", "mode": "hosted"}
    renamed = NO_EDIT | {
        "message": POSTED | {"files": [before | {"name": "nephrite.pdf"}]},
        "previous_message": POSTED | {"files": [before]},
    }
    (_, event) = await slack.hears(POSTED | {"files": [before]}, renamed)
    assert isinstance(event, MessagePosted)
    assert (await slack.files("1790000400.000100"))["F41"].name == "nephrite.pdf"


POSTED: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "U1",
    "text": "hi olivine",
    "ts": "1790000400.000100",
    "event_ts": "1790000400.000100",
}
EDITED: dict[str, object] = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "channel_type": "channel",
    "ts": "1790000450.000200",
    "event_ts": "1790000450.000200",
    "message": {
        "type": "message",
        "user": "U1",
        "text": "hi peridot",
        "ts": "1790000400.000100",
        "edited": {"user": "U1", "ts": "1790000450.000000"},
    },
    "previous_message": {"type": "message", "user": "U1", "text": "hi olivine", "ts": "1790000400.000100"},
}
EDITED_AT_ONCE: dict[str, object] = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "channel_type": "channel",
    "ts": "1790000450.700300",
    "event_ts": "1790000450.700300",
    "message": {
        "type": "message",
        "user": "U1",
        "text": "hi beryl",
        "ts": "1790000400.000100",
        "edited": {"user": "U1", "ts": "1790000450.000000"},
    },
    "previous_message": EDITED["message"],
}
NO_EDIT: dict[str, object] = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1790000460.000300",
    "event_ts": "1790000460.000300",
    "previous_message": POSTED,
}
PREVIEW = [{"from_url": "https://e.x", "title": "Sphalerite", "text": "nobody here said this"}]
NO_EDITS: dict[str, dict[str, object]] = {
    "unfurl": POSTED | {"attachments": PREVIEW},
    "unfurl_of_app": POSTED | {"attachments": [{"is_app_unfurl": True, "app_unfurl_url": "https://e.x", "text": "x"}]},
    "pin": POSTED | {"pinned_to": ["C1"], "pinned_info": {"channel": "C1"}},
    "replies": POSTED | {"thread_ts": "1790000400.000100", "reply_count": 2, "latest_reply": "1790000455.000100"},
}
