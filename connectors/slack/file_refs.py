"""Files as messages name them. Links to their bytes are never kept: those of an export even carry a credential."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.events import FILE_NOT_FETCHED_YET, FileRef
from connectors.slack.fields import (
    Payload,
    first_text,
    number_of,
    object_of,
    objects_of,
    storable,
    text_of,
    without_controls,
)
from connectors.slack.file_reasons import why_never_fetched
from connectors.slack.ids import file_id
from connectors.slack.markup import without_export_token

_TAG = re.compile(r"<[^<>]*>")
_CAPTION_LIMIT = 4000
_MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """What a message says of its files: payloads of the living ones by Slack's id, and ids of deleted ones."""

    present: dict[str, Payload]
    removed: tuple[str, ...]


def files_named_in(message: Payload) -> NamedFiles:
    """The files of a message; in old exports the single ``file``."""
    present: dict[str, Payload] = {}
    removed: dict[str, None] = {}
    for payload in _payloads(message):
        slack_id = without_controls(text_of(payload, "id"), limit=100)
        if not slack_id:
            continue
        if text_of(payload, "mode") == "tombstone" or text_of(payload, "file_access") == "file_not_found":
            removed[slack_id] = None
        else:
            present[slack_id] = payload
    return NamedFiles(present, tuple(removed))


def file_ref(slack_id: str, payload: Payload, *, max_bytes: int) -> FileRef:
    """A file of a live message, of which no bytes are here yet; larger than ``max_bytes`` they will never be."""
    return FileRef(
        file_id=file_id(slack_id),
        name=file_name(slack_id, payload),
        media_type=media_type(payload),
        size_bytes=number_of(payload, "size"),
        caption=file_caption(payload),
        unavailable_reason=why_never_fetched(payload, max_bytes=max_bytes) or FILE_NOT_FETCHED_YET,
    )


def media_type(payload: Payload) -> str:
    """As Slack says."""
    return without_controls(text_of(payload, "mimetype"), limit=200)


def file_name(slack_id: str, payload: Payload) -> str:
    """The name on one line; where there is none (stubs, hidden files), the title or the id."""
    return without_controls(without_export_token(first_text(payload, "name", "title")), limit=255) or slack_id


def file_caption(payload: Payload) -> str:
    """What words the payload itself holds: its title, alternative text, and Slack's preview of text files."""
    title = text_of(payload, "title").strip()
    preview = first_text(payload, "plain_text", "preview") or text_of(
        object_of(object_of(payload, "transcription"), "preview"), "content"
    )
    if preview.startswith("<document>"):
        preview = _TAG.sub(" ", preview)
    words = [title if title != text_of(payload, "name") else "", text_of(payload, "alt_txt"), preview.strip()]
    caption = "\n".join(dict.fromkeys(word for word in words if word))
    return storable(without_export_token(caption)[:_CAPTION_LIMIT])


def _payloads(message: Payload) -> Iterator[Payload]:
    payloads = list(objects_of(message, "files"))
    single = object_of(message, "file")
    if single and not payloads:
        payloads = [single]
    yield from payloads[:_MOST_FILES]
