"""What a message says: words for the archive, and the files in it. One small reader for each type of §7.3."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.connector import Language
from connectors.wecom.message_archive.fields import (
    Json,
    moment_of_seconds,
    number_of,
    object_of,
    objects_of,
    on_one_line,
    packed_object_of,
    text_of,
    texts_of,
)
from connectors.wecom.message_archive.texts import WORDING

_DEEPEST = 4
_MOST_ITEMS = 300
_MOST_FILES = 50
_MOST_CHARACTERS = 100_000
_OBJECT_OF = {
    "docmsg": "doc",
    "markdown": "info",
    "news": "info",
    "meeting_notification": "info",
    "solitaire": "info",
    "voiptext": "info",
    "qydiskfile": "info",
    "note": "info",
    "external_redpacket": "redpacket",
}
"""Types whose object has another name."""
REPORTS = frozenset(
    {"agree", "disagree", "switch", "meeting_notification", "voiptext", "redpacket", "external_redpacket"}
)
"""Nobody said these: they are kept, but neither searched nor summarised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A file in a message; ``sdk_file_id`` fetches it."""

    sdk_file_id: str
    name: str
    media_type: str = ""
    size_bytes: int | None = None
    md5: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a message says."""

    text: str
    files: tuple[MediaFile, ...]
    is_report: bool
    unknown: tuple[str, ...]
    """Types in it that nobody here knows."""


def contents_of(message: Json, *, language: Language, zone: ZoneInfo) -> Contents:
    """Read a decrypted message."""
    reader = _Reader(WORDING[language], zone)
    kind = "switch" if message.get("action") == "switch" else text_of(message, "msgtype")
    reader.read(kind, object_of(message, _OBJECT_OF.get(kind, kind)) or _switched(message, kind))
    text = "\n".join(reader.lines).strip()[:_MOST_CHARACTERS]
    unknown = tuple(dict.fromkeys(reader.unknown))
    return Contents(text=text, files=tuple(reader.files), is_report=kind in REPORTS or kind in unknown, unknown=unknown)


def _switched(message: Json, kind: str) -> Json:
    return message if kind == "switch" else {}


