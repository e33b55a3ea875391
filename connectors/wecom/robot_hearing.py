"""What people write to a robot becomes ``Heard``, whichever way it came."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from connectors.events import ChannelRef, PersonRef
from connectors.wecom.configuration import RobotConfiguration
from connectors.wecom.contacts import Chat
from connectors.wecom.ids import direct_id, group_id, person_id
from connectors.wecom.message_archive.fields import Json, moment_of_seconds, object_of, objects_of, on_one_line, text_of
from connectors.wecom.site import Heard, MediaRef, Way
from connectors.wecom.text_commands import without_mention

MESSAGE_TYPES: Final = frozenset({"text", "mixed", "image", "voice", "file", "video"})
_FILES: Final[dict[str, Literal["image", "file", "video"]]] = {"image": "image", "file": "file", "video": "video"}
_LONGEST_ID: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One text or file of a message."""

    text: str = ""
    media: MediaRef | None = None


def message_id_of(body: Json) -> str:
    """``msgid``: the same on every delivery; empty when there is none that could be one."""
    msgid = text_of(body, "msgid")
    return msgid if len(msgid) <= _LONGEST_ID else ""


def person_in(body: Json) -> PersonRef:
    """Who it is from: as the administrator sees them, or by an id made for robots; a robot is told no names."""
    user_id = on_one_line(text_of(object_of(body, "from"), "userid"), _LONGEST_ID)
    return PersonRef(person_id=person_id(user_id), platform="wecom", name=user_id)


def chat_in(body: Json) -> Chat:
    """Where it was said."""
    if text_of(body, "chattype") == "group":
        return Chat(chat_id=on_one_line(text_of(body, "chatid"), _LONGEST_ID), is_group=True)
    return Chat(chat_id=person_in(body).name, is_group=False)


def kind_of(body: Json) -> str:
    """``msgtype``, or of an event its type."""
    kind = text_of(body, "msgtype")
    return text_of(object_of(body, "event"), "eventtype") if kind == "event" else kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Of one robot. ``way`` is how it is reached."""

    configuration: RobotConfiguration
    workspace_id: str
    way: Way

    def heard(self, body: Json, *, received_at: datetime) -> Heard | None:
        """A message; None when it lacks what every message has, or is of no type in ``MESSAGE_TYPES``."""
        chat, msgid, person = chat_in(body), message_id_of(body), person_in(body)
        if not (chat.chat_id and msgid and person.name) or kind_of(body) not in MESSAGE_TYPES:
            return None
        said, quoted = list(self._parts(body)), list(self._parts(object_of(body, "quote")))
        media = [part.media for part in said if part.media]
        media += [replace(part.media, quoted=True) for part in quoted if part.media]
        return Heard(
            way=self.way,
            of=self.configuration.name,
            msgid=msgid,
            channel=self._channel(chat),
            person=person,
            text=without_mention(_texts(said), names=[self.configuration.shown_name]),
            said_at=moment_of_seconds(body, "create_time") or received_at,
            quoted_text=without_mention(_texts(quoted), names=[self.configuration.shown_name]),
            media=tuple(replace(found, place=place) for place, found in enumerate(media)),
            voice=kind_of(body) == "voice",
        )

    def _channel(self, chat: Chat) -> ChannelRef:
        own = direct_id(self.configuration.name, chat.chat_id)
        return ChannelRef(
            channel_id=group_id(chat.chat_id) if chat.is_group else own,
            platform="wecom",
            name=chat.chat_id,
            visibility="private" if chat.is_group else "direct",
            workspace_id=self.workspace_id,
        )

    def _parts(self, holder: Json) -> Iterator[_Part]:
        """Texts and files of a message or quotation, in their order."""
        kind = text_of(holder, "msgtype")
        said = object_of(holder, kind)
        if kind == "mixed":
            for item in objects_of(said, "msg_item"):
                if text_of(item, "msgtype") != "mixed":
                    yield from self._parts(item)
        elif kind in ("text", "voice"):
            yield _Part(text=text_of(said, "content"))
        elif kind in _FILES and (url := text_of(said, "url")):
            key = text_of(said, "aeskey") or self.configuration.encoding_aes_key
            yield _Part(media=MediaRef(kind=_FILES[kind], place=0, url=url, key=key))


def _texts(parts: list[_Part]) -> str:
    return "\n".join(part.text for part in parts if part.text)
