"""Invariant 1: kill the process at any instant; after a restart everything acknowledged is in the archive, once."""

import asyncio
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.application import Application, open_application
from bot.archive.comparison import compare
from bot.llm.scripted import ScriptedModel
from bot.settings import LlmSettings, load_settings
from connectors.events import EVENT_ADAPTER, Event
from knowledge.passage import Audience, PassageFilter
from tests.builders import deleted, edited, posted
from tests.fakes.embedder import TinyEmbedder

_READY_SECONDS = 150.0


def _events(count: int) -> Iterator[Event]:
    """Messages with an edit or a deletion now and then, as a live channel has them."""
    for number in range(count):
        yield posted(
            number, f"message {number} about topic {number % 7}", thread=number - 1 if number % 5 == 4 else None
        )
        if number % 11 == 3:
            yield edited(number, f"message {number} corrected", minutes=number + 0.5)
        if number % 17 == 9:
            yield deleted(number - 2, minutes=number + 0.7)


async def _run_until_killed(home: Path, events: list[Event], alive_seconds: float | None) -> set[str]:
    """Feed events; kill after ``alive_seconds`` (None: never). Returns the ids that were acknowledged."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.e2e.archive_process", str(home),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    acknowledged: set[str] = set()
    try:
        async with asyncio.timeout(_READY_SECONDS):
            assert (await process.stdout.readline()).strip() == b"ready"
        process.stdin.write(b"".join(EVENT_ADAPTER.dump_json(event) + b"\n" for event in events) + b"end\n")
        async with asyncio.timeout(alive_seconds):
            async for line in process.stdout:
                acknowledged.add(line.decode().strip())
    except TimeoutError:
        assert alive_seconds is not None, "the process did not end by itself"
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        rest = await process.stdout.read()
        acknowledged.update(rest.decode().split())
        await process.wait()
    return acknowledged


async def _verify(home: Path, acknowledged: set[str]) -> None:
    settings = load_settings(home=home, llm=LlmSettings(backend="none"))
    async with open_application(settings, embedder=TinyEmbedder(), model=ScriptedModel([])) as application:
        await application.archivist.drain()
        assert (await application.inbox.counts()).failed == 0
        difference = await compare(application.database, application.store)
        assert difference.agrees, (sorted(difference.missing)[:5], sorted(difference.surplus)[:5])
        assert await _texts(application) == _expected(acknowledged)


async def _texts(application: Application) -> dict[str, str]:
    found: dict[str, str] = {}
    seen: Counter[str] = Counter()
    cursor = None
    while True:
        page = await application.store.timeline(
            audience=Audience.operator(), where=PassageFilter(), before=cursor, limit=200
        )
        for passage in page.passages:
            found[str(passage.record_id)] = passage.text
            seen[str(passage.record_id)] += 1
        cursor = page.following
        if cursor is None:
            break
    assert not [record for record, times in seen.items() if times > 1]
    return found


def _expected(acknowledged: set[str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    gone: set[str] = set()
    for event in _events(400):
        if event.event_id not in acknowledged:
            continue
        match event.type:
            case "message_posted" | "message_edited":
                texts[event.record_id] = event.text
            case "message_deleted":
                gone.add(event.record_id)
            case _:
                pass
    return {record: text for record, text in texts.items() if record not in gone}


@pytest.mark.timeout(400)
async def test_nothing_acknowledged_is_lost_by_kills_at_random_moments(quick_home: Path) -> None:
    chance = random.Random(20261122)
    everything = list(_events(400))
    acknowledged: set[str] = set()
    for _ in range(5):
        # After a kill the platform sends again what was not acknowledged, and some of what was.
        rest = [event for event in everything if event.event_id not in acknowledged or chance.random() < 0.05]
        acknowledged |= await _run_until_killed(quick_home, rest, chance.uniform(0.05, 0.9))
    acknowledged &= {event.event_id for event in everything}
    acknowledged |= await _run_until_killed(quick_home, everything, None) & {event.event_id for event in everything}
    await _verify(quick_home, acknowledged)


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_forty_kills(tmp_path: Path) -> None:
    chance = random.Random(4711)
    everything = list(_events(400))
    for round_ in range(8):
        home = tmp_path / str(round_)
        acknowledged: set[str] = set()
        for _ in range(5):
            rest = [event for event in everything if event.event_id not in acknowledged]
            acknowledged |= await _run_until_killed(home, rest, chance.uniform(0.0, 1.5))
        await _verify(home, acknowledged & {event.event_id for event in everything})
