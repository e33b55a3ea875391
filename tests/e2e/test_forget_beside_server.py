"""forget, backup and doctor archive on a home that a server is running on (invariant 3)."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.processes import end, environment, serve, shiguang

pytestmark = pytest.mark.timeout(500)


def _line(number: int, user: str, text: str) -> str:
    message = {"id": f"jsonl:{number}", "platform": "console", "channel": "launch", "user": user, "text": text}
    return json.dumps(message | {"ts": f"2026-11-02T09:{number:02}:00+00:00", "thread_id": None, "files": []})


def _readable(home: Path, word: str) -> list[str]:
    found = subprocess.run(["grep", "-rla", word, str(home)], capture_output=True, text=True, check=False)
    return found.stdout.split()


async def test_they_work_while_a_server_runs(tmp_path: Path, quick_home: Path) -> None:
    env = environment(quick_home, SHIGUANG_WEB__PORT="0")
    messages = tmp_path / "messages.jsonl"
    lines = [_line(n, "Ann" if n % 2 else "Bo", f"{'tangerine' if n % 2 else 'walnut'} {n}") for n in range(20)]
    messages.write_text("\n".join(lines) + "\n", "utf-8")
    serving = await serve("serve", env=env, log=tmp_path / "log")
    try:
        assert (await shiguang("import", "jsonl", str(messages), env=env)).status == 0
        forgotten = await shiguang("forget", "--user", "Ann", "--yes", "--json", env=env)
        assert forgotten.status == 0, forgotten.err
        [receipt] = forgotten.json["receipts"]
        assert receipt["removed"]["messages"] == 10
        assert receipt["left"] == {"passages": 0}
        assert _readable(quick_home, "tangerine") == []
        assert (await shiguang("backup", str(tmp_path / "b"), env=env)).status == 0
        refused = await shiguang("restore", "--force", str(tmp_path / "b"), env=env)
        assert (refused.status, "Stop it first" in refused.err) == (1, True)
        checked = await shiguang("doctor", "archive", "--json", env=env)
        assert checked.json["state"] == "agrees", checked.json
        found = await shiguang("search", "walnut tangerine", "--json", "--limit", "50", env=env)
        assert {result["author"] for result in found.json["results"]} == {"Bo"}
        assert await serving.stop() == 0
    finally:
        await end(serving.process)
