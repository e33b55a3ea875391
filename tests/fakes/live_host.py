"""The application's side of live platforms, in memory: remembers what it was given, answers what it was told to."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256

from connectors.connector import Answer, Decision, DownReason, Language, Reply, Utterance, VerdictKind
from connectors.events import (
    ChannelChanged,
    ChannelDeleted,
    ChannelId,
    ChannelRef,
    Event,
    FileFetched,
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
)
from connectors.live_host import CategoryView, CommandView, HomeView, Json, KnownPerson, Letter

Conversing = Callable[[Utterance, Reply], Awaitable[None]]


class MailboxInMemory:
    """Letters that are still there after a connector was closed and another one opened."""

    def __init__(self) -> None:
        self.letters: dict[tuple[str, str], Letter] = {}
        self.handled: set[tuple[str, str]] = set()
        self.errors: dict[tuple[str, str], str] = {}

    async def keep(self, source: str, key: str, body: Json) -> bool:
        if (source, key) in self.letters or (source, key) in self.handled:
            return False
        self.letters[source, key] = Letter(key=key, body=body, received_at=datetime.now(UTC), attempts=0)
        return True

    async def waiting(self, source: str, *, limit: int) -> Sequence[Letter]:
        return [letter for (of, _), letter in self.letters.items() if of == source and letter.attempts < 5][:limit]

    async def done(self, source: str, keys: Sequence[str]) -> None:
        for key in keys:
            self.letters.pop((source, key), None)
            self.handled.add((source, key))

    async def failed(self, source: str, key: str, error: str) -> None:
        letter = self.letters[source, key]
        self.letters[source, key] = replace(letter, attempts=letter.attempts + 1)
        self.errors[source, key] = error


class NotebookInMemory:
    """Notes that outlive a connector."""

    def __init__(self) -> None:
        self.notes: dict[tuple[str, str], Json] = {}

    async def read(self, source: str, key: str) -> Json | None:
        return self.notes.get((source, key))

    async def write(self, source: str, key: str, value: Json | None) -> None:
        if value is None:
            self.notes.pop((source, key), None)
        else:
            self.notes[source, key] = value

    async def all(self, source: str, prefix: str) -> Mapping[str, Json]:
        return {key: value for (of, key), value in self.notes.items() if of == source and key.startswith(prefix)}


@dataclass
class Believed:
    """People, channels and who is in them."""

    channels: dict[ChannelId, ChannelRef] = field(default_factory=dict)
    people: dict[PersonId, PersonRef] = field(default_factory=dict)
    inactive: set[PersonId] = field(default_factory=set)
    members: set[tuple[ChannelId, PersonId]] = field(default_factory=set)

    def take_in(self, event: Event) -> None:
        """The next event."""
        match event:
            case ChannelChanged(channel=channel, members=members):
                self.channels[channel.channel_id] = channel
                if members is not None:
                    self.members = {(of, person) for of, person in self.members if of != channel.channel_id}
                    self.members |= {(channel.channel_id, person.person_id) for person in members}
                    self.people |= {person.person_id: person for person in members}
            case ChannelDeleted():
                self.channels.pop(event.channel_id, None)
            case MembershipChanged(channel=channel, person=person):
                self.channels.setdefault(channel.channel_id, channel)
                self.people[person.person_id] = person
                (self.members.add if event.present else self.members.discard)((channel.channel_id, person.person_id))
            case PersonChanged(person=person):
                self.people[person.person_id] = person
                (self.inactive.discard if event.active else self.inactive.add)(person.person_id)
                if not event.active:
                    self.members = {(of, member) for of, member in self.members if member != person.person_id}
            case MessagePosted(channel=channel, author=author):
                self.channels.setdefault(channel.channel_id, channel)
                self.people[author.person_id] = author
            case _:
                pass


async def _says_nothing(_: Utterance, reply: Reply) -> None:
    await reply.drop()


@dataclass
class FakeLiveHost:
    """A ``LiveHost``. ``conversing`` is what it does with an utterance; everything else is plain to read."""

    conversing: Conversing = _says_nothing
    mailbox: MailboxInMemory = field(default_factory=MailboxInMemory)
    notebook: NotebookInMemory = field(default_factory=NotebookInMemory)
    live: list[Event] = field(default_factory=list)
    past: list[Event] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)
    again: list[tuple[str, Utterance]] = field(default_factory=list)
    verdicts: dict[tuple[str, PersonId], tuple[VerdictKind, tuple[DownReason, ...], str]] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    decided: list[tuple[str, PersonId, bool]] = field(default_factory=list)
    standard: dict[str, Answer] = field(default_factory=dict)
    """Of answers that name a question: what is given to who says that it was meant."""
    meant_by: list[tuple[str, Utterance]] = field(default_factory=list)
    preferences: list[tuple[str, str, str, PersonId]] = field(default_factory=list)
    wanted_pairs: set[str] = field(default_factory=set)
    pairs: list[tuple[str, str, PersonId]] = field(default_factory=list)
    declined: list[tuple[str, str, PersonId]] = field(default_factory=list)
    proposals: list[tuple[PersonId, str, str, RecordId | None, str | None]] = field(default_factory=list)
    ticks: list[tuple[str, RecordId, PersonId]] = field(default_factory=list)
    said_of_ticks: str | None = None
    categorized: list[tuple[PersonId, RecordId, str]] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    listening: set[ChannelId] = field(default_factory=set)
    shares: list[tuple[str, PersonId, ChannelId]] = field(default_factory=list)
    shareable: set[tuple[str, ChannelId]] = field(default_factory=set)
    reached: dict[ChannelId, tuple[datetime | None, bool]] = field(default_factory=dict)
    partial: set[ChannelId] = field(default_factory=set)
    gone: dict[str, str] = field(default_factory=dict)
    home_view: HomeView = field(
        default_factory=lambda: HomeView(channels=(), channels_left_out=0, digests=(), files=())
    )
    files: dict[str, bytes] = field(default_factory=dict)
    max_file_bytes: int = 100_000_000

    @property
    def events(self) -> list[Event]:
        """Everything accepted, live or past, once by its id."""
        return list({event.event_id: event for event in [*self.live, *self.past]}.values())

    @property
    def texts(self) -> dict[RecordId, str]:
        """What messages say in the end, whatever order events came in; deleted ones are left out."""
        return {record: text for record, (_, text) in self._versions.items()}

    @property
    def _versions(self) -> dict[RecordId, tuple[datetime, str]]:
        """The same, each with the moment it became true."""
        said: dict[RecordId, tuple[datetime, str]] = {}
        deleted = {event.record_id for event in self.events if isinstance(event, MessageDeleted)}
        for event in self.events:
            match event:
                case MessagePosted():
                    at = event.version_at
                case MessageEdited():
                    at = event.occurred_at
                case _:
                    continue
            if event.record_id not in said or at >= said[event.record_id][0]:
                said[event.record_id] = (at, event.text)
        return {record: version for record, version in said.items() if record not in deleted}

    async def accept(self, events: Sequence[Event]) -> None:
        self.live.extend(events)

    async def accept_history(self, events: Sequence[Event]) -> None:
        self.past.extend(events)

    async def accept_and_apply(self, events: Sequence[Event]) -> None:
        self.live.extend(events)

    async def converse(self, utterance: Utterance, reply: Reply) -> None:
        self.utterances.append(utterance)
        await self.conversing(utterance, reply)

    async def listens(self, channel_id: ChannelId) -> bool:
        return channel_id in self.listening

    async def judge(
        self,
        *,
        answer_id: str,
        person: PersonRef,
        verdict: VerdictKind,
        reasons: Sequence[DownReason] = (),
        comment: str = "",
    ) -> None:
        if self.answers and answer_id not in self.answers:
            raise LookupError(answer_id)
        self.verdicts[answer_id, person.person_id] = (verdict, tuple(reasons), comment)

    async def decide(self, card_id: str, person: PersonRef, *, accepted: bool) -> Decision:
        self.decided.append((card_id, person.person_id, accepted))
        return self.decisions[card_id]

    async def store_file(self, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        content = b""
        async for chunk in chunks:
            content += chunk
            if len(content) > self.max_file_bytes:
                msg = "too large"
                raise ValueError(msg)
        digest = sha256(content).hexdigest()
        self.files[digest] = content
        return digest, len(content)

    async def known_messages(
        self, channel_id: ChannelId, *, since: datetime, until: datetime
    ) -> Mapping[RecordId, datetime]:
        kept = self._versions
        return {
            event.record_id: kept[event.record_id][0]
            for event in self.events
            if isinstance(event, MessagePosted)
            and event.channel.channel_id == channel_id
            and since <= event.occurred_at < until
            and event.record_id in kept
        }

    async def threads(self, channel_id: ChannelId, *, active_since: datetime) -> Mapping[RecordId, datetime]:
        found: dict[RecordId, datetime] = {}
        kept = self._versions
        for event in self.events:
            if (
                isinstance(event, MessagePosted)
                and event.record_id in kept
                and event.thread_id is not None
                and event.channel.channel_id == channel_id
                and event.occurred_at >= active_since
            ):
                found[event.thread_id] = max(event.occurred_at, found.get(event.thread_id, event.occurred_at))
        return found

    async def latest_message(self, channel_id: ChannelId) -> datetime | None:
        times = [
            event.occurred_at
            for event in self.events
            if isinstance(event, MessagePosted) and event.channel.channel_id == channel_id
        ]
        return max(times, default=None)

    async def known_channels(self, channel_ids: Collection[ChannelId]) -> Mapping[ChannelId, ChannelRef]:
        told = self.believed
        return {channel_id: told.channels[channel_id] for channel_id in channel_ids if channel_id in told.channels}

    async def known_members(self, channel_id: ChannelId) -> Sequence[PersonRef]:
        told = self.believed
        return [told.people[person] for of, person in sorted(told.members) if of == channel_id]

    async def known_person(self, person_id: PersonId) -> KnownPerson | None:
        told = self.believed
        if person_id not in told.people:
            return None
        return KnownPerson(
            person=told.people[person_id],
            active=person_id not in told.inactive,
            channels=frozenset(of for of, person in told.members if person == person_id and of in told.channels),
        )

    @property
    def believed(self) -> "Believed":
        """Who is where, by the times of what was accepted."""
        told = Believed()
        for event in sorted(self.events, key=lambda event: event.occurred_at):
            told.take_in(event)
        return told

    async def files_kept(self, file_ids: Sequence[RecordId]) -> Mapping[RecordId, int]:
        gone = (event for event in self.events if isinstance(event, FileRemoved) and event.channel_id is None)
        removed = {event.file_id for event in gone}
        return {
            event.file_id: event.size_bytes or 0
            for event in self.events
            if isinstance(event, FileFetched) and event.sha256 and event.file_id in set(file_ids) - removed
        }

    async def history_reached(
        self, channel_id: ChannelId, *, reached: datetime | None, complete: bool, at: datetime, partial: bool = False
    ) -> None:
        self.reached[channel_id] = (reached, complete)
        (self.partial.add if partial else self.partial.discard)(channel_id)

    async def answer(self, answer_id: str) -> Answer | None:
        return self.answers.get(answer_id)

    async def answer_shown_in(self, record_id: RecordId) -> str | None:
        return next(
            (
                event.answer_id
                for event in self.events
                if isinstance(event, MessagePosted) and event.record_id == record_id and event.answer_id
            ),
            None,
        )

    async def verdict(self, answer_id: str, person: PersonRef) -> VerdictKind | None:
        found = self.verdicts.get((answer_id, person.person_id))
        return found[0] if found else None

    async def may_share(self, answer_id: str, channel_id: ChannelId) -> bool:
        return (answer_id, channel_id) in self.shareable

    async def shared(self, *, answer_id: str, person: PersonRef, channel_id: ChannelId) -> None:
        if answer_id not in self.answers:
            raise LookupError(answer_id)
        self.shares.append((answer_id, person.person_id, channel_id))

    async def answer_again(self, answer_id: str, utterance: Utterance, reply: Reply) -> None:
        self.again.append((answer_id, utterance))
        await self.conversing(utterance, reply)

    async def meant(self, answer_id: str, utterance: Utterance, reply: Reply) -> bool:
        given = self.standard[answer_id]
        self.meant_by.append((answer_id, utterance))
        if given.answer_id in self.answers:
            return False
        self.answers[given.answer_id] = given
        await reply.finish(given)
        return True

    async def prefer(self, *, chosen: str, other: str, first_shown: str, person: PersonRef) -> None:
        self.preferences.append((chosen, other, first_shown, person.person_id))

    async def wants_pair(self, answer_id: str, person: PersonRef, channel_id: ChannelId) -> bool:
        is_wanted = answer_id in self.wanted_pairs
        self.wanted_pairs.discard(answer_id)
        return is_wanted

    async def pair_shown(self, *, first: str, second: str, person: PersonRef) -> None:
        self.pairs.append((first, second, person.person_id))

    async def pair_declined(self, *, first: str, second: str, person: PersonRef) -> None:
        self.declined.append((first, second, person.person_id))

    async def propose_standard_answer(
        self, *, person: PersonRef, question: str, text: str, record_id: RecordId | None, answer_id: str | None
    ) -> str:
        self.proposals.append((person.person_id, question, text, record_id, answer_id))
        return "proposed"

    async def proposed_by_tick(
        self, event_id: str, record_id: RecordId, person: PersonRef, language: Language
    ) -> str | None:
        self.ticks.append((event_id, record_id, person.person_id))
        return self.said_of_ticks

    def commands(self, language: Language) -> Sequence[CommandView]:
        name = "/问" if language == "zh" else "/ask"
        return [CommandView(name=name, usage=f"{name} …", summary=name)]

    async def categories(self, language: Language) -> Sequence[CategoryView]:
        return [CategoryView(category_id="decision", name="决定" if language == "zh" else "Decision")]

    async def categorize(self, person: PersonRef, record_id: RecordId, category_id: str) -> None:
        self.categorized.append((person.person_id, record_id, category_id))

    async def home(self, person: PersonRef, *, workspace_id: str, language: Language, channels: int) -> HomeView:
        return self.home_view

    async def workspace_gone(self, platform: Platform, workspace_id: str, *, reason: str, at: datetime) -> None:
        self.gone[workspace_id] = reason

    async def workspace_back(self, platform: Platform, workspace_id: str) -> None:
        self.gone.pop(workspace_id, None)
