"""Relative days in a record written out: "last weekend" said on 13 September is "last weekend (9-10 September 2023)".

A small model reckons badly with dates; what the words mean is known exactly from when they were said.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

from bot.answering.days import days_named
from bot.errors import Language
from knowledge.lexical import normalize
from knowledge.time_expressions import TimeExpression, find_time_expressions

_LONGEST_DAYS = 8
"""What is longer than a week and not a month or a year is nothing exact. Today needs no date: the record has one."""
_VAGUE = re.compile(r"the other day|few|several|couple|recent|late|近|几|些|刚", re.IGNORECASE)
_ALREADY_DATED = re.compile(
    r"\d{4}|\d\s*月|\d{1,2}[-/.]\d{1,2}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE
)
_TO_COME = re.compile(
    r"大后天|后天|明[天日晚早]|下下?个?(?:周|星期|礼拜)[一二三四五六日天]|\bday after tomorrow\b|\btomorrow\b",
    re.IGNORECASE,
)
_TEXT_CHARS = 600


@dataclass(frozen=True, slots=True)
class _Period:
    """What words mean that end at ``end``: the days from ``first`` to ``last``, or a whole month or year."""

    end: int
    first: date
    last: date
    whole: Literal["month", "year"] | None = None


def dated(text: str, said_at: datetime, *, zone: tzinfo, language: Language) -> str:
    """``text`` with the dates of its relative times in brackets behind them, as days of ``zone``."""
    for period in sorted(_periods(text, said_at.astimezone(zone), zone), key=lambda each: each.end, reverse=True):
        text = f"{text[: period.end]}{_bracketed(_written(period, language), language)}{text[period.end :]}"
    return text


def days_meant(text: str, said_at: datetime, *, zone: tzinfo) -> set[date]:
    """The days that relative times mean; a month or a year gives its first day."""
    days: set[date] = set()
    for period in _periods(text, said_at.astimezone(zone), zone):
        count = 1 if period.whole else (period.last - period.first).days + 1
        days.update(period.first + timedelta(days=number) for number in range(count))
    return days


@lru_cache(maxsize=512)
def _periods(text: str, now: datetime, zone: tzinfo) -> tuple[_Period, ...]:
    """Read once for the budget of a prompt, the prompt and the check."""
    periods: dict[int, _Period] = {}
    for expression in find_time_expressions(text[:_TEXT_CHARS], now=now, zone=zone):
        if _ALREADY_DATED.search(expression.text) or _VAGUE.search(expression.text):
            continue
        end = expression.start + len(expression.text.rstrip())
        period = _period(expression, end, zone)
        if period is not None and not period.first == period.last == now.date():
            periods[end] = period
    for found in _TO_COME.finditer(text[:_TEXT_CHARS]):
        days = set(days_named(normalize(found[0]), now.date()))
        if len(days) == 1:
            [day] = days
            periods[found.end()] = _Period(found.end(), day, day)
    return tuple(periods.values())


def _period(expression: TimeExpression, end: int, zone: tzinfo) -> _Period | None:
    if expression.since is None or expression.until is None:
        return None
    first = expression.since.astimezone(zone).date()
    last = (expression.until.astimezone(zone) - timedelta(seconds=1)).date()
    match expression.grain:
        case "year":
            return _Period(end, first, last, "year")
        case "month":
            return _Period(end, first, last, "month")
        case _:
            return _Period(end, first, last) if (last - first).days < _LONGEST_DAYS else None


def _written(period: _Period, language: Language) -> str:
    first = period.first
    match period.whole:
        case "year":
            return f"{first.year} 年" if language == "zh" else str(first.year)
        case "month":
            return f"{first.year} 年 {first.month} 月" if language == "zh" else f"{first:%B} {first.year}"
        case None:
            return _range(first, period.last if period.last != first else None, language)


def _range(first: date, last: date | None, language: Language) -> str:
    if language == "zh":
        end = f"至 {last.month} 月 {last.day} 日" if last else ""
        return f"{first.year} 年 {first.month} 月 {first.day} 日{end}"
    if last is None:
        return f"{first.day} {first:%B} {first.year}"
    start = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"{start}-{last.day} {last:%B} {last.year}"


def _bracketed(note: str, language: Language) -> str:
    return f"（{note}）" if language == "zh" else f" ({note})"
