"""Small numbers in words: 三, 十一, 两, three, a couple of."""

import re

CHINESE = r"(?:\d{1,4}|[一二两三四五六七八九十]{1,3})"
"""A counted number in Chinese text."""
ENGLISH_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "a couple of": 2, "a couple": 2, "couple of": 2, "couple": 2,
}  # fmt: skip
ENGLISH = rf"(?:\d{{1,4}}|{'|'.join(sorted(ENGLISH_WORDS, key=len, reverse=True))})"
"""A counted number in English text."""

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_YEAR = re.compile(r"[零〇一二三四五六七八九]{4}")


def chinese_number(text: str) -> int:
    """Up to 99 in words, or figures; raises ``ValueError`` for anything else."""
    if text.isdecimal():
        return int(text)
    if _YEAR.fullmatch(text):
        return int("".join(str(_DIGITS[character]) for character in text))
    tens, ten, ones = text.partition("十")
    try:
        if not ten:
            return _DIGITS[tens]
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    except KeyError:
        raise ValueError(text) from None


def english_number(text: str) -> int:
    """Up to twelve in words, or figures; raises ``ValueError`` for anything else."""
    plain = " ".join(text.lower().split())
    if plain in ENGLISH_WORDS:
        return ENGLISH_WORDS[plain]
    return int(plain)
