"""Days that are named from the day on which something was said: tomorrow, 下周三, in two weeks."""

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

_OFFSETS = (
    ("大后天", 3), ("后天", 2), ("day after tomorrow", 2), ("明天", 1), ("明日", 1), ("明早", 1), ("明晚", 1),
    ("tomorrow", 1), ("今", 0), ("today", 0), ("tonight", 0), ("昨", -1), ("yesterday", -1), ("前天", -2),
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CHINESE_WEEKDAY = re.compile(r"(下下|下|上)?个?(?:周|星期|礼拜)([1-6一二三四五六日天])")
_ENGLISH_WEEKDAY = re.compile(rf"\b(next|last)?\s*({'|'.join(_WEEKDAYS)})\b")
_LATER = re.compile(
    r"(\d{1,3})\s*个?(天|日|周|星期|days?|weeks?)\s*(?:之?后|以后|later|from now)|\bin\s+(\d{1,3})\s+(day|week)s?\b"
)
_WEEK = timedelta(weeks=1)


def days_named(text: str, said_on: date) -> Iterator[date]:
    """Every day that words of ``text`` can mean, ambiguous ones each; expects lower case and numerals as digits."""
    for word, offset in _OFFSETS:
        if word in text:
            yield said_on + timedelta(days=offset)
    for found in _LATER.finditer(text):
        number, unit = int(found[1] or found[3]), found[2] or found[4]
        yield said_on + timedelta(days=number * (7 if unit[0] in "周星w" else 1))
    for found in _CHINESE_WEEKDAY.finditer(text):
        weekday = 6 if found[2] in "日天" else "一二三四五六".find(found[2])
        weekday = int(found[2]) - 1 if weekday < 0 else weekday
        yield from _weekday(said_on, weekday, {"下": 1, "下下": 2, "上": -1}.get(found[1] or ""))
    for found in _ENGLISH_WEEKDAY.finditer(text):
        weekday = _WEEKDAYS.index(found[2])
        yield from _weekday(said_on, weekday, None)
        if found[1]:
            yield from _weekday(said_on, weekday, 1 if found[1] == "next" else -1)
    if "月底" in text or "end of the month" in text or "end of month" in text:
        yield said_on.replace(day=calendar.monthrange(said_on.year, said_on.month)[1])


def _weekday(said_on: date, weekday: int, weeks: int | None) -> Iterator[date]:
    here = said_on + timedelta(days=weekday - said_on.weekday())
    if weeks is not None:
        yield here + weeks * _WEEK
        return
    yield here
    yield here + _WEEK if here < said_on else here - _WEEK
