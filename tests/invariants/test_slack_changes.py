"""Invariants 2 and 4 in Slack: people and channels change at random, and events of it come late, twice, in any order.

What the archive then lets somebody read is never more than what they could open in Slack; after asking Slack, as is
done before every reply, it is exactly that. The facts are read off the fake, by the rules of its reference (§8).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random

import pytest
import pytest_asyncio

from connectors.slack.ids import person_id
from tests.fakes.slack import Channel, Person
from tests.fakes.slack.channel import Kind
from tests.slack_application import SlackApplication, slack_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

_KINDS: tuple[Kind, ...] = ("public", "public", "private", "mpim")


@dataclass
class World:
    """People and channels of one play; all plays share a workspace."""

    app: SlackApplication
    random: Random
    people: list[Person] = field(default_factory=list)
    places: list[Channel] = field(default_factory=list)
    held: list[dict[str, object]] = field(default_factory=list)
    """Events that were not delivered yet."""

    def may_open(self, person: Person, place: Channel) -> bool:
        """Whether somebody could open a channel in Slack, and the bot is there to know."""
        if person.deleted or self.app.bot.id not in place.members:
            return False
        is_insider = person.team_id == self.app.workspace.id and not (person.is_restricted or person.is_stranger)
        is_open = place.kind == "public" and not place.is_ext_shared
        return person.id in place.members or (is_insider and is_open)

    def facts(self, person: Person) -> set[str]:
        """Names of the channels that they could open."""
        return {place.name for place in self.places if self.may_open(person, place)}

    async def believed(self, person: Person) -> set[str]:
        """Names of the channels that a reply to them may use, by what events told."""
        audience = await self.app.application.permissions.of_person(
            person_id(person.id), platform="slack", workspace_id=self.app.workspace.id
        )
        readable = {str(found) for found in audience.channel_ids}
        return {place.name for place in self.places if self.app.ours(place) in readable}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app() -> AsyncIterator[SlackApplication]:
    async with slack_application(archive_external=True, membership_seconds=0.0) as opened:
        yield opened


@pytest.mark.parametrize("seed", range(6))
async def test_nobody_may_read_more_than_they_could_open(app: SlackApplication, seed: int) -> None:
    await _play(app, Random(seed), rounds=6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
async def test_nobody_may_read_more_than_they_could_open_at_length(app: SlackApplication, seed: int) -> None:
    await _play(app, Random(seed), rounds=25)


async def _play(app: SlackApplication, random: Random, *, rounds: int) -> None:
    world = World(app, random)
    name = f"{random.random()}"[2:8]
    world.people = [
        app.workspace.add_person(f"ann{name}"),
        app.workspace.add_person(f"bo{name}"),
        app.workspace.add_person(f"gus{name}", is_guest=True),
        app.workspace.add_person(f"eve{name}", team_id="T0OTHER"),
    ]
    for person in world.people:
        # Whoever has written to the bot is known to be of the workspace, in whatever channels they are.
        await app.it.site.directory.channel(app.workspace.open_direct_channel(person.id, app.bot.id).id)
    insiders = world.people[:2]
    for number in range(5):
        members = random.sample(insiders, random.randint(1, 2))
        place = app.workspace.add_channel(f"{name}x{number}", members=members, kind=random.choice(_KINDS))
        world.places.append(place)
        app.slack.places.join(app.bot, place)
    _collect(world)
    await _deliver(world, most=0)
    for _ in range(rounds):
        for _ in range(random.randint(1, 5)):
            _change(world)
            _collect(world)
        await _deliver(world, most=random.choice([0, 0, 2]))
        if not world.held:
            for person in world.people:
                assert await world.believed(person) <= world.facts(person), person.name
        person = random.choice(world.people)
        await app.readable_by(person)
        await app.readable_in(random.choice(world.places))
    await _deliver(world, most=0)
    for person in world.people:
        assert await world.believed(person) <= world.facts(person), person.name
    for person in world.people:
        await app.readable_by(person)
        assert await world.believed(person) == world.facts(person), person.name


def _change(world: World) -> None:
    """Something happens in Slack."""
    happening = world.random.choice([_coming, _coming, _going, _bot_moving, _walls, _sharing, _person])
    happening(world, world.random.choice(world.places), world.random.choice(world.people))


def _coming(world: World, place: Channel, person: Person) -> None:
    if not person.deleted and (person.team_id == world.app.workspace.id or place.is_ext_shared):
        world.app.slack.places.join(person, place)


def _going(world: World, place: Channel, person: Person) -> None:
    if person.id in place.members:
        world.app.slack.places.leave(person, place)


def _bot_moving(world: World, place: Channel, person: Person) -> None:
    bot, places = world.app.bot, world.app.slack.places
    if bot.id in place.members and world.random.random() < 0.5:
        places.leave(bot, place, removed_by=person)
    else:
        places.join(bot, place, inviter=person)


def _walls(world: World, place: Channel, person: Person) -> None:
    places = world.app.slack.places
    if place.kind == "public":
        places.convert_to_private(person, place)
    elif place.kind == "private":
        places.convert_to_public(person, place)


def _sharing(world: World, place: Channel, person: Person) -> None:
    places, outsider = world.app.slack.places, world.people[3].id
    if place.is_ext_shared:
        places.unshare_with(place, "T0OTHER")
        place.members = [member for member in place.members if member != outsider]
    elif place.kind != "mpim":
        places.share_with(place, "T0OTHER")
    places.rename(person, place, place.name)


def _person(world: World, place: Channel, person: Person) -> None:
    places, workspace = world.app.slack.places, world.app.workspace
    if person.team_id != workspace.id:
        return
    if world.random.random() < 0.5:
        places.change_person(workspace, person, is_restricted=not person.is_restricted)
        return
    places.change_person(workspace, person, deleted=not person.deleted)
    if person.deleted:
        for left in world.places:
            left.members = [member for member in left.members if member != person.id]


def _collect(world: World) -> None:
    log = world.app.slack.deliveries.log
    world.held += [delivery.event for delivery in log[world.app.heard :]]
    world.app.heard = len(log)


async def _deliver(world: World, *, most: int) -> None:
    """Deliver what is held, in any order and some of it twice; at most ``most`` stay on the way."""
    world.random.shuffle(world.held)
    kept, now = world.held[:most], world.held[most:]
    world.held = kept
    for event in [*now, *world.random.sample(now, len(now) // 3)]:
        await world.app.tell(event)
    await world.app.memberships.catch_up()
