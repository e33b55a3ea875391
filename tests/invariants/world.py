"""Random teams whose every word is marked, and who may read which mark by the plain facts alone.

A mark is a made-up word that stands in one place only: in a message, a file, a file's name or a channel's name. So
whatever a person is shown can be searched for marks, and each of them traced to the channels where it may be read.
The rules are written out here once more, on purpose: nothing of ``bot.permissions`` is used.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from connectors.events import (
    ChannelChanged,
    ChannelDeleted,
    ChannelId,
    ChannelRef,
    Event,
    FileRef,
    FileRemoved,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PersonChanged,
    PersonId,
    PersonRef,
    Platform,
    RecordId,
    Visibility,
)
from tests.builders import at

_MARK = re.compile(r"zq\d+x\w*?q")
_TEAMS: tuple[tuple[Platform, str], ...] = (("slack", "T1"), ("slack", "T2"), ("wecom", "C1"), ("console", ""))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of one team; a guest sees only the channels that they are in."""

    ref: PersonRef
    workspace_id: str
    seen: bool
    """Whether any event ever named them."""
    active: bool = True
    """Who was deactivated reads nothing, whatever channels they were in."""


@dataclass(slots=True)
class Room:
    """A channel: who is really in it, and what the platform has told of that."""

    ref: ChannelRef
    members: list[Person]
    """In it now."""
    listed: bool
    """Whether the platform has told who is in it."""
    left: list[Person]
    deleted: bool
    records: list[RecordId] = field(default_factory=list)
    files: list[RecordId] = field(default_factory=list)


@dataclass(slots=True)
class World:
    """Teams, channels and talk; ``marks`` says in which channels a mark stands now (nowhere: deleted or replaced)."""

    number: int
    random: Random
    people: list[Person] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    marks: dict[str, set[ChannelId]] = field(default_factory=dict)
    said: dict[str, Room] = field(default_factory=dict)
    """Marks of messages that nothing happened to: whoever is in the channel must find them."""
    events: list[Event] = field(default_factory=list)
    documents: dict[str, bytes] = field(default_factory=dict)
    """Contents of shared files by their name in this world, to be put into the file store before ``tell``."""

    @property
    def teams(self) -> list[tuple[Platform, str]]:
        """Platforms with their workspaces, other ones in each world; there is one console."""
        return [(platform, workspace and f"{workspace}w{self.number}") for platform, workspace in _TEAMS]

    def may_read(self, person: Person, room: Room) -> bool:
        """Members, and in a public channel everybody of its team but guests. The console shows every public channel.

        A channel shared with another organisation is its members' alone.
        """
        if room.deleted or not person.active:
            return False
        if person in room.members:
            return True
        of_team = (room.ref.platform, room.ref.workspace_id) == (person.ref.platform, person.workspace_id)
        insider = person.ref.platform == "console" or (of_team and person.seen)
        everybodys = room.ref.visibility == "public" and not room.ref.external
        return everybodys and insider and not person.ref.is_guest

    def readers(self, room: Room) -> list[Person]:
        """Everybody who can open the channel."""
        return [person for person in self.people if self.may_read(person, room) and not person.ref.is_bot]

    def readable(self, readers: Iterable[Person]) -> set[ChannelId]:
        """Channels that all of them may read."""
        everybody = list(readers)
        return {
            room.ref.channel_id
            for room in self.rooms
            if not room.deleted and all(self.may_read(person, room) for person in everybody)
        }

    def must_find(self, person: Person) -> set[str]:
        """Marks in the channels that the platform says this person is in."""
        return {
            mark
            for mark, room in self.said.items()
            if room.listed and not room.deleted and person in room.members and person.active
        }

    def standing_in(self, channel_ids: set[ChannelId]) -> set[str]:
        """The marks that may be seen by whoever may read these channels."""
        return {mark for mark, places in self.marks.items() if places & channel_ids}

    def mark(self, *places: Room) -> str:
        """A new mark that stands in these channels."""
        word = f"zq{self.number}x{len(self.marks)}q"
        self.marks[word] = {room.ref.channel_id for room in places if not room.deleted}
        return word


def marks_in(shown: object) -> set[str]:
    """Every mark in whatever was shown."""
    return set(_MARK.findall(repr(shown)))


