"""Holds invariants 1 to 3: whatever is killed, and when, everything is told once, and what was recalled is gone."""

import asyncio
import contextlib
import random
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from bot.truth.applier import Applier
from bot.truth.database import Database
from bot.truth.inbox import Inbox, Received
from bot.truth.tables import FileRow, InboxRow, LetterRow, MessageRow
from tests.fakes.wecom_sdk import CannedArchive
from tests.processes import environment
from tests.waiting import eventually

_REPOSITORY = Path(__file__).parents[5]


@dataclass
class Company:
    """Who said what, and what should be known of it in the end."""

    canned: CannedArchive
    messages: int = 0
    said: dict[str, str] = field(default_factory=dict)
    recalled: set[str] = field(default_factory=set)
    files: dict[str, str] = field(default_factory=dict)

    def talks(self, messages: int, chance: random.Random) -> None:
        """Text in thirty groups, under two keys; one in fifty is taken back, one in a hundred has a file."""
        self.messages += messages
        for number in range(messages):
            version = 1 if number < messages // 2 else 2
            room: dict[str, Any] = {"roomid": f"wr{number % 30:02}", "version": version}
            if number % 100 == 50:
                content = chance.randbytes(chance.choice([10, 600_000, 1_200_000] if number < 3_000 else [10, 900]))
                body = {**self.canned.media(f"FILE{number}", content), "filename": f"{number}.bin", "fileext": "bin"}
                msgid = self.canned.say({"msgtype": "file", "file": body}, **room)
                self.said[msgid] = f"[文件] {number}.bin"
                self.files[msgid] = sha256(content).hexdigest()
            elif number % 50 == 49:
                msgid = chance.choice(list(self.said))
                self.canned.recall(msgid, **room)
                self.recalled.add(msgid)
            else:
                self.said[self.canned.text(f"message {number}", **room)] = f"message {number}"


async def _read_with_kills(
    company: Company, url: str, files: Path, *, kills: int, chance: random.Random, signals: Sequence[signal.Signals]
) -> int:
    """Run the keeper again and again, killing it or its worker, until it has read everything; returns how often."""
    killed = 0
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.fakes.wecom_sdk.keeper", str(company.canned.folder), url, str(files),
            stdout=asyncio.subprocess.PIPE, cwd=_REPOSITORY, env=environment(company.canned.folder),
        )  # fmt: skip
        finished = asyncio.create_task(process.communicate())
        try:
            while not finished.done() and killed < kills:
                await _another_call(company.canned, finished)
                await asyncio.sleep(chance.uniform(0.0, 0.5))
                # It may end by itself meanwhile.
                with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                    if killed % 3 == 2:
                        process.kill()
                        killed += 1
                        break
                    for worker in psutil.Process(process.pid).children():
                        worker.send_signal(chance.choice(signals))
                        killed += 1
            out, _ = await finished
        finally:
            if process.returncode is None:
                process.kill()
            await asyncio.gather(finished, return_exceptions=True)
        assert process.returncode in (0, -signal.SIGKILL)
        if out == b"done\n":
            if killed >= kills:
                return killed
            # A quick machine: there must be something to be killed over.
            company.talks(200, chance)


async def _another_call(canned: CannedArchive, finished: "asyncio.Task[tuple[bytes, bytes]]") -> None:
    before = len(canned.calls)

    async def look() -> bool:
        return len(canned.calls) > before or finished.done()

    await eventually(look, seconds=200.0)


def _applied(connection: Connection, batch: Sequence[Received]) -> None:
    Applier(Session(connection)).apply(batch)


async def _apply(database: Database) -> None:
    inbox = Inbox(database)
    while batch := await inbox.take(1000):
        async with database.begin() as connection:
            await connection.run_sync(_applied, batch)


async def _replay(
    folder: Path, *, messages: int, kills: int, seed: int, signals: Sequence[signal.Signals] = (signal.SIGKILL,)
) -> None:
    chance = random.Random(seed)
    company = Company(CannedArchive(folder / "wecom"))
    company.talks(messages, chance)
    files = folder / "files"
    files.mkdir()
    url = f"sqlite+aiosqlite:///{folder}/truth.db"
    started = time.perf_counter()
    killed = await _read_with_kills(company, url, files, kills=kills, chance=chance, signals=signals)
    took = time.perf_counter() - started
    print(f"{messages} messages, {killed} kills: {took:.1f} s, {messages / took:.0f} messages/s")

    database = Database(url)
    try:
        await _apply(database)
        async with database.read() as connection:
            told = dict((await connection.execute(select(MessageRow.record_id, MessageRow.text))).all())
            alive = set(await connection.scalars(select(MessageRow.record_id).where(MessageRow.deleted_at.is_(None))))
            posted = await connection.scalar(
                select(func.count()).where(InboxRow.event_id.startswith("wecom:archive:")).select_from(InboxRow)
            )
            undone = await connection.scalar(
                select(func.count()).select_from(LetterRow).where(LetterRow.state != "done")
            )
            shared = (await connection.execute(select(FileRow.record_id, FileRow.sha256, FileRow.removed_at))).all()
    finally:
        await database.close()
    assert killed >= kills
    assert undone == 0
    assert posted == company.messages
    assert alive == {f"wecom:{msgid}" for msgid in company.said.keys() - company.recalled}
    assert {record: text for record, text in told.items() if text} == {
        f"wecom:{msgid}": text for msgid, text in company.said.items() if msgid not in company.recalled
    }
    assert {record: sha256 for record, sha256, removed_at in shared if removed_at is None} == {
        f"wecom:{msgid}": digest for msgid, digest in company.files.items() if msgid not in company.recalled
    }
    assert not list((company.canned.folder / "partial").iterdir())
    assert not [
        one for one in psutil.process_iter(["cmdline"]) if str(company.canned.folder) in (one.info["cmdline"] or [])
    ]


async def test_everything_once_and_recalls_removed_whatever_is_killed(tmp_path: Path) -> None:
    await _replay(tmp_path, messages=2_000, kills=5, seed=6)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
async def test_a_hundred_thousand_messages(tmp_path: Path) -> None:
    await _replay(tmp_path, messages=100_000, kills=40, seed=7, signals=(signal.SIGKILL, signal.SIGSEGV))
