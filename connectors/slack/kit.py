"""Pieces of Block Kit as plain objects, each cut to what Slack takes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

Block: TypeAlias = dict[str, Any]
"""A block, an element or a view, as it is sent."""

MOST_OPTIONS = 100
MOST_SECTION_CHARACTERS = 3000
MOST_VIEW_BLOCKS = 100


def cut(text: str, most: int) -> str:
    """``text`` in at most so many characters, the last one ``…`` when something is missing."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def plain(text: str, *, most: int) -> Block:
    """Plain text: nothing in it is markup, so it needs no escaping."""
    return {"type": "plain_text", "text": cut(text.strip() or "…", most), "emoji": True}


def section(markup: str, *, accessory: Block | None = None) -> Block:
    """A paragraph of escaped markup. ``verbatim``: Slack links no bare address or name by itself."""
    text = {"type": "mrkdwn", "text": cut(markup, MOST_SECTION_CHARACTERS), "verbatim": True}
    return {"type": "section", "text": text} | ({"accessory": accessory} if accessory else {})


def context(markup: str) -> Block:
    """A line in small letters."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(markup, 2000), "verbatim": True}]}


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain(text, most=150)}


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def button(text: str, *, action_id: str, value: str = "", style: Literal["primary", "danger"] | None = None) -> Block:
    """A button."""
    made: Block = {"type": "button", "text": plain(text, most=75), "action_id": action_id}
    return made | ({"value": value} if value else {}) | ({"style": style} if style else {})


def actions(elements: Iterable[Block], *, block_id: str | None = None) -> Block:
    """A row of buttons and menus."""
    return {"type": "actions", "elements": list(elements)} | ({"block_id": block_id} if block_id else {})


def option(text: str, value: str) -> Block:
    """One of a menu's choices."""
    return {"text": plain(text, most=75), "value": value}


def field(label: str, element: Block, *, block_id: str, optional: bool = False, hint: str = "") -> Block:
    """An input of a modal; its errors are shown under ``block_id``."""
    made: Block = {"type": "input", "block_id": block_id, "label": plain(label, most=2000), "element": element}
    return made | ({"optional": True} if optional else {}) | ({"hint": plain(hint, most=2000)} if hint else {})


def text_input(*, action_id: str, initial: str = "", multiline: bool = False, placeholder: str = "") -> Block:
    """A field for words, at most 3000 characters."""
    made: Block = {"type": "plain_text_input", "action_id": action_id, "multiline": multiline, "max_length": 3000}
    made |= {"initial_value": cut(initial, 3000)} if initial else {}
    return made | ({"placeholder": plain(placeholder, most=150)} if placeholder else {})


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    close: str,
    submit: str = "",
    callback_id: str = "",
    private_metadata: str = "",
) -> Block:
    """A form over everything; ``private_metadata`` holds ids, never words of messages."""
    made: Block = {
        "type": "modal",
        "title": plain(title, most=24),
        "close": plain(close, most=24),
        "blocks": list(blocks)[:MOST_VIEW_BLOCKS],
    }
    optional = {"callback_id": callback_id, "private_metadata": private_metadata}
    made |= {name: value for name, value in optional.items() if value}
    return made | ({"submit": plain(submit, most=24)} if submit else {})


def typed(state: Mapping[str, Any], block_id: str) -> str:
    """What was typed or chosen in the only element of an input block; empty when nothing was."""
    for element in (state.get("values", {}).get(block_id) or {}).values():
        chosen = element.get("selected_option") or {}
        found = element.get("value") or chosen.get("value") or element.get("selected_time")
        return found.strip() if isinstance(found, str) else ""
    return ""
