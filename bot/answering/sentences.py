"""Sentences of Chinese and English text."""

import re

_CLOSING = "”’\"'」』）)】\\]"
_END = re.compile(
    rf"(?:[。！？；][{_CLOSING}]*(?![。！？；{_CLOSING}]))"  # Chinese: at once, closing quotes included.
    rf"|[!?;]+[{_CLOSING}]*(?=\s|$|[\u3400-\u9fff])"  # Not within an address or an expression.
    rf"|\.+[{_CLOSING}]*(?=\s+[A-Z\u3400-\u9fff\"'“‘(\[])"
    r"|\n+"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|inc|ltd|co|corp|vs|etc|no|fig|approx|est|e\.g|i\.e|a\.m|p\.m)|(?:^|[\s(])[A-Z])\.$",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:^|[\s(])[A-Z]\.$")


def split_sentences(text: str) -> list[str]:
    """Sentences in order, without surrounding space.

    A dot inside a number, version, address or abbreviation ends none; what closes a quotation stays with it.
    """
    sentences: list[str] = []
    start = 0
    for end in _END.finditer(text):
        so_far = text[start : end.end()].strip()
        if end[0].startswith(".") and _is_abbreviation(so_far):
            continue
        if so_far:
            sentences.append(so_far)
        start = end.end()
    rest = text[start:].strip()
    return [*sentences, rest] if rest else sentences


def _is_abbreviation(text: str) -> bool:
    return bool(_ABBREVIATION.search(text) or _INITIAL.search(text))
