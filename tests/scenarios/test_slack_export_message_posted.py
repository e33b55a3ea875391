"""Messages in a Slack export: who said them and what readers saw."""

from pathlib import Path

from connectors.events import MessagePosted
from tests.fakes.slack_export import events_of


def posted(folder: Path, message: object) -> MessagePosted:
    (event,) = events_of(folder, message)
    assert isinstance(event, MessagePosted)
    return event


def test_an_ordinary_message(tmp_path: Path) -> None:
    event = posted(tmp_path, SAID)
    assert event.text == "hi @Bob 王 & all: the plan (https://e.x/a) in #general, @here :tada: `a  <b>`"
    assert (event.author.person_id, event.author.name, event.author.is_bot) == ("slack:U1", "ann", False)
    assert (event.channel.channel_id, event.channel.name, event.channel.visibility) == (
        "slack:C1",
        "general",
        "public",
    )
    assert event.channel.workspace_id == "T1"
    assert (event.thread_id, event.edited_at, event.system, event.permalink) == (None, None, False, None)


def test_somebody_the_list_does_not_know(tmp_path: Path) -> None:
    event = posted(tmp_path, BY_A_STRANGER)
    assert (event.author.person_id, event.author.name, event.author.is_guest) == ("slack:U77", "Eve (Partner)", True)


def test_an_integration_with_text_in_attachments(tmp_path: Path) -> None:
    event = posted(tmp_path, BY_AN_INTEGRATION)
    assert (event.author.person_id, event.author.name, event.author.is_bot) == ("slack:B1", "github", True)
    assert event.text == "[repo] Pull request #7 (https://e.x/7)\nFixes the <b> tag\nState: open"
    assert not event.system


def test_an_app_with_text_in_blocks(tmp_path: Path) -> None:
    event = posted(tmp_path, BY_AN_APP)
    assert (event.author.person_id, event.author.is_bot) == ("slack:U4", True)
    assert event.text == "Deployed v2 for @ann"


def test_a_link_preview_is_added(tmp_path: Path) -> None:
    assert posted(tmp_path, WITH_PREVIEW).text == "read https://e.x/1\nA title\nIts first words"


def test_me_messages_are_said_by_somebody(tmp_path: Path) -> None:
    event = posted(tmp_path, ME)
    assert (event.text, event.system) == ("is away", False)


SAID = {
    "client_msg_id": "c-1",
    "type": "message",
    "text": "hi <@U2> &amp; all: <https://e.x/a|the plan> in <#C1|general>, <!here> :tada: `a  &lt;b&gt;`",
    "user": "U1",
    "ts": "1700000000.000100",
    "team": "T1",
    "user_team": "T1",
    "source_team": "T1",
    "user_profile": {"avatar_hash": "g1", "real_name": "Ann Li", "display_name": "ann", "team": "T1", "name": "ann"},
    "blocks": [{"type": "rich_text", "block_id": "b1", "elements": []}],
}
BY_A_STRANGER = {
    "type": "message",
    "text": "hello",
    "user": "U77",
    "ts": "1700000001.000100",
    "user_profile": {
        "real_name": "Eve (Partner)",
        "display_name": "",
        "team": "T2",
        "name": "eve",
        "is_restricted": False,
    },
}
BY_AN_INTEGRATION = {
    "type": "message",
    "subtype": "bot_message",
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
    "ts": "1700000002.000100",
}
BY_AN_APP = {
    "type": "message",
    "user": "U4",
    "bot_id": "B2",
    "app_id": "A2",
    "bot_profile": {"id": "B2", "name": "robot"},
    "text": "",
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Deployed v2 for <@U1>"}}],
    "ts": "1700000003.000100",
}
WITH_PREVIEW = {
    "type": "message",
    "user": "U1",
    "text": "read <https://e.x/1>",
    "attachments": [
        {"from_url": "https://e.x/1", "title": "A title", "text": "Its first words", "fallback": "Site: A title"},
        {"is_msg_unfurl": True, "text": "another message", "fallback": "another message"},
    ],
    "ts": "1700000004.000100",
}
ME = {"type": "message", "subtype": "me_message", "user": "U1", "text": "is away", "ts": "1700000005.000100"}
