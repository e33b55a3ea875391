"""Whatever happens while the bot is not listening, reading makes the archive what Slack shows."""

import asyncio
import random

import pytest

from tests.fakes.slack import Channel, Message
from tests.unit.connectors.slack.past import DAY, HOUR, Past, past


def _shown(stage: Past) -> list[str]:
    """What people have said in the channels where the bot is."""
    return sorted(
        message.text
        for channel in stage.it.workspace.channels.values()
        if stage.it.bot.id in channel.members
        for message in channel.messages.values()
        if message.user == stage.it.ann.id and not message.is_tombstone
    )


def _archived(stage: Past) -> list[str]:
    own = ("archive", "存档", "reading", "我正在读")
    return sorted(text for text in stage.it.host.texts.values() if not any(word in text for word in own))


class _Life:
    """Things that people do, and nobody tells the bot of."""

    def __init__(self, stage: Past, chance: random.Random) -> None:
        self._stage, self._chance = stage, chance
        self._number = 0

    def do_something(self, channel: Channel) -> None:
        said = [m for m in channel.messages.values() if m.user == self._stage.it.ann.id and not m.is_tombstone]
        action = self._chance.choice([self._say, self._say, self._reply, self._reply, self._edit, self._delete])
        action(channel, said)
        self._stage.let_pass(self._chance.choice([1, 60, HOUR]))

    def _say(self, channel: Channel, said: list[Message]) -> None:
        self._post(channel)

    def _reply(self, channel: Channel, said: list[Message]) -> None:
        if said:
            head = self._chance.choice(said)
            is_broadcast = self._chance.random() < 0.2
            self._post(channel, thread=head, broadcast=is_broadcast)

    def _edit(self, channel: Channel, said: list[Message]) -> None:
        if said:
            self._number += 1
            self._stage.it.slack.people.edit(self._chance.choice(said), f"edited {self._number}", quietly=True)

    def _delete(self, channel: Channel, said: list[Message]) -> None:
        if said:
            self._stage.it.slack.people.delete(self._chance.choice(said), quietly=True)

    def _post(self, channel: Channel, **more: object) -> None:
        self._number += 1
        people, ann, at = self._stage.it.slack.people, self._stage.it.ann, self._stage.now
        people.post(ann, channel, f"said {self._number}", at=at, quietly=True, **more)  # type: ignore[arg-type]  # passed on


async def _some_calls_or_the_end(stage: Past, count: int) -> None:
    journal = stage.it.slack.journal
    idle = asyncio.create_task(stage.tasks.idle())
    called = asyncio.create_task(journal.until(lambda: len(journal.requests) >= count))
    await asyncio.wait([idle, called], return_when=asyncio.FIRST_COMPLETED)
    for waiting in (idle, called):
        waiting.cancel()
    await asyncio.gather(idle, called, return_exceptions=True)


@pytest.mark.parametrize("seed", range(12))
async def test_the_archive_becomes_what_slack_shows(seed: int) -> None:
    """Invariants 1, 2 and 3, with kills and failing calls at any moment."""
    chance = random.Random(seed)
    async with past() as stage:
        life = _Life(stage, chance)
        channels = [stage.it.workspace.add_channel(f"c{number}", members=[stage.it.ann]) for number in range(3)]
        for channel in channels:
            for _ in range(chance.randrange(40)):
                life.do_something(channel)
        for channel in channels:
            await stage.come(channel, is_quick=False)
        for _ in range(6):
            if chance.random() < 0.5:
                stage.it.slack.faults.break_next("conversations.history", status=500)
            stage.reading.missed()
            calls, some = len(stage.it.slack.journal.requests), chance.randrange(1, 30)
            for _ in range(chance.randrange(8)):
                life.do_something(chance.choice(channels))
            if chance.random() < 0.7:
                await _some_calls_or_the_end(stage, calls + some)
                await stage.kill()
                stage.begin()
            if chance.random() < 0.3:
                stage.let_pass(DAY / 2)
        stage.let_pass(2 * HOUR)
        await stage.start()
        assert _archived(stage) == _shown(stage)


async def test_nothing_is_left_running_and_no_task_is_lost() -> None:
    async with past() as stage:
        channel = stage.it.workspace.add_channel("busy", members=[stage.it.ann])
        stage.it.slack.people.fill(channel, stage.it.ann, 900, since=stage.now - 9 * DAY)
        await stage.come(channel, is_quick=False)
        await stage.it.slack.journal.until(lambda: len(stage.asked("conversations.history")) > 2)
        await stage.kill()
        asked = len(stage.it.slack.journal.requests)
        stage.begin()
        await stage.tasks.idle()
        assert len(stage.it.slack.journal.requests) == asked


async def test_a_bot_without_some_scopes_reads_where_it_may() -> None:
    async with past() as stage:
        people, ann = stage.it.slack.people, stage.it.ann
        public = stage.it.workspace.add_channel("public", members=[ann, stage.it.bot])
        private = stage.it.workspace.add_channel("private", members=[ann, stage.it.bot], kind="private")
        people.post(ann, public, "in public", quietly=True)
        people.post(ann, private, "in private", quietly=True)
        stage.it.slack.moods.withdraw_scope(stage.it.installation, "groups:history")
        await stage.start()
        assert stage.texts == ["in public"]
