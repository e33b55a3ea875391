"""The one place that makes Slack's markup.

The bot's words are plain text, and whatever is quoted in them was typed by somebody: nothing in them may call people,
lead to an address that is not of a source, or look like a control of the bot. Final messages are ``rich_text``, whose
text Slack does not interpret at all; markup (small print, notifications) is escaped; and what is streamed, where
Slack takes only Markdown, is escaped for Markdown.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from connectors.connector import Citation
from connectors.slack.kit import Block

_JOINER: Final = "\u2060"
"""A word joiner: invisible, and what it stands in is no name and no address any more."""
_MARK: Final = re.compile(r"\[(\d{1,3})\]")
_ADDRESS: Final = re.compile(r"https?://[^\s<>|\"“”‘’（）()\[\]{}，。；！？、]+", re.IGNORECASE)
_TRAILING: Final = ".,;:!?'*_~`"
_LEADING_SOMEWHERE: Final = re.compile(r"(?i)(?<=\w)(?=://)|(?<=mailto)(?=:)|(?<=tel)(?=:)|(?<=www)(?=\.)|(?<=\w)(?=@)")
_NAME: Final = re.compile(r"([@＠#])(?=\w)")
_MARKDOWN: Final = re.compile(r"[\\`*_\[\]~|]")
_MARKDOWN_LINE: Final = re.compile(r"(?m)^(\s*)([#+=-])")
_UNFIT: Final = re.compile(r"[\s<>|\"\\^`{}\x00-\x1f\x7f]")
_LONGEST_ADDRESS: Final = 3000


def escaped(text: str) -> str:
    """For markup: none of Slack's ``<…>`` can be in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def small(text: str) -> str:
    """A quotation on one line of markup: escaped, calling nobody, and its code marks cannot swallow what follows."""
    return escaped(_uncalled(" ".join(text.split())).replace("`", "'"))


def link(url: str | None, label: str) -> str:
    """A link in markup; the label alone when the address is none that a browser should open."""
    fit = address(url)
    return f"<{escaped(fit)}|{escaped(label).replace('|', '¦')}>" if fit else escaped(label)


def moment(time: datetime) -> str:
    """A time in markup, shown to everybody in their own time zone and language."""
    time = time.astimezone(UTC)
    return f"<!date^{int(time.timestamp())}^{{date_short_pretty}} {{time}}|{time:%Y-%m-%d %H:%M} UTC>"


def address(url: str | None) -> str | None:
    """A web address in a form that ends nowhere too early; None for anything else, such as ``javascript:``."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    fit = _UNFIT.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), url.strip())
    return fit if len(fit) <= _LONGEST_ADDRESS else None


def addresses_in(citations: Sequence[Citation]) -> frozenset[str]:
    """The web addresses that the sources themselves hold: these may be links in an answer."""
    return frozenset(found for citation in citations for found in _addresses(citation.quote))


def rich_text(text: str, citations: Sequence[Citation], *, block_id: str | None = None) -> Block:
    """The text as people read it: each ``[n]`` leads to its source, everything else is only text."""
    elements: list[Block] = [
        {"type": "link", "url": url, "text": piece} if url else {"type": "text", "text": piece}
        for piece, url in _pieces(text, citations)
    ]
    section: Block = {"type": "rich_text_section", "elements": elements or [{"type": "text", "text": "…"}]}
    return {"type": "rich_text", "elements": [section]} | ({"block_id": block_id} if block_id else {})


def markdown(text: str, citations: Sequence[Citation]) -> str:
    """The same for a stream, as Markdown."""
    return "".join(_link(piece, url) if url else _words(piece) for piece, url in _pieces(text, citations))


def notification(text: str) -> str:
    """The text beside blocks: what notifications, screen readers and the archive take for the message."""
    return escaped(text.strip()) or "…"


def _link(label: str, url: str) -> str:
    fit = url
    for character in "()*_~":
        fit = fit.replace(character, f"%{ord(character):02X}")
    return f"[{_MARKDOWN.sub(_backslashed, label)}]({escaped(fit)})"


def _words(text: str) -> str:
    text = _LEADING_SOMEWHERE.sub(_JOINER, _uncalled(text))
    text = _MARKDOWN.sub(_backslashed, escaped(text))
    text = _MARKDOWN_LINE.sub(r"\1\\\2", text)
    return text.replace("\n", "  \n")


def _backslashed(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def _uncalled(text: str) -> str:
    """``@name`` and ``#channel`` that stay words."""
    return _NAME.sub(rf"\1{_JOINER}", text)


def _pieces(text: str, citations: Sequence[Citation]) -> Iterator[tuple[str, str | None]]:
    """The text in order, each piece with where it leads."""
    targets = {citation.n: address(citation.permalink) for citation in citations}
    of_sources = addresses_in(citations)
    position = 0
    for start, end, url in sorted([*_marks(text, targets), *_known(text, of_sources)]):
        if start < position:
            continue
        if text[position:start]:
            yield text[position:start], None
        yield text[start:end], url
        position = end
    if text[position:]:
        yield text[position:], None


def _marks(text: str, targets: Mapping[int, str | None]) -> Iterator[tuple[int, int, str]]:
    for found in _MARK.finditer(text):
        url = targets.get(int(found[1]))
        if url:
            yield found.start(), found.end(), url


def _known(text: str, of_sources: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    for found in _ADDRESS.finditer(text):
        written = found[0].rstrip(_TRAILING)
        url = address(written) if written in of_sources else None
        if url:
            yield found.start(), found.start() + len(written), url


def _addresses(text: str) -> Iterator[str]:
    for found in _ADDRESS.finditer(text):
        yield found[0].rstrip(_TRAILING)
