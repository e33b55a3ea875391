"""Block Kit: which blocks each surface takes, their fields and limits, and the totals of a message."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.slack.composition import (
    BLOCK_ID,
    RAW_CELL,
    RICH_TEXT_PART,
    SLACK_FILE,
    URL_SOURCE,
    any_text,
    plain_text,
)
from tests.fakes.slack.elements import BUTTON, IMAGE, IN_ACTIONS, IN_CONTEXT, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from tests.fakes.slack.errors import Json
from tests.fakes.slack.shape import (
    TYPE,
    Check,
    Problems,
    address,
    any_of,
    anything,
    boolean,
    both,
    by_type,
    fields,
    many,
    one_of,
    problem,
    string,
)

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_CHARACTERS = 12_000
"""Of all markdown blocks of a message together."""
BLOCK_CHARACTERS = 13_200
"""Of all texts of a message's blocks together; observed, not documented."""

_ID: Mapping[str, Check] = {"block_id": BLOCK_ID}
_RICH_TEXT = fields({**TYPE, "elements": many(RICH_TEXT_PART, most=100)}, _ID)
_TASK_CARD = fields(
    {**TYPE, "task_id": string(most=255), "title": string(most=256)},
    {
        **_ID,
        "details": _RICH_TEXT,
        "output": _RICH_TEXT,
        "sources": many(URL_SOURCE, most=50, least=0),
        "status": one_of("pending", "in_progress", "complete", "error"),
    },
)
_CARD = fields(
    TYPE,
    {
        **_ID,
        "hero_image": IMAGE,
        "icon": IMAGE,
        "title": any_text(most=150),
        "subtitle": any_text(most=150),
        "body": any_text(most=200),
        "actions": many(BUTTON, most=5),
    },
)
_EVERYWHERE: Mapping[str, Check] = {
    "section": both(
        fields(
            TYPE,
            {
                **_ID,
                "text": any_text(most=3000),
                "fields": many(any_text(most=2000), most=10),
                "accessory": IN_SECTION,
                "expand": boolean,
            },
        ),
        any_of("text", "fields"),
    ),
    "divider": fields(TYPE, _ID),
    "image": both(
        fields(
            {**TYPE, "alt_text": string(most=2000)},
            {**_ID, "image_url": address, "slack_file": SLACK_FILE, "title": plain_text(most=2000)},
        ),
        any_of("image_url", "slack_file"),
    ),
    "actions": fields({**TYPE, "elements": many(IN_ACTIONS, most=25)}, _ID),
    "context": fields({**TYPE, "elements": many(IN_CONTEXT, most=10)}, _ID),
    "header": fields({**TYPE, "text": plain_text(most=150)}, _ID),
    "input": fields(
        {**TYPE, "label": plain_text(most=2000), "element": IN_INPUT},
        {**_ID, "hint": plain_text(most=2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": _RICH_TEXT,
    "video": fields(
        {
            **TYPE,
            "alt_text": string(most=2000),
            "title": plain_text(most=200),
            "video_url": address,
            "thumbnail_url": address,
        },
        {
            **_ID,
            "title_url": address,
            "description": plain_text(most=200),
            "provider_icon_url": address,
            "provider_name": string(most=50),
            "author_name": string(most=50),
        },
    ),
}
_MESSAGES_ONLY: Mapping[str, Check] = {
    "markdown": fields({**TYPE, "text": string(most=MARKDOWN_CHARACTERS)}, _ID),
    "context_actions": fields({**TYPE, "elements": many(IN_CONTEXT_ACTIONS, most=5)}, _ID),
    "table": fields(
        {**TYPE, "rows": many(many(RAW_CELL, most=20), most=100)},
        {**_ID, "column_settings": many(anything, most=20)},
    ),
    "data_table": fields(
        {**TYPE, "rows": many(many(RAW_CELL, most=20), most=100)}, {**_ID, "caption": string(most=300)}
    ),
    "task_card": _TASK_CARD,
    "plan": fields({**TYPE, "title": string(most=256)}, {**_ID, "tasks": many(_TASK_CARD, most=50)}),
    "alert": fields(
        {**TYPE, "text": any_text(most=3000)},
        {**_ID, "level": one_of("default", "info", "warning", "error", "success")},
    ),
    "card": _CARD,
    "carousel": fields({**TYPE, "elements": many(by_type({"card": _CARD}, what="card"), most=10)}, _ID),
    "container": fields(
        {**TYPE, "child_blocks": many(by_type(_EVERYWHERE, what="block of a container"), most=10)},
        {
            **_ID,
            "title": any_text(most=150),
            "rich_text_title": _RICH_TEXT,
            "subtitle": any_text(most=150),
            "width": one_of("full", "standard", "wide", "narrow"),
            "icon": IMAGE,
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
    ),
}
_MESSAGE_BLOCK = by_type({**_EVERYWHERE, **_MESSAGES_ONLY}, what="block of a message")
_VIEW_BLOCK = by_type({**_EVERYWHERE, "alert": _MESSAGES_ONLY["alert"]}, what="block of a view")


def problems_of_message_blocks(blocks: list[Any], pointer: str = "/blocks") -> Problems:
    """Everything wrong with the blocks of a message; empty when Slack takes them."""
    return _problems(blocks, _MESSAGE_BLOCK, most=MESSAGE_BLOCKS, pointer=pointer)


def problems_of_view_blocks(blocks: Any, pointer: str = "/view/blocks") -> Problems:
    """Everything wrong with the blocks of a home tab or modal."""
    return _problems(blocks, _VIEW_BLOCK, most=VIEW_BLOCKS, pointer=pointer)


def characters_of(part: Any) -> int:
    """How much text the blocks hold, by the ``text`` strings in them."""
    if isinstance(part, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else characters_of(v) for k, v in part.items())
    return sum(characters_of(item) for item in part) if isinstance(part, list) else 0


def markdown_characters_of(blocks: list[Json]) -> int:
    """How much text the markdown blocks hold."""
    return sum(len(block["text"]) for block in blocks if block.get("type") == "markdown")


def _problems(blocks: Any, check_block: Check, *, most: int, pointer: str) -> Problems:
    problems: Problems = []
    many(check_block, most=most, least=0)(blocks, pointer, problems)
    if not problems:
        _check_ids(blocks, pointer, problems)
    return problems


def _check_ids(blocks: list[Json], pointer: str, problems: Problems) -> None:
    """Block ids are unique in the message, action ids in their block."""
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id and block_id in seen:
            problem(problems, f"block_id already exists: {block_id}", f"{pointer}/{index}/block_id")
        seen.add(block_id or "")
        actions: set[str] = set()
        for element in block.get("elements", []):
            action_id = element.get("action_id")
            if action_id and action_id in actions:
                problem(problems, f"action_id already exists: {action_id}", f"{pointer}/{index}/elements")
            actions.add(action_id or "")
