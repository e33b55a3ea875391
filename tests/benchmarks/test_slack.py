"""Slack at full load: a real ``shiguang serve`` with the models, against the fake, over real sockets.

While the model answers one question after the other and a history of 20,000 messages is read.
"""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import create_async_engine

from tests.benchmarks.figures import Figures, percentile
from tests.e2e.console_client import ConsoleClient, console
from tests.e2e.slack_stage import SlackStage, slack_stage
from tests.fakes.slack import Channel, Message, Person
from tests.waiting import eventually

pytestmark = [pytest.mark.bench, pytest.mark.model, pytest.mark.timeout(1200)]

_SECONDS = 60
_A_SECOND = 50
_HISTORY = 20_000
_LOOKED_FOR = 40
_NAMES = ("Ann", "Bo", "Cy", "Di", "Eve")


async def test_slack_at_full_load(home: Path, small_model: str, figures: Figures, tmp_path: Path) -> None:
    settings = {"SHIGUANG_LLM__BACKEND": "llamacpp", "SHIGUANG_LLM__MODEL": small_model}
    async with slack_stage(tmp_path, home, module="bot", **settings) as stage:
        slack, bot = stage.slack, stage.installation.bot
        people = [stage.workspace.add_person(name.lower(), real_name=name) for name in _NAMES]
        channels = [stage.workspace.add_channel(name, members=[*people, bot]) for name in ("general", "sales")]
        past = stage.workspace.add_channel("past", members=people)
        slack.people.fill(past, people[0], _HISTORY, since=slack.clock.now() - 300 * 86_400)
        await stage.start()
        slack.places.invite(people[0], stage.installation, past)
        await eventually(lambda: _has_kept(home, past, 1_000), seconds=120)
        asking = asyncio.create_task(_ask(stage, people[1], channels[0]))
        async with console(stage.server.base, name="Operator") as operator:
            found_after = [await _until_found(stage, operator, people[0], channels[1], n) for n in range(_LOOKED_FOR)]
        await slack.acknowledged(seconds=60)
        acknowledged = slack.deliveries.acknowledgement_seconds
        figures.at_most("Slack: acknowledgement, p99", percentile(acknowledged, 99), 0.5, unit=" s")
        sent, took = await _talk(stage, people, channels)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await slack.acknowledged(seconds=60)
        wanted = {f"slack:{message.channel.id}:{message.ts}" for message in sent}
        await eventually(lambda: _are_kept(home, wanted), seconds=120)
        acknowledged = slack.deliveries.acknowledgement_seconds
        figures.state("Slack: messages a second for a minute, none lost, none twice", f"{len(sent) / took:.1f}")
        figures.state("Slack: acknowledgement, p99 with that minute", f"{percentile(acknowledged, 99):.2f} s")
        figures.at_most("Slack: acknowledgement, slowest of all", acknowledged[-1], 3, unit=" s")
        figures.at_most("Slack: archived and findable, p95", percentile(sorted(found_after), 95), 5, unit=" s")
        figures.state("Slack: archived and findable, median", f"{percentile(sorted(found_after), 50):.1f} s")
        figures.state("Slack: of history read meanwhile", str(len(await _kept(home, past.id))))
        await stage.stop()
        assert "Traceback" not in stage.log


async def _talk(stage: SlackStage, people: list[Person], channels: list[Channel]) -> tuple[list[Message], float]:
    """What was said, and in how many seconds."""
    sent: list[Message] = []
    began = time.monotonic()
    for number in range(_SECONDS * _A_SECOND):
        person, channel = people[number % len(people)], channels[number % len(channels)]
        sent.append(stage.slack.people.post(person, channel, f"parcel{number:05d} has left the warehouse in Rotterdam"))
        await asyncio.sleep(max(0.0, began + number / _A_SECOND - time.monotonic()))
    return sent, time.monotonic() - began


async def _ask(stage: SlackStage, person: Person, channel: Channel) -> None:
    """One question after the other."""
    while True:
        text = f"<@{stage.installation.bot.id}> Where did ticket00001 get stuck?"
        question = stage.slack.people.post(person, channel, text)
        await stage.answered(channel, thread=question, seconds=300)


async def _until_found(
    stage: SlackStage, operator: ConsoleClient, person: Person, channel: Channel, number: int
) -> float:
    """Seconds from being said to being found."""
    code = f"ticket{number:05d}"
    stage.slack.people.post(person, channel, f"{code} got stuck at customs")
    began = time.monotonic()

    async def look() -> bool:
        return any(code in text for text in await operator.texts(code))

    await eventually(look, seconds=120, every=0.25)
    return time.monotonic() - began


async def _has_kept(home: Path, channel: Channel, count: int) -> bool:
    return len(await _kept(home, channel.id)) >= count


async def _are_kept(home: Path, wanted: set[str]) -> bool:
    """Each is kept; ``record_id`` is the key, so none can be kept twice."""
    return wanted <= set(await _kept(home, ""))


async def _kept(home: Path, channel: str) -> list[str]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{home / 'truth.db'}")
    try:
        async with engine.connect() as connection:
            statement = sql("SELECT record_id FROM messages WHERE record_id LIKE :value")
            return list(await connection.scalars(statement, {"value": f"slack:{channel}%"}))
    finally:
        await engine.dispose()
