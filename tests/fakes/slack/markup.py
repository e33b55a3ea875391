"""What Slack makes of text: escapes, links, and the rich_text block that it keeps beside."""

import re
from itertools import count

from tests.fakes.slack.errors import Json

TEXT_CUT_AT = 40_000
"""chat.postMessage cuts longer texts without saying so."""

_SPECIAL = re.compile(
    r"<(?:@[UW][A-Z0-9]+(?:\|[^<>]*)?|#C[A-Z0-9]+(?:\|[^<>]*)?|![a-z]+(?:\^[^<>]*)?(?:\|[^<>]*)?|[a-z][a-z0-9+.-]*:[^<>\s|]+(?:\|[^<>]*)?)>"
)
_BARE_URL = re.compile(r"https?://[^\s<>|]+[^\s<>|.,;:!?)\]}'\"，。；：！？）】]")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_block_numbers = count(1)


def as_slack_keeps_it(text: str) -> str:
    """Control sequences and entities stay, bare addresses become links, everything else is escaped."""
    pieces: list[str] = []
    position = 0
    for match in _SPECIAL.finditer(text):
        pieces += [_escaped(text[position : match.start()]), match[0]]
        position = match.end()
    pieces.append(_escaped(text[position:]))
    return "".join(pieces)


def rich_text_block(text: str) -> Json:
    """The block that Slack adds to a message that was only text (already in Slack's form)."""
    elements: list[Json] = []
    position = 0
    for match in _SPECIAL.finditer(text):
        elements += [_plain(text[position : match.start()]), _special_element(match[0][1:-1])]
        position = match.end()
    elements.append(_plain(text[position:]))
    section = {"type": "rich_text_section", "elements": [element for element in elements if element.get("text") != ""]}
    return {"type": "rich_text", "block_id": new_block_id(), "elements": [section]}


def new_block_id() -> str:
    """For a block that came without one."""
    return f"blk{next(_block_numbers):03d}"


def unescaped(text: str) -> str:
    """The three entities undone."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _escaped(text: str) -> str:
    pieces: list[str] = []
    position = 0
    for match in _BARE_URL.finditer(text):
        pieces += [_entities(text[position : match.start()]), f"<{_ENTITY.sub('&amp;', match[0])}>"]
        position = match.end()
    return "".join([*pieces, _entities(text[position:])])


def _entities(text: str) -> str:
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str) -> Json:
    return {"type": "text", "text": unescaped(text)}


def _special_element(inside: str) -> Json:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    link: Json = {"type": "link", "url": unescaped(target)}
    return link | ({"text": unescaped(label)} if label else {})
