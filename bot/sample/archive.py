"""The sample archive as events, and questions about it.

Lies beside this module:

    archive.jsonl     messages in the form of ``import jsonl``, with edits, deletions and reactions as further keys
    team.json         people and channels with their members
    questions.jsonl   questions with answer and evidence, in the form that ``eval`` reads
    files/            the files that were shared
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.evaluation.questions import EvaluationQuestion
from bot.file_store import FileStore
from bot.sample.shift import Shift
from connectors.connector import Language
from connectors.events import (
    ChannelChanged,
    ChannelId,
    ChannelRef,
    Event,
    FileRef,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PersonId,
    PersonRef,
    ReactionChanged,
    RecordId,
)

STARTER_QUESTIONS: Mapping[Language, Sequence[str]] = {
    "zh": (
        "发布日期为什么改了？改到哪一天？",
        "预算表里，猫咪模特花了多少钱？",
        "欧洲用户的数据放在哪里？一个月多少钱？",
    ),
    "en": (
        "Which noise figure may we print in public texts?",
        "How many of the 200 beta devices were online on the fleet dashboard?",
        "What is the phone number of the support hotline?",
    ),
}
"""Questions offered to somebody who sees the sample for the first time; their evidence is in public channels."""

_FOLDER = files(__package__)
_BEFORE_THE_FIRST_MESSAGE = timedelta(hours=1)
_BETWEEN_REACTIONS = timedelta(minutes=2)


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Person(_Line):
    user: str
    name: str


class _Channel(_Line):
    channel: str
    name: str
    visibility: Literal["public", "private"]
    members: tuple[str, ...]


class _Team(_Line):
    people: tuple[_Person, ...]
    channels: tuple[_Channel, ...]


class _File(_Line):
    id: RecordId
    name: str
    media_type: str


class _Edit(_Line):
    ts: AwareDatetime
    text: str


class _Reaction(_Line):
    emoji: str
    users: tuple[str, ...]


class _Message(_Line):
    id: RecordId
    platform: Literal["console"]
    channel: str
    user: str
    ts: AwareDatetime
    thread_id: RecordId | None
    text: str
    files: tuple[_File, ...]
    edits: tuple[_Edit, ...] = ()
    deleted_at: AwareDatetime | None = None
    reactions: tuple[_Reaction, ...] = ()


def sample_events(now: datetime, file_store: FileStore) -> list[Event]:
    """The events of the sample in order of time, after its files were put into the store. Blocking; for a thread.

    The last message is of the day before ``now``. The ids of events and records are always the same, so that loading
    again changes nothing; pass the same ``now`` again, since dates said in the texts depend on it. Raises
    ``ValueError`` when ``now`` has no time zone, ``FileTooLargeError`` or ``OSError`` when a file cannot be stored.
    """
    loading = _Loading(Shift.to_end_before(now), _Team.model_validate_json(_read("team.json")), file_store)
    return loading.events([_Message.model_validate_json(line) for line in _read("archive.jsonl").splitlines()])


def sample_questions(now: datetime) -> list[EvaluationQuestion]:
    """Questions about the sample as loaded at the same ``now``; raises ``ValueError`` when it has no time zone.

    ``channel`` is the channel's id; questions of the private channel are in the category ``private``.
    """
    shift = Shift.to_end_before(now)
    return [_question(line, shift) for line in _read("questions.jsonl").splitlines()]


class _Loading:
    """One conversion of the sample into events."""

    def __init__(self, shift: Shift, team: _Team, file_store: FileStore) -> None:
        self._shift = shift
        self._file_store = file_store
        self._people = {person.user: _person_ref(person) for person in team.people}
        self._members = {channel.channel: channel.members for channel in team.channels}
        self._channels = {channel.channel: _channel_ref(channel) for channel in team.channels}

    def events(self, messages: Sequence[_Message]) -> list[Event]:
        created = self._shift.moment(min(message.ts for message in messages)) - _BEFORE_THE_FIRST_MESSAGE
        events: list[Event] = [
            ChannelChanged(
                event_id=f"{channel.channel_id}:created",
                occurred_at=created,
                channel=channel,
                members=tuple(self._people[user] for user in self._members[name]),
            )
            for name, channel in self._channels.items()
        ]
        for message in messages:
            events.extend(self._of_message(message))
        return sorted(events, key=lambda event: event.occurred_at)

    def _of_message(self, message: _Message) -> Iterator[Event]:
        posted_at = self._shift.moment(message.ts)
        yield MessagePosted(
            event_id=f"{message.id}:posted",
            occurred_at=posted_at,
            record_id=message.id,
            channel=self._channels[message.channel],
            author=self._people[message.user],
            text=self._shift.text(message.text),
            thread_id=message.thread_id,
            files=tuple(self._stored(file) for file in message.files),
        )
        for number, edit in enumerate(message.edits, start=1):
            yield MessageEdited(
                event_id=f"{message.id}:edited:{number}",
                occurred_at=self._shift.moment(edit.ts),
                record_id=message.id,
                text=self._shift.text(edit.text),
            )
        given = [(reaction.emoji, user) for reaction in message.reactions for user in reaction.users]
        for number, (emoji, user) in enumerate(given, start=1):
            yield ReactionChanged(
                event_id=f"{message.id}:reaction:{emoji}:{user}",
                occurred_at=posted_at + number * _BETWEEN_REACTIONS,
                record_id=message.id,
                person=self._people[user],
                emoji=emoji,
                present=True,
            )
        if message.deleted_at is not None:
            yield MessageDeleted(
                event_id=f"{message.id}:deleted",
                occurred_at=self._shift.moment(message.deleted_at),
                record_id=message.id,
            )

    def _stored(self, file: _File) -> FileRef:
        with _FOLDER.joinpath("files", file.name).open("rb") as stream:
            sha256, size = self._file_store.put_stream(stream)
        return FileRef(file_id=file.id, name=file.name, media_type=file.media_type, size_bytes=size, sha256=sha256)


def _person_ref(person: _Person) -> PersonRef:
    return PersonRef(person_id=PersonId(f"console:{person.user}"), platform="console", name=person.name)


def _channel_ref(channel: _Channel) -> ChannelRef:
    return ChannelRef(
        channel_id=ChannelId(f"console:sample:{channel.channel}"),
        platform="console",
        name=channel.name,
        visibility=channel.visibility,
    )


def _question(line: str, shift: Shift) -> EvaluationQuestion:
    written = json.loads(line)
    asked_at = shift.moment(datetime.fromisoformat(written["asked_at"]))
    answer = written["answer"]
    return EvaluationQuestion.model_validate(
        {
            **written,
            "question": shift.text(written["question"]),
            "answer": None if answer is None else shift.text(answer),
            "asked_at": asked_at,
        }
    )


def _read(name: str) -> str:
    return _FOLDER.joinpath(name).read_text("utf-8")