def random_world(number: int, random: Random) -> World:
    """People, channels and talk; events are in no order."""
    world = World(number, random)
    _add_people(world)
    _add_rooms(world)
    for room in world.rooms:
        _add_talk(world, room)
    _add_shared_document(world)
    _add_moved_message(world)
    random.shuffle(world.events)
    return world


def file_events(world: World, shared: dict[str, tuple[str, int]]) -> Iterator[Event]:
    """The events, with checksum and size of the documents in place of their names."""
    for event in world.events:
        if isinstance(event, MessagePosted) and event.files:
            files = tuple(
                file.model_copy(update={"sha256": shared[file.sha256][0], "size_bytes": shared[file.sha256][1]})
                if file.sha256 in shared
                else file
                for file in event.files
            )
            yield event.model_copy(update={"files": files})
        else:
            yield event


def _add_people(world: World) -> None:
    for team, (platform, workspace_id) in enumerate(world.teams):
        for index in range(world.random.randint(1, 3) if team else 3):
            name = f"w{world.number}t{team}p{index}"
            seen = platform == "console" or world.random.random() < 0.8
            world.people.append(
                Person(
                    PersonRef(
                        person_id=PersonId(f"{platform}:{name}"),
                        platform=platform,
                        name=name,
                        is_bot=team == 0 and index == 2,
                        is_guest=index == 1,
                    ),
                    workspace_id,
                    seen,
                    active=platform == "console" or not seen or world.random.random() < 0.8,
                )
            )
    stranger = PersonRef(person_id=PersonId(f"slack:w{world.number}stranger"), platform="slack", name="stranger")
    world.people.append(Person(stranger, world.teams[0][1], seen=False))


def _add_rooms(world: World) -> None:
    random = world.random
    for index in range(random.randint(3, 6)):
        team = random.choice([0, 0, 1, 2, 3])
        platform, workspace_id = world.teams[team]
        visibility: Visibility = random.choice(["public", "private", "private", "direct"])
        own = [
            person for person in world.people
            if (person.ref.platform, person.workspace_id, person.seen) == (platform, workspace_id, True)
        ]  # fmt: skip
        members = random.sample(own, random.randint(0, len(own)))
        staying = [person for person in own if person not in members]
        left = random.sample(staying, random.randint(0, len(staying)))
        channel_id = ChannelId(f"{platform}:w{world.number}r{index}")
        ref = ChannelRef(
            channel_id=channel_id, platform=platform, name="", visibility=visibility, workspace_id=workspace_id,
            archived=random.random() < 0.2, external=platform != "console" and random.random() < 0.2,
        )  # fmt: skip
        # Where nobody may look, a bot cannot be asked.
        room = Room(ref, members, random.random() < 0.8, left, deleted=random.random() < 0.12)
        room.ref = ref.model_copy(update={"name": f"room-{world.mark(room)}"})
        world.rooms.append(room)
        _tell_room(world, room)
    for person in world.people:
        if person.seen:
            lobby = ChannelRef(
                channel_id=ChannelId(f"{person.ref.platform}:lobby{person.workspace_id}"),
                platform=person.ref.platform, name="lobby", visibility="private", workspace_id=person.workspace_id,
            )  # fmt: skip
            world.events.append(_membership(world, lobby, person, present=True, minutes=1))
        if not person.active:
            world.events.append(
                PersonChanged(
                    event_id=f"{person.ref.person_id}-gone", occurred_at=at(200), person=person.ref, active=False
                )
            )


def _tell_room(world: World, room: Room) -> None:
    """Its history, ending with what is so now: names, visibility and members were other ones before."""
    random, ref = world.random, room.ref
    visibility, external = random.choice(["public", "private", ref.visibility]), random.random() < 0.2
    before = ref.model_copy(update={"visibility": visibility, "external": external})
    everybody = [*room.members, *room.left]
    world.events.append(_changed(world, before, everybody if room.listed else None, minutes=2))
    world.events.append(_changed(world, ref, None, minutes=20))
    if room.listed:
        world.events += [_membership(world, ref, person, present=False, minutes=30) for person in room.left]
        back = [person for person in room.members if random.random() < 0.3]
        world.events += [_membership(world, ref, person, present=False, minutes=25) for person in back]
        world.events += [_membership(world, ref, person, present=True, minutes=35) for person in back]
    if room.deleted:
        world.events.append(
            ChannelDeleted(event_id=f"{ref.channel_id}-gone", occurred_at=at(400), channel_id=ref.channel_id)
        )


