"""Links and addresses in a text."""

import re

from knowledge.lexical import normalize

_STOP = r"\s<>\"'`|，。；：！？、（）《》【】“”「」"
_DOMAINS = "com|cn|net|org|io|ai|co|app|dev|top|xyz|info|me|cc|link|site|shop|ru|edu|gov|uk|sg|hk|tw|jp|us|eu"
_LINK = re.compile(
    rf"[a-z][a-z0-9+.\-]{{1,20}}://[^{_STOP}]+"
    r"|(?<![\w.+\-])[a-z0-9._+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+"
    rf"|(?<![a-z0-9@./\-])(?:[a-z0-9\-]+\.)+(?:{_DOMAINS})(?![a-z0-9\-]|\.[a-z0-9])(?:[:/?#][^{_STOP}]*)?"
    # What no browser needs a scheme for: names in other letters, numbers with a path, pictures and scripts.
    r"|(?<![a-z0-9@./\-])(?:[a-z0-9\-]+\.){0,9}xn--[a-z0-9\-]+(?:\.[a-z0-9\-]+)*"
    rf"|(?<![a-z0-9@./\-])[a-z0-9\-]{{0,60}}[\u00df-\u00ff\u0100-\u024f\u0370-\u03ff\u0400-\u04ff][^\W_]{{0,60}}"
    rf"\.(?:{_DOMAINS})(?![a-z0-9\-])(?:[:/?#][^{_STOP}]*)?"
    rf"|(?<![\w./\-])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d{{1,5}})?/[^{_STOP}]*"
    rf"|(?:mailto|javascript|vbscript|data|tel|file):(?=[^\s{_STOP}])[^{_STOP}]+"
    rf"|(?<![\w:/])//[a-z0-9\-]+(?:\.[a-z0-9\-]+)+[^{_STOP}]*",
    re.IGNORECASE,
)
_WIDE = {0xFF01 + offset: chr(0x21 + offset) for offset in range(94) if chr(0x21 + offset).isalnum()} | {0xFF0E: "."}
_SCHEME = re.compile(r"^(?:https?:)?//|^mailto:")


def links(text: str) -> frozenset[str]:
    """Every link and mail address, folded so that the same one written in two ways is one."""
    # Backwards from punctuation: a full stop or bracket after a link belongs to the sentence.
    return frozenset(
        _SCHEME.sub("", normalize(found).rstrip(".,;:!?)]}*_/")) for found in _LINK.findall(text.translate(_WIDE))
    )
