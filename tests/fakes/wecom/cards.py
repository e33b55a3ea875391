"""Template cards: what is refused, and what is accepted and then not shown as meant.

Bytes and required blocks are hard; numbers of characters are advice, and unknown fields pass without a word: both
become warnings in the ledger.
"""

import re
from typing import Literal

from tests.fakes.wecom.refusals import Json, Refusal, feedback_id

Dialect = Literal["aibot", "app", "webhook"]

NOTICES = frozenset({"text_notice", "news_notice"})
INTERACTIVE = frozenset({"button_interaction", "vote_interaction", "multiple_interaction"})
_TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
_FIELDS = {
    "card_type", "task_id", "source", "main_title", "emphasis_content", "quote_area", "sub_title_text",
    "horizontal_content_list", "vertical_content_list", "jump_list", "card_action", "button_list", "button_selection",
    "select_list", "checkbox", "submit_button", "action_menu", "feedback", "card_image", "image_text_area",
}  # fmt: skip
_WHEN_UPDATING = {"disable", "replace_text"}
_LISTS = {
    "horizontal_content_list": 6,
    "vertical_content_list": 4,
    "jump_list": 3,
    "button_list": 6,
    "select_list": 3,
}
_ADVICE: dict[Dialect, dict[str, int]] = {
    "aibot": {"main_title.title": 26, "main_title.desc": 30, "sub_title_text": 112, "value": 26, "source.desc": 13},
    "webhook": {"main_title.title": 26, "main_title.desc": 30, "sub_title_text": 112, "value": 26, "source.desc": 13},
    "app": {"main_title.title": 36, "main_title.desc": 44, "sub_title_text": 160, "value": 30, "source.desc": 20},
}


def check_card(card: object, *, dialect: Dialect, updating: bool = False) -> list[str]:
    """Raise what the platform refuses; return what it would not show as meant."""
    if not isinstance(card, dict):
        raise Refusal(40058, "template_card is missing")
    card_type = card.get("card_type")
    if card_type not in (NOTICES if dialect == "webhook" else NOTICES | INTERACTIVE):
        raise Refusal(40058, f"template_card.card_type {card_type!r}")
    _check_task_id(card, required=card_type in INTERACTIVE or "action_menu" in card)
    feedback_id(card)
    for name, limit in _LISTS.items():
        _entries(card, name, limit=limit)
    _check_blocks(card, card_type)
    _check_bytes(card)
    return _warnings(card, dialect=dialect, updating=updating)


def _check_task_id(card: Json, *, required: bool) -> None:
    task_id = card.get("task_id")
    if task_id is None and not required:
        return
    if not isinstance(task_id, str) or not _TASK_ID.fullmatch(task_id):
        raise Refusal(40058, f"template_card.task_id {task_id!r}")


def _check_blocks(card: Json, card_type: str) -> None:
    title = card.get("main_title") or {}
    if card_type in NOTICES:
        action = card.get("card_action")
        if not isinstance(action, dict) or action.get("type") not in (1, 2):
            raise Refusal(40058, "template_card.card_action is missing")
        if action["type"] == 1 and not action.get("url"):
            raise Refusal(40058, "template_card.card_action.url is missing")
    match card_type:
        case "text_notice" if not (title.get("title") or card.get("sub_title_text")):
            raise Refusal(40058, "template_card.main_title and sub_title_text are empty")
        case "button_interaction" if not card.get("button_list"):
            raise Refusal(40058, "template_card.button_list is missing")
        case "vote_interaction" if not (card.get("checkbox") and card.get("submit_button")):
            raise Refusal(40058, "template_card.checkbox or submit_button is missing")
        case "multiple_interaction" if not (card.get("select_list") and card.get("submit_button")):
            raise Refusal(40058, "template_card.select_list or submit_button is missing")
        case "button_interaction" | "vote_interaction" | "multiple_interaction" if not title.get("title"):
            raise Refusal(40058, "template_card.main_title.title is empty")


def _check_bytes(card: Json) -> None:
    for button in [*_entries(card, "button_list", limit=6), card.get("submit_button") or {}]:
        if len(str(button.get("key", "")).encode()) > 1024:
            raise Refusal(40058, "template_card button key exceed max length 1024")
        if button and not button.get("text"):
            raise Refusal(40058, "template_card button text is empty")
    for jump in _entries(card, "jump_list", limit=3):
        if len(str(jump.get("question", "")).encode()) > 200:
            raise Refusal(40058, "template_card.jump_list question exceed max length 200")
    selections = [*_entries(card, "select_list", limit=3), card.get("button_selection") or {}]
    for holder, limit in [*((selection, 10) for selection in selections), (card.get("checkbox") or {}, 20)]:
        for option in _entries(holder, "option_list", limit=limit):
            identity = option.get("id")
            if not isinstance(identity, str) or not 1 <= len(identity.encode()) <= 128:
                raise Refusal(40058, f"template_card option id {identity!r}")
    menu = card.get("action_menu")
    if menu is not None and not 1 <= len(_entries(menu, "action_list", limit=3)) <= 3:
        raise Refusal(40058, "template_card.action_menu.action_list")


def _entries(holder: Json, name: str, *, limit: int) -> list[Json]:
    entries = holder.get(name, [])
    if not isinstance(entries, list) or len(entries) > limit or not all(isinstance(entry, dict) for entry in entries):
        raise Refusal(40058, f"template_card.{name} has more than {limit} entries or is no list of objects")
    return entries


def _warnings(card: Json, *, dialect: Dialect, updating: bool) -> list[str]:
    known = _FIELDS | _WHEN_UPDATING if updating else _FIELDS
    warnings = [f"unknown field {name}" for name in card if name not in known]
    for path, limit in _ADVICE[dialect].items():
        block, _, name = path.rpartition(".")
        text = (card.get(block) or {}).get(name, "") if block else card.get(name, "")
        if len(str(text)) > limit:
            warnings.append(f"{path} is cut after {limit} characters")
    for entry in card.get("horizontal_content_list", []):
        if len(str(entry.get("value", ""))) > _ADVICE[dialect]["value"] or len(str(entry.get("keyname", ""))) > 5:
            warnings.append("horizontal_content_list is cut")
        if dialect == "aibot" and entry.get("type") == 2:
            warnings.append("horizontal_content_list has no attachments here")
    for button in card.get("button_list", []):
        if len(str(button.get("text", ""))) > 10:
            warnings.append("button text is cut after 10 characters")
        if dialect == "aibot" and set(button) - {"text", "style", "key"}:
            warnings.append("a button of a robot has text, style and key only")
    return warnings