def _add_talk(world: World, room: Room) -> None:
    random = world.random
    authors = [person for person in room.members if not person.ref.is_bot] or [
        person for person in room.left if not person.ref.is_bot
    ]
    if not authors:
        return
    heads = [record for other in world.rooms for record in other.records]
    for _ in range(random.randint(1, 4)):
        record = _next_record(world, room)
        word = world.mark(room)
        world.said[word] = room
        author = random.choice(authors)
        # A thread of another channel, as a faulty or hostile event may name it, opens nothing.
        thread = random.choice([*heads, *room.records[:-1]]) if heads and random.random() < 0.4 else None
        world.events.append(_posted(world, room, author, record, f"pump news {word}", thread=thread))
        match random.randint(0, 7):
            case 0:
                world.marks[word] = set()
                del world.said[word]
                text = f"pump news, corrected {world.mark(room)}"
                world.events.append(
                    MessageEdited(event_id=f"{record}-e", occurred_at=at(100), record_id=record, text=text)
                )
            case 1:
                world.marks[word] = set()
                del world.said[word]
                world.events.append(MessageDeleted(event_id=f"{record}-d", occurred_at=at(110), record_id=record))
                room.records.remove(record)


def _add_shared_document(world: World) -> None:
    """The same bytes, shared under other names in one to three channels; one share may be removed again."""
    random = world.random
    homes = [room for room in world.rooms if room.records]
    if not homes:
        return
    places = random.sample(homes, random.randint(1, min(3, len(homes))))
    taken_back = random.random() < 0.25
    staying = places[1:] if taken_back else places
    name = f"doc{world.number}"
    world.documents[name] = f"The pump report says {world.mark(*staying)}.".encode()
    for room in places:
        record, word = _next_record(world, room), world.mark(room)
        file = FileRef(
            file_id=RecordId(f"{record}-f"), name=f"{world.mark(room)}.txt", media_type="text/plain", sha256=name
        )
        author = random.choice([*room.members, *room.left])
        world.events.append(_posted(world, room, author, record, f"pump report {word}", files=(file,)))
        if taken_back and room is places[0]:
            world.marks[file.name.removesuffix(".txt")] = set()
            world.events.append(
                FileRemoved(event_id=f"{record}-fr", occurred_at=at(120), file_id=RecordId(file.file_id))
            )
        else:
            room.files.append(RecordId(f"{record}|{file.file_id}"))


def _add_moved_message(world: World) -> None:
    """A message that stands in another channel now, whatever order its versions come in."""
    if len(world.rooms) < 2 or world.random.random() < 0.5:
        return
    former, now = world.random.sample(world.rooms, 2)
    authors = [*former.members, *former.left]
    if not authors:
        return
    author, record = world.random.choice(authors), _next_record(world, now)
    text = f"pump plans {world.mark(now)}"
    first = _posted(world, former, author, record, text)
    again = first.model_copy(update={"event_id": f"{record}-m", "channel": now.ref, "edited_at": at(150)})
    world.events += [first, again]


def _next_record(world: World, room: Room) -> RecordId:
    record = RecordId(f"w{world.number}m{sum(len(other.records) for other in world.rooms)}-{world.random.random()}")
    room.records.append(record)
    return record


def _posted(
    world: World,
    room: Room,
    author: Person,
    record: RecordId,
    text: str,
    *,
    thread: RecordId | None = None,
    files: tuple[FileRef, ...] = (),
) -> MessagePosted:
    return MessagePosted(
        event_id=f"{record}-p", occurred_at=at(40 + world.random.random() * 40), record_id=record, channel=room.ref,
        author=author.ref, text=text, thread_id=thread, files=files,
    )  # fmt: skip


def _changed(world: World, ref: ChannelRef, members: list[Person] | None, *, minutes: float) -> ChannelChanged:
    return ChannelChanged(
        event_id=f"{ref.channel_id}-{minutes}", occurred_at=at(minutes), channel=ref,
        members=None if members is None else tuple(person.ref for person in members),
    )  # fmt: skip


def _membership(world: World, ref: ChannelRef, person: Person, *, present: bool, minutes: float) -> MembershipChanged:
    return MembershipChanged(
        event_id=f"w{world.number}-{ref.channel_id}-{person.ref.person_id}-{minutes}", occurred_at=at(minutes),
        channel=ref, person=person.ref, present=present,
    )  # fmt: skip
