"""Links and addresses in a text."""

import re

from knowledge.lexical import normalize

_STOP = r"\s<>\"'`|，。；：！？、（）《》【】“”「」"
_DOMAINS = "com|cn|net|org|io|ai|co|app|dev|top|xyz|info|me|cc|link|site|shop|ru|edu|gov|uk|sg|hk|tw|jp|us|eu"
_LINK = re.compile(
    rf"[a-z][a-z0-9+.\-]{{1,20}}://[^{_STOP}]+"
    r"|(?<![\w.+\-])[a-z0-9._+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+"
    rf"|(?<![a-z0-9@./\-])(?:[a-z0-9\-]+\.)+(?:{_DOMAINS})(?![a-z0-9\-]|\.[a-z0-9])(?:[:/?#][^{_STOP}]*)?",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"^https?://")


def links(text: str) -> frozenset[str]:
    """Every link and mail address, folded so that the same one written in two ways is one."""
    # Backwards from punctuation: a full stop or bracket after a link belongs to the sentence.
    return frozenset(_SCHEME.sub("", normalize(found).rstrip(".,;:!?)]}*_/")) for found in _LINK.findall(text))
