"""The fake started by hand: a process of its own, driven over its control surface."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import Clock, FakeSlack
from tests.fakes.slack.control import Control, describe_actions
from tests.fakes.slack.demo import add_demo_workspace
from tests.unit.fakes.slack.refusing import error
from tests.waiting import eventually

ROOT = Path(__file__).parents[4]


@pytest.fixture
async def demo() -> AsyncIterator[FakeSlack]:
    slack = FakeSlack()
    slack.extra_routes.append(Control(slack).add_to)
    async with slack.running():
        add_demo_workspace(slack, bot_token="xoxb-demo", app_token="xapp-demo", signing_secret="secret")
        yield slack


async def act(slack: FakeSlack, action: str, **body: Any) -> Any:
    url = f"{slack.api_host}/_control/{action}"
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        assert answer.status == 200, await answer.text()
        return (await answer.json())["result"]


async def show(slack: FakeSlack, what: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(f"{slack.api_host}/_control/{what}") as answer:
        return await answer.json()


async def test_things_are_named_and_results_come_back_as_names(demo: FakeSlack) -> None:
    posted = await act(demo, "people/post", person="ann", channel="general", text="hello")
    await act(demo, "people/react", person="bo", message=posted["message"], emoji="+1")
    await act(demo, "sharing/upload", person="ann", channel="product", name="a.txt", content="text")
    await act(demo, "places/rename", person="ann", channel="product", name="produkt")
    await act(demo, "moods/disconnect", app="Shiguang", reason="warning")
    await act(
        demo, "hands/run_command", person="ann", installation="Shiguang", channel="general", line="/shiguang help"
    )
    await act(demo, "clock/advance", seconds=3)
    deliveries = await show(demo, "deliveries")
    assert [delivery["name"] for delivery in deliveries] == [
        "message",
        "reaction_added",
        "message",
        "file_shared",
        "channel_rename",
        "message",
        "/shiguang",
    ]
    state = await show(demo, "state")
    assert "produkt" in state["workspaces"][0]["channels"]
    assert (await show(demo, "refusals"))[-1]["error"] == "operation_timeout"


async def test_mistakes_are_explained(demo: FakeSlack) -> None:
    async with aiohttp.ClientSession() as session:
        for path, status in (("people/invent", 404), ("people/_ts", 404), ("journal/clear", 404), ("people/post", 400)):
            async with session.post(f"{demo.api_host}/_control/{path}", json={"person": "nobody"}) as answer:
                assert answer.status == status
                assert (await answer.json())["ok"] is False


async def test_the_demo_has_a_history_and_a_channel_the_bot_is_not_in(demo: FakeSlack) -> None:
    client = AsyncWebClient(token="xoxb-demo", base_url=demo.api_url)
    listed = await client.conversations_list(types="public_channel,private_channel,im")
    names = {channel.get("name") for channel in listed["channels"]}
    assert names == {"general", "product", None}
    product = next(channel for channel in listed["channels"] if channel.get("name") == "product")
    messages = (await client.conversations_history(channel=product["id"]))["messages"]
    assert [message.get("reply_count", 0) for message in messages] == [0, 1]


async def test_a_running_clock_does_what_is_due_by_itself() -> None:
    clock = Clock(runs=True)
    done: list[str] = []
    later = clock.call_later(3600, lambda: done.append("later"))
    clock.call_later(0.02, lambda: done.append("soon"))
    clock.call_later(0.01, lambda: done.append("never")).cancel()

    async def happened() -> bool:
        return bool(done)

    await eventually(happened)
    assert done == ["soon"]
    clock.advance(3600)
    assert done == ["soon", "later"]
    assert clock.now() >= later.due
    clock.close()


async def test_help_names_every_action() -> None:
    actions = describe_actions()
    assert "people/post  person, channel, text, [thread], [broadcast]" in " ".join(actions)
    assert not [line for line in actions if line.startswith("clock/call_later")]


async def test_the_module_starts_says_where_it_is_and_ends_on_request(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(
        "display_information: {name: Archive Bot}\noauth_config: {scopes: {bot: [chat:write]}}\n"
        "settings: {socket_mode_enabled: true}\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.slack", "--port", "0", "--manifest", str(manifest)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(90):
            lines = [await process.stdout.readline()]
            while lines[-1] != b"}\n":
                lines.append(await process.stdout.readline())
        state = json.loads(b"".join(lines))
        client = AsyncWebClient(token="xoxb-demo", base_url=state["api_url"])
        assert (await client.auth_test())["team"] == "shiguang"
        assert state["apps"][0]["name"] == "Archive Bot"
        assert await error(client.users_list()) == "missing_scope"
    finally:
        process.terminate()
        assert await process.wait() == 0
