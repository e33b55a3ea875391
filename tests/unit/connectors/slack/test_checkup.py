"""The checks of ``doctor slack`` against the fake: everything that can be wrong is named, with what to click."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.connector import Language
from connectors.slack.checkup import Finding, check_up
from connectors.slack.checkup_texts import ADVICE, FACTS
from connectors.slack.configuration import SlackConfiguration
from connectors.slack.scopes import SCOPES
from tests.fakes.slack import FakeSlack, Installation, Workspace
from tests.fakes.slack_site import configuration_of

SECRET = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Stage:
    slack: FakeSlack
    workspace: Workspace
    installation: Installation

    def configuration(self, **others: Any) -> SlackConfiguration:
        return configuration_of(self.slack, self.installation, **others)

    def with_tokens(self, **tokens: Any) -> SlackConfiguration:
        configuration = self.configuration(mode="http" if "signing_secret" in tokens else "socket")
        return replace(configuration, workspaces=(replace(configuration.workspaces[0], **tokens),))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().running() as slack:
        workspace = slack.add_workspace("acme")
        yield Stage(slack, workspace, slack.install(slack.add_app(), workspace))


async def checked(
    configuration: SlackConfiguration, *, language: Language = "en", off: float = 0.0
) -> dict[str, Finding]:
    """Findings by check; the last one of each."""
    findings = await check_up(configuration, language=language, now=lambda: datetime.now(UTC) + timedelta(seconds=off))
    secrets = [
        secret
        for tokens in configuration.workspaces
        for secret in (tokens.bot_token, tokens.app_token, tokens.signing_secret)
        if secret and len(secret) > 8
    ]
    told = " ".join(f"{finding}" for finding in findings)
    assert not any(secret in told for secret in secrets), "invariant 8: no secret is told"
    assert all(finding.advice for finding in findings if finding.state != "ok")
    return {finding.check: finding for finding in findings}


def states(findings: dict[str, Finding]) -> dict[str, str]:
    return {check: finding.state for check, finding in findings.items()}


async def test_all_is_well_in_socket_mode(stage: Stage) -> None:
    stage.workspace.add_channel("general", members=[stage.installation.bot])
    found = await checked(stage.configuration())
    assert states(found) == dict.fromkeys(
        ["mode", "proxy", "clock", "bot token", "scopes", "channels", "socket", "file host"], "ok"
    )
    assert stage.slack.journal.refusals == []
    assert not any(request.verb == "POST" and "chat." in request.name for request in stage.slack.journal.requests)
    await stage.slack.journal.until(lambda: not stage.slack.sockets.open)  # It is closed again.


async def test_all_is_well_in_http_mode(stage: Stage) -> None:
    stage.workspace.add_channel("general", members=[stage.installation.bot])
    found = await checked(stage.with_tokens(signing_secret=SECRET))
    assert states(found) == dict.fromkeys(
        ["mode", "proxy", "clock", "bot token", "scopes", "channels", "signing secret", "file host"], "ok"
    )
    assert "/slack/events" in found["mode"].fact
    assert stage.slack.journal.calls("apps.connections.open") == []


async def test_nothing_is_set_up() -> None:
    found = await checked(SlackConfiguration(workspaces=()))
    assert states(found) == {"settings": "failed"}


@pytest.mark.parametrize("scope", sorted(SCOPES))
async def test_every_missing_scope_is_named_with_what_does_not_work_without_it(stage: Stage, scope: str) -> None:
    stage.slack.moods.withdraw_scope(stage.installation, scope)
    found = await checked(stage.configuration())
    assert found["scopes"].state == "failed"
    assert scope in found["scopes"].fact
    assert SCOPES[scope].without["en"] in found["scopes"].fact
    assert f"add {scope}" in found["scopes"].advice
    assert "Reinstall" in found["scopes"].advice


@pytest.mark.parametrize("revoking", ["revoke_token", "uninstall"])
async def test_a_token_that_slack_took_back(stage: Stage, revoking: str) -> None:
    getattr(stage.slack.moods, revoking)(stage.installation)
    found = await checked(stage.configuration())
    assert found["bot token"].state == "failed"
    assert "Reinstall" in found["bot token"].advice
    assert found["file host"].state == "ok", "one failure does not hide the others"


@pytest.mark.parametrize(
    ("tokens", "check"),
    [
        ({"bot_token": ""}, "bot token"),
        ({"bot_token": "xoxp-1-2-3"}, "bot token"),
        ({"bot_token": "0123456789"}, "bot token"),
        ({"bot_token": "xoxb-of-nobody"}, "bot token"),
        ({"app_token": None}, "app-level token"),
        ({"app_token": "xoxb-1-2-3"}, "app-level token"),
        ({"app_token": "xapp-of-nobody"}, "app-level token"),
        ({"signing_secret": None}, "signing secret"),
    ],
)
async def test_tokens_that_are_missing_or_mixed_up(stage: Stage, tokens: dict[str, Any], check: str) -> None:
    found = await checked(stage.with_tokens(**tokens))
    assert found[check].state == "failed"
    assert "api.slack.com/apps" in found[check].advice


async def test_an_odd_signing_secret_is_worth_a_look(stage: Stage) -> None:
    found = await checked(stage.with_tokens(signing_secret="secret"))
    assert found["signing secret"].state == "warning"


async def test_an_app_level_token_without_its_scope(stage: Stage) -> None:
    stage.installation.app.app_token_scopes = frozenset()
    found = await checked(stage.configuration())
    assert "connections:write" in found["app-level token"].fact
    assert found["app-level token"].state == "failed"


async def test_socket_mode_that_is_switched_off(stage: Stage) -> None:
    stage.slack.moods.disable_socket_mode(stage.installation.app)
    found = await checked(stage.configuration())
    assert found["app-level token"].state == "failed"
    assert "Enable Socket Mode" in found["app-level token"].advice


async def test_tokens_of_two_apps(stage: Stage) -> None:
    other = stage.slack.add_app("Other")
    found = await checked(stage.with_tokens(app_token=other.app_token))
    assert other.id in found["app-level token"].fact
    assert stage.installation.app.id in found["app-level token"].fact


@pytest.mark.parametrize(("mode", "state"), [("socket", "warning"), ("http", "failed")])
async def test_a_clock_that_is_wrong(stage: Stage, mode: str, state: str) -> None:
    """Slack's signatures count for 300 seconds."""
    configuration = stage.configuration(mode=mode)
    assert (await checked(configuration, off=250))["clock"].state == "ok"
    for off in (330, -330):
        assert (await checked(configuration, off=off))["clock"].state == state


