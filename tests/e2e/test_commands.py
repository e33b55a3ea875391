"""The command line as people and scripts use it: real processes on one home, with and without a server beside them."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.processes import Finished, Serving, end, environment, serve, shiguang
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(500)
STARTING = {"SHIGUANG_WEB__PORT": "0"}
Start = Callable[..., Awaitable[Serving]]


@pytest.fixture
def home(quick_home: Path) -> Path:
    return quick_home


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts servers and leaves none behind."""
    started: list[Serving] = []

    async def starter(env: dict[str, str], *, command: str = "serve") -> Serving:
        server = await serve(command, env=env | STARTING, log=tmp_path / f"server-{len(started)}.log")
        started.append(server)
        return server

    yield starter
    for server in started:
        await end(server.process)


def _lines(path: Path, texts: list[str], *, first: int = 1) -> Path:
    path.write_text(
        "".join(
            json.dumps(
                {
                    "id": f"jsonl:{number}",
                    "platform": "console",
                    "channel": "launch",
                    "user": "Ann",
                    "ts": f"2026-11-02T09:{number % 60:02}:00+00:00",
                    "thread_id": None,
                    "text": text,
                    "files": [],
                }
            )
            + "\n"
            for number, text in enumerate(texts, start=first)
        ),
        "utf-8",
    )
    return path


def _ids(document: Any) -> list[str]:
    return [result["record_ids"][0] for result in document["results"]]


async def test_standard_output_is_one_json_document_whatever_is_logged(home: Path, tmp_path: Path) -> None:
    env = environment(home, SHIGUANG_LOG_LEVEL="debug", PYTHONWARNINGS="always", PYTHONIOENCODING="latin-1")
    path = _lines(tmp_path / "a.jsonl", ["the launch is on Tuesday", "预算定为 240000 元"])
    imported = await shiguang("import", "jsonl", str(path), "--json", env=env)
    assert imported.status == 0, imported.err
    assert (imported.json["messages"], imported.json["failed"], imported.json["tried_again_later"]) == (2, 0, 0)
    searched, asked = await asyncio.gather(
        shiguang("search", "预算", "--json", env=env), shiguang("ask", "When is the launch?", "--json", env=env)
    )
    assert searched.json["query"] == "预算"
    assert "jsonl:2" in _ids(searched.json)
    assert asked.json["citations"][0]["record_id"] == "jsonl:1"
    assert (searched.status, asked.status) == (0, 0)
    wrong = await shiguang("search", "--limit", "0", "--json", env=env)
    assert (wrong.status, wrong.out) == (2, "")


@pytest.mark.slow
async def test_another_embedding_model_asks_for_reindex_which_works(home: Path, tmp_path: Path) -> None:
    env = environment(home, SHIGUANG_EMBEDDING__MODEL="tiny-1")
    await shiguang("import", "jsonl", str(_lines(tmp_path / "a.jsonl", ["the launch is on Tuesday"])), env=env)
    other = env | {"SHIGUANG_EMBEDDING__MODEL": "tiny-2"}
    for refused in await asyncio.gather(shiguang("search", "launch", env=other), shiguang("serve", env=other)):
        assert (refused.status, refused.out) == (1, "")
        assert "[archive_outdated]" in refused.err
        assert "shiguang reindex" in refused.err
        assert "Traceback" not in refused.err
    rebuilt = await shiguang("reindex", "--json", env=other)
    assert rebuilt.json == {"records": 1, "failed": 0}
    assert _ids((await shiguang("search", "launch", "--json", env=other)).json) == ["jsonl:1"]


async def test_commands_beside_a_server(home: Path, tmp_path: Path, start: Start) -> None:
    env = environment(home)
    server = await start(env)
    imported = await shiguang(
        "import", "jsonl", str(_lines(tmp_path / "a.jsonl", ["the launch is on Tuesday"])), "--json", env=env
    )
    assert imported.status == 0, imported.err
    searched, asked, second = await asyncio.gather(
        shiguang("search", "launch", "--json", env=env),
        shiguang("ask", "When is the launch?", "--json", env=env),
        shiguang("serve", env=env),
    )
    assert second.status == 1
    assert "another shiguang" in second.err
    assert "Traceback" not in second.err
    assert _ids(searched.json) == ["jsonl:1"]
    assert asked.json["citations"][0]["record_id"] == "jsonl:1"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "minutes.txt").write_text("Besprechung: walnuts for everybody", "utf-8")
    files = await shiguang("import", "files", str(folder), "--channel", "minutes", "--json", env=env)
    assert files.status == 0, files.err
    rebuilt = await shiguang("reindex", "--json", env=env)
    assert rebuilt.status == 0, rebuilt.err
    found = (await shiguang("search", "walnuts", "--json", env=env)).json["results"][0]
    assert (found["kind"], found["file"]["name"]) == ("file", "minutes.txt")
    async with aiohttp.ClientSession() as session, session.get(f"{server.base}/readyz") as response:
        assert response.status == 200
    assert await server.stop(signal.SIGINT) == 0


async def _is_under_way(home: Path, importing: asyncio.Task[Finished]) -> bool:
    return importing.done() or (home / "imports").exists()


async def test_an_import_goes_on_when_the_server_that_archives_is_killed(
    home: Path, tmp_path: Path, start: Start
) -> None:
    env = environment(home)
    server = await start(env)
    path = _lines(tmp_path / "a.jsonl", [f"message about topic {number}" for number in range(1500)])
    importing = asyncio.create_task(shiguang("import", "jsonl", str(path), "--json", env=env))
    try:
        await eventually(lambda: _is_under_way(home, importing), seconds=60)
        server.process.kill()
        imported = await importing
    finally:
        importing.cancel()
    assert imported.status == 0, imported.err
    assert imported.json["messages"] == 1500
    found = (await shiguang("search", "topic 1499", "--limit", "5", "--json", env=env)).json
    assert "jsonl:1500" in _ids(found)
