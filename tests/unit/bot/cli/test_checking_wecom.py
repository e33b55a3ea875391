"""doctor wecom: what the settings say is asked of WeCom, and told for people and programs."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import Result

from bot.archive.lock import ArchivistLock
from tests.fakes.wecom import FakeWeCom, WallClock
from tests.unit.bot.cli.conftest import Shiguang


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeWeCom]:
    """A robot by long connection, with its two variables in the environment."""
    async with FakeWeCom(clock=WallClock()).running() as running:
        for name, value in {
            "CONNECTORS": "console,wecom",
            "WECOM__BOT_ID": running.world.robot.bot_id,
            "WECOM__SECRET": running.world.robot.secret,
            "WECOM__API_URL": running.addresses.api_url,
            "WECOM__ROBOT_URL": running.addresses.long_connection_url,
        }.items():
            monkeypatch.setenv(f"SHIGUANG_{name}", value)
        yield running


async def _run(shiguang: Shiguang, *arguments: str) -> Result:
    """In a thread, so that the fake can answer meanwhile."""
    return await asyncio.to_thread(shiguang, "doctor", "wecom", *arguments)


async def test_a_robot_that_is_set_up_well(shiguang: Shiguang, fake: FakeWeCom) -> None:
    result = await _run(shiguang, "--json")
    findings = json.loads(result.stdout)["findings"]
    assert result.exit_code == 0, result.stdout
    assert {finding["state"] for finding in findings} == {"ok"}
    assert ("robot main", "long connection") in {(finding["way"], finding["check"]) for finding in findings}
    assert fake.ledger.refusals == []


async def test_while_a_server_runs_its_connection_is_left_alone(
    shiguang: Shiguang, fake: FakeWeCom, home: Path
) -> None:
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
    lock = ArchivistLock(home)
    assert lock.acquire()
    try:
        await _run(shiguang)
    finally:
        lock.release()
    assert fake.ledger.named("aibot_subscribe") == []


async def test_a_setting_that_is_missing_is_named_with_where_it_comes_from(
    shiguang: Shiguang, fake: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHIGUANG_WECOM__SECRET")
    result = await _run(shiguang)
    assert result.exit_code == 1
    assert "wecom.secret" in result.stdout
    assert "Bot ID" in result.stdout


async def test_a_connector_that_is_off_is_told_in_chinese(
    shiguang: Shiguang, fake: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("SHIGUANG_CONNECTORS", "console")
    result = await _run(shiguang)
    assert result.exit_code == 0, result.stdout
    assert "设置里没有打开企业微信" in result.stdout
