"""Template cards within WeCom's limits: what is too long is cut before WeCom does it without a word."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid4

from connectors.connector import Language
from connectors.wecom.site import Json
from connectors.wecom.texts import say

TITLE: Final = 26
DESCRIPTION: Final = 30
SUB_TITLE: Final = 112
VALUE: Final = 26
KEY_NAME: Final = 5
BUTTON: Final = 10
OPTION: Final = 10
LONGEST_KEY_BYTES: Final = 1_024
"""Of a button; the other limits are in characters."""
_NOT_IN_TASK_ID: Final = re.compile(r"[^0-9A-Za-z_\-@]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]+")


def short(text: str, most: int) -> str:
    """In at most so many characters, on one line, and never empty."""
    line = _CONTROL.sub(" ", text).encode("utf-8", "replace").decode().strip() or "…"
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def new_task_id(kind: str, named: str = "") -> str:
    """Unique for each card that is sent, as WeCom demands."""
    parts = (kind, _NOT_IN_TASK_ID.sub("", named)[:64], uuid4().hex[:12])
    return "-".join(part for part in parts if part)


def button(text: str, key: str, *, style: int = 1) -> Json:
    """A button of a robot's card has nothing but these. Raises ``ValueError`` for a key that is too long."""
    if len(key.encode()) > LONGEST_KEY_BYTES:
        raise ValueError("the key of a button is too long")
    return {"text": short(text, BUTTON), "style": style, "key": key}


def button_card(
    title: str,
    text: str,
    buttons: Sequence[Json],
    *,
    task_id: str,
    language: Language,
    description: str = "",
    lines: Mapping[str, str] | None = None,
    pressed: str = "",
) -> Json:
    """Words and buttons; ``pressed`` are the grey words in place of the buttons once nothing is left to press."""
    card: dict[str, object] = {
        "card_type": "button_interaction",
        "source": {"desc": say("name", language), "desc_color": 0},
        "main_title": {
            "title": short(title, TITLE),
            **({"desc": short(description, DESCRIPTION)} if description else {}),
        },
        "button_list": list(buttons),
        "task_id": task_id,
    }
    if text:
        card["sub_title_text"] = short(text, SUB_TITLE)
    if lines:
        card["horizontal_content_list"] = [
            {"keyname": short(name, KEY_NAME), "value": short(value, VALUE)} for name, value in list(lines.items())[:6]
        ]
    if pressed:
        card["replace_text"] = short(pressed, BUTTON)
    return card


def ended_card(title: str, text: str, pressed: str, *, task_id: str, language: Language) -> Json:
    """What came of a card: nothing is left to press."""
    return button_card(title, text, [button(pressed, "over")], task_id=task_id, language=language, pressed=pressed)


def option(text: str, option_id: str) -> Json:
    """One of a list to choose from."""
    return {"id": option_id, "text": short(text, OPTION)}
