"""Messages of integrations and apps: they call themselves something, speak in attachments, and rewrite themselves."""

import pytest

from connectors.events import MessagePosted
from tests.scenarios.slack_stage import SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_integration_is_who_it_says(slack: SlackStage) -> None:
    (event,) = await slack.hears(FROM_A_WEBHOOK)
    assert isinstance(event, MessagePosted)
    assert (event.author.person_id, event.author.name, event.author.is_bot) == ("slack:B1", "github", True)
    assert event.text == "[repo] Pull request #7 (https://e.x/7)\nFixes the <b> tag\nState: open"
    assert not event.system


async def test_one_without_any_id_is_known_by_its_name(slack: SlackStage) -> None:
    (event,) = await slack.hears({key: value for key, value in FROM_A_WEBHOOK.items() if key != "bot_id"})
    assert isinstance(event, MessagePosted)
    assert event.author.person_id == "slack:bot:github"


async def test_one_that_says_no_name_is_looked_up(slack: SlackStage) -> None:
    (event,) = await slack.hears({key: value for key, value in FROM_A_WEBHOOK.items() if key != "username"})
    assert isinstance(event, MessagePosted)
    assert event.author.person_id == "slack:B1"


async def test_rewritten_without_being_called_edited_the_last_words_stand(slack: SlackStage) -> None:
    await slack.hears(REWRITTEN_AGAIN, BUILDING, REWRITTEN)
    assert await slack.text("1790000110.000100") == "build passed"
    await slack.reads(_as_in_history("build passed"))
    assert await slack.text("1790000110.000100") == "build passed"


async def test_what_was_rewritten_unseen_is_read_from_the_history(slack: SlackStage) -> None:
    await slack.hears(BUILDING)
    await slack.reads(_as_in_history("building"), _as_in_history("build passed"))
    assert await slack.text("1790000110.000100") == "build passed"
    assert await slack.received() == 2


def _as_in_history(text: str) -> dict[str, object]:
    return {key: value for key, value in BUILDING.items() if key not in ("channel", "event_ts")} | {"text": text}


FROM_A_WEBHOOK = {
    "type": "message",
    "subtype": "bot_message",
    "channel": "C1",
    "bot_id": "B1",
    "username": "github",
    "icons": {"emoji": ":octocat:"},
    "text": "",
    "attachments": [
        {
            "fallback": "[repo] Pull request #7",
            "title": "[repo] <https://e.x/7|Pull request #7>",
            "text": "Fixes the &lt;b&gt; tag",
            "fields": [{"title": "State", "value": "open", "short": True}],
        }
    ],
    "ts": "1790000100.000100",
    "event_ts": "1790000100.000100",
}
BUILDING: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "U9",
    "bot_id": "B9",
    "text": "building",
    "ts": "1790000110.000100",
    "event_ts": "1790000110.000100",
}
REWRITTEN = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1790000111.000200",
    "event_ts": "1790000111.000200",
    "message": {"type": "message", "user": "U9", "bot_id": "B9", "text": "half built", "ts": "1790000110.000100"},
    "previous_message": {
        "type": "message",
        "user": "U9",
        "bot_id": "B9",
        "text": "building",
        "ts": "1790000110.000100",
    },
}
REWRITTEN_AGAIN = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1790000112.000300",
    "event_ts": "1790000112.000300",
    "message": {"type": "message", "user": "U9", "bot_id": "B9", "text": "build passed", "ts": "1790000110.000100"},
    "previous_message": REWRITTEN["message"],
}
