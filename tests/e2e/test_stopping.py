"""SIGTERM and SIGINT end a real server in time and with status 0, whatever it is doing; SIGKILL loses nothing."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.e2e.console_client import ConsoleClient, console
from tests.processes import Serving, end, environment, serve, shiguang
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(400)
_WITHIN_SECONDS = 30.0
"""Three times what a stop may take on a machine that does nothing else: other tests run beside."""
Start = Callable[..., Awaitable[Serving]]


@pytest.fixture
async def start(tmp_path: Path, quick_home: Path) -> AsyncIterator[Start]:
    """Starts servers and leaves none behind."""
    started: list[Serving] = []

    async def starter(command: str = "serve", **settings: str) -> Serving:
        env = environment(quick_home, SHIGUANG_WEB__PORT="0", **settings)
        server = await serve(command, env=env, log=tmp_path / f"server-{len(started)}.log")
        started.append(server)
        return server

    yield starter
    for server in started:
        await end(server.process)


async def _stop(server: Serving, number: signal.Signals) -> None:
    began = time.monotonic()
    assert await server.stop(number) == 0, server.log.read_text("utf-8")
    assert time.monotonic() - began < _WITHIN_SECONDS
    said = server.log.read_text("utf-8")
    assert "Traceback" not in said
    assert "stopping" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_in_the_middle_of_an_answer_with_the_page_open(start: Start, number: signal.Signals) -> None:
    server = await start(TINY_ANSWER="forever")
    async with console(server.base, name="Ann") as ann, ann.listening():
        general = await ann.channel_id("general")
        await ann.say(general, "the launch is on Tuesday")
        await eventually(lambda: _finds(ann, "launch Tuesday"), seconds=60)
        ask = (await ann.say(general, "@拾光 when is the launch?"))["ask_id"]
        await eventually(lambda: _reached(ann, ask, "delta"), seconds=60)
        await _stop(server, number)


async def test_in_the_middle_of_an_import_nothing_of_which_is_lost(
    start: Start, tmp_path: Path, quick_home: Path
) -> None:
    server = await start()
    path = tmp_path / "talk.jsonl"
    path.write_text("".join(_line(number) for number in range(2000)), "utf-8")
    env = environment(quick_home)
    importing = asyncio.create_task(shiguang("import", "jsonl", str(path), "--json", env=env))
    try:
        async with console(server.base, name="Ann") as ann:
            await eventually(lambda: _finds(ann, "topic"), seconds=150)
            await _stop(server, signal.SIGTERM)
        finished = await importing
    finally:
        importing.cancel()
    assert finished.status == 0, finished.err
    assert finished.json["messages"] == 2000
    found = await shiguang("search", "topic 1999", "--limit", "3", "--json", env=env)
    assert "jsonl:1999" in [result["record_ids"][0] for result in found.json["results"]]


@pytest.mark.slow
async def test_killed_in_the_middle_and_started_again(start: Start) -> None:
    server = await start(TINY_ANSWER="forever")
    async with console(server.base, name="Ann") as ann, ann.listening():
        general = await ann.channel_id("general")
        said = [(await ann.say(general, f"message {n} about walnuts"))["record_id"] for n in range(20)]
        ask = (await ann.say(general, "@拾光 what about walnuts?"))["ask_id"]
        await eventually(lambda: _reached(ann, ask, "started"))
        server.process.kill()
        await server.process.wait()
    again = await start()
    async with console(again.base, name="Ann") as ann:
        general = await ann.channel_id("general")

        async def all_found() -> bool:
            page = await ann.get("/api/messages", channel=general, limit="50")
            return {message["record_id"] for message in page["messages"]} >= {*said, ask}

        await eventually(all_found)
        await eventually(lambda: _finds(ann, "message 19 walnuts"))
    await _stop(again, signal.SIGTERM)


async def test_during_the_start(quick_home: Path, start: Start) -> None:
    server = await start("demo")
    # The sample has only begun to be archived and read; nothing of this may hold the end up.
    await _stop(server, signal.SIGINT)
    again = await start("demo")
    await _stop(again, signal.SIGTERM)
    assert json.loads((quick_home / "sample.json").read_text("utf-8"))["loaded_at"]


async def _finds(client: ConsoleClient, words: str) -> bool:
    return bool(await client.found(words))


async def _reached(client: ConsoleClient, ask_id: str, phase: str) -> bool:
    return phase in client.phases(ask_id)


def _line(number: int) -> str:
    message: dict[str, object] = {
        "id": f"jsonl:{number}", "platform": "console", "channel": "talk", "user": "Ben",
        "ts": f"2026-11-{1 + number // 600:02}T{number // 60 % 10:02}:{number % 60:02}:00+00:00",
        "thread_id": None, "text": f"message {number} about topic {number}", "files": [],
    }  # fmt: skip
    return json.dumps(message) + "\n"
