"""Holidays and shopping days of both languages.

The lunar dates were compared, for every year, between two independent implementations of the Chinese calendar.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from knowledge.time_expressions.span import Clock, Span, days, has_begun

_DAY = timedelta(days=1)

# Spring Festival, Dragon Boat, Mid-Autumn, Double Ninth, Qingming: month and day.
_LUNAR: dict[int, tuple[tuple[int, int], ...]] = {
    2015: ((2, 19), (6, 20), (9, 27), (10, 21), (4, 5)),
    2016: ((2, 8), (6, 9), (9, 15), (10, 9), (4, 4)),
    2017: ((1, 28), (5, 30), (10, 4), (10, 28), (4, 4)),
    2018: ((2, 16), (6, 18), (9, 24), (10, 17), (4, 5)),
    2019: ((2, 5), (6, 7), (9, 13), (10, 7), (4, 5)),
    2020: ((1, 25), (6, 25), (10, 1), (10, 25), (4, 4)),
    2021: ((2, 12), (6, 14), (9, 21), (10, 14), (4, 4)),
    2022: ((2, 1), (6, 3), (9, 10), (10, 4), (4, 5)),
    2023: ((1, 22), (6, 22), (9, 29), (10, 23), (4, 5)),
    2024: ((2, 10), (6, 10), (9, 17), (10, 11), (4, 4)),
    2025: ((1, 29), (5, 31), (10, 6), (10, 29), (4, 4)),
    2026: ((2, 17), (6, 19), (9, 25), (10, 18), (4, 5)),
    2027: ((2, 6), (6, 9), (9, 15), (10, 8), (4, 5)),
    2028: ((1, 26), (5, 28), (10, 3), (10, 26), (4, 4)),
    2029: ((2, 13), (6, 16), (9, 22), (10, 16), (4, 4)),
    2030: ((2, 3), (6, 5), (9, 12), (10, 5), (4, 5)),
    2031: ((1, 23), (6, 24), (10, 1), (10, 24), (4, 5)),
    2032: ((2, 11), (6, 12), (9, 19), (10, 12), (4, 4)),
    2033: ((1, 31), (6, 1), (9, 8), (10, 1), (4, 4)),
    2034: ((2, 19), (6, 20), (9, 27), (10, 20), (4, 5)),
    2035: ((2, 8), (6, 10), (9, 16), (10, 9), (4, 5)),
    2036: ((1, 28), (5, 30), (10, 4), (10, 27), (4, 4)),
    2037: ((2, 15), (6, 18), (9, 24), (10, 17), (4, 4)),
    2038: ((2, 4), (6, 7), (9, 13), (10, 7), (4, 5)),
    2039: ((1, 24), (5, 27), (10, 2), (10, 26), (4, 5)),
    2040: ((2, 12), (6, 14), (9, 20), (10, 14), (4, 4)),
}

_Dated = Callable[[int], tuple[date, int, int]]
"""For a year: the day itself, and how many days before and after it belong to the holiday."""


def _fixed(month: int, day: int, before: int = 0, after: int = 0) -> _Dated:
    return lambda year: (date(year, month, day), before, after)


def _lunar(which: int, before: int = 0, after: int = 0, shift: int = 0) -> _Dated:
    def dated(year: int) -> tuple[date, int, int]:
        month, day = _LUNAR[year][which]
        return date(year, month, day) + shift * _DAY, before, after

    return dated


def _nth(month: int, weekday: int, number: int, shift: int = 0, after: int = 0) -> _Dated:
    """The ``number``-th such weekday of a month; -1 is the last."""

    def dated(year: int) -> tuple[date, int, int]:
        _, length = calendar.monthrange(year, month)
        found = [date(year, month, day) for day in range(1, length + 1)]
        chosen = [day for day in found if day.weekday() == weekday]
        return (chosen[number - 1] if number > 0 else chosen[number]) + shift * _DAY, 0, after

    return dated


def _easter(year: int) -> tuple[date, int, int]:
    """Easter Sunday (the anonymous Gregorian rule), with Good Friday and Easter Monday."""
    century, rest = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1), 2, 1


_MONDAY, _THURSDAY = 0, 3
_FESTIVALS: tuple[tuple[str, _Dated], ...] = (
    (r"国庆(?:节)?|十一(?=长假|黄金周|假期|期间)", _fixed(10, 1, after=6)),
    (r"大年三十|除夕(?:夜)?", _lunar(0, shift=-1)),
    (r"大年初一", _lunar(0)),
    (r"春节|农历新年|农历年|过年", _lunar(0, before=1, after=6)),
    (r"元宵(?:节)?", _lunar(0, shift=14)),
    (r"元旦(?:节)?", _fixed(1, 1, after=2)),
    (r"清明(?:节)?", _lunar(4, before=1, after=1)),
    (r"五一(?:劳动节|节)?|劳动节", _fixed(5, 1, after=4)),
    (r"端午(?:节)?", _lunar(1, before=1, after=1)),
    (r"中秋(?:节)?", _lunar(2, before=1, after=1)),
    (r"重阳(?:节)?", _lunar(3)),
    (r"六一(?:儿童节|节)?|儿童节", _fixed(6, 1)),
    (r"三八(?:妇女节|节)|妇女节", _fixed(3, 8)),
    (r"五四青年节|青年节", _fixed(5, 4)),
    (r"教师节", _fixed(9, 10)),
    (r"双十一|双11|双 11|光棍节", _fixed(11, 11, before=10)),
    (r"双十二|双12|双 12", _fixed(12, 12, before=4)),
    (r"六一八|618(?=大促|期间|之前|之后|以前|以后|前|后|活动)", _fixed(6, 18, before=17)),
    (r"圣诞(?:节)?", _fixed(12, 25, before=1, after=1)),
    (r"平安夜", _fixed(12, 24)),
    (r"感恩节", _nth(11, _THURSDAY, 4, after=3)),
    (r"万圣节", _fixed(10, 31)),
    (r"情人节", _fixed(2, 14)),
    (r"chinese new year|lunar new year|spring festival|\bcny(?= holidays?\b)", _lunar(0, before=1, after=6)),
    (r"dragon boat(?: festival)?", _lunar(1, before=1, after=1)),
    (r"mid-?autumn(?: festival)?|moon festival", _lunar(2, before=1, after=1)),
    (r"qing ?ming(?: festival)?|tomb[- ]sweeping day", _lunar(4, before=1, after=1)),
    (r"(?:chinese )?national day|golden week", _fixed(10, 1, after=6)),
    (r"singles'? day|double (?:11|eleven)", _fixed(11, 11, before=10)),
    (r"christmas eve", _fixed(12, 24)),
    (r"boxing day", _fixed(12, 26)),
    (r"christmas(?: day)?|\bxmas", _fixed(12, 25, before=1, after=1)),
    (r"new year'?s eve", _fixed(12, 31)),
    (r"new year'?s(?: day)?|new year(?= holiday)", _fixed(1, 1)),
    (r"thanksgiving(?: day)?", _nth(11, _THURSDAY, 4, after=3)),
    (r"black friday", _nth(11, _THURSDAY, 4, shift=1)),
    (r"cyber monday", _nth(11, _THURSDAY, 4, shift=4)),
    (r"halloween", _fixed(10, 31)),
    (r"valentine'?s(?: day)?", _fixed(2, 14)),
    (r"st\.? patrick'?s day", _fixed(3, 17)),
    (r"may day", _fixed(5, 1, after=4)),
    (r"labou?r day", _nth(9, _MONDAY, 1)),
    (r"memorial day", _nth(5, _MONDAY, -1)),
    (r"independence day|(?:the )?(?:4th|fourth) of july", _fixed(7, 4)),
    (r"good friday", lambda year: (_easter(year)[0] - 2 * _DAY, 0, 0)),
    (r"easter(?: sunday)?", _easter),
)
_SINGLE_DAYS = re.compile(
    r"元旦|清明|端午|中秋|双|圣诞|感恩|christmas|thanksgiving|easter|singles|double|dragon"
    r"|autumn|qing",
    re.IGNORECASE,
)
"""Bare, these mean the day; the others (春节, 国庆, 五一) the holiday."""

NAMES = "|".join(f"(?:{pattern})" for pattern, _ in _FESTIVALS)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), dated) for pattern, dated in _FESTIVALS)


def festival(named: str, clock: Clock, *, year: int | None, whole: bool) -> Span | None:
    """The festival that ``named`` begins with, of a year, else the last that has begun.

    ``whole`` takes the days off around it.

    Its ``point`` is the day itself, or the holiday that is meant by 前 and 后. None when its date is not known.
    """
    dated = next(dated for pattern, dated in _COMPILED if pattern.match(named))
    candidates = list(_spans(dated, [year] if year else [clock.today.year, clock.today.year - 1]))
    for day, holiday in candidates:
        chosen = holiday if whole or not _SINGLE_DAYS.match(named) else day
        if year or has_begun(chosen, clock):
            start = day.start if not whole else holiday.start
            return Span(chosen.start, chosen.end, "day", Span(start, chosen.end, "day"))
    return None


def _spans(dated: _Dated, candidates: list[int]) -> Iterator[tuple[Span, Span]]:
    for year in candidates:
        try:
            day, before, after = dated(year)
        except KeyError:
            continue
        yield days(day), days(day - before * _DAY, before + 1 + after)
