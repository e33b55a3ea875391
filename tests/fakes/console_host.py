"""An in-memory application for the console: applies events in the background as the real one does, and answers by
script.

A test may hold the answer at any point: ``host.hold()`` lets the model stop after the sources until ``host.release()``.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.connector import (
    Answer,
    Card,
    Citation,
    Decision,
    DownReason,
    Language,
    Notice,
    Reply,
    Utterance,
    VerdictKind,
)
from connectors.console.host import (
    Change,
    ChannelView,
    FilePages,
    FileView,
    MessageView,
    ReactionView,
    StoryLine,
    StoryScene,
    StoryView,
    TimelineChoice,
    TimelineChoices,
    TimelineEntry,
    TimelineFile,
    TimelinePage,
    TimelineQuery,
)
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
    PersonId,
    PersonRef,
    ReactionChanged,
    RecordId,
)
from connectors.live_host import CommandView

BOT = PersonRef(person_id=PersonId("console:bot"), platform="console", name="拾光", is_bot=True)
_ZONE = ZoneInfo("Asia/Shanghai")
_COMMANDS: dict[Language, tuple[CommandView, ...]] = {
    "en": (
        CommandView(name="help", usage="/help", summary="What I can do"),
        CommandView(name="find", usage="/find WORDS", summary="Search the archive"),
        CommandView(name="digest", usage="/digest [SINCE]", summary="Summarise this channel"),
    ),
    "zh": (
        CommandView(name="help", usage="/help", summary="我能做什么"),
        CommandView(name="find", usage="/find 关键词", summary="搜索档案"),
        CommandView(name="digest", usage="/digest [起始日期]", summary="总结本频道"),
    ),
}


@dataclass
class _Stored:
    posted: MessagePosted
    text: str
    files: tuple[FileRef, ...]
    edited: bool = False
    deleted: bool = False
    reactions: dict[str, list[PersonId]] = field(default_factory=dict)


@dataclass(kw_only=True)
class Script:
    """What the bot says to a question that contains ``about``."""

    about: str
    text: str
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    reason: str | None = None
    meant: str = ""
    notice: Notice | None = None
    card: Card | None = None
    dropped: bool = False


class FakeConsoleHost:
    """Implements ``ConsoleHost``. ``accepted`` and ``verdicts`` are for tests to look at."""

    def __init__(self, folder: Path, *, people: Sequence[str] = (), pace_seconds: float = 0.0) -> None:
        self.accepted: list[Event] = []
        self.utterances: list[Utterance] = []
        self.listening: set[str] = set()
        self.cards: dict[str, tuple[Card, PersonId]] = {}
        self.decisions: dict[str, bool] = {}
        self.verdicts: dict[tuple[str, PersonId], tuple[VerdictKind, tuple[DownReason, ...], str]] = {}
        self.categorized: list[tuple[RecordId, str, bool]] = []
        self.opened: list[tuple[str, RecordId, PersonId]] = []
        self.scripts: list[Script] = []
        self.file_pages: dict[RecordId, tuple[tuple[str, str], ...]] = {}
        self.max_file_bytes = 5_000_000
        self.cancelled = 0
        self._folder = folder
        self._pace_seconds = pace_seconds
        self.second: Answer | None = None
        self.standard: dict[str, Answer] = {}
        self.meant_by: list[tuple[str, Utterance]] = []
        self.wants_pairs = False
        self.again: list[tuple[str, Utterance]] = []
        self.preferences: list[tuple[str, str, str, PersonId]] = []
        self.pairs: list[tuple[str, str, PersonId]] = []
        self.declined: list[tuple[str, str, PersonId]] = []
        self._people: dict[PersonId, PersonRef] = {}
        self._channels: dict[ChannelId, ChannelRef] = {}
        self._members: dict[ChannelId, set[PersonId]] = {}
        self._messages: dict[RecordId, _Stored] = {}
        self._answers: dict[str, Answer] = {}
        self._seen: set[str] = set()
        self._inbox: asyncio.Queue[Event] = asyncio.Queue(maxsize=10_000)
        self._listeners: set[asyncio.Queue[Change]] = set()
        self._archivist: asyncio.Task[None] | None = None
        self._gate = asyncio.Event()
        self._gate.set()
        for name in people:
            person_id = PersonId(f"console:person:{name.casefold()}")
            self._people[person_id] = PersonRef(person_id=person_id, platform="console", name=name)

    # --- for tests ---

    async def start(self) -> None:
        """Begin to apply events."""
        self._archivist = asyncio.create_task(self._archive())

    async def close(self) -> None:
        """Stop."""
        if self._archivist is not None:
            self._archivist.cancel()
            await asyncio.gather(self._archivist, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until everything accepted can be read."""
        await self._inbox.join()

    def hold(self) -> None:
        """Let answers stop after their sources."""
        self._gate.clear()

    def release(self) -> None:
        """Let them go on."""
        self._gate.set()

    def person(self, name: str) -> PersonRef:
        """Somebody by name."""
        return next(person for person in self._people.values() if person.name == name)

    def know_answer(self, answer: Answer) -> None:
        """An answer of an earlier run."""
        self._answers[answer.answer_id] = answer

    # --- Host ---

    async def accept(self, events: Sequence[Event]) -> None:
        """Store; applied a moment later."""
        for event in events:
            self.accepted.append(event)
            await self._inbox.put(event)

    async def converse(self, utterance: Utterance, reply: Reply) -> None:
        """Follow the first script whose words occur in the question."""
        self.utterances.append(utterance)
        try:
            await self._converse(utterance, reply)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def listens(self, channel_id: ChannelId) -> bool:
        """In the channels of ``listening``."""
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
        """Remember the last verdict."""
        if answer_id not in self._answers:
            raise LookupError(answer_id)
        self.verdicts[answer_id, person.person_id] = (verdict, tuple(reasons), comment)

    async def answer(self, answer_id: str) -> Answer | None:
        """One that was given."""
        return self._answers.get(answer_id)

    async def answer_again(self, answer_id: str, utterance: Utterance, reply: Reply) -> None:
        """``second``, or what the scripts say."""
        self.again.append((answer_id, utterance))
        if self.second is None:
            await self._converse(utterance, reply)
        else:
            self._answers[self.second.answer_id] = self.second
            await reply.finish(self.second)

    async def meant(self, answer_id: str, utterance: Utterance, reply: Reply) -> bool:
        """``standard`` of that answer, once."""
        given = self.standard[answer_id]
        self.meant_by.append((answer_id, utterance))
        if given.answer_id in self._answers:
            return False
        self._answers[given.answer_id] = given
        await reply.finish(given)
        return True

    async def prefer(self, *, chosen: str, other: str, first_shown: str, person: PersonRef) -> None:
        """Remember it."""
        if not {chosen, other} <= self._answers.keys():
            raise LookupError(chosen)
        self.preferences.append((chosen, other, first_shown, person.person_id))

    async def wants_pair(self, answer_id: str, person: PersonRef, channel_id: ChannelId) -> bool:
        """As the test says."""
        return self.wants_pairs

    async def pair_shown(self, *, first: str, second: str, person: PersonRef) -> None:
        """Remember it."""
        self.pairs.append((first, second, person.person_id))

    async def pair_declined(self, *, first: str, second: str, person: PersonRef) -> None:
        """Remember it."""
        self.declined.append((first, second, person.person_id))

    async def decide(self, card_id: str, person: PersonRef, *, accepted: bool) -> Decision:
        """Remember the first decision."""
        card, owner = self.cards[card_id]
        if owner != person.person_id:
            raise PermissionError(card_id)
        decided = self.decisions.setdefault(card_id, accepted)
        return Decision(card.card_id, "done" if decided else "cancelled", "It is done." if decided else "Cancelled.")

    async def open_cards(self, person: PersonId) -> Sequence[Card]:
        """Those not decided yet."""
        return [card for card, owner in self.cards.values() if owner == person and card.card_id not in self.decisions]

    async def store_file(self, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        """Keep bytes by their digest."""
        data = b"".join([chunk async for chunk in chunks])
        if len(data) > self.max_file_bytes:
            message = "too large"
            raise ValueError(message)
        digest = hashlib.sha256(data).hexdigest()
        await asyncio.to_thread((self._folder / digest).write_bytes, data)
        return digest, len(data)

    # --- ConsoleHost ---

    @property
    def bot(self) -> PersonRef:
        """The bot."""
        return BOT

    async def people(self) -> Sequence[PersonRef]:
        """People of the console."""
        return [person for person in self._people.values() if person.platform == "console" and not person.is_bot]

    async def channels(self, person: PersonId) -> Sequence[ChannelView]:
        """Public ones, and those the person is a member of."""
        views = [
            ChannelView(
                channel_id=channel.channel_id,
                platform=channel.platform,
                name=channel.name,
                visibility=channel.visibility,
                message_count=sum(m.posted.channel.channel_id == channel.channel_id for m in self._messages.values()),
                members=self._member_refs(channel) if channel.visibility == "private" else (),
            )
            for channel in self._channels.values()
            if self._readable(person, channel.channel_id)
        ]
        return sorted(views, key=lambda view: view.name)

    async def messages(
        self,
        person: PersonId,
        channel: ChannelId,
        *,
        before: RecordId | None = None,
        around: RecordId | None = None,
        limit: int = 50,
    ) -> Sequence[MessageView]:
        """Top-level messages, oldest first."""
        self._check(person, channel)
        views = [
            self._view(person, stored)
            for stored in self._ordered(channel)
            if stored.posted.thread_id is None and (not stored.deleted or self._replies(stored.posted.record_id))
        ]
        places = {view.record_id: place for place, view in enumerate(views)}
        if before is not None:
            end = places[before]
            return views[max(0, end - limit) : end]
        if around is not None:
            start = max(0, places[around] - limit // 2)
            return views[start : start + limit]
        return views[-limit:]

    async def message(self, person: PersonId, record: RecordId) -> MessageView:
        """One message; a deleted one only while it heads a thread."""
        stored = self._messages[record]
        self._check(person, stored.posted.channel.channel_id)
        if stored.deleted and not self._replies(record):
            raise LookupError(record)
        return self._view(person, stored)

    async def thread(self, person: PersonId, root: RecordId) -> Sequence[MessageView]:
        """Head and replies."""
        head = self._messages[root]
        self._check(person, head.posted.channel.channel_id)
        return [self._view(person, stored) for stored in (head, *self._replies(root))]

    async def timeline(self, person: PersonId, query: TimelineQuery) -> TimelinePage:
        """Filtered by plain comparison; counts of days and channels alone."""
        entries: list[TimelineEntry] = []
        days: dict[date, int] = {}
        channels: dict[ChannelId, int] = {}
        for stored in sorted(self._messages.values(), key=lambda m: m.posted.occurred_at, reverse=True):
            channel = self._channels[stored.posted.channel.channel_id]
            hidden = stored.deleted or stored.posted.system or not self._readable(person, channel.channel_id)
            entry = self._entry(stored, channel)
            words = f"{entry.text} {entry.author} {' '.join(file.name for file in entry.files)}".casefold()
            if hidden or query.text.casefold() not in words or (query.kind == "file" and not entry.files):
                continue
            channels[channel.channel_id] = channels.get(channel.channel_id, 0) + 1
            if query.channel_id not in {None, channel.channel_id}:
                continue
            day = entry.time.astimezone(_ZONE).date()
            days[day] = days.get(day, 0) + 1
            if query.day in {None, day}:
                entries.append(entry)
        start = int(query.before) if query.before else 0
        following = start + query.limit
        return TimelinePage(
            entries=tuple(entries[start:following]),
            next_before=str(following) if following < len(entries) else None,
            choices=self._choices(len(entries), days, channels) if query.before is None and not query.text else None,
        )

    async def story(self, person: PersonId, query: TimelineQuery) -> StoryView:
        """Every record that holds the words is a scene."""
        found = (await self.timeline(person, query)).entries
        scenes = tuple(
            StoryScene(
                conversation_id=entry.conversation_id,
                channel_id=entry.channel_id,
                channel_name=entry.channel_name,
                lines=(
                    StoryLine(
                        record_id=entry.record_id,
                        author=entry.author,
                        time=entry.time,
                        text=entry.text,
                        file=entry.files[0] if entry.files else None,
                        categories=(),
                    ),
                ),
                left_out=0,
            )
            for entry in reversed(found)
        )
        return StoryView(topic=query.text, scenes=scenes, records=len(found), scenes_left_out=0)

    async def categorize(self, person: PersonId, record: RecordId, category_id: str, *, present: bool) -> None:
        """Only remembered."""
        self._check(person, self._messages[record].posted.channel.channel_id)
        self.categorized.append((record, category_id, present))

    async def source_opened(self, *, answer_id: str, record_id: RecordId, person: PersonRef) -> None:
        """Only remembered."""
        if answer_id not in self._answers:
            raise LookupError(answer_id)
        self.opened.append((answer_id, record_id, person.person_id))

    async def file(self, person: PersonId, file_id: RecordId) -> FilePages:
        """A shared file."""
        for stored in self._messages.values():
            for file in stored.files:
                if file.file_id == file_id and not stored.deleted:
                    self._check(person, stored.posted.channel.channel_id)
                    path = self._folder / file.sha256 if file.sha256 else None
                    return FilePages(
                        file_id=file_id,
                        name=file.name,
                        media_type=file.media_type,
                        path=path,
                        pages=self.file_pages.get(file_id, ()),
                        reason=file.unavailable_reason,
                    )
        raise LookupError(file_id)

    def commands(self, language: Language) -> Sequence[CommandView]:
        """Slash commands."""
        return _COMMANDS[language]

    async def changes(self) -> AsyncIterator[Change]:
        """Everything applied from now on."""
        queue: asyncio.Queue[Change] = asyncio.Queue(maxsize=10_000)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    # --- inside ---

    async def _converse(self, utterance: Utterance, reply: Reply) -> None:
        chinese = any("\u4e00" <= character <= "\u9fff" for character in utterance.text)
        language: Language = utterance.language or ("zh" if chinese else "en")
        script = next((script for script in self.scripts if script.about in utterance.text.casefold()), None)
        if script is not None and script.dropped:
            await reply.drop()
            return
        await reply.status("正在搜索档案…" if language == "zh" else "Searching the archive…")
        await self._pause(10)
        if script is None:
            text = "我在档案里没有找到相关内容。" if language == "zh" else "I found nothing about this in the archive."
            script = Script(about="", text=text, abstained=True, reason="nothing_found")
        if script.notice is not None:
            await reply.fail(script.notice)
            return
        if script.card is not None:
            self.cards[script.card.card_id] = (script.card, utterance.person.person_id)
            await reply.confirm(script.card)
            return
        if script.citations:
            await reply.sources(script.citations)
            await self._pause(15)
            await reply.status("正在阅读并作答…" if language == "zh" else "Reading and answering…")
        middle = len(script.text) // 2
        for position, piece in enumerate(script.text):
            if position == middle:
                await self._gate.wait()
            await reply.delta(piece)
            await self._pause(1)
        seed = f"{utterance.record_id or utterance.text}{len(self.utterances)}"
        answer = Answer(
            answer_id=hashlib.sha256(seed.encode()).hexdigest()[:16],
            question=utterance.text,
            text=script.text,
            abstained=script.abstained,
            reason=script.reason,
            citations=script.citations,
            model="scripted",
            language=language,
            meant=script.meant,
        )
        self._answers[answer.answer_id] = answer
        await reply.finish(answer)

    async def _pause(self, steps: int) -> None:
        await asyncio.sleep(self._pace_seconds * steps)

    async def _archive(self) -> None:
        while True:
            event = await self._inbox.get()
            if event.event_id not in self._seen:
                self._seen.add(event.event_id)
                self._apply(event)
            self._inbox.task_done()

    def _apply(self, event: Event) -> None:
        match event:
            case MessagePosted():
                self._know(event.author)
                self._channels.setdefault(event.channel.channel_id, event.channel)
                self._messages.setdefault(event.record_id, _Stored(event, event.text, event.files))
                self._tell(event.channel.channel_id, event.record_id)
            case MessageEdited():
                stored = self._messages[event.record_id]
                stored.text, stored.edited = event.text, True
                self._tell(stored.posted.channel.channel_id, event.record_id)
            case MessageDeleted():
                stored = self._messages[event.record_id]
                stored.deleted, stored.text, stored.files = True, "", ()
                self._tell(stored.posted.channel.channel_id, event.record_id)
            case ReactionChanged():
                stored = self._messages[event.record_id]
                given = stored.reactions.setdefault(event.emoji, [])
                if event.person.person_id in given:
                    given.remove(event.person.person_id)
                if event.present:
                    given.append(event.person.person_id)
                self._tell(stored.posted.channel.channel_id, event.record_id)
            case ChannelChanged():
                self._channels[event.channel.channel_id] = event.channel
                for person in event.members or ():
                    self._know(person)
                if event.members is not None:
                    self._members[event.channel.channel_id] = {person.person_id for person in event.members}
                self._tell(event.channel.channel_id, None)
            case MembershipChanged():
                self._know(event.person)
                members = self._members.setdefault(event.channel.channel_id, set())
                (members.add if event.present else members.discard)(event.person.person_id)
                self._tell(event.channel.channel_id, None)
            case ChannelDeleted() | FileRemoved():
                raise NotImplementedError(event.type)

    def _know(self, person: PersonRef) -> None:
        self._people.setdefault(person.person_id, person)

    def _tell(self, channel: ChannelId, record: RecordId | None) -> None:
        for listener in self._listeners:
            listener.put_nowait(Change(channel_id=channel, record_id=record))

    def _readable(self, person: PersonId, channel: ChannelId) -> bool:
        known = self._channels.get(channel)
        return known is not None and (known.visibility == "public" or person in self._members.get(channel, set()))

    def _check(self, person: PersonId, channel: ChannelId) -> None:
        if not self._readable(person, channel):
            raise PermissionError(channel)

    def _member_refs(self, channel: ChannelRef) -> tuple[PersonRef, ...]:
        return tuple(self._people[member] for member in sorted(self._members.get(channel.channel_id, ())))

    def _ordered(self, channel: ChannelId) -> list[_Stored]:
        inside = [stored for stored in self._messages.values() if stored.posted.channel.channel_id == channel]
        return sorted(inside, key=lambda stored: stored.posted.occurred_at)

    def _replies(self, root: RecordId) -> list[_Stored]:
        channel = self._messages[root].posted.channel.channel_id
        return [m for m in self._ordered(channel) if m.posted.thread_id == root and not m.deleted]

    def _view(self, person: PersonId, stored: _Stored) -> MessageView:
        posted = stored.posted
        answer = self._answers.get(posted.record_id.removeprefix("console:answer:"))
        verdict = self.verdicts.get((answer.answer_id, person)) if answer else None
        return MessageView(
            record_id=posted.record_id,
            channel_id=posted.channel.channel_id,
            author=self._people[posted.author.person_id],
            text=stored.text,
            sent_at=posted.occurred_at.astimezone(UTC),
            edited=stored.edited,
            deleted=stored.deleted,
            system=posted.system,
            thread_id=posted.thread_id,
            reply_count=len(self._replies(posted.record_id)) if posted.thread_id is None else 0,
            files=tuple(self._file_view(file) for file in stored.files),
            reactions=tuple(
                ReactionView(emoji=emoji, person_ids=tuple(people))
                for emoji, people in stored.reactions.items()
                if people
            ),
            answer=answer,
            verdict=verdict[0] if verdict else None,
        )

    def _file_view(self, file: FileRef) -> FileView:
        return FileView(
            file_id=file.file_id,
            name=file.name,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            has_bytes=file.sha256 is not None,
            status="read" if file.file_id in self.file_pages else "failed" if file.unavailable_reason else "pending",
            reason=file.unavailable_reason,
        )

    def _entry(self, stored: _Stored, channel: ChannelRef) -> TimelineEntry:
        return TimelineEntry(
            record_id=stored.posted.record_id,
            channel_id=channel.channel_id,
            channel_name=channel.name,
            author_id=stored.posted.author.person_id,
            author=stored.posted.author.name,
            time=stored.posted.occurred_at,
            text=stored.text,
            conversation_id=stored.posted.thread_id or stored.posted.record_id,
            files=tuple(TimelineFile(file_id=file.file_id, name=file.name) for file in stored.files),
        )

    def _choices(self, total: int, days: dict[date, int], channels: dict[ChannelId, int]) -> TimelineChoices:
        def choice(value: str, name: str, count: int) -> TimelineChoice:
            return TimelineChoice(value=value, names={"zh": name, "en": name}, count=count)

        return TimelineChoices(
            total=total,
            zone=_ZONE.key,
            today=datetime.now(_ZONE).date(),
            days=tuple(sorted(days.items())),
            channels=tuple(choice(key, self._channels[key].name, count) for key, count in channels.items()),
            authors=(),
            kinds=tuple(choice(kind, kind, total) for kind in ("message", "file", "link")),
            categories=(),
        )