@dataclass
class _Reader:
    words: dict[str, str]
    zone: ZoneInfo
    lines: list[str] = field(default_factory=list)
    files: list[MediaFile] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    depth: int = 0
    items: int = 0

    def read(self, kind: str, body: Json) -> None:
        """One message, or an item of one."""
        reads = _READERS.get(kind)
        if reads is None:
            kind = on_one_line(kind, 60) or "?"
            self.unknown.append(kind)
            self.lines.append(f"[{self.words['unknown']}: {kind}]")
            return
        reads(self, body)

    def inside(self, items: list[tuple[str, Json]]) -> None:
        """The parts of a message, as deep and as many as are worth reading."""
        if self.depth >= _DEEPEST:
            self.lines.append(f"[{self.words['more']}]")
            return
        self.depth += 1
        for kind, body in items:
            self.items += 1
            if self.items > _MOST_ITEMS:
                self.lines.append(f"[{self.words['more']}]")
                break
            self.read(kind, body)
        self.depth -= 1

    def label(self, kind: str, *said: str) -> None:
        """``[kind] first`` and every other part on a line of its own."""
        first, *others = [*said, ""]
        self.lines.append(f"[{self.words[kind]}] {first.strip()}".strip())
        self.lines.extend(part.strip() for part in others if part.strip())

    def file(self, body: Json, *, kind: str, name: str, media_type: str = "", size: str = "filesize") -> None:
        """A file, when there is one to be fetched."""
        sdk_file_id = text_of(body, "sdkfileid")
        if sdk_file_id and len(self.files) < _MOST_FILES:
            self.files.append(
                MediaFile(
                    sdk_file_id=sdk_file_id,
                    name=on_one_line(name, 255) or self.words[kind],
                    media_type=media_type,
                    size_bytes=number_of(body, size),
                    md5=text_of(body, "md5sum").lower(),
                )
            )

    def lasting(self, body: Json, name: str) -> str:
        """How long something is."""
        seconds = number_of(body, name)
        return self.words["seconds"].format(n=seconds) if seconds else ""

    def time(self, moment: datetime | None) -> str:
        """For people, in the company's time zone."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}" if moment else ""

    def span(self, body: Json) -> str:
        """From when to when."""
        moments = (moment_of_seconds(body, "starttime"), moment_of_seconds(body, "endtime"))
        return " – ".join(self.time(moment) for moment in moments if moment)


def _text(reader: _Reader, body: Json) -> None:
    reader.lines.append(text_of(body, "content"))


def _image(reader: _Reader, body: Json) -> None:
    reader.label("image")
    reader.file(body, kind="image", name=f"{reader.words['image']}.jpg", media_type="image/jpeg")


def _voice(reader: _Reader, body: Json) -> None:
    reader.label("voice", reader.lasting(body, "play_length"))
    reader.file(body, kind="voice", name=f"{reader.words['voice']}.amr", media_type="audio/amr", size="voice_size")


def _video(reader: _Reader, body: Json) -> None:
    reader.label("video", reader.lasting(body, "play_length"))
    reader.file(body, kind="video", name=f"{reader.words['video']}.mp4", media_type="video/mp4")


def _file(reader: _Reader, body: Json) -> None:
    name, ending = text_of(body, "filename"), text_of(body, "fileext").lstrip(".")
    if ending and not name.lower().endswith(f".{ending.lower()}"):
        name = f"{name or reader.words['file']}.{ending}"
    reader.label("file", on_one_line(name, 255))
    reader.file(body, kind="file", name=name)


def _emotion(reader: _Reader, body: Json) -> None:
    ending = "png" if number_of(body, "type") == 2 else "gif"
    reader.label("emotion")
    reader.file(
        body, kind="emotion", name=f"{reader.words['emotion']}.{ending}", media_type=f"image/{ending}", size="imagesize"
    )


def _link(reader: _Reader, body: Json) -> None:
    reader.label("link", text_of(body, "title"), text_of(body, "description"), text_of(body, "link_url"))


def _weapp(reader: _Reader, body: Json) -> None:
    reader.label("weapp", text_of(body, "displayname"), text_of(body, "title"), text_of(body, "description"))


def _card(reader: _Reader, body: Json) -> None:
    reader.label("card", f"{text_of(body, 'userid')} {text_of(body, 'corpname')}")


def _location(reader: _Reader, body: Json) -> None:
    where = ", ".join(part for part in (text_of(body, "latitude"), text_of(body, "longitude")) if part)
    reader.label("location", text_of(body, "title"), text_of(body, "address"), where)


def _chat_record(reader: _Reader, body: Json) -> None:
    reader.label("chatrecord", text_of(body, "title"))
    for item in objects_of(body, "item")[:_MOST_ITEMS]:
        begin = len(reader.lines)
        kind = text_of(item, "type").removeprefix("ChatRecord").lower()
        reader.inside([(kind, packed_object_of(item, "content"))])
        time = reader.time(moment_of_seconds(item, "msgtime"))
        if time and len(reader.lines) > begin:
            reader.lines[begin] = f"{time} {reader.lines[begin]}"


def _mixed(reader: _Reader, body: Json) -> None:
    reader.inside(
        [(text_of(item, "type").lower(), packed_object_of(item, "content")) for item in objects_of(body, "item")]
    )


def _note(reader: _Reader, body: Json) -> None:
    reader.label("note")
    items = objects_of(body, "items") or objects_of(body, "item")
    reader.inside([(text_of(item, "msg_type", "type").lower(), packed_object_of(item, "content")) for item in items])


def _news(reader: _Reader, body: Json) -> None:
    for item in objects_of(body, "item")[:_MOST_ITEMS]:
        reader.lines.extend(
            part for part in (text_of(item, "title"), text_of(item, "description"), text_of(item, "url")) if part
        )


def _docmsg(reader: _Reader, body: Json) -> None:
    creator = text_of(body, "doc_creator")
    reader.label(
        "docmsg",
        text_of(body, "title"),
        f"{reader.words['creator']}: {creator}" if creator else "",
        text_of(body, "link_url"),
    )


def _todo(reader: _Reader, body: Json) -> None:
    reader.label("todo", text_of(body, "title"), text_of(body, "content"))


def _vote(reader: _Reader, body: Json) -> None:
    kind = "vote_cast" if number_of(body, "votetype") == 102 else "vote"
    reader.label(kind, text_of(body, "votetitle"), *(f"- {item}" for item in texts_of(body, "voteitem")))


def _collect(reader: _Reader, body: Json) -> None:
    asked = [text_of(item, "ques") for item in objects_of(body, "details")]
    reader.label("collect", text_of(body, "title"), *(f"- {question}" for question in asked if question))


def _red_packet(reader: _Reader, body: Json) -> None:
    reader.label("redpacket", text_of(body, "wish"))


def _meeting(reader: _Reader, body: Json) -> None:
    reader.label(
        "meeting", text_of(body, "topic"), reader.span(body), text_of(body, "address"), text_of(body, "remarks")
    )


def _meeting_notification(reader: _Reader, body: Json) -> None:
    reader.label("meeting_notification", text_of(body, "content"))


def _calendar(reader: _Reader, body: Json) -> None:
    people = texts_of(body, "attendeename")
    creator = text_of(body, "creatorname")
    reader.label(
        "calendar",
        text_of(body, "title"),
        reader.span(body),
        text_of(body, "place"),
        f"{reader.words['creator']}: {creator}" if creator else "",
        f"{reader.words['attendees']}: {'、'.join(people)}" if people else "",
        text_of(body, "remarks"),
    )


def _sphfeed(reader: _Reader, body: Json) -> None:
    reader.label("sphfeed", text_of(body, "sph_name"), text_of(body, "feed_desc"))


def _solitaire(reader: _Reader, body: Json) -> None:
    reader.label("solitaire", text_of(body, "solitaire_content", "content"))


def _voip_text(reader: _Reader, body: Json) -> None:
    reader.label("voiptext", reader.lasting(body, "callduration"))


def _disk_file(reader: _Reader, body: Json) -> None:
    reader.label("qydiskfile", text_of(body, "filename"), text_of(body, "url"))


def _call(reader: _Reader, body: Json) -> None:
    shown = [text_of(item, "filename") for item in objects_of(body, "demofiledata")]
    reader.label("meeting_voice_call", "、".join(name for name in shown if name))
    reader.file(body, kind="meeting_voice_call", name="")


def _call_document(reader: _Reader, body: Json) -> None:
    reader.label("voip_doc_share", text_of(body, "filename"))
    reader.file(body, kind="voip_doc_share", name=text_of(body, "filename"))


def _agreed(reader: _Reader, body: Json) -> None:
    reader.label("agree", text_of(body, "userid"))


def _disagreed(reader: _Reader, body: Json) -> None:
    reader.label("disagree", text_of(body, "userid"))


def _switch(reader: _Reader, body: Json) -> None:
    reader.label("switch", text_of(body, "user"))


_READERS: dict[str, Callable[[_Reader, Json], None]] = {
    "text": _text,
    "markdown": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "file": _file,
    "emotion": _emotion,
    "link": _link,
    "weapp": _weapp,
    "card": _card,
    "location": _location,
    "chatrecord": _chat_record,
    "mixed": _mixed,
    "note": _note,
    "news": _news,
    "docmsg": _docmsg,
    "todo": _todo,
    "vote": _vote,
    "collect": _collect,
    "redpacket": _red_packet,
    "external_redpacket": _red_packet,
    "meeting": _meeting,
    "meeting_notification": _meeting_notification,
    "calendar": _calendar,
    "sphfeed": _sphfeed,
    "solitaire": _solitaire,
    "voiptext": _voip_text,
    "qydiskfile": _disk_file,
    "meeting_voice_call": _call,
    "voip_doc_share": _call_document,
    "agree": _agreed,
    "disagree": _disagreed,
    "switch": _switch,
}
KINDS = frozenset({*_READERS, "revoke"})
"""Every type that is known here."""
