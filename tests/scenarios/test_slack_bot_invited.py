"""The bot is invited into a channel with a past, over real sockets: it says so, reads, and hears what goes on.

Invariants 1, 2 and 9.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from connectors.events import MessagePosted
from connectors.slack.connector import SlackConnector
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.slack import Channel, Clock, FakeSlack, Installation, Person
from tests.fakes.slack_site import configuration_of
from tests.waiting import eventually

_HISTORY = 450


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock=Clock(runs=True)).running() as running:
        yield running


@asynccontextmanager
async def _started(slack: FakeSlack, host: FakeLiveHost, installation: Installation) -> AsyncIterator[None]:
    connector = SlackConnector(host, configuration_of(slack, installation))
    try:
        await connector.start()
        yield
    finally:
        await connector.close()


def _said(host: FakeLiveHost) -> list[str]:
    posted = {event.record_id: event for event in host.events if isinstance(event, MessagePosted)}
    return sorted(event.text for event in posted.values() if not event.system)


def _scene(slack: FakeSlack) -> tuple[Installation, Person, Channel]:
    workspace = slack.add_workspace()
    installation = slack.install(slack.add_app(), workspace)
    ann = workspace.add_person("ann", locale="en-US")
    busy = workspace.add_channel("busy", members=[ann], kind="private")
    slack.people.fill(busy, ann, _HISTORY, since=slack.clock.now() - 90 * 86_400, step_s=3_600)
    return installation, ann, busy


def _told(installation: Installation, person: Person) -> list[str]:
    """What the bot wrote to a person alone."""
    chat = installation.workspace.direct_channel(installation.bot.id, person.id)
    return [message.text for message in chat.messages.values()] if chat else []


def _notices(installation: Installation, channel: Channel) -> list[str]:
    return [it.text for it in channel.messages.values() if it.user == installation.bot.id and it.blocks]


async def _until(condition: Callable[[], object]) -> None:
    async def look() -> object:
        return condition()

    await eventually(look, seconds=60)


async def test_an_invitation_begins_an_archive(slack: FakeSlack) -> None:
    installation, ann, busy = _scene(slack)
    host = FakeLiveHost()
    async with _started(slack, host, installation):
        slack.places.invite(ann, installation, busy)
        for number in range(20):
            slack.people.post(ann, busy, f"meanwhile {number}")
            await asyncio.sleep(0.01)
        expected = sorted(
            [
                *(f"history line {number}" for number in range(_HISTORY)),
                *(f"meanwhile {number}" for number in range(20)),
            ]
        )
        await _until(lambda: _said(host) == expected)
        await _until(lambda: any("finished" in text for text in _told(installation, ann)))
        (notice,) = _notices(installation, busy)
        assert "From now on this channel is archived" in notice


async def test_a_restart_in_the_middle_changes_nothing(slack: FakeSlack) -> None:
    installation, ann, busy = _scene(slack)
    host = FakeLiveHost()
    async with _started(slack, host, installation):
        slack.places.invite(ann, installation, busy)
        await _until(lambda: len(_said(host)) >= 200)
    slack.people.post(ann, busy, "meanwhile")
    async with _started(slack, host, installation):
        await _until(lambda: len(_said(host)) == _HISTORY + 1)
        await _until(lambda: _notices(installation, busy))
        assert len(_notices(installation, busy)) == 1
    assert not slack.journal.refusals
