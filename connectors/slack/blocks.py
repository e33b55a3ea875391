"""Text of blocks and legacy attachments: what apps show instead of, or below, the text of a message."""

from collections.abc import Iterator

from connectors.slack.fields import Payload, first_text, is_set, object_of, objects_of, text_of
from connectors.slack.markup import Names, plain_text, without_export_token

_MAX_DEPTH = 12
_MAX_CHARS = 20_000


def blocks_text(payload: Payload, names: Names) -> str:
    """The text of ``payload["blocks"]``, a line a block."""
    return _lines(block for part in objects_of(payload, "blocks") if (block := _block(part, names, depth=0)))


def attachments_text(payload: Payload, names: Names) -> str:
    """The text of ``payload["attachments"]``: link previews and cards of integrations.

    Previews of other messages are left out: those messages are archived themselves, and deleting one must not leave
    a copy here.
    """
    parts = (_attachment(part, names) for part in objects_of(payload, "attachments"))
    return _lines(part for part in parts if part)


def _lines(parts: Iterator[str]) -> str:
    return "\n".join(parts)[:_MAX_CHARS]


def _attachment(attachment: Payload, names: Names) -> str:
    if is_set(attachment, "is_msg_unfurl") or is_set(attachment, "is_share"):
        return ""
    lines = [plain_text(text_of(attachment, key), names) for key in ("pretext", "title", "text")]
    for field in objects_of(attachment, "fields"):
        title, value = text_of(field, "title"), plain_text(text_of(field, "value"), names)
        lines.append(f"{title}: {value}" if title and value else title or value)
    lines.append(blocks_text(attachment, names))
    shown = [line for line in lines if line.strip()]
    return "\n".join(shown) if shown else plain_text(text_of(attachment, "fallback"), names)


def _block(block: Payload, names: Names, *, depth: int) -> str:
    if depth > _MAX_DEPTH:
        return ""
    match text_of(block, "type"):
        case "rich_text" | "rich_text_section" | "rich_text_quote":
            separator = "\n" if text_of(block, "type") == "rich_text" else ""
            return separator.join(_inline(part, names, depth=depth + 1) for part in objects_of(block, "elements"))
        case "rich_text_list":
            items = (_block(part, names, depth=depth + 1) for part in objects_of(block, "elements"))
            return "\n".join(f"• {item}" for item in items)
        case "rich_text_preformatted":
            inner = "".join(_inline(part, names, depth=depth + 1) for part in objects_of(block, "elements"))
            return f"```\n{inner}\n```"
        case "table" | "data_table":
            return _table(block, names, depth=depth + 1)
        case "image":
            return first_text(block, "alt_text") or text_of(object_of(block, "title"), "text")
        case _:
            return _composed(block, names)


def _composed(block: Payload, names: Names) -> str:
    """Section, header, context, markdown and whatever newer block has ``text``, ``fields`` or ``elements``."""
    if isinstance(block.get("text"), str):
        return without_export_token(text_of(block, "text"))
    parts = [object_of(block, "text"), *objects_of(block, "fields"), *objects_of(block, "elements")]
    texts = (_text_object(part, names) for part in parts)
    return "\n".join(text for text in texts if text)


def _text_object(part: Payload, names: Names) -> str:
    text = text_of(part, "text")
    return plain_text(text, names) if text_of(part, "type") == "mrkdwn" else without_export_token(text)


def _inline(element: Payload, names: Names, *, depth: int) -> str:
    match text_of(element, "type"):
        case "text":
            return without_export_token(text_of(element, "text"))
        case "link":
            url, label = without_export_token(text_of(element, "url")), text_of(element, "text")
            return f"{label} ({url})" if label and label != url else url
        case "user":
            user_id = text_of(element, "user_id")
            return "@" + (names.person_name(user_id) or user_id)
        case "channel":
            channel = text_of(element, "channel_id")
            return "#" + (names.channel_name(channel) or channel)
        case "usergroup":
            return "@" + text_of(element, "usergroup_id")
        case "broadcast":
            return "@" + text_of(element, "range")
        case "emoji":
            return f":{text_of(element, 'name')}:"
        case "date":
            return text_of(element, "fallback")
        case _:
            return _block(element, names, depth=depth)


def _table(block: Payload, names: Names, *, depth: int) -> str:
    rows = block.get("rows")
    if not isinstance(rows, list):
        return ""
    lines = []
    for row in rows:
        cells = row if isinstance(row, list) else list(objects_of(row, "cells")) if isinstance(row, dict) else []
        lines.append(" | ".join(_block(cell, names, depth=depth) for cell in cells if isinstance(cell, dict)))
    return "\n".join(lines)
