"""Bytes to text when nobody says the encoding: Unicode, then the Chinese encodings, then the rest of the world."""

import codecs
import re
from typing import Final

import charset_normalizer

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z][\w.:-]{1,30})""", re.IGNORECASE)
_FREQUENT: Final = frozenset(
    "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后么心多天而能好都然没日于起还发成事只作"
    "當這個國來說們為時會過學對裡後沒還發麼開關點問題請與從業務電話電腦網路資訊"
    "，。、：；？！（）「」“”《》"
)
_SAMPLE_BYTES: Final = 200_000
_GOOD_SCORE: Final = 0.6


def decode_text(data: bytes, *, declared: str | None = None) -> str:
    """The text of ``data`` without a byte-order mark; bytes that fit nowhere become U+FFFD, so it never fails.

    ``declared`` is a charset named outside the bytes (an e-mail header); one named inside (HTML, XML) is found here. A
    declaration is believed only where it decodes, because it is wrong often.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, errors="replace").lstrip("\ufeff")
    if not data:
        return ""
    wide = _utf16_without_mark(data)
    if wide:
        return data.decode(wide, errors="replace")
    for candidate in ("utf-8", _usable(declared), _usable(_declared_inside(data))):
        decoded = _decoded(data, candidate) if candidate else None
        if decoded is not None:
            return decoded
    lenient = data.decode("utf-8", errors="replace")
    if lenient.count("\ufffd") * 100 <= sum(not character.isascii() for character in lenient):
        return lenient
    return data.decode(_guess(data), errors="replace")


def _usable(name: str | None) -> str | None:
    if not name:
        return None
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return None
    if found in {"gb2312", "gbk", "hz"}:
        return "gb18030"  # a superset; pages that declare GB2312 use characters outside it
    return "big5hkscs" if found in {"big5", "cp950"} else found


def _declared_inside(data: bytes) -> str | None:
    found = _DECLARED.search(data[:2048])
    return found.group(1).decode("ascii") if found else None


def _decoded(data: bytes, name: str) -> str | None:
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        # A file that was cut off within its last character is no reason to take it for another encoding.
        if error.start == 0 or not error.reason.startswith(("unexpected end", "incomplete")):
            return None
        return data[: error.start].decode(name)
    except (LookupError, ValueError):
        return None
    return text if isinstance(text, str) else None


def _utf16_without_mark(data: bytes) -> str | None:
    sample = data[:4096]
    sample = sample[: len(sample) & ~1]
    if len(sample) < 4:  # two characters
        return None
    zeros_low, zeros_high = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if not zeros_low + zeros_high:
        return None  # Chinese without a space, digit or line break: no file of any length is like that
    name = "utf-16-le" if zeros_high > zeros_low else "utf-16-be"
    try:
        text = sample.decode(name, errors="strict" if len(data) == len(sample) else "ignore")
    except UnicodeDecodeError:
        return None
    known = sum(character.isascii() and (character.isprintable() or character in "\r\n\t") for character in text)
    known += sum("\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef" for character in text)
    return name if known >= half * 0.9 and min(zeros_low, zeros_high) * 10 <= half else None


def _guess(data: bytes) -> str:
    sample = data[:_SAMPLE_BYTES]
    scores = {name: _chinese_score(sample, name) for name in ("gb18030", "big5hkscs")}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= _GOOD_SCORE:
        return best
    if _is_western(sample):
        return "cp1252"
    match = charset_normalizer.from_bytes(sample).best()
    if match is not None:
        return match.encoding
    return best if scores[best] > 0 else "cp1252"


def _is_western(sample: bytes) -> bool:
    """A few accented letters and typographic marks among many plain ones; too little for statistics to tell."""
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    accented = [character for character in text if not character.isascii()]
    known = sum(character.isalpha() or character in "\xa0–—‘’“”•…€°«»" for character in accented)
    return known == len(accented) and len(accented) * 5 < len(text)


def _chinese_score(sample: bytes, name: str) -> float:
    """Share of the non-ASCII characters that a Chinese writer of that encoding would use, 0 to about 1.2.

    Both encodings put the few thousand common characters first, so text decoded by the wrong one lands in rare ones.
    """
    text = sample.decode(name, errors="replace")
    wide = [character for character in text if not character.isascii()]
    if not wide:
        return 0.0
    reference, first, last = ("gb2312", 0xA1, 0xD7) if name == "gb18030" else ("big5", 0xA1, 0xC6)
    broken = common = frequent = 0
    for character in wide:
        if character == "\ufffd":
            broken += 1
            continue
        frequent += character in _FREQUENT
        try:
            common += first <= character.encode(reference)[0] <= last
        except UnicodeEncodeError:
            continue
    return (common + 0.2 * frequent - 5 * broken) / len(wide)
