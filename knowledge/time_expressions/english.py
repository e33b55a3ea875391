"""Days, weeks, months and longer stretches as English names them."""

import re
from datetime import date, timedelta

from knowledge.time_expressions.festivals import NAMES, festival
from knowledge.time_expressions.hours import hours_named
from knowledge.time_expressions.rule import Rule, group, last_begun, never, rule, weekday_before
from knowledge.time_expressions.span import (
    Clock,
    Span,
    days,
    half,
    months,
    months_from,
    part_of_month,
    part_of_year,
    quarter,
    week,
    years,
)

_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4}
_THIRDS = {"ea": 0, "be": 0, "st": 0, "mi": 1, "la": 2, "en": 2}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}

_MONTH = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?![\w])\.?"
)
_PLAIN_MONTH = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|apr|jul|aug|sept?|oct|nov|dec)\b(?!\.\w)"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)(?![\w.]*\d)"
_DAY = r"(?P<day>[0-3]?\d)(?P<ordinal>st|nd|rd|th)?(?![\d:%/]|\.\d)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})\b(?!\.\w)"
_IN = r"(?:(?:in|on|at|during|over|for|from|of|back in)\s+)?(?:the\s+)?"
_LED = r"(?:(?:in|during|over|since|until|till|before|after|by|throughout|between|back in|as of)\s+)"
_THIRD = r"(?P<third>early|beginning of|start of|mid(?:dle of)?|late|end of)[\s-]+(?:the\s+)?"
_BORDERED = (
    r"(?<=\bsince\s)|(?<=\bafter\s)|(?<=\bbefore\s)|(?<=\buntil\s)|(?<=\btill\s)"
    r"|(?<=\bfrom\s)|(?<=\bto\s)|(?<=\bthrough\s)|(?<=\bbetween\s)|(?<=\band\s)|(?<=\bof\s)"
    r"|(?<=\bby\s)"
)


def _month_number(name: str) -> int:
    return next(number for number, full in enumerate(_MONTH_NAMES, 1) if full.startswith(name.lower()[:3]))


def _month(match: re.Match[str], clock: Clock) -> Span | None:
    """March 2024, in March, early March; without a year the last that has begun."""
    month, year = _month_number(match["month"]), group(match, "year")
    which = group(match, "which").lower()
    spans = [months(int(year), month)] if year else [months(clock.today.year - back, month) for back in (0, 1)]
    if which in ("last", "past", "previous") and spans[0].end is not None and spans[0].end > clock.now:
        spans = spans[1:]  # It still goes on, or has not come yet.
    third = group(match, "third").lower()
    return last_begun([part_of_month(span, _THIRDS[third[:2]]) if third else span for span in spans], clock)


