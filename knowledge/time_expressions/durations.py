"""Stretches counted from now: two months ago, 三天前, the last 3 days, 最近一周, 两天后."""

import re
from datetime import date, timedelta
from typing import Final

from knowledge.time_expressions.numerals import CHINESE, ENGLISH, chinese_number, english_number
from knowledge.time_expressions.rule import Rule, group, never, rule
from knowledge.time_expressions.span import Clock, Span, around, days, midnight, months_from

_MINUTES: Final = {
    "分钟": 1,
    "minute": 1,
    "min": 1,
    "小时": 60,
    "个小时": 60,
    "钟头": 60,
    "个钟头": 60,
    "hour": 60,
    "hr": 60,
}
_DAYS: Final = {
    "天": 1, "日": 1, "day": 1, "周": 7, "个周": 7, "星期": 7, "个星期": 7, "礼拜": 7, "个礼拜": 7, "week": 7,
    "fortnight": 14, "周末": 7, "weekend": 7,
}  # fmt: skip
_MONTHS: Final = {"个月": 1, "month": 1, "季度": 3, "个季度": 3, "quarter": 3, "年": 12, "year": 12}
_FEW: Final = (2, 7)
"""``几天前`` and ``a few days ago`` mean from two to seven."""
_HALF_MONTH: Final = 15

_UNIT_ZH = "(?P<unit>分钟|个?小时|个?钟头|天|日|周|个?星期|个?礼拜|个月|个?季度|年)"
_UNIT_EN = r"(?P<unit>minute|min|hour|hr|day|week|fortnight|month|quarter|year)s?\b"
_FEW_ZH = "(?P<few>好?几|若干|数)"
_FEW_EN = r"(?P<few>a few|few|several|some)"
_HALF_ZH = "(?P<half>半)(?P<unit>个月|个?小时|年|天)"
_COUNT_ZH = (
    rf"(?:(?P<count>{CHINESE})\s*多?{_UNIT_ZH}(?P<more>半)?|(?P<more_of>一个半)(?P<unit_of>月"
    rf"|小时)|{_FEW_ZH}(?P<unit_few>分钟|个?小时|天|周|个?星期|个月|年)"
    rf"|{_HALF_ZH.replace('unit', 'unit_half')})"
)


def _minutes(clock: Clock, count: float) -> Span:
    """The moment so many real minutes ago."""
    moment = clock.shift(-timedelta(minutes=count))
    return Span(moment, moment + timedelta(minutes=1), "moment")


def _days_back(day: date, unit: str, count: float) -> date:
    """The day so many units before; half units of a month and more are counted in days."""
    if unit in _DAYS:
        return day - timedelta(days=round(_DAYS[unit] * count))
    whole, part = divmod(count * _MONTHS[unit], 1)
    return months_from(day, -int(whole)) - timedelta(days=_HALF_MONTH * bool(part))


