"""Messages of the archive become events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.connector import Language
from connectors.events import FILE_NOT_FETCHED_YET, ChannelRef, Event, FileRef, MessageDeleted, MessagePosted
from connectors.wecom.ids import file_id, message_id
from connectors.wecom.message_archive.contents import MediaFile, contents_of
from connectors.wecom.message_archive.fields import Json, moment_of_milliseconds, object_of, text_of, texts_of
from connectors.wecom.message_archive.people import People
from connectors.wecom.message_archive.rooms import Rooms

TOO_LARGE = "file_too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """What one message becomes."""

    events: tuple[Event, ...]
    at: datetime
    channel: ChannelRef | None = None
    room_id: str = ""
    """Empty outside groups."""
    files: tuple[tuple[FileRef, MediaFile], ...] = ()
    recalled: str | None = None
    """The ``msgid`` of the message that this one takes back."""
    unknown: tuple[str, ...] = ()
    """Types that are not known here."""


class MessageTranslator:
    """Raises ``ValueError`` for what is no message at all."""

    def __init__(
        self, *, people: People, rooms: Rooms, language: Language, zone: ZoneInfo, max_file_bytes: int
    ) -> None:
        self._people = people
        self._rooms = rooms
        self._language: Language = language
        self._zone = zone
        self._max_file_bytes = max_file_bytes

    async def translate(self, message: Json) -> Translated:
        """Who said what, where and when; or what was taken back."""
        msgid = text_of(message, "msgid")
        at = moment_of_milliseconds(message, "msgtime") or moment_of_milliseconds(message, "time")
        if not msgid or at is None:
            raise ValueError("a message without msgid or time")
        if text_of(message, "msgtype") == "revoke" or message.get("action") == "recall":
            return self._recalled(message, msgid, at)
        return await self._posted(message, msgid, at)

    @staticmethod
    def _recalled(message: Json, msgid: str, at: datetime) -> Translated:
        recalled = text_of(object_of(message, "revoke"), "pre_msgid")
        if not recalled:
            raise ValueError("a recall that does not say of what")
        event = MessageDeleted(
            event_id=f"wecom:archive:{msgid}:deleted", occurred_at=at, record_id=message_id(recalled)
        )
        return Translated(events=(event,), at=at, recalled=recalled)

    async def _posted(self, message: Json, msgid: str, at: datetime) -> Translated:
        sender = text_of(message, "from", "user")
        if not sender:
            raise ValueError("a message of nobody")
        seen = {sender, *texts_of(message, "tolist")}
        room_id = text_of(message, "roomid")
        # What our robots say, and what is said to them alone, is told where they listen and speak.
        for one in {sender} if room_id else seen:
            if await self._people.is_own_robot(one):
                return Translated(events=(), at=at)
        channel, changes = (
            await self._rooms.room(room_id, seen=seen, at=at)
            if room_id
            else await self._rooms.outside_rooms(seen, at=at)
        )
        contents = contents_of(message, language=self._language, zone=self._zone)
        files = tuple((self._file(msgid, place, media), media) for place, media in enumerate(contents.files))
        posted = MessagePosted(
            event_id=f"wecom:archive:{msgid}",
            occurred_at=at,
            record_id=message_id(msgid),
            channel=channel,
            author=await self._people.person(sender),
            text=contents.text,
            files=tuple(ref for ref, _ in files),
            system=contents.is_report or await self._people.may_be_own_robot(sender),
        )
        return Translated(
            events=(*changes, posted),
            at=at,
            channel=channel,
            room_id=room_id,
            files=tuple((ref, media) for ref, media in files if ref.unavailable_reason == FILE_NOT_FETCHED_YET),
            unknown=contents.unknown,
        )

    def _file(self, msgid: str, place: int, media: MediaFile) -> FileRef:
        is_too_large = (media.size_bytes or 0) > self._max_file_bytes
        return FileRef(
            file_id=file_id(msgid, place),
            name=media.name,
            media_type=media.media_type,
            size_bytes=media.size_bytes,
            unavailable_reason=TOO_LARGE if is_too_large else FILE_NOT_FETCHED_YET,
        )


def live_or_past(
    translated: Sequence[Translated], *, now: datetime, recent_seconds: float
) -> tuple[list[Event], list[Event]]:
    """What is to be served at once, and what was said long ago. Deletions and who is where are never of the past."""
    live: list[Event] = []
    past: list[Event] = []
    for item in translated:
        is_recent = (now - item.at).total_seconds() < recent_seconds
        for event in item.events:
            (past if isinstance(event, MessagePosted) and not is_recent else live).append(event)
    return live, past