def _edge_of_month(match: re.Match[str], clock: Clock) -> Span | None:
    """First week of May, last day of June 2024: its first or last seven days, or its first or last one."""
    month, year = _month_number(match["month"]), group(match, "year")
    length = 7 if match["unit"].lower() == "week" else 1
    spans = []
    for candidate in [int(year)] if year else [clock.today.year, clock.today.year - 1]:
        first = date(candidate, month, 1)
        after = date(candidate + month // 12, month % 12 + 1, 1)
        spans.append(days(first if match["edge"].lower() == "first" else after - timedelta(days=length), length))
    return last_begun(spans, clock)


def _date(match: re.Match[str], clock: Clock) -> Span | None:
    """5 May, May 5th 2024; without a year the last that has come."""
    month, year = _month_number(match["month"]), group(match, "year")
    spans: list[Span] = []
    for candidate in [int(year)] if year else [clock.today.year - back for back in range(9)]:
        try:
            first = date(candidate, month, int(match["day"]))
            last = date(candidate, month, int(group(match, "last") or match["day"]))
        except ValueError:
            continue  # 29 February
        if first <= last:
            spans.append(days(first, (last - first).days + 1))
    return last_begun(spans, clock)


def _year(match: re.Match[str], clock: Clock) -> Span | None:
    year, third = int(match["year"]), group(match, "third").lower()
    return last_begun([_third_of_year(year, third) if third else years(year)], clock)


def _third_of_year(year: int, third: str) -> Span:
    if third.startswith("end"):
        return part_of_year(year, 2)
    return months(year, 1 + 4 * _THIRDS[third[:2]], 4)


def _weekday(match: re.Match[str], clock: Clock) -> Span | None:
    """Monday, this Monday, last Monday (the one before today)."""
    weekday = [name[:3] for name in _WEEKDAYS].index(match["weekday"].lower()[:3])
    which = group(match, "which").lower()
    if which == "this":
        return last_begun([days(clock.today + timedelta(days=weekday - clock.today.weekday()))], clock)
    return days(weekday_before(clock.today, weekday, strictly=which in ("last", "past", "previous")))


def _coming_weekday(match: re.Match[str], clock: Clock) -> Span | None:
    """By Friday: the one to come, today included; ``clock`` is set a week ahead."""
    return days(weekday_before(clock.today - timedelta(days=1), _WEEKDAYS.index(match["weekday"].lower())))


def _relative(match: re.Match[str], clock: Clock) -> Span | None:
    """Last week, this quarter, end of last month."""
    unit, which, third = match["unit"].lower(), group(match, "which").lower(), group(match, "third").lower()
    back = 1 if which in ("last", "previous", "prior") else 2 if which.endswith("before last") else 0
    today = clock.today
    if unit == "week":
        chosen = week(today - timedelta(weeks=back))
        if third and chosen.start is not None:
            first, count = ((0, 2), (2, 1), (3, 4))[_THIRDS[third[:2]]]
            chosen = days(chosen.start.date() + timedelta(days=first), count)
    elif unit == "month":
        chosen = months(today.year, today.month - back)
        chosen = part_of_month(chosen, _THIRDS[third[:2]]) if third else chosen
    elif unit == "quarter":
        start = months_from(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), -3 * back)
        chosen = months(start.year, start.month + (_THIRDS[third[:2]] if third else 0), 1 if third else 3, "quarter")
    elif unit == "year":
        chosen = _third_of_year(today.year - back, third) if third else years(today.year - back)
    else:
        saturday = today + timedelta(days=5 - today.weekday())
        ended = timedelta(weeks=1 if today.weekday() < 5 or back else 0)
        chosen = days(saturday - (timedelta() if which == "this" else ended), 2)
    return last_begun([chosen], clock)


def _quarter(match: re.Match[str], clock: Clock) -> Span | None:
    number = int(group(match, "quarter") or _ORDINALS[group(match, "nth").lower()])
    year = _full_year(group(match, "year") or group(match, "year_before"))
    return last_begun([quarter(each, number) for each in _years(year, clock)], clock)


def _half(match: re.Match[str], clock: Clock) -> Span | None:
    named = group(match, "half")
    number = int(named) if named else (1 if _ORDINALS[group(match, "nth").lower()] == 1 else 2)
    which = group(match, "which").lower()
    year = _full_year(group(match, "year") or group(match, "year_before"))
    if which:
        year = clock.today.year - (which == "last")
    return last_begun([half(each, number) for each in _years(year, clock)], clock)


def _full_year(text: str) -> int | None:
    return (2000 if len(text) == 2 else 0) + int(text) if text else None


def _years(year: int | None, clock: Clock) -> list[int]:
    return [year] if year else [clock.today.year, clock.today.year - 1]


def _season(match: re.Match[str], clock: Clock) -> Span | None:
    first, which = _SEASONS[match["season"].lower()], group(match, "which").lower()
    spans = [months(year, first, 3, "quarter") for year in _years(_full_year(group(match, "year")), clock)]
    if which == "last" and spans[0].end is not None and spans[0].end > clock.now:
        spans = spans[1:]
    return last_begun(spans, clock)


def _festival(match: re.Match[str], clock: Clock) -> Span | None:
    name = match.string[match.start("festival") :]
    year, which = _full_year(group(match, "year")), group(match, "which").lower()
    if which == "last" and not year:
        found = festival(name, clock, year=None, whole=False)
        return found if found and found.end and found.end <= clock.now else None
    return festival(name, clock, year=year, whole=bool(group(match, "whole")))


