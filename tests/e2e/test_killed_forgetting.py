"""Kills in the middle of forgetting and of reindexing: nothing is half forgotten, and what served goes on serving."""

import asyncio
import json
import random
import subprocess
from pathlib import Path

import pytest

from tests.processes import _start as start  # the only way to hold a process that is to be killed
from tests.processes import end, environment, shiguang

_MESSAGES = 600


def _messages(path: Path) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for number in range(_MESSAGES):
            name = "Ann" if number % 3 == 0 else "Bo"
            word = "tangerine" if name == "Ann" else "walnut"
            message: dict[str, object] = {
                "id": f"jsonl:{number}", "platform": "console", "channel": f"c{number % 5}", "user": name,
                "ts": f"2026-11-{2 + number // 200:02}T{number % 24:02}:{number % 60:02}:00+00:00", "thread_id": None,
                "text": f"{word} {number}, see https://{word}.example/{number}", "files": [],
            }  # fmt: skip
            file.write(json.dumps(message) + "\n")
    return path


async def _killed_after(seconds: float, *arguments: str, env: dict[str, str]) -> bool:
    """Run a command and kill it; False when it ended before."""
    process = await start("tests.fakes.tiny_shiguang", arguments, env, subprocess.DEVNULL)
    try:
        async with asyncio.timeout(seconds):
            await process.wait()
    except TimeoutError:
        return True
    finally:
        await end(process)
    assert process.returncode == 0
    return False


def _readable(home: Path, word: str) -> list[str]:
    found = subprocess.run(["grep", "-rla", word, str(home)], capture_output=True, text=True, check=False)
    return found.stdout.split()


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_forgetting_survives_kills_at_random_moments(tmp_path: Path) -> None:
    home = tmp_path / "home"
    env = environment(home)
    imported = await shiguang("import", "jsonl", str(_messages(tmp_path / "m.jsonl")), env=env)
    assert imported.status == 0, imported.err
    chance = random.Random(20261122)
    noted = await _killed_after(chance.uniform(2.2, 3.0), "forget", "--user", "Ann", "--yes", env=env)
    kills = int(noted)
    while kills < 12 and await _killed_after(chance.uniform(1.5, 6.0), "retention", "run", env=env):
        kills += 1
    assert kills >= 1
    finished = await shiguang("forget", "--user", "console:Ann", "--yes", "--json", env=env)
    if finished.status != 0:
        assert "not_found" in finished.err, finished.err
    checked = await shiguang("doctor", "archive", "--deep", "--json", env=env)
    assert checked.json["state"] == "agrees", checked.json
    assert checked.json["records"] == 2 * 2 * _MESSAGES // 3, "messages and links of the other one"
    assert _readable(home, "tangerine") == []
    again = await shiguang("import", "jsonl", str(_messages(tmp_path / "again.jsonl")), env=env)
    assert again.status == 0
    assert _readable(home / "qdrant", "tangerine") == []
    found = (await shiguang("search", "walnut 100", "--json", env=env)).json
    assert found["results"]


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_reindex_killed_in_the_middle_leaves_what_serves(tmp_path: Path) -> None:
    home = tmp_path / "home"
    env = environment(home)
    assert (await shiguang("import", "jsonl", str(_messages(tmp_path / "m.jsonl")), env=env)).status == 0

    async def found() -> list[str]:
        results = (await shiguang("search", "walnut 100", "--json", env=env)).json["results"]
        return sorted(record_id for result in results for record_id in result["record_ids"])

    before = await found()
    chance = random.Random(4711)
    kills = sum([await _killed_after(chance.uniform(1.5, 4.0), "reindex", env=env) for _ in range(6)])
    assert kills >= 1
    assert await found() == before
    assert (await shiguang("reindex", env=env)).status == 0
    assert await found() == before
    assert (await shiguang("doctor", "archive", "--json", env=env)).json["state"] == "agrees"
