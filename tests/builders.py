"""Events for tests, with sensible defaults."""

from datetime import UTC, datetime, timedelta

from bot.answering.evidence import Evidence
from connectors.events import (
    ChannelChanged,
    ChannelId,
    ChannelRef,
    FileRef,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PersonId,
    PersonRef,
    RecordId,
    Visibility,
)

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """A moment after the start of the test's story."""
    return START + timedelta(minutes=minutes)


def channel(name: str = "launch", visibility: Visibility = "public") -> ChannelRef:
    return ChannelRef(channel_id=ChannelId(f"console:{name}"), platform="console", name=name, visibility=visibility)


def person(name: str = "Li Wei", *, is_bot: bool = False, is_guest: bool = False) -> PersonRef:
    return PersonRef(
        person_id=PersonId(f"console:{name}"), platform="console", name=name, is_bot=is_bot, is_guest=is_guest
    )


def posted(
    number: int,
    text: str,
    *,
    author: str = "Li Wei",
    place: ChannelRef | None = None,
    thread: int | None = None,
    files: tuple[FileRef, ...] = (),
    minutes: float | None = None,
    answer_id: str | None = None,
) -> MessagePosted:
    """Message ``m<number>``, said ``number`` minutes after the start unless told otherwise."""
    return MessagePosted(
        event_id=f"posted-{number}",
        occurred_at=at(number if minutes is None else minutes),
        record_id=record(number),
        channel=place or channel(),
        author=person(author),
        text=text,
        thread_id=None if thread is None else record(thread),
        files=files,
        answer_id=answer_id,
    )


def edited(number: int, text: str, *, minutes: float) -> MessageEdited:
    return MessageEdited(
        event_id=f"edited-{number}-{minutes}", occurred_at=at(minutes), record_id=record(number), text=text
    )


def deleted(number: int, *, minutes: float = 999) -> MessageDeleted:
    return MessageDeleted(event_id=f"deleted-{number}", occurred_at=at(minutes), record_id=record(number))


def opened(place: ChannelRef, members: tuple[PersonRef, ...], *, minutes: float = -1) -> ChannelChanged:
    """A channel with its complete list of members."""
    return ChannelChanged(
        event_id=f"opened-{place.channel_id}-{minutes}", occurred_at=at(minutes), channel=place, members=members
    )


def record(number: int) -> RecordId:
    return RecordId(f"m{number}")


def evidence(
    n: int,
    text: str,
    *,
    author: str = "Li Wei",
    time: datetime = START,
    channel_name: str = "launch",
    file_name: str | None = None,
    page: str | None = None,
) -> Evidence:
    """Passage number ``n`` of an answer's evidence."""
    return Evidence(
        n=n,
        record_id=f"m{n}",
        message_id=f"m{n}",
        channel_id=f"console:{channel_name}",
        channel_name=channel_name,
        author=author,
        time=time,
        text=text,
        excerpt=" ".join(text.split()),
        kind="file" if file_name else "message",
        permalink=None,
        file_id=f"m{n}|f" if file_name else None,
        file_name=file_name,
        page=page,
    )
