"""What people say to an app, out of its callback's XML: something heard, something that happened, or nothing."""

import hashlib
import xml.parsers.expat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from wechatpy.enterprise import parse_message

from connectors.events import ChannelRef, PersonRef
from connectors.wecom.configuration import AppConfiguration
from connectors.wecom.crypto import CallbackForAnother, CallbackMalformed
from connectors.wecom.ids import direct_id, person_id
from connectors.wecom.site import Heard, MediaRef

Fields = Mapping[str, Any]
EventKind = Literal["welcome", "clicked", "archive", "nothing"]

_LONGEST_ID = 128
_WELCOMES = frozenset({"enter_agent", "subscribe"})
_NOTHINGS = frozenset(
    {
        *("unsubscribe", "location", "view", "click", "template_card_menu_event", "batch_job_result"),
        *("change_contact", "inactive_alert", "low_active_alert", "share_agent_change", "close_inactive_agent"),
    }
)
"""Events that mean nothing here; whatever else comes is counted as unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """A voice message without words: an app gets the sound alone."""

    person: PersonRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event; ``kind`` says what is to be done about it."""

    kind: EventKind
    person: PersonRef
    at: datetime
    key: str = ""
    task_id: str = ""
    response_code: str = field(default="", repr=False)
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A type of message or event that is not known here."""

    name: str


def fields_of(xml_text: str, *, corp_id: str, configuration: AppConfiguration) -> Fields:
    """The fields of a decrypted callback. Raises ``CallbackRefused`` for what the platform would never send."""
    try:
        fields = parse_message(xml_text)._data  # wechatpy has no class for half of the types
    except (xml.parsers.expat.ExpatError, KeyError, TypeError, AttributeError, ValueError, RecursionError):
        raise CallbackMalformed("what was inside is not the XML of a message") from None
    if not isinstance(fields, Mapping) or not text_of(fields, "MsgType"):
        raise CallbackMalformed("the message has no type")
    if text_of(fields, "ToUserName") != corp_id:
        raise CallbackForAnother("the message is for another company")
    is_event = text_of(fields, "MsgType").lower() == "event"
    if not is_event and text_of(fields, "AgentID") not in ("", str(configuration.agent_id)):
        raise CallbackForAnother("the message is for another app: is the agent_id right?")
    if not _seconds(fields):
        raise CallbackMalformed("the message has no time")
    if not is_event and not 0 < len(text_of(fields, "MsgId")) <= _LONGEST_ID:
        raise CallbackMalformed("the message has no id")
    if len(text_of(fields, "FromUserName")) > _LONGEST_ID:
        raise CallbackMalformed("the sender's id is too long")
    return fields


def letter_key(fields: Fields) -> str:
    """What stays the same on every try: the message's id; of an event, who it is from, when, and what it is."""
    if message_id := text_of(fields, "MsgId"):
        return f"message:{message_id}"
    names = ("FromUserName", "CreateTime", "Event", "EventKey", "TaskId", "ChangeType", "UserID")
    return "event:" + hashlib.sha256("\n".join(text_of(fields, name) for name in names).encode()).hexdigest()[:40]


def understood(
    fields: Fields, *, configuration: AppConfiguration, workspace_id: str
) -> Heard | Unheard | Happened | Unknown:
    """What a callback says."""
    message_type = text_of(fields, "MsgType").lower()
    user_id = text_of(fields, "FromUserName")
    person = PersonRef(person_id=person_id(user_id), platform="wecom", name=user_id)
    if message_type == "event":
        return _event(fields, person)
    text, media = _content(fields, message_type)
    is_voice = message_type == "voice"
    if is_voice and not text:
        return Unheard(person=person)
    if not text and not media:
        return Unknown(name=message_type)
    return Heard(
        way="app",
        of=configuration.name,
        msgid=text_of(fields, "MsgId"),
        channel=direct_channel(user_id, configuration=configuration, workspace_id=workspace_id),
        person=person,
        text=text,
        said_at=datetime.fromtimestamp(_seconds(fields), UTC),
        media=media,
        voice=is_voice,
    )


def direct_channel(user_id: str, *, configuration: AppConfiguration, workspace_id: str) -> ChannelRef:
    """The chat of a person with the app."""
    return ChannelRef(
        channel_id=direct_id(configuration.name, user_id),
        platform="wecom",
        name=user_id,
        visibility="direct",
        workspace_id=workspace_id,
    )


def text_of(fields: Fields, name: str) -> str:
    """The text of an element; what is nested, repeated or missing counts as empty."""
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def _content(fields: Fields, message_type: str) -> tuple[str, tuple[MediaRef, ...]]:
    match message_type:
        case "text":
            content = fields.get("Content")
            return (content if isinstance(content, str) else ""), ()
        case "voice":
            return text_of(fields, "Recognition"), ()
        case "location":
            place = (text_of(fields, "Label"), f"({text_of(fields, 'Location_X')}, {text_of(fields, 'Location_Y')})")
            return "📍 " + " ".join(part for part in place if part), ()
        case "link":
            parts = [text_of(fields, name) for name in ("Title", "Url", "Description")]
            return "\n".join(part for part in parts if part), ()
        case "image" | "video" | "file" if media_id := text_of(fields, "MediaId"):
            kind: Any = message_type
            return "", (MediaRef(kind=kind, place=0, media_id=media_id, name=text_of(fields, "FileName")),)
        case _:
            return "", ()


def _event(fields: Fields, person: PersonRef) -> Happened | Unknown:
    name = text_of(fields, "Event").lower()
    at = datetime.fromtimestamp(_seconds(fields), UTC)
    if name == "msgaudit_notify":
        return Happened(kind="archive", person=person, at=at)
    if name in _NOTHINGS:
        return Happened(kind="nothing", person=person, at=at)
    if not text_of(fields, "FromUserName"):
        return Unknown(name=f"event:{name}")
    if name in _WELCOMES:
        return Happened(kind="welcome", person=person, at=at)
    if name == "template_card_event":
        return Happened(
            kind="clicked",
            person=person,
            at=at,
            key=text_of(fields, "EventKey"),
            task_id=text_of(fields, "TaskId"),
            response_code=text_of(fields, "ResponseCode"),
            chosen=_chosen(fields),
        )
    return Unknown(name=f"event:{name}")


def _chosen(fields: Fields) -> dict[str, Sequence[str]]:
    chosen: dict[str, Sequence[str]] = {}
    for item in _listed(fields.get("SelectedItems"), "SelectedItem"):
        if isinstance(item, Mapping) and (key := text_of(item, "QuestionKey")):
            options = _listed(item.get("OptionIds"), "OptionId")
            chosen[key] = tuple(option for option in options if isinstance(option, str) and option)
    return chosen


def _listed(holder: object, name: str) -> list[Any]:
    """The elements of that name: an XML parser gives one alone and several as a list."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _seconds(fields: Fields) -> int:
    """``CreateTime``; 0 when it is none."""
    text = text_of(fields, "CreateTime")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 11 else 0
