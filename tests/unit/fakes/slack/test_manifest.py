"""An app configured by its manifest: the fake grants exactly what it asks for, and refuses what Slack would."""

import copy
from typing import Any

import pytest

from tests.fakes.slack import FakeSlack

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Archive Bot"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "agent_view": {"agent_description": "Ask me"},
        "slash_commands": [{"command": "/ask", "description": "Ask", "should_escape": True}],
        "shortcuts": [{"name": "Keep", "type": "message", "callback_id": "keep", "description": "Keep it"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "channels:history"], "bot_optional": ["pins:read"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["message.channels", "app_home_opened"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def test_an_installation_has_what_the_manifest_asks_for() -> None:
    slack = FakeSlack()
    app = slack.add_app_from_manifest(MANIFEST)
    installation = slack.install(app, slack.add_workspace())
    assert installation.scopes == {"chat:write", "commands", "channels:history", "pins:read"}
    assert app.events == {"message.channels", "app_home_opened"}
    assert (app.name, app.commands, app.shortcuts) == ("Archive Bot", {"/ask": True}, {"keep": "message"})
    assert (app.experience, app.home_tab_enabled, app.socket_mode_enabled, app.request_url) == (
        "agent_view",
        True,
        True,
        None,
    )


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("oauth_config.scopes.bot", ["chat:wirte"], "unknown scopes"),
        ("oauth_config.scopes.bot", ["channels:history"], "need the scope commands"),
        ("oauth_config.scopes.bot", ["commands"], "message.channels needs one of the scopes"),
        ("settings.event_subscriptions.bot_events", ["message.all"], "unknown events"),
        ("settings.socket_mode_enabled", False, "needs a request_url"),
    ],
)
def test_a_manifest_that_slack_would_refuse(path: str, value: object, complaint: str) -> None:
    manifest = copy.deepcopy(MANIFEST)
    *parents, last = path.split(".")
    place = manifest
    for name in parents:
        place = place[name]
    place[last] = value
    with pytest.raises(ValueError, match=complaint):
        FakeSlack().add_app_from_manifest(manifest)


def test_an_app_has_no_fields_of_ones_own() -> None:
    with pytest.raises(TypeError, match="colour"):
        FakeSlack().add_app("x", colour="red")
