"""The manifest: valid in each variant that its head describes, and asking for what the connector uses, no more."""

import ast
import json
import re
import shlex
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from bot.commands import COMMANDS
from connectors.slack.receiving import HANDLED_EVENTS
from connectors.slack.scopes import APP_SCOPE, SCOPELESS_EVENTS, SCOPELESS_METHODS, SCOPES
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.announcer import EVENT_SCOPES
from tests.fakes.slack.manifest import MESSAGE_SCOPES, configuration_of
from tests.fakes.slack.methods import METHODS
from tests.unit.deploy.slack_manifest_rules import RULES

ROOT = Path(__file__).parents[3]
MANIFEST = ROOT / "deploy/slack-manifest.yaml"
PUBLIC_SCHEMA = ROOT.parent / "shared/protocols/slack-manifest.schema.2.0.0.json"
VARIANTS = ("socket", "own", "http", "own http")
_CALLED = re.compile(r"[a-z]+(\.[a-zA-Z]+)+")
_NOT_CALLING = {"scopes.py", "pacing.py", "api.py", "configuration.py"}
_BUILT_INTO_SLACK = {"/remind", "/status", "/help"}


def _variant(names: str) -> Any:
    """The manifest after the commands that its head tells, run as they stand there."""
    commands = [line[1:].strip() for line in MANIFEST.read_text("utf-8").splitlines() if line.startswith("#     sed ")]
    own, http = (shlex.split(command) for command in commands)
    text = MANIFEST.read_text("utf-8")
    for name, command in (("own", own), ("http", http)):
        if name in names.split():
            assert command[-1] == "deploy/slack-manifest.yaml"
            done = subprocess.run(command[:-1], input=text, capture_output=True, text=True, check=True, timeout=30)
            text = done.stdout
    return yaml.safe_load(text)


@cache
def _literals() -> frozenset[str]:
    sources = [path for path in (ROOT / "connectors/slack").glob("*.py") if path.name not in _NOT_CALLING]
    return frozenset(
        node.value
        for path in sources
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _called() -> set[str]:
    """Methods of the Web API that the connector names anywhere."""
    families = {name.partition(".")[0] for name in METHODS}
    return {
        word
        for word in _literals()
        if _CALLED.fullmatch(word) and word.partition(".")[0] in families and not word.endswith((".json", ".com"))
    }


@pytest.mark.parametrize("names", VARIANTS)
def test_every_variant_is_what_slack_accepts(names: str) -> None:
    manifest = _variant(names)
    assert [error.message for error in Draft7Validator(RULES).iter_errors(manifest)] == []
    configuration_of(manifest)  # the fake knows names of scopes and events, which no schema checks


def test_every_variant_is_valid_by_the_public_schema() -> None:
    if not PUBLIC_SCHEMA.is_file():
        pytest.skip("NOT TESTED: there is no copy of slackapi/manifest-schema 2.0.0 at ../shared/protocols")
    schema = Draft7Validator(json.loads(PUBLIC_SCHEMA.read_text("utf-8")))
    for names in VARIANTS:
        assert [error.message for error in schema.iter_errors(_variant(names))] == []


@pytest.mark.parametrize(
    "change",
    [
        {"display_information": {"name": "x" * 36}},
        {"display_information": {"description": "no name"}},
        {"display_information": {"name": "x"}, "features": {"bot_users": {}}},
        {"display_information": {"name": "x"}, "settings": {"socket_mode_enabled": "yes"}},
        {"display_information": {"name": "x"}, "oauth_config": {"scopes": {"bot": ["a", "a"]}}},
    ],
)
def test_the_rules_refuse_what_slack_refuses(change: dict[str, Any]) -> None:
    assert list(Draft7Validator(RULES).iter_errors(change))


def test_http_mode_has_an_address_wherever_slack_posts() -> None:
    manifest = _variant("own http")
    address = "https://chat.acme.com/slack/events"
    settings = manifest["settings"]
    assert not settings["socket_mode_enabled"]
    assert settings["event_subscriptions"]["request_url"] == settings["interactivity"]["request_url"] == address
    assert {command["url"] for command in manifest["features"]["slash_commands"]} == {address}
    assert "url" not in str(_variant("own"))


def test_own_commands_are_commands_that_slack_does_not_keep_for_itself() -> None:
    known = {command.names["en"] for command in COMMANDS}
    offered = {command["command"] for command in _variant("own")["features"]["slash_commands"]} - {"/shiguang"}
    assert offered <= known - _BUILT_INTO_SLACK
    assert {"/ask", "/find", "/timeline", "/files", "/digest", "/forget"} <= offered
    assert all(command["should_escape"] for command in _variant("own")["features"]["slash_commands"])


def test_the_four_shortcuts_have_the_names_that_the_connector_listens_to() -> None:
    shortcuts = {item["callback_id"]: item["type"] for item in _variant("socket")["features"]["shortcuts"]}
    assert shortcuts == {
        "ask_about_thread": "message",
        "keep_under_category": "message",
        "make_standard_answer": "message",
        "search_archive": "global",
    }
    assert shortcuts.keys() <= _literals()


def test_the_manifest_asks_for_the_scopes_and_events_of_the_table() -> None:
    manifest = _variant("socket")
    assert manifest["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    events = {event for scope in SCOPES.values() for event in scope.events} | SCOPELESS_EVENTS
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == sorted(events)


def test_the_table_has_every_method_that_is_called_and_no_other() -> None:
    opened = {method for scope in SCOPES.values() for method in scope.methods}
    assert _called() == opened | SCOPELESS_METHODS | {"apps.connections.open"}


def test_every_event_that_is_subscribed_to_means_something() -> None:
    events = set(_variant("socket")["settings"]["event_subscriptions"]["bot_events"])
    types = {"message" if event.startswith("message.") else event for event in events}
    assert types <= HANDLED_EVENTS
    # Of no use, of older apps, or delivered without being asked for.
    assert HANDLED_EVENTS - types == {
        "channel_created",
        "group_open",
        "group_close",
        "user_profile_changed",
        "assistant_thread_started",
        "assistant_thread_context_changed",
        "team_access_revoked",
    }


def test_slack_refuses_what_the_table_names_without_its_scope() -> None:
    """The fake knows by itself which scopes open what; conversations.* take the scope of the kind of channel."""
    for name, scope in SCOPES.items():
        for method in scope.methods:
            assert name in METHODS[method].scopes, (name, method)
        for event in scope.events:
            known = MESSAGE_SCOPES.get(event) or EVENT_SCOPES.get(event, ())
            assert name in known or event in ("agent_session_stopped", "app_context_changed"), (name, event)
    for method in SCOPELESS_METHODS:
        assert METHODS[method].scopes == ()
    assert METHODS["apps.connections.open"].token == "app"
    assert FakeSlack().add_app().app_token_scopes == {APP_SCOPE}
    for scope in SCOPES.values():
        assert scope.without["zh"]
        assert scope.without["en"]
