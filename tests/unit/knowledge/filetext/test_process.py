"""Reading processes that misbehave: scripts in place of the real one."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from knowledge.filetext import FileText, PageText, ReadingProcessFailed, ReadLimits
from knowledge.filetext import process as process_module
from knowledge.filetext.process import ReadingProcess

SAY = """
import json, os, signal, struct, sys, time
def say(**message):
    body = json.dumps(message).encode()
    sys.stdout.buffer.write(struct.pack(">I", len(body)) + body)
    sys.stdout.buffer.flush()
def hear():
    size = struct.unpack(">I", sys.stdin.buffer.read(4))[0]
    return json.loads(sys.stdin.buffer.read(size))
def done(**fields):
    base = {"kind": "text", "media_type": "text/plain", "title": "", "language": None, "metadata": {}, "reason": None}
    say(done={**base, "truncated": False, **fields}, rss_bytes=1)
"""
LIMITS = ReadLimits(seconds=1, memory_bytes=150_000_000)
"""A process that only sleeps is ended after four times the seconds: time enough to say what was read."""


@pytest.fixture(autouse=True)
def _short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_module, "_GRACE_SECONDS", 0.2)


@asynccontextmanager
async def misbehaving(folder: Path, script: str, *, ready: bool = True) -> AsyncIterator[ReadingProcess]:
    whole = SAY + ("say(ready=True)\nhear()\n" if ready else "") + script
    home = folder / "home"
    home.mkdir()
    process = await ReadingProcess.start(home, command=[sys.executable, "-c", whole])
    try:
        yield process
    finally:
        await process.kill()
    assert not home.exists()


async def read(process: ReadingProcess, limits: ReadLimits = LIMITS) -> FileText:
    return await process.read(Path("/x"), name="x", media_type="", limits=limits)


async def test_one_that_hangs_is_killed_and_what_it_read_is_kept(tmp_path: Path) -> None:
    script = 'say(kind=["pdf", "application/pdf"])\nsay(page=["1", "first page"])\ntime.sleep(60)'
    async with misbehaving(tmp_path, script) as process:
        found = await read(process)
        assert (found.kind, found.reason, found.truncated) == ("pdf", "too_slow", True)
        assert found.pages == (PageText("1", "first page"),)
        assert not process.is_alive
        assert not psutil.pid_exists(process.pid)


async def test_one_that_grows_is_killed(tmp_path: Path) -> None:
    async with misbehaving(tmp_path, "data = bytearray(os.urandom(1)) * 400_000_000\ntime.sleep(60)") as process:
        found = await read(process, ReadLimits(seconds=20, memory_bytes=150_000_000))
        assert found.reason == "too_much_memory"
        assert not process.is_alive


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "too_slow"),
        ("print('memory allocation of 99 bytes failed', file=sys.stderr, flush=True); os.abort()", "too_much_memory"),
        ("sys.stdout.buffer.write(b'\\xff' * 100); sys.stdout.flush()", "crashed"),
        ("sys.stdout.buffer.write(b'\\0\\0\\0\\2no'); sys.stdout.flush(); time.sleep(60)", "crashed"),
        ("sys.exit(0)", "crashed"),
    ],
)
async def test_one_that_dies_or_talks_nonsense(tmp_path: Path, script: str, reason: str) -> None:
    async with misbehaving(tmp_path, script) as process:
        found = await read(process, ReadLimits(seconds=20))
        assert found.reason == reason
        assert not process.is_alive


async def test_one_that_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ReadingProcessFailed, match="no such module"):
        async with misbehaving(tmp_path, "sys.exit('no such module')", ready=False):
            pass


async def test_cancelling_kills_it(tmp_path: Path) -> None:
    async with misbehaving(tmp_path, "time.sleep(60)") as process:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await read(process, ReadLimits(seconds=30))
        assert not psutil.pid_exists(process.pid)


async def test_it_sees_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIGUANG_WEB__TOKEN", "hunter2")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "hunter2")
    async with misbehaving(tmp_path, "done(title=json.dumps(dict(os.environ)))") as process:
        found = await read(process, ReadLimits(seconds=20))
    assert "hunter2" not in found.title
    assert str(tmp_path) in found.title  # its home and temporary folder


async def test_it_has_no_network_where_the_system_allows_that(tmp_path: Path) -> None:
    script = """
from knowledge.filetext.worker import _confine
import socket
_confine()
try:
    socket.create_connection(("127.0.0.1", PORT), timeout=5).close()
    done(title="connected")
except OSError:
    done(title="refused")
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        async with misbehaving(tmp_path, script.replace("PORT", str(server.getsockname()[1]))) as process:
            found = await read(process, ReadLimits(seconds=20))
    if found.title == "connected":
        pytest.skip("this system does not let a process give up its network")
    assert found.title == "refused"
