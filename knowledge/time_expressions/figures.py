"""Dates in figures: 2024-05-03, 2024/5/3, 2024.5.3, 2024-05, 5/3.

``5/3`` alone is the fifth month's third day in Chinese and, as in American usage, in English; where the first number
is above 12 it is the day.
"""

import re
from datetime import date, timedelta

from knowledge.time_expressions.rule import Rule, group, last_begun, rule
from knowledge.time_expressions.span import Clock, Span, days, months

_YEAR_FIRST = (
    r"(?<![\w.\-/])(?P<year>(?:19|20)\d\d)(?P<between>[-/.])(?P<month>0?[1-9]"
    r"|1[0-2])(?P=between)(?P<day>[0-3]?\d)(?![\d\w/]|[-.]\w)"
)
_YEAR_LAST = r"(?<![\w.\-/])(?P<first>[0-3]?\d)/(?P<second>[0-3]?\d)/(?P<year>(?:19|20)\d\d)(?![\w/])"
_NO_YEAR = r"(?P<first>[0-3]?\d)/(?P<second>[0-3]?\d)(?![\w/%]|\.\d)"
_LED = (
    r"(?:on\s+|(?<=\bsince\s)|(?<=\bbefore\s)|(?<=\bafter\s)|(?<=\buntil\s)|(?<=\btill\s)"
    r"|(?<=\bby\s)|(?<=\bfrom\s)|(?<=\bto\s)|(?<=\bbetween\s)|(?<=\band\s)"
    r"|(?<=[在从自至到])\s*)"
)
_GOES_ON = (
    r"(?=\s*(?:[日号]|那天|当天|以来|之前|以前|之后|以后|前|后|上午|下午|晚上|早上|的(?:会|群"
    r"|消息|讨论|记录|通知|文件)))"
)


def _whole_date(match: re.Match[str], clock: Clock) -> Span | None:
    return last_begun([days(date(int(match["year"]), int(match["month"]), int(match["day"])))], clock)


def _month(match: re.Match[str], clock: Clock) -> Span | None:
    return last_begun([months(int(match["year"]), int(match["month"]))], clock)


def _in_figures(match: re.Match[str], clock: Clock) -> Span | None:
    month, day = int(match["first"]), int(match["second"])
    if month > 12:
        month, day = day, month
    if year := group(match, "year"):
        return last_begun([days(date(int(year), month, day))], clock)
    found = [days(date(clock.today.year - back, month, day)) for back in (0, 1)]
    return last_begun(found, clock)


def _moment(match: re.Match[str], clock: Clock) -> Span | None:
    """A date with a time, to the minute."""
    hour, minute = int(match["hour"]), int(match["minute"])
    day = days(date(int(match["year"]), int(match["month"]), int(match["day"])))
    if day.start is None or hour > 23:
        return None
    start = day.start + timedelta(hours=hour, minutes=minute)
    return last_begun([Span(start, start + timedelta(minutes=1), "moment")], clock)


RULES: tuple[Rule, ...] = (
    rule(rf"(?:on\s+)?{_YEAR_FIRST}", _whole_date),
    rule(
        rf"(?:on\s+)?{_YEAR_FIRST.partition('(?![')[0]}[T\s]\s*(?P<hour>[0-2]?\d):(?P<minute>[0-5]\d)(?::\d\d)?(?![\d:])",
        _moment,
    ),
    rule(rf"(?:on\s+)?{_YEAR_LAST}", _in_figures),
    rule(r"(?:in\s+)?(?<![\w.\-/])(?P<year>(?:19|20)\d\d)[-/](?P<month>0[1-9]|1[0-2])(?![\w/]|[-.]\w)", _month),
    rule(rf"{_LED}{_NO_YEAR}(?!\s*(?:of|的人|的))", _in_figures, "year"),
    rule(rf"(?<![\w./-]){_NO_YEAR}{_GOES_ON}\s*[日号]?", _in_figures, "year"),
)
