"""Invariant 4, no leak: nobody is shown a word of a channel that not everybody in the audience may read."""

import itertools
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from random import Random

import pytest
import pytest_asyncio

from bot.application import Application
from bot.console_host import ConsoleHost
from connectors.events import ChannelId
from knowledge.passage import Audience, PassageFilter, PersonId
from knowledge.passage import ChannelId as PassageChannelId
from tests.builders import at
from tests.invariants.curating import add_standard_answers
from tests.invariants.reading import AT_THE_CONSOLE, FOR_A_PERSON, FOR_AN_AUDIENCE, Look, Visit, spoken_in
from tests.invariants.spy import ConditionSpy
from tests.invariants.world import Person, Room, World, file_events, marks_in, random_world
from tests.quick_application import archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

_QUERIES = ("pump news", "pump report", "corrected", "plans", "latest news since the pump report", "report of today")
_NUMBERS = itertools.count(1)


@dataclass(slots=True)
class Stage:
    """One application for many worlds, all of them in one archive."""

    application: Application
    host: ConsoleHost
    spy: ConditionSpy
    worlds: list[World]
    shown: int = 0

    def forbidden(self, seen: Iterable[str], channel_ids: set[ChannelId]) -> set[str]:
        """Marks of any world that stand in none of these channels."""
        return set(seen) - {mark for world in self.worlds for mark in world.standing_in(channel_ids)}

    def readable(self, readers: list[Person]) -> set[ChannelId]:
        """Channels of any world that all of them may read."""
        return {channel for world in self.worlds for channel in world.readable(readers)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with quick_application() as application:
        host = ConsoleHost(
            confirmations=application.confirmations,
            database=application.database, finder=application.finder, archivist=application.archivist,
            permissions=application.permissions, file_store=application.file_store, zone=application.zone,
            inbox=application.inbox, conversation=application.conversation, answers=application.answers,
        )  # fmt: skip
        yield Stage(application, host, ConditionSpy(application), [])


@pytest.mark.parametrize("seed", range(14))
async def test_nobody_is_shown_what_they_may_not_read(stage: Stage, seed: int) -> None:
    await _play(stage, Random(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000, 1_400))
async def test_nobody_is_shown_what_they_may_not_read_at_length(stage: Stage, seed: int) -> None:
    await _play(stage, Random(seed))


async def _play(stage: Stage, random: Random) -> None:
    world = random_world(next(_NUMBERS), random)
    stage.worlds.append(world)
    await _tell(stage, world)
    for person in world.people:
        await _look_as(stage, world, person)
    for room in world.rooms:
        await _look_in(stage, world, room)
    await _look_anyhow(stage, world)


async def _tell(stage: Stage, world: World) -> None:
    async def chunks(content: bytes) -> AsyncIterator[bytes]:
        yield content

    shared = {
        name: await stage.application.file_store.put(chunks(content)) for name, content in world.documents.items()
    }
    events = list(file_events(world, shared))
    half = len(events) // 2
    await archive(stage.application, *events[:half])
    await archive(stage.application, *events[half:])
    await add_standard_answers(stage.application, world)


async def _look_as(stage: Stage, world: World, person: Person) -> None:
    allowed = stage.readable([person])
    stage.spy.allowed = allowed
    audience = await stage.application.permissions.of_person(
        person.ref.person_id, platform=person.ref.platform, workspace_id=person.workspace_id
    )
    assert set(audience.channel_ids) <= allowed | _lobbies(audience)
    stage.spy.allowed = allowed | _lobbies(audience)
    here = frozenset(PassageChannelId(room.ref.channel_id) for room in world.rooms)
    latest = await stage.application.finder.latest(audience=audience, where=PassageFilter(channel_ids=here), limit=100)
    assert world.must_find(person) <= marks_in(latest), "what may be read is found"
    visit = Visit(stage.application, stage.host, world, person, world.random.choice(_QUERIES))
    paths = FOR_A_PERSON | (AT_THE_CONSOLE if person.ref.platform == "console" else {})
    for name, path in world.random.sample(list(paths.items()), 2):
        _check(stage, name, marks_in(await path(visit)), allowed)
    await _look(stage, world, audience, allowed)


async def _look_in(stage: Stage, world: World, room: Room) -> None:
    readers = world.readers(room)
    allowed = stage.readable(readers) if readers else set[ChannelId]()
    audience = await stage.application.permissions.of_channel(room.ref.channel_id)
    if not readers:
        return
    lobbies = _lobbies(audience) if len(readers) == 1 else set[ChannelId]()
    stage.spy.allowed = allowed | lobbies
    seen = marks_in(await spoken_in(stage.application, room, readers[0], world.random.choice(_QUERIES)))
    _check(stage, f"reply in {room.ref}", seen, allowed)
    await _look(stage, world, audience, allowed)


async def _look_anyhow(stage: Stage, world: World) -> None:
    """An audience of channels that belong to nobody in particular."""
    some = {room.ref.channel_id for room in world.rooms if world.random.random() < 0.5}
    stage.spy.allowed = some
    audience = Audience(frozenset(PassageChannelId(channel_id) for channel_id in some))
    await _look(stage, world, audience, some)


async def _look(stage: Stage, world: World, audience: Audience, allowed: set[ChannelId]) -> None:
    look = Look(stage.application, world, audience, world.random.choice(_QUERIES), _random_filter(world))
    for name, path in world.random.sample(list(FOR_AN_AUDIENCE.items()), 4):
        _check(stage, name, marks_in(await path(look)), allowed)


def _check(stage: Stage, name: str, seen: set[str], allowed: set[ChannelId]) -> None:
    leaked = stage.forbidden(seen, allowed)
    assert not leaked, f"{name} shows {leaked}"
    stage.shown += len(seen)


def _random_filter(world: World) -> PassageFilter:
    random = world.random
    if random.random() < 0.5:
        return PassageFilter()
    channels = random.sample(world.rooms, random.randint(0, min(2, len(world.rooms))))
    authors = random.sample(world.people, random.randint(0, 1))
    return PassageFilter(
        channel_ids=frozenset(PassageChannelId(room.ref.channel_id) for room in channels),
        author_ids=frozenset(PersonId(person.ref.person_id) for person in authors),
        kinds=frozenset({random.choice(["message", "file"])}) if random.random() < 0.3 else frozenset(),
        since=at(random.choice([0, 50, 60])) if random.random() < 0.3 else None,
        until=at(random.choice([60, 90, 500])) if random.random() < 0.3 else None,
    )


def _lobbies(audience: Audience) -> set[ChannelId]:
    """Channels without talk, that make people known in their teams."""
    return {ChannelId(channel_id) for channel_id in audience.channel_ids if ":lobby" in channel_id}