def _named_day(match: re.Match[str], clock: Clock) -> Span | None:
    back = {"t": 0, "y": 1, "d": 2}[match["name"].lower().removeprefix("the ")[0]]
    return days(clock.today - timedelta(days=back))


def _night(match: re.Match[str], clock: Clock) -> Span | None:
    """Tonight, last night, this morning."""
    words = match["name"].lower()
    if words == "tonight":
        return last_begun([hours_named(clock.today, "night")], clock)
    which, part = words.split()
    return last_begun([hours_named(clock.today - timedelta(days=which == "last"), part)], clock)


def _just_now(_match: re.Match[str], clock: Clock) -> Span | None:
    return Span(clock.shift(-timedelta(hours=1)), clock.now + timedelta(minutes=1), "moment")


_WHICH = r"(?P<which>last|past|previous|this)\s+"
_OF_YEAR = rf"(?:,?\s+(?:of\s+|in\s+)?{_YEAR})"
_AFTER_BARE_DATE = r"(?=\s*(?:$|[?.!,;:，。？！、)]|to\b|and\b|or\b|until\b|through\b|at\b|in\b|[-–]|[\u4e00-\u9fff]))"

RULES: tuple[Rule, ...] = (
    rule(rf"{_IN}(?P<name>today|yesterday|(?:the )?day before yesterday)(?:'s)?\b", _named_day),
    rule(r"(?:earlier|later) today\b", lambda match, clock: days(clock.today)),
    rule(r"(?P<name>tonight|last (?:night|evening)|this (?:morning|afternoon|evening))\b", _night),
    rule(r"just now|(?:just )?a (?:moment|minute|second) ago\b|moments ago\b", _just_now),
    rule(
        rf"{_IN}(?:{_THIRD})?(?:earlier\s+|later\s+)?(?P<which>last|previous|prior|this|(?:the "
        rf")?(?:week|month|quarter|year) before last)"
        r"(?:\s+(?:calendar\s+)?(?P<unit>week(?!day)|month|quarter|year|weekend)(?:'s)?\b)",
        _relative,
    ),
    rule(rf"{_IN}(?P<edge>first|last)\s+(?P<unit>week|day)\s+of\s+{_MONTH}{_OF_YEAR}?", _edge_of_month, "year"),
    rule(rf"{_IN}(?P<unit>week|month|quarter|year) (?P<which>before last)\b", _relative),
    rule(
        rf"(?:{_IN})(?P<third>beginning of|start of|end of|middle of) (?:the |this )?(?P<unit>week"
        rf"|month|quarter|year)\b",
        _relative,
    ),
    rule(r"(?:on |over |during )?(?:the )(?P<unit>weekend)\b", _relative),
    rule(rf"{_IN}(?:{_WHICH})?{_WEEKDAY}(?!s)(?:'s)?", _weekday, "weekday"),
    rule(
        r"(?:on|last|this|since|until|before|after)\s+(?P<weekday>(?-i:Mon|Tues?|Wed|Thurs?|Thu|Fri|Sat))\b(?!\.\w)",
        _weekday,
        "weekday",
    ),
    rule(rf"{_IN}{_DAY}\s+(?:of\s+)?{_MONTH}{_OF_YEAR}?", _date, "year"),
    rule(rf"{_IN}{_MONTH}\s+(?:the\s+)?{_DAY}{_OF_YEAR}", _date, "year"),
    rule(rf"{_IN}{_MONTH}\s+(?:the\s+)?(?P<day>[0-3]?\d)(?:st|nd|rd|th)\b", _date, "year"),
    rule(rf"(?:(?:on|since)\s+|{_BORDERED}){_MONTH}\s+{_DAY}(?!\s+(?:people|of us|times))", _date, "year"),
    rule(rf"(?=(?-i:[A-Z])){_MONTH}\s+{_DAY}{_AFTER_BARE_DATE}", _date, "year"),
    rule(
        rf"{_IN}{_DAY}\s*(?:-|–|to|and|until|through)\s*(?:the\s+)?(?P<last>[0-3]?\d)(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}{_OF_YEAR}?",
        _date,
        "year",
    ),
    rule(
        rf"{_IN}{_MONTH}\s+{_DAY}\s*(?:-|–|to|until|through)\s*(?P<last>[0-3]?\d)(?:st|nd|rd|th)?{_OF_YEAR}?(?![\d:])",
        _date,
        "year",
    ),
    rule(rf"{_IN}(?:{_THIRD})?{_MONTH}{_OF_YEAR}", _month),
    rule(rf"{_IN}{_THIRD}{_PLAIN_MONTH}", _month, "year"),
    rule(rf"{_IN}{_WHICH}{_PLAIN_MONTH}", _month, "year"),
    rule(rf"(?:in|during|throughout|over|back in)\s+{_PLAIN_MONTH}", _month, "year"),
    rule(
        rf"(?:{_BORDERED})(?!(?<=by\s)(?:april|may|june|august)\b){_PLAIN_MONTH}(?!\s+(?:i|we|you)\b)", _month, "year"
    ),
    rule(
        rf"(?:(?:in|during|throughout|back in|over|for|{_BORDERED})\s*)(?:the "
        rf"year\s+)?{_YEAR}(?!\s*[-:/]\d|\s*(?:people|users|items|rows|lines|messages|ms|seconds))",
        _year,
    ),
    rule(rf"{_IN}{_THIRD}{_YEAR}", _year),
    rule(
        rf"{_IN}(?:(?P<year_before>20\d\d)\s*-?\s*)?Q(?P<quarter>[1-4])(?:(?:\s*,?\s*(?:of\s+)?|')(?P<year>20\d\d|\d\d(?!\d)))?(?![\w.:、])",
        _quarter,
        "year",
    ),
    rule(rf"{_IN}(?P<nth>first|second|third|fourth|last|1st|2nd|3rd|4th)\s+quarter{_OF_YEAR}?(?!\w)", _quarter, "year"),
    rule(
        r"(?:(?:in|during|for|since|of|by|last|this|our|the)\s+)?"
        r"(?:(?P<year_before>20\d\d)\s*)?(?-i:H)(?P<half>[12])"
        r"(?:(?:\s*(?:of\s+)?|')(?P<year>20\d\d|\d\d(?!\d)))?(?![\w.:])"
        r"(?!\s*(?:tag|head|title|font|style|element|css|html|database|db|gas|hydrogen|blocker))",
        _half,
        "year",
    ),
    rule(
        rf"{_IN}(?P<nth>first|second|1st|2nd)\s+half\s+of\s+(?:(?P<which>this|last)\s+year"
        rf"|(?:the\s+)?(?:year\s+)?{_YEAR}|the year)",
        _half,
    ),
    rule(rf"{_IN}(?P<which>last|this)\s+(?P<season>spring|summer|autumn|fall|winter)\b", _season),
    rule(rf"{_IN}(?P<season>spring|summer|autumn|fall|winter)\s+(?:of\s+)?{_YEAR}", _season),
    rule(
        rf"(?:(?P<whole>over|during)\s+(?:the\s+)?|{_IN})(?:(?P<which>last|this)\s+)?(?P<festival>{NAMES})(?:\s+(?:holidays?|break))?{_OF_YEAR}?(?!\w)",
        _festival,
        "year",
    ),
    rule(r"(?:the )?day after tomorrow|tomorrow(?:'s)?\b", never),
    rule(
        rf"(?:next|upcoming|coming|following|every|each)\s+(?:\w+\s+)?(?:minute|hour|day|week|month|quarter|year|weekend|season|spring|summer|autumn|fall|winter|morning|afternoon|evening|night|{'|'.join(_WEEKDAYS)}|{'|'.join(_MONTH_NAMES)})s?\b",
        never,
    ),
    rule(
        rf"(?:on\s+)?(?:{'|'.join(_WEEKDAYS)})s\b|(?:the|an?|our|regular|weekly)\s+(?:{'|'.join(_WEEKDAYS)})\s+(?!morning|afternoon|evening|night|before|after)\w",
        never,
    ),
    rule(r"(?:first|second|third|\d+(?:st|nd|rd|th))\s+(?:day|week|month|year|hour)\b", never),
)
BY_WEEKDAY = rule(_WEEKDAY, _coming_weekday, "weekday")
"""After ``by`` a weekday is the one to come."""
