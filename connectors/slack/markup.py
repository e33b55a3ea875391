"""Slack's message markup becomes text as people saw it: ``<@U1>`` is ``@ann``, ``<https://e.x|plan>`` is ``plan (https://e.x)``.

Only Slack's own escapes are undone; emphasis and ``:emoji:`` stay, and code keeps every character.
"""

import re
from typing import Protocol

from connectors.slack.ids import moment

_CODE = re.compile(r"```.+?```|`[^`\n]+`", re.DOTALL)
_CONTROL = re.compile(r"<([^<>]+)>")
_EXPORT_TOKEN_PARAMETER = re.compile(r"\?t=xoxe[\w.%-]*(?:&amp;|&)|(?:\?|&amp;|&)t=xoxe[\w.%-]*")
_EXPORT_TOKEN = re.compile(r"xoxe(?:\.xox[bp])?-[\w.%-]{4,}")


class Names(Protocol):
    """Who and what ids stand for."""

    def person_name(self, user_id: str) -> str | None:
        """The name people see, or None when nobody knows."""
        ...

    def channel_name(self, channel_id: str) -> str | None:
        """The channel's name without ``#``, or None."""
        ...


def plain_text(markup: str, names: Names) -> str:
    """What a reader of the channel saw, as plain text."""
    markup = without_export_token(markup)
    if "<" not in markup and "&" not in markup:
        return markup
    pieces: list[str] = []
    end = 0
    for code in _CODE.finditer(markup):
        pieces.append(_decode(markup[end : code.start()], names, in_code=False))
        pieces.append(_decode(code.group(), names, in_code=True))
        end = code.end()
    pieces.append(_decode(markup[end:], names, in_code=False))
    return "".join(pieces)


def unescape(text: str) -> str:
    """Undo the three escapes that Slack uses; ``&amp;lt;`` is ``&lt;``, never ``<``."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in text else text


def without_export_token(text: str) -> str:
    """Take out the download token that Slack writes into the file links of an export: it is a credential."""
    if "xoxe" not in text:
        return text
    text = _EXPORT_TOKEN_PARAMETER.sub(lambda found: "?" if found.group().endswith(("&", "&amp;")) else "", text)
    return _EXPORT_TOKEN.sub("[…]", text)


def _decode(text: str, names: Names, *, in_code: bool) -> str:
    pieces: list[str] = []
    end = 0
    for control in _CONTROL.finditer(text):
        pieces.append(unescape(text[end : control.start()]))
        pieces.append(_control(control.group(1), names, in_code=in_code))
        end = control.end()
    pieces.append(unescape(text[end:]))
    return "".join(pieces)


def _control(content: str, names: Names, *, in_code: bool) -> str:
    target, _, label = content.partition("|")
    label = unescape(label)
    match target[0] if target else "":
        case "@":
            return "@" + (names.person_name(target[1:]) or label.lstrip("@") or target[1:])
        case "#":
            return "#" + (names.channel_name(target[1:]) or label.lstrip("#") or target[1:])
        case "!":
            return _special(target[1:], label)
        case "":
            return label
        case _:
            return _link(unescape(target), label, in_code=in_code)


def _special(target: str, label: str) -> str:
    kind, *arguments = target.split("^")
    if kind == "date":
        at = moment(arguments[0]) if arguments else None
        return label or (at.strftime("%Y-%m-%d %H:%M UTC") if at else "")
    if kind == "subteam":
        return "@" + (label.lstrip("@") or (arguments[0] if arguments else kind))
    return "@" + (label.lstrip("@") or kind)


def _link(url: str, label: str, *, in_code: bool) -> str:
    shown = url.removeprefix("mailto:").removeprefix("tel:")
    if in_code:
        return label or shown
    bare = re.sub(r"^https?://", "", url).rstrip("/")
    if not label or label.rstrip("/") in (url, shown, bare, url.rstrip("/")):
        return shown
    return f"{label} ({shown})"
