"""Which version of a message a payload shows: when its words became true, and by which id everybody knows it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from connectors.events import FileRef
from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.ids import moment
from connectors.slack.message_text import without_previews

_EDITS_SHARE = timedelta(seconds=1)
"""Slack tells only the second of an edit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """``name`` is the end of the event's id; ``edited_at`` is None for what was said in the first place."""

    name: str
    edited_at: datetime | None


def is_unfinished(message: Payload) -> bool:
    """Whether words are still being streamed into it: what it says now is not what it will say."""
    return text_of(message, "streaming_state") == "in_progress"


def says_the_same(message: Payload, former: Payload) -> bool:
    """Whether two payloads of a message have the same words, whatever else (a preview, a pin, replies) is different."""
    before, after = without_previews(former), without_previews(message)
    return is_unfinished(former) == is_unfinished(message) and all(
        (before.get(key) or None) == (after.get(key) or None) for key in ("text", "blocks", "attachments")
    )


def version_of(message: Payload, files: Sequence[FileRef], *, answer_id: str | None) -> Version:
    """The version that a payload shows which tells of no change, be it new or from the history."""
    ts = _edited_ts(message)
    return Version(name=_name(ts, message, files, answer_id), edited_at=_after_it_was_said(moment(ts), message))


def changed_version(
    message: Payload, files: Sequence[FileRef], *, former: Payload, changed_ts: str, answer_id: str | None
) -> Version:
    """The version that a ``message_changed`` tells of, which happened at ``changed_ts``.

    Apps change their messages without Slack calling it an edit, and files come and go: then the time of the change
    counts. A stream that ended says for the first time what the message says.
    """
    ts = _edited_ts(message)
    edited_at, changed_at = moment(ts), moment(changed_ts)
    if edited_at is not None and ts != _edited_ts(former):
        if changed_at is not None and edited_at <= changed_at < edited_at + _EDITS_SHARE:
            edited_at = changed_at
    elif not is_unfinished(former):
        ts, edited_at = changed_ts, changed_at
    return Version(name=_name(ts, message, files, answer_id), edited_at=_after_it_was_said(edited_at, message))


def _after_it_was_said(edited_at: datetime | None, message: Payload) -> datetime | None:
    """Slack rounds the time of an edit down, sometimes to before the message was said."""
    said_at = moment(text_of(message, "ts"))
    if edited_at is None or said_at is None or edited_at > said_at:
        return edited_at
    return said_at + timedelta(microseconds=1)


def _edited_ts(message: Payload) -> str:
    ts = text_of(object_of(message, "edited"), "ts")
    return ts if moment(ts) is not None else ""


def _name(ts: str, message: Payload, files: Sequence[FileRef], answer_id: str | None) -> str:
    """The time of the version, and what tells it from others of the same time.

    Two edits may share a second, apps rewrite messages without a time of their own, and files are withdrawn or renamed.
    What people said and nobody touched has nothing but its time.
    """
    told: list[object] = [file.model_dump() for file in files]
    if ts or text_of(message, "bot_id"):
        said = without_previews(message)
        words = text_of(said, "text").strip() or said.get("blocks")
        told += [words, said.get("attachments") or None, answer_id]
    if not told:
        return "0"
    digest = sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:12]
    return f"{ts or 0}:f{digest}"
