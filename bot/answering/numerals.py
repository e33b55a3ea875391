"""Chinese numerals as digits: 三百二十 is 320, 二〇二六 is 2026."""

import re

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_RUN = re.compile("[零〇一二两三四五六七八九十百千]+")
_PERCENT = re.compile("百分之(?=[零〇一二两三四五六七八九十百0-9])")
_COUNTED = re.compile(r"\s*[月日号万亿]")
_TEN = 10


def with_all_digits(text: str) -> str:
    """Every numeral that has a value as digits: for what a text may mean."""
    return _RUN.sub(lambda run: _spaced(_value(run[0]), run[0]), _PERCENT.sub("", text))


def with_certain_digits(text: str) -> str:
    """Only numerals that certainly count: from ten on with a digit of their own, those of dates and before 万.

    一个, 万一 or 十分 say nothing that could be wrong.
    """
    plain = _PERCENT.sub("", text)

    def replaced(run: "re.Match[str]") -> str:
        value = _value(run[0])
        counts = value is not None and value >= _TEN and len(run[0]) > 1 and any(c in _DIGITS for c in run[0])
        is_counted = value is not None and _COUNTED.match(plain, run.end()) is not None
        return _spaced(value, run[0]) if counts or is_counted else run[0]

    return _RUN.sub(replaced, plain)


def _spaced(value: int | None, run: str) -> str:
    return run if value is None else str(value)


def _value(run: str) -> int | None:
    if not any(character in _UNITS for character in run):
        # 二〇二六 is read digit by digit; 七八 is "seven or eight" and has no value.
        if len(run) in (1, 4) or any(character in "零〇" for character in run[1:]):
            return int("".join(str(_DIGITS[character]) for character in run))
        return None
    total, digit, last_unit = 0, None, 10**9
    for character in run:
        if character in _DIGITS:
            if digit not in (None, 0):
                return None
            digit = _DIGITS[character]
            continue
        unit = _UNITS[character]
        if unit >= last_unit or (digit is None and character != "十"):
            return None
        total += (1 if digit is None else digit) * unit
        digit, last_unit = None, unit
    if digit is not None and run[-2] in ("百", "千"):
        # 三百二 is 320.
        digit *= last_unit // 10
    return total + (digit or 0)
