"""Composition objects: texts, options, confirmations, and the pieces inside a rich_text block."""

from collections.abc import Mapping

from tests.fakes.slack.shape import (
    TYPE,
    Check,
    address,
    any_of,
    anything,
    boolean,
    both,
    by_type,
    fields,
    many,
    one_of,
    string,
    whole_number,
)

ACTION_ID = string(most=255)
BLOCK_ID = string(most=255, least=0)


def plain_text(*, most: int, least: int = 1) -> Check:
    """A plain_text object."""
    return by_type(
        {"plain_text": fields({**TYPE, "text": string(most=most, least=least)}, {"emoji": boolean})},
        what="plain_text only",
    )


def any_text(*, most: int, least: int = 1) -> Check:
    """A plain_text or mrkdwn object."""
    return by_type(
        {
            "plain_text": fields({**TYPE, "text": string(most=most, least=least)}, {"emoji": boolean}),
            "mrkdwn": fields({**TYPE, "text": string(most=most, least=least)}, {"verbatim": boolean}),
        },
        what="text object",
    )


def option(*, text: Check) -> Check:
    """A choice of a menu, a radio group or checkboxes."""
    return fields(
        {"text": text, "value": string(most=150, least=0)}, {"description": any_text(most=75), "url": address}
    )


MENU_OPTION = option(text=plain_text(most=75))
BOX_OPTION = option(text=any_text(most=75))
OPTION_GROUP = fields({"label": plain_text(most=75), "options": many(MENU_OPTION, most=100)})
CONFIRM = fields(
    {
        "title": plain_text(most=100),
        "text": any_text(most=300),
        "confirm": plain_text(most=30),
        "deny": plain_text(most=30),
    },
    {"style": one_of("primary", "danger")},
)
DISPATCH = fields({}, {"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), most=2)})
SLACK_FILE = both(fields({}, {"id": string(most=50), "url": address}), any_of("id", "url"))
CONVERSATION_FILTER = fields(
    {},
    {
        "include": many(one_of("im", "mpim", "private", "public"), most=4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)

_STYLE = fields(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "highlight", "client_highlight", "unlink", "underline"), boolean
    ),
)
_STYLED: Mapping[str, Check] = {"style": _STYLE}
_INLINE = by_type(
    {
        "text": fields({**TYPE, "text": string(most=40_000)}, _STYLED),
        "link": fields({**TYPE, "url": address}, {**_STYLED, "text": string(most=40_000, least=0), "unsafe": boolean}),
        "user": fields({**TYPE, "user_id": string(most=30)}, _STYLED),
        "channel": fields({**TYPE, "channel_id": string(most=30)}, _STYLED),
        "usergroup": fields({**TYPE, "usergroup_id": string(most=30)}, _STYLED),
        "broadcast": fields({**TYPE, "range": one_of("here", "channel", "everyone")}, _STYLED),
        "emoji": fields({**TYPE, "name": string(most=100)}, {"unicode": string(most=100), "url": address, **_STYLED}),
        "date": fields(
            {**TYPE, "timestamp": whole_number, "format": string(most=200)},
            {"url": address, "fallback": string(most=200), **_STYLED},
        ),
        "color": fields({**TYPE, "value": string(most=20)}, _STYLED),
        "team": fields({**TYPE, "team_id": string(most=30)}, _STYLED),
    },
    what="rich text element",
)
_INLINES = many(_INLINE, most=5_000, least=0)
_SECTION = fields({**TYPE, "elements": _INLINES})
RICH_TEXT_PART = by_type(
    {
        "rich_text_section": _SECTION,
        "rich_text_quote": fields({**TYPE, "elements": _INLINES}, {"border": whole_number}),
        "rich_text_preformatted": fields(
            {**TYPE, "elements": _INLINES}, {"border": whole_number, "language": string(most=50)}
        ),
        "rich_text_list": fields(
            {**TYPE, "style": one_of("bullet", "ordered"), "elements": many(_SECTION, most=5_000, least=0)},
            {"indent": whole_number, "offset": whole_number, "border": whole_number},
        ),
    },
    what="rich text part",
)
RAW_CELL = by_type(
    {
        "raw_text": fields({**TYPE, "text": string(most=10_000, least=0)}),
        "raw_number": fields({**TYPE, "value": anything}, {"text": string(most=100)}),
        "rich_text": fields({**TYPE, "elements": many(RICH_TEXT_PART, most=100)}, {"block_id": BLOCK_ID}),
    },
    what="table cell",
)
URL_SOURCE = fields({**TYPE, "url": address, "text": string(most=3000)})
