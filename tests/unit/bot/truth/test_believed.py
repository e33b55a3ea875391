"""What connectors are told of what the truth holds of people and channels."""

from bot.application import Application
from bot.truth.believed import Believed
from connectors.events import ChannelDeleted, ChannelId, Event, MembershipChanged, PersonId
from tests.builders import at, channel, opened, person, posted
from tests.quick_application import archive

ANN, GUS = person("Ann"), person("Gus", is_guest=True)
ROOM, HALL = channel("room", "private"), channel("hall")


def _left(name: str, minutes: float) -> Event:
    return MembershipChanged(
        event_id=f"left-{name}", occurred_at=at(minutes), channel=ROOM, person=person(name), present=False
    )


async def test_channels_as_they_are_and_no_deleted_ones(application: Application) -> None:
    await archive(application, opened(ROOM, (ANN,)), opened(HALL, (ANN,)))
    gone = ChannelDeleted(event_id="gone", occurred_at=at(5), channel_id=HALL.channel_id)
    believed = Believed(application.database)
    ids = [ROOM.channel_id, HALL.channel_id, ChannelId("console:nowhere")]
    assert await believed.channels(ids) == {ROOM.channel_id: ROOM, HALL.channel_id: HALL}
    await archive(application, gone)
    assert await believed.channels(ids) == {ROOM.channel_id: ROOM}
    assert await believed.channels([ChannelId(f"console:{number}") for number in range(1_200)]) == {}


async def test_members_are_those_who_are_there_now(application: Application) -> None:
    believed = Believed(application.database)
    assert await believed.members(ROOM.channel_id) == []
    await archive(application, opened(ROOM, (ANN, GUS)))
    assert await believed.members(ROOM.channel_id) == [ANN, GUS]
    await archive(application, _left("Ann", 10))
    assert await believed.members(ROOM.channel_id) == [GUS]


async def test_a_person_and_where_they_are(application: Application) -> None:
    believed = Believed(application.database)
    assert await believed.person(PersonId("console:Ann")) is None
    await archive(application, opened(ROOM, (ANN,)), posted(1, "hello", place=HALL, author="Bo"))
    ann = await believed.person(PersonId("console:Ann"))
    assert ann is not None
    assert (ann.person, ann.active, ann.channels) == (ANN, True, frozenset({ROOM.channel_id}))
    bo = await believed.person(PersonId("console:Bo"))
    assert bo is not None and bo.channels == frozenset()
