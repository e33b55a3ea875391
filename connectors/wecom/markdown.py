"""Markdown for WeCom: one formatter for what the robot, the app and the group webhook each understand.

Text of people goes through ``literal`` first: in WeCom's Markdown it could otherwise mention somebody, colour itself,
hide behind ``<think>`` or lead to an address that is not among the sources.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from connectors.connector import Citation, Language
from connectors.wecom.byte_text import byte_count, cut, split


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What one way out understands; ``limit`` is in bytes of UTF-8."""

    name: str
    msgtype: str
    limit: int
    has_blocks: bool
    """Lists, tables, rules, italics and code blocks."""


AIBOT = Dialect(name="aibot", msgtype="markdown", limit=20_480, has_blocks=True)
APP = Dialect(name="app", msgtype="markdown", limit=2_048, has_blocks=False)
WEBHOOK = Dialect(name="webhook", msgtype="markdown", limit=4_096, has_blocks=False)
WEBHOOK_V2 = Dialect(name="webhook_v2", msgtype="markdown_v2", limit=4_096, has_blocks=True)
"""Not shown by clients below 4.1.36 (Android 4.1.38): they show the plain text."""

_TAG = re.compile(r"<(?=[@/!a-zA-Z])")
_LINK_MIDDLE = re.compile(r"\](?=\s*[(:])")
_LINE_START = re.compile(r"^(\s{0,3})(#{1,6}\s|>|```|~~~|---+\s*$|\*\*\*+\s*$|===+\s*$)", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_LABEL = str.maketrans({"[": "［", "]": "］", "\n": " ", "`": "'"})
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+", re.IGNORECASE)
_ADDRESS_CODES = {"(": "%28", ")": "%29", "[": "%5B", "]": "%5D", "|": "%7C"}
_SOURCES: dict[Language, str] = {"zh": "**来源**", "en": "**Sources**"}
_PAGE: dict[Language, str] = {"zh": "第 {page} 页", "en": "page {page}"}
_GROUP: dict[Language, str] = {"zh": "群聊", "en": "group"}
_GROUP_ID = re.compile(r"wr[0-9A-Za-z_-]{20,}")
"""A robot is told no names of groups; nobody can read their ids."""
_LONGEST_QUOTE = 80
_SHORT_QUOTE = 20

_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
_BULLET = re.compile(r"^(\s*)[-*+]\s+")
_RULE = re.compile(r"^\s{0,3}(?:-{3,}|\*{3,}|_{3,})\s*$")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{3,}:?\s*(?:\|\s*:?-{3,}:?\s*)*\|?\s*$")
_ITALIC = re.compile(r"(?<![*\w])\*([^*\s][^*\n]*)\*(?![*\w])")


def literal(text: str) -> str:
    """Text of people for use inside Markdown: it reads the same, and commands nothing."""
    text = _CONTROL.sub("", text)
    text = _TAG.sub("＜", text)
    text = _LINK_MIDDLE.sub("]\u200b", text)
    return _LINE_START.sub(lambda found: f"{found.group(1)}\u200b{found.group(2)}", text)


def link(label: str, url: str | None) -> str:
    """A link, or the bare label where there is no address that may be shown as one."""
    shown = literal(label).translate(_LABEL).strip()
    if url is None or not _ADDRESS.fullmatch(url):
        return shown
    address = re.sub(r"[()\[\]|]", lambda found: _ADDRESS_CODES[found.group()], url)
    return f"[{shown}]({address})"


def citation_line(
    citation: Citation, *, language: Language, timezone: tzinfo, longest_quote: int = _LONGEST_QUOTE
) -> str:
    """``[1] 群·人·时间``: a link where the record has one; WeCom itself gives messages no addresses."""
    place = citation.channel_name
    if _GROUP_ID.fullmatch(place):
        place = f"{_GROUP[language]} {place[-6:]}"
    where = [place, citation.author, citation.time.astimezone(timezone).strftime("%Y-%m-%d %H:%M")]
    if citation.file_name:
        where.append(citation.file_name)
    if citation.page:
        where.append(_PAGE[language].format(page=citation.page))
    line = f"[{citation.n}] {link('·'.join(part for part in where if part), citation.permalink)}"
    quote = " ".join(literal(citation.quote).split())
    if not quote or not longest_quote or citation.permalink:
        return line
    # Without a link the words themselves are the only way to find the message again.
    return f"{line}：{quote[:longest_quote]}{'…' if len(quote) > longest_quote else ''}"


def answer_markdown(
    text: str,
    citations: Sequence[Citation],
    *,
    dialect: Dialect,
    language: Language,
    timezone: tzinfo,
    closing: Iterable[str] = (),
) -> str:
    """An answer (plain text with ``[n]`` marks) and its sources in one message of at most ``dialect.limit`` bytes.

    Sources take at most half of it: their quotations become shorter first, then the last ones go. ``closing`` lines,
    such as a hint, are Markdown of our own and stay.
    """
    ending = "\n".join(["", *(line for line in closing if line)])
    tail = _sources(citations, dialect.limit // 2 - byte_count(ending), language=language, timezone=timezone)
    rest = f"{tail}{ending}".rstrip()
    return f"{cut(literal(text).strip(), dialect.limit - byte_count(rest) - 1)}\n{rest}".strip()


def _sources(citations: Sequence[Citation], room: int, *, language: Language, timezone: tzinfo) -> str:
    for longest in (_LONGEST_QUOTE, _SHORT_QUOTE, 0):
        lines = [
            f"> {citation_line(citation, language=language, timezone=timezone, longest_quote=longest)}"
            for citation in citations
        ]
        if byte_count("\n".join(lines)) <= room - 32:
            break
    while lines and byte_count("\n".join(lines)) > room - 32:
        lines.pop()
    return "\n".join(["", _SOURCES[language], *lines, ""]) if lines else ""


def messages(markdown: str, *, dialect: Dialect, limit: int | None = None) -> list[str]:
    """Markdown as the messages that carry it: what the dialect lacks is rewritten, what is too long is split."""
    return split(markdown if dialect.has_blocks else _simple(markdown), min(limit or dialect.limit, dialect.limit))


def _simple(markdown: str) -> str:
    """Without blocks that the older clients show as raw signs: headings, bold, links, code words and quotes remain."""
    lines: list[str] = []
    in_code = False
    for line in markdown.split("\n"):
        if _FENCE.match(line):
            in_code = not in_code
        elif in_code:
            lines.append(f"> {line}")
        elif _RULE.match(line):
            lines.append("")
        elif "|" in line and _TABLE_RULE.match(line):
            continue
        elif line.lstrip().startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            lines.append(" · ".join(cell for cell in cells if cell))
        else:
            lines.append(_ITALIC.sub(r"\1", _BULLET.sub(r"\1• ", line)))
    return "\n".join(lines)
