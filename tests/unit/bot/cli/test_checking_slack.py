"""doctor slack: what the settings say is asked of Slack, and told for people and programs."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from typer.testing import Result

from tests.fakes.slack import FakeSlack, Installation
from tests.unit.bot.cli.conftest import Shiguang


@pytest.fixture
async def installation(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Installation]:
    """An app that is installed, with its tokens in the environment, the bot in one channel."""
    async with FakeSlack().running() as slack:
        workspace = slack.add_workspace("acme")
        installation = slack.install(slack.add_app(), workspace)
        workspace.add_channel("general", members=[installation.bot])
        for name, value in {
            "CONNECTORS": "console,slack",
            "SLACK__BOT_TOKEN": installation.bot_token,
            "SLACK__APP_TOKEN": installation.app.app_token,
            "SLACK__BASE_URL": slack.api_url,
            "SLACK__FILE_HOSTS": slack.file_host.removeprefix("http://"),
        }.items():
            monkeypatch.setenv(f"SHIGUANG_{name}", value)
        yield installation


async def _run(shiguang: Shiguang, *arguments: str) -> Result:
    """In a thread, so that the fake can answer meanwhile."""
    return await asyncio.to_thread(shiguang, "doctor", "slack", *arguments)


async def test_a_workspace_that_is_set_up_well(shiguang: Shiguang, installation: Installation) -> None:
    result = await _run(shiguang, "--json")
    findings = json.loads(result.stdout)["findings"]
    assert result.exit_code == 0, result.stdout
    assert {finding["state"] for finding in findings} == {"ok"}
    assert {"bot token", "scopes", "socket", "clock"} <= {finding["check"] for finding in findings}
    assert {finding["workspace"] for finding in findings} == {"main"}


async def test_a_missing_scope_is_named_and_fails(shiguang: Shiguang, installation: Installation) -> None:
    installation.scopes = installation.scopes - {"files:read"}
    result = await _run(shiguang)
    assert result.exit_code == 1
    assert "✗ scopes: files:read is missing: of files only the names are kept" in result.stdout
    assert "→ https://api.slack.com/apps → your app → OAuth & Permissions" in result.stdout


async def test_chinese_for_a_chinese_terminal(
    shiguang: Shiguang, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    installation.is_revoked = True
    result = await _run(shiguang)
    assert result.exit_code == 1
    assert "Slack 拒绝：token_revoked" in result.stdout


async def test_a_token_that_the_server_would_miss_comes_with_advice(
    shiguang: Shiguang, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHIGUANG_SLACK__APP_TOKEN")
    result = await _run(shiguang)
    assert result.exit_code == 1
    assert "✗ app-level token: is not set" in result.stdout
    assert "App-Level Tokens → Generate" in result.stdout


async def test_a_connector_that_is_off_is_told(
    shiguang: Shiguang, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIGUANG_CONNECTORS", "console")
    result = await _run(shiguang)
    assert result.exit_code == 0
    assert "! connectors: does not name slack" in result.stdout


def test_nothing_is_set_up(shiguang: Shiguang) -> None:
    result = shiguang("doctor", "slack")
    assert result.exit_code == 1
    assert "Slack in ten minutes" in result.stdout
