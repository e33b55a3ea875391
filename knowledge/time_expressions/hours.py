"""Parts of the day and hours of the clock, after a day (``昨天下午三点``) or alone (the last that has begun)."""

import re
from datetime import date, timedelta

from knowledge.time_expressions.numerals import chinese_number
from knowledge.time_expressions.rule import Rule, last_begun, rule
from knowledge.time_expressions.span import Clock, Span, days, hours, midnight

_PARTS: tuple[tuple[str, int, int], ...] = (
    ("凌晨", 0, 6), ("清晨", 5, 9), ("早晨", 5, 10), ("大早上", 5, 12), ("早上", 5, 12), ("一早", 5, 12),
    ("上午", 6, 12), ("中午", 11, 14), ("午间", 11, 14), ("午后", 12, 18), ("下午", 12, 18), ("傍晚", 17, 20),
    ("黄昏", 17, 20), ("晚上", 18, 24), ("晚间", 18, 24), ("夜里", 18, 29), ("夜间", 18, 29), ("深夜", 21, 29),
    ("半夜", 22, 29), ("午夜", 22, 26), ("早", 5, 12), ("晨", 5, 9), ("晚", 18, 24), ("夜", 18, 29),
    ("morning", 5, 12), ("noon", 11, 14), ("lunchtime", 11, 14), ("afternoon", 12, 18), ("evening", 18, 24),
    ("night", 18, 29),
)  # fmt: skip
"""First and last hour; from 24 on it is the next day."""
_WORK_BEGINS = 7
"""Earlier hours of a day without a part are the afternoon's."""
_HOURS_OF = {name: (first, last) for name, first, last in _PARTS}
_WORDS_ZH = "|".join(name for name, _, _ in _PARTS if name[0] > "z" and len(name) > 1)
_PART_ZH = rf"(?P<part>{_WORDS_ZH}|早(?![就已期先点些年])|晨|晚(?![会宴点餐饭了些报班])|夜(?![班宵]))"
_PART_EN = r"(?P<part>morning|noon|lunchtime|afternoon|evening|night)\b"
PART_ZH = re.compile(rf"\s*的?\s*{_PART_ZH}")
PART_EN = re.compile(rf"\s+(?:in the\s+|at\s+)?{_PART_EN}", re.IGNORECASE | re.ASCII)
"""What may follow a day."""
_MINUTE = r"(?P<minute>[0-5]\d|半|一刻|三刻|[二三四五]?十[一二三四五六七八九]?|零?[五])"
_CLOCK_ZH = (
    rf"(?P<hour>[01]?\d|2[0-4]|二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九])\s*"
    rf"(?:点钟?|时(?![候间代刻常不装光差长效]))\s*(?:{_MINUTE}\s*分?)?(?:整|左右|多)?"
)
_CLOCK_EN = (
    r"(?:(?P<hour12>1[0-2]|0?[1-9])(?:[:.](?P<minute12>[0-5]\d))?\s*(?P<half>[ap])\.?m\b\.?"
    r"|(?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)(?![:\d])"
    r"|(?P<hour_en>1[0-2]|[1-9])\s*o'?clock\b)"
)
CLOCK_ZH = re.compile(rf"\s*的?\s*{_CLOCK_ZH}")
CLOCK_EN = re.compile(rf"(?:,?\s+(?:at\s+|around\s+|about\s+)?|\s*){_CLOCK_EN}", re.IGNORECASE | re.ASCII)
"""What may follow a day or its part."""
_NO_COUNT = (
    "(?![点都不些儿也没五]|建议|意见|原因|要求|理由|问题|内容|结论|注意|优势|好处|说明|共识|要点|想法|收获|思考|改进|经验|不同|变化"
    "|疑问|看法|声明|钱)"
)
_NOT_COUNTED = r"(?<![第有这那几提说了前后列共快慢晚早多少大小\d.])"


def hours_named(day: date, part: str) -> Span:
    """A part of a day by its name, such as ``下午`` and ``evening``; raises ``KeyError``."""
    first, last = _HOURS_OF[part.lower()]
    return hours(day, first, last)


def part_of(day: date, match: re.Match[str]) -> Span:
    """The part of the day that was matched."""
    return hours_named(day, match["part"])


def hour_of(within: Span, match: re.Match[str]) -> Span:
    """The hour, or the quarter of one from a minute on, within a day or a part of it; raises ``ValueError``."""
    if within.start is None or within.end is None:
        raise ValueError(match.group())
    hour, minute, certain = _clock_time(match)
    start = midnight(within.start.date()) + timedelta(hours=hour, minutes=minute)
    if not certain and 0 < hour <= 12:
        whole_day = within.end - within.start >= timedelta(days=1)
        if not within.start <= start < within.end or (whole_day and hour < _WORK_BEGINS):
            start += timedelta(hours=12)
    return Span(start, start + timedelta(minutes=15 if minute else 60), "hour")


def _clock_time(match: re.Match[str]) -> tuple[int, int, bool]:
    """Hour, minute, and whether the half of the day is certain."""
    found = {name: value for name, value in match.groupdict().items() if value}
    if "hour" in found:
        hour = chinese_number(found["hour"].replace("零", "0"))
        return hour, _minute(found.get("minute", "")), hour > 12
    if "hour12" in found:
        afternoon = found["half"].lower() == "p"
        return int(found["hour12"]) % 12 + 12 * afternoon, int(found.get("minute12", 0)), True
    if "hour24" in found:
        return int(found["hour24"]), int(found["minute24"]), True
    return int(found["hour_en"]), 0, False


def _minute(text: str) -> int:
    if not text:
        return 0
    named = {"半": 30, "一刻": 15, "三刻": 45}
    return named[text] if text in named else chinese_number(text.lstrip("零"))


def _bare_part(match: re.Match[str], clock: Clock) -> Span | None:
    """``下午``: today's, or yesterday's while today's has not begun."""
    return last_begun([part_of(clock.today - timedelta(days=back), match) for back in (0, 1)], clock)


def _bare_hour(match: re.Match[str], clock: Clock) -> Span | None:
    """``十一点``: the last one that has begun; from one to six it is the afternoon's."""
    found: list[Span] = []
    for back in (0, 1):
        day = clock.today - timedelta(days=back)
        found += [hour_of(hours(day, 12, 25), match), hour_of(days(day), match)]
    return last_begun(found, clock)


_COUNT = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_MARKED = r"\s*(?:点钟|点半|点整|点左右|点多|点[一三]刻|[点时]\s*[0-5]?\d\s*分)"
_LATE = r"(?=(?:[6-9]|1\d|2[0-3]|[六七八九]|二?十[一二三四五六七八九]?)\s*(?:点|时))"

RULES: tuple[Rule, ...] = (
    rule(rf"一?(?P<part>{_WORDS_ZH})", _bare_part),
    rule(rf"(?:in the|this)\s+{_PART_EN}", _bare_part),
    rule(rf"{_NOT_COUNTED}(?:{_LATE}|(?<=在)){_CLOCK_ZH}{_NO_COUNT}", _bare_hour, "hour"),
    rule(rf"{_NOT_COUNTED}(?={_COUNT}{_MARKED}){_CLOCK_ZH}", _bare_hour, "hour"),
    rule(rf"(?:at\s+|around\s+|about\s+)?{_CLOCK_EN}", _bare_hour, "hour"),
)