async def test_the_same_workspace_twice_and_two_different_ones(stage: Stage) -> None:
    other = stage.slack.install(stage.slack.add_app("Other"), stage.slack.add_workspace("globex"))
    both = await check_up(configuration_of(stage.slack, stage.installation, other), language="en")
    assert {finding.workspace for finding in both} == {"main", "workspace1"}
    assert not any(finding.state == "failed" for finding in both)
    twice = await check_up(configuration_of(stage.slack, stage.installation, stage.installation), language="en")
    assert [finding.check for finding in twice if finding.state == "failed"] == ["workspaces"]


async def test_a_bot_in_no_channel_is_to_be_invited(stage: Stage) -> None:
    found = await checked(stage.configuration())
    assert found["channels"].state == "warning"
    assert f"/invite @{stage.installation.bot.name}" in found["channels"].advice


async def test_a_network_that_is_in_the_way(stage: Stage) -> None:
    away = stage.configuration(base_url="http://127.0.0.1:9/api/", file_hosts=("127.0.0.1:9",))
    found = await checked(away)
    assert {check for check, state in states(found).items() if state == "failed"} == {
        "bot token",
        "app-level token",
        "file host",
    }
    behind = await checked(stage.configuration(proxy="http://ann:password@127.0.0.1:9"))
    assert behind["bot token"].state == "failed"
    assert "proxy" in behind["bot token"].fact
    assert "password" not in f"{behind}"
    assert "127.0.0.1:9" in behind["proxy"].fact


async def test_something_else_answers(stage: Stage) -> None:
    found = await checked(stage.configuration(base_url=f"{stage.slack.file_host}/"))
    assert "HTTP 404" in found["bot token"].fact


async def test_both_languages(stage: Stage) -> None:
    chinese = await checked(stage.configuration(), language="zh")
    assert "工作区 acme" in chinese["bot token"].fact
    for texts in (FACTS, ADVICE):
        assert all(set(text) == {"zh", "en"} and all(text.values()) for text in texts.values())
