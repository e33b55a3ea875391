"""Links in what the bot says: only those that its sources hold, spelt as they are, and never a picture."""

import re
from collections.abc import Set
from typing import Final

from bot.answering.links import links
from bot.errors import Language

_REMOVED: Final[dict[Language, str]] = {"zh": "（链接已去除）", "en": "(link removed)"}
_PICTURE: Final = re.compile(r"!\[([^\]\n]{0,300})\](?:\([^()\n]{0,3000}\)|\[[^\]\n]{0,300}\])?")
_NAMED: Final = re.compile(r"(?<!!)\[([^\]\n]{1,300})\]\(\s{0,3}<?([^()\s>]{1,3000})>?[^()\n]{0,300}\)")
_SLACK: Final = re.compile(r"<([a-z][a-z0-9+.\-]{1,20}:[^|>\s]{1,3000})\|([^>\n]{1,300})>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>\n]{0,3000}>|<!--")
_ACTIVE: Final = re.compile(
    r"\b(?:javascript|vbscript|data|file|blob)\s{0,3}:(?=[^\s，。])[^\s<>\"'，。]{1,100000}", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"[^\s<>\"'`|，。；：！？、（）《》【】“”「」()]{4,3000}")


def without_foreign_links(text: str, known: Set[str], language: Language) -> str:
    """The text without pictures, markup and links that are not in ``known`` (as ``bot.answering.links`` folds them).

    A label never stands for an address: the address itself is shown.
    """
    text = _PICTURE.sub(lambda found: found[1], text)
    text = _NAMED.sub(lambda found: _spelt_out(found[1], found[2]), text)
    text = _SLACK.sub(lambda found: _spelt_out(found[2], found[1]), text)
    text = _ACTIVE.sub(_REMOVED[language], _TAG.sub("", text))
    return _ADDRESS.sub(lambda found: found[0] if links(found[0]) <= known else _REMOVED[language], text)


def _spelt_out(label: str, address: str) -> str:
    return address if links(label) else f"{label} ({address})"