def _ago(clock: Clock, unit: str, count: float) -> Span:
    if unit in _MINUTES:
        minutes = _MINUTES[unit] * count
        point, reach = _minutes(clock, minutes), timedelta(minutes=max(5, _MINUTES[unit] / 2))
        if point.start is None:
            return point
        return Span(point.start - reach, min(point.start + reach, clock.now), "moment", point)
    point = days(_days_back(clock.today, unit, count))
    length = _DAYS[unit] if unit in _DAYS else 30 * _MONTHS[unit]
    return around(point, min(length, 360) // 2 if count >= 1 else length // 4, clock)


def _few_ago(clock: Clock, unit: str) -> Span:
    if unit in _MINUTES:
        early, late = (_minutes(clock, _MINUTES[unit] * count) for count in reversed(_FEW))
        return Span(early.start, late.start, "moment", early)
    first, last = (_days_back(clock.today, unit, count) for count in reversed(_FEW))
    return Span(midnight(first), midnight(last + timedelta(days=1)), "day", days(first))


def _until_now(clock: Clock, unit: str, count: float) -> Span:
    """The last ``count`` units and what there is of today."""
    end = clock.now + timedelta(minutes=1)
    if unit in _MINUTES:
        return Span(clock.shift(-timedelta(minutes=_MINUTES[unit] * count)), end, "moment")
    return Span(midnight(_days_back(clock.today, unit, count)), midnight(clock.today + timedelta(days=1)), "day")


def _counted(match: re.Match[str]) -> tuple[str, float]:
    """Unit and count, or a count of 0 for a few of them."""
    if group(match, "few"):
        return (group(match, "unit_few") or group(match, "unit")).lower(), 0
    if group(match, "half"):
        return (group(match, "unit_half") or group(match, "unit")).lower(), 0.5
    if group(match, "more_of"):
        return {"月": "个月", "小时": "小时"}[group(match, "unit_of")], 1.5
    number, unit = group(match, "count") or "1", group(match, "unit").lower()
    count = chinese_number(number) if unit[0] > "z" else english_number(number)
    return unit, count + 0.5 * bool(group(match, "more"))


def _counted_ago(match: re.Match[str], clock: Clock) -> Span | None:
    unit, count = _counted(match)
    return _ago(clock, unit, count) if count else _few_ago(clock, unit)


def _counted_until_now(match: re.Match[str], clock: Clock) -> Span | None:
    unit, count = _counted(match)
    return _until_now(clock, unit, count or _FEW[1])


def _days_before_today(match: re.Match[str], clock: Clock) -> Span | None:
    """前几天, 前两天, the other day: not today any more."""
    unit, count = ("天", 0.0) if not (group(match, "unit") or group(match, "few")) else _counted(match)
    first = _days_back(clock.today, unit, (count or _FEW[1]) + bool(count))
    return Span(midnight(first), midnight(clock.today), "day")


def _some_time(_match: re.Match[str], clock: Clock) -> Span | None:
    """前段时间: about two months."""
    return Span(midnight(months_from(clock.today, -2)), midnight(clock.today + timedelta(days=1)), "day")


RULES: tuple[Rule, ...] = (
    rule(rf"(?<![第\d.年月]){_COUNT_ZH}(?:之|以)?前(?!后|[^\W\d_]?[五十百]名)", _counted_ago),
    rule(
        rf"(?:最近|过去|这|近)的?这?(?!一(?:天|日|周|个?星期|个?礼拜)(?!多)){_COUNT_ZH}(?:以?来|之?内|里|间)?",
        _counted_until_now,
    ),
    rule(r"(?:最近|过去|近)的?一(?P<unit>天|周|个?星期|个?礼拜)(?:以?来|之?内|里|间)?", _counted_until_now),
    rule(r"前(?:(?P<few>几)|(?P<count>[两二三四五]))(?P<unit>天|周|个?星期|个月|年)", _days_before_today),
    rule(r"前些(?:天|日子)|the other day\b", _days_before_today),
    rule(r"(?:前|近|这)(?:一)?(?:段|阵)(?:时间|日子|子)|前一?阵", _some_time),
    rule(
        rf"(?:(?:about|around|over|some|roughly)\s+)?(?:(?P<count>{ENGLISH})|{_FEW_EN}"
        rf"|(?P<half>half (?:a|an)))\s+{_UNIT_EN}\s+(?:ago|back|earlier)\b",
        _counted_ago,
    ),
    rule(
        rf"(?:(?:in|over|within|during|for)\s+)?(?:the\s+|these\s+)?(?:last|past|previous)\s+(?:(?P<count>{ENGLISH})|{_FEW_EN})\s+{_UNIT_EN}",
        _counted_until_now,
    ),
    rule(rf"(?:(?:(?:in|over|within|during|for)\s+)?the\s+)?past\s+{_UNIT_EN}", _counted_until_now),
    rule(rf"(?:in|over|within|during|for)\s+the\s+last\s+{_UNIT_EN}", _counted_until_now),
    rule(rf"(?:过|再过)?{_COUNT_ZH}(?:之|以)?后", never),
    rule(
        rf"(?:in\s+)?(?:{ENGLISH}|a few|several)\s+(?:minute|hour|day|week|month|quarter"
        rf"|year)s?\s+(?:later|from now|after)\b",
        never,
    ),
    rule(rf"in\s+(?:{ENGLISH}|a few|several)\s+(?:minute|hour|day|week|month|year)s?\b(?!\s+ago)", never),
)
