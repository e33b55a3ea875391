"""From the arguments of a posting method to what a message holds, with every limit on the way."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.arguments import Arguments
from tests.fakes.slack.blocks import (
    BLOCK_CHARACTERS,
    MARKDOWN_CHARACTERS,
    characters_of,
    markdown_characters_of,
    problems_of_message_blocks,
)
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.markup import TEXT_CUT_AT, as_slack_keeps_it, new_block_id, rich_text_block

UPDATED_TEXT = 4_000
ATTACHMENTS = 100
METADATA_BYTES = 16_000
_ATTACHMENT_FIELDS = frozenset(
    [
        "actions",
        "author_icon",
        "author_id",
        "author_link",
        "author_name",
        "author_subname",
        "blocks",
        "callback_id",
        "channel_id",
        "color",
        "fallback",
        "fields",
        "file",
        "files",
        "footer",
        "footer_icon",
        "from_url",
        "id",
        "image_url",
        "is_msg_unfurl",
        "message_blocks",
        "mrkdwn_in",
        "original_url",
        "pretext",
        "preview",
        "service_icon",
        "service_name",
        "text",
        "thumb_url",
        "title",
        "title_link",
        "ts",
        "unfurl_message_text",
    ]
)
_METADATA_FIELDS = frozenset({"event_type", "event_payload", "entities"})


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a message says; ``blocks`` as Slack keeps them, which is not how they were sent."""

    text: str
    blocks: list[Json]
    attachments: list[Json]
    metadata: Json | None
    has_blocks: bool
    """Whether blocks were sent, not made."""


def content_of(arguments: Arguments, *, text_limit: int | None = None) -> Content:
    """Refuses what Slack would; ``text_limit`` is that of chat.update, otherwise long texts are cut."""
    text = arguments.optional_text("text") or ""
    markdown = arguments.optional_text("markdown_text")
    blocks = blocks_of(arguments)
    attachments = _attachments_of(arguments)
    if markdown is not None:
        if "text" in arguments or "blocks" in arguments:
            raise Refused("markdown_text_conflict")
        if len(markdown) > MARKDOWN_CHARACTERS:
            raise Refused("msg_too_long")
        blocks, text = ([{"type": "markdown", "text": markdown}] if markdown else []), markdown
    if text_limit is not None and len(text) > text_limit:
        raise Refused("msg_too_long")
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")
    kept = as_slack_keeps_it(text[:TEXT_CUT_AT])
    return Content(
        text=kept,
        blocks=kept_blocks(blocks) if blocks else [rich_text_block(kept)] if kept else [],
        attachments=[{"id": number, **attachment} for number, attachment in enumerate(attachments, start=1)],
        metadata=metadata_of(arguments),
        has_blocks=bool(blocks),
    )


def blocks_of(arguments: Arguments, name: str = "blocks") -> list[Json]:
    """The blocks of a message, checked."""
    blocks = arguments.document(name, error="invalid_blocks_format")
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    return checked_blocks(blocks)


def checked_blocks(blocks: list[Any]) -> list[Json]:
    """Refuses blocks that break a rule, or are too much text together."""
    problems = problems_of_message_blocks(blocks)
    if problems:
        raise Refused("invalid_blocks", messages=problems, errors=problems)
    if characters_of(blocks) > BLOCK_CHARACTERS or markdown_characters_of(blocks) > MARKDOWN_CHARACTERS:
        raise Refused("msg_blocks_too_long")
    return blocks


def kept_blocks(blocks: list[Json]) -> list[Json]:
    """Every block gets an id; a markdown block becomes a rich_text block for each paragraph, without its own id."""
    kept: list[Json] = []
    for block in blocks:
        if block["type"] == "markdown":
            paragraphs = [part for part in re.split(r"\n{2,}", block["text"]) if part.strip()]
            kept += [rich_text_block(as_slack_keeps_it(part)) for part in paragraphs]
        else:
            kept.append({**block, "block_id": block.get("block_id") or new_block_id()})
    return kept


def metadata_of(arguments: Arguments) -> Json | None:
    """Message metadata, checked; an empty object means none."""
    metadata = arguments.document("metadata", error="invalid_metadata_format")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not set(metadata) <= _METADATA_FIELDS:
        raise Refused("invalid_metadata_format")
    if "entities" not in metadata and not (
        isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    ):
        raise Refused("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise Refused("metadata_too_large")
    return metadata


def checked_attachments(attachments: Any, *, error: str = "invalid_attachments") -> list[Json]:
    """Refuses attachments with fields that Slack does not have, or with bad blocks."""
    if not isinstance(attachments, list) or not all(isinstance(item, dict) for item in attachments):
        raise Refused(error)
    if len(attachments) > ATTACHMENTS:
        raise Refused("too_many_attachments")
    for attachment in attachments:
        if not set(attachment) <= _ATTACHMENT_FIELDS:
            raise Refused(error)
        checked_blocks(attachment.get("blocks", []))
    return attachments


def _attachments_of(arguments: Arguments) -> list[Json]:
    attachments = arguments.document("attachments", error="invalid_attachments")
    return [] if attachments is None else checked_attachments(attachments)
