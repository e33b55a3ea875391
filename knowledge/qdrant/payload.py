"""A passage as a point's payload and back, without loss."""

from datetime import UTC, datetime
from typing import Any, get_args

from knowledge.passage import ChannelId, Passage, PassageKind, PersonId, RecordId

_KINDS = frozenset(get_args(PassageKind))
_OPTIONAL_TEXTS = ("context", "thread_id", "file_id", "page")


class PayloadUnreadable(ValueError):  # named for what happened, like all our exceptions
    """A point holds something that is not a passage: written by another program or another version."""


def payload_of(passage: Passage) -> dict[str, Any]:
    """The payload that is stored. Raises ``ValueError`` when the time has no zone."""
    payload: dict[str, Any] = {
        "record_id": passage.record_id,
        "chunk": passage.chunk,
        "kind": passage.kind,
        "channel_id": passage.channel_id,
        "author_id": passage.author_id,
        "sent_at": stored_time(passage.sent_at),
        "text": _storable(passage.text),
        "categories": list(passage.categories),
    }
    for key in _OPTIONAL_TEXTS:
        if value := getattr(passage, key):
            payload[key] = _storable(value)
    return payload


def passage_of(payload: dict[str, Any]) -> Passage:
    """The passage that was stored; raises ``PayloadUnreadable``."""
    try:
        kind = payload["kind"]
        if kind not in _KINDS:
            msg = f"unknown kind {kind!r}"
            raise PayloadUnreadable(msg)
        thread_id, file_id = payload.get("thread_id"), payload.get("file_id")
        return Passage(
            record_id=RecordId(payload["record_id"]),
            chunk=payload["chunk"],
            kind=kind,
            channel_id=ChannelId(payload["channel_id"]),
            author_id=PersonId(payload["author_id"]),
            sent_at=read_time(payload["sent_at"]),
            text=payload["text"],
            context=payload.get("context", ""),
            categories=tuple(payload["categories"]),
            thread_id=thread_id and RecordId(thread_id),
            file_id=file_id and RecordId(file_id),
            page=payload.get("page"),
        )
    except KeyError as error:
        msg = f"a payload without {error.args[0]!r}"
        raise PayloadUnreadable(msg) from None


def stored_time(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, the resolution of the engine's datetime index."""
    if moment.tzinfo is None:
        msg = "a time without a zone"
        raise ValueError(msg)
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(stored: str) -> datetime:
    """The moment that ``stored_time`` wrote, in UTC."""
    return datetime.fromisoformat(stored)


def _storable(text: str) -> str:
    """Half a surrogate pair, which a chat platform can deliver, is not text to the engine and would block the batch."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
