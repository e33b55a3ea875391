"""Digests of a real server: posted once through kills, and what the command line makes is posted beside it."""

import asyncio
import random
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.digests.schedule import Schedules
from bot.digests.times import Timing
from bot.permissions import Permissions
from bot.settings import load_settings
from bot.truth.database import Database
from connectors.events import ChannelId, ChannelRef, PersonId, PersonRef
from tests.e2e.console_client import ConsoleClient, console
from tests.e2e.truth import kept
from tests.processes import end, environment, serve, shiguang
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(400)
_CHANNELS = 6
_KILLS = 8


async def _digests(client: ConsoleClient, channel_id: str) -> list[dict[str, Any]]:
    messages = (await client.get("/api/messages", channel=channel_id))["messages"]
    return [one for one in messages if one["answer"] is not None and one["answer"]["reason"] == "digest"]


async def _set_up(home: Path, channel_ids: list[str], person_id: str) -> None:
    """Daily digests that were due five minutes ago, as if nothing had run then."""
    database = Database(load_settings(home=home).truth_url)
    try:
        schedules = Schedules(database, Permissions(database))
        ago = datetime.now(UTC) - timedelta(minutes=5)
        for channel_id in channel_ids:
            await schedules.set_for_channel(
                ChannelRef(channel_id=ChannelId(channel_id), platform="console", name="x", visibility="public"),
                by=PersonRef(person_id=PersonId(person_id), platform="console", name="Ann"),
                timing=Timing(period="daily", minute_of_day=ago.hour * 60 + ago.minute, timezone="UTC"),
                language="en",
                skip_quiet=False,
                now=ago - timedelta(hours=30),
            )
    finally:
        await database.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_killed_at_random_moments_each_digest_is_posted_exactly_once(tmp_path: Path, quick_home: Path) -> None:
    """Invariants 1 and 2, for what the bot says by itself."""
    chance = random.Random(20261122)
    env = environment(quick_home, SHIGUANG_WEB__PORT="0")
    server = await serve("serve", env=env, log=tmp_path / "first.log")
    try:
        async with console(server.base, name="Ann") as ann:
            channel_ids = []
            for number in range(_CHANNELS):
                body = {"client_id": f"client-{number}", "name": f"room-{number}", "visibility": "public"}
                channel_ids.append((await ann.post("/api/channels", body))["channel"]["channel_id"])
                await ann.say(channel_ids[-1], f"We decided: the launch of {number} moves to 8 December.")
            person_id = ann.person_id
        assert await server.stop() == 0
        await _set_up(quick_home, channel_ids, person_id)
        for number in range(_KILLS):
            server = await serve("serve", env=env, log=tmp_path / f"{number}.log")
            await asyncio.sleep(chance.uniform(0, 0.5))
            server.process.send_signal(signal.SIGKILL)
            await server.process.wait()
        server = await serve("serve", env=env, log=tmp_path / "last.log")
        async with console(server.base, name="Ann") as ann:

            async def all_are_there() -> bool:
                return all([await _digests(ann, channel_id) for channel_id in channel_ids])

            await eventually(all_are_there, seconds=60)
            assert [len(await _digests(ann, channel_id)) for channel_id in channel_ids] == [1] * _CHANNELS
        assert await server.stop() == 0
    finally:
        await end(server.process)


async def test_what_the_command_line_makes_is_posted_by_the_server_and_loses_lines_with_their_messages(
    tmp_path: Path, quick_home: Path
) -> None:
    env = environment(quick_home, SHIGUANG_WEB__PORT="0")
    server = await serve("serve", env=env, log=tmp_path / "log")
    try:
        async with console(server.base, name="Ann") as ann:
            general = await ann.channel_id("general")
            said = await ann.say(general, "We decided: the launch moves to 8 December.")
            await ann.say(general, "We decided: the party is in the fifth floor.")
            await kept(quick_home, "We decided", count=2)
            made = await shiguang("digest", "general", "--post", "--json", env=env)
            assert made.status == 0, made.err
            assert made.json["posted"] is not None
            [posted] = await eventually(lambda: _digests(ann, general))
            assert posted["record_id"] == made.json["posted"]
            assert posted["author"]["is_bot"]
            assert "8 December" in posted["answer"]["text"]
            assert said["record_id"] in {one["record_id"] for one in posted["answer"]["citations"]}
            await ann.delete("/api/messages", id=said["record_id"])

            async def without() -> bool:
                [shown] = await _digests(ann, general)
                return "8 December" not in str(shown) and "fifth floor" in shown["answer"]["text"]

            await eventually(without)
        assert await server.stop() == 0
    finally:
        await end(server.process)
