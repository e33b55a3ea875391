"""Spellings that hide what a text says: full-width and look-alike letters, invisible characters, simple codes."""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

_INVISIBLE: Final = re.compile(r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_TAGS: Final = {0xE0000 + code: chr(code) for code in range(0x20, 0x7F)} | {0xE0001: "", 0xE007F: ""}
"""Characters of the tag block: they show nothing, and a model reads them."""
_LOOK_ALIKES: Final = str.maketrans(
    "аеорсухіјѕԁӏвкмнтАВЕКМНОРСТХУІЈЅαονρτικυεΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdlbkmhtABEKMHOPCTXYIJSaovptikueABEZHIKMNOPTYX",
)
_LEET: Final = str.maketrans("013457@$", "oieastas")
_LEET_WORD: Final = re.compile(r"[a-z0-9@$]{0,20}[a-z]{2}[a-z0-9@$]{0,20}|[a-z][013457@$][a-z0-9@$]{0,20}")
_SPACED: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_][ ._\-*]){5,400}[^\W\d_](?![^\W_])")
_SPACED_CHINESE: Final = re.compile(r"(?<=[\u3400-\u9fff])[ ._\-*]{1,3}(?=[\u3400-\u9fff])")
_ENCODED: Final = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/_-]{20,4000}={0,2}")
_HEX: Final = re.compile(r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}){12,2000}(?![0-9a-fA-F])")

FULL_WIDTH: Final = {0xFF01 + offset: chr(0x21 + offset) for offset in range(94)} | {0x3000: " "}
"""Each full-width character as its usual one: offsets stay."""


def plain_spelling(text: str) -> str:
    """The text as it reads: usual letters, nothing invisible, lower case, one space between words.

    Line breaks stay: a role marker stands at the beginning of a line.
    """
    shown = unicodedata.normalize("NFKC", html.unescape(text).translate(_TAGS).translate(_LOOK_ALIKES))
    return re.sub(r"[^\S\n]+", " ", _INVISIBLE.sub("", shown)).lower()


def readings(text: str) -> Iterator[str]:
    """The plain spelling, and then whatever else a reader who looks for a hidden meaning finds in the text."""
    # Most texts hold no disguise: then several readings are one, and it is searched once.
    read = set[str]()
    for reading in _readings(text):
        if reading not in read:
            read.add(reading)
            yield reading


def _readings(text: str) -> Iterator[str]:
    plain = plain_spelling(text)
    yield plain
    yield _SPACED_CHINESE.sub("", _SPACED.sub(lambda found: re.sub(r"[ ._\-*]", "", found[0]), plain))
    yield _LEET_WORD.sub(lambda found: found[0].translate(_LEET), plain)
    yield codecs.encode(plain, "rot13")
    yield plain[::-1]
    if "%" in text:
        yield plain_spelling(unquote(text))
    for decoded in _decoded(text):
        yield plain_spelling(decoded)


def _decoded(text: str) -> Iterator[str]:
    for found in _ENCODED.findall(text):
        standard = found.rstrip("=").translate(str.maketrans("-_", "+/"))
        try:
            yield base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            continue
    for found in _HEX.findall(text):
        try:
            yield bytes.fromhex(found).decode("utf-8")
        except UnicodeDecodeError:
            continue
