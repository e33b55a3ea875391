"""Days, weeks, months and longer stretches as Chinese names them."""

import re
from datetime import date, timedelta

from knowledge.time_expressions.festivals import NAMES, festival
from knowledge.time_expressions.numerals import chinese_number
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

_WEEK = "(?:周|星期|礼拜)"
_WEEKDAY = "[一二三四五六日天]"
_YEAR = (
    r"(?:(?<![\d.])(?P<year>(?:19|20)\d\d|[零〇一二三四五六七八九]{4})\s*年(?:度|份|(?!代))"
    r"|(?P<named>今年|本年度?|去年|上年度?|大前年|前年))"
)
_DAY_OFFSETS = {
    "大前天": -3, "前天": -2, "前日": -2, "前": -2, "昨天": -1, "昨日": -1, "昨儿": -1, "昨": -1, "今天": 0, "今日": 0,
    "今儿": 0, "今": 0,
}  # fmt: skip
_YEAR_OFFSETS = {"今": 0, "本": 0, "去": -1, "上": -1, "前": -2, "大": -3}
_THIRDS = {"初": 0, "上": 0, "中": 1, "底": 2, "末": 2, "下": 2}
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
_THIRD = r"(?P<third>上旬|中旬|下旬|初|底|末|中(?![国文心间的等]))"
_QUARTER = r"(?:第?(?P<quarter>[一二三四1-4])(?:个)?季度|Q(?P<q>[1-4])(?![\w.:]))"
_MONTHS_BACK = {"上上": -2, "上": -1, "本": 0, "这": 0}
_REPEATED_WEEKS = {"上上": -2, "上": -1, "前": -1, "本": 0, "这": 0, "": 0}


def _year_of(match: re.Match[str], clock: Clock) -> int | None:
    if group(match, "year"):
        return chinese_number(group(match, "year"))
    return clock.today.year + _YEAR_OFFSETS[group(match, "named")[0]] if group(match, "named") else None


def _year(match: re.Match[str], clock: Clock) -> Span | None:
    return years(_year_of(match, clock) or clock.today.year)


def _part_of_year(match: re.Match[str], clock: Clock) -> Span | None:
    """去年底, 年初, 2023 年下半年, 第三季度, 去年夏天; without a year the last that has begun."""
    named = _year_of(match, clock)
    candidates = [named] if named else [clock.today.year, clock.today.year - 1]
    return last_begun([_named_part(match, year) for year in candidates], clock)


def _named_part(match: re.Match[str], year: int) -> Span:
    if group(match, "half"):
        return half(year, 1 if group(match, "half") == "上" else 2)
    if group(match, "quarter") or group(match, "q"):
        return quarter(year, chinese_number(group(match, "quarter") or group(match, "q")))
    if group(match, "season"):
        return months(year, _SEASONS[group(match, "season")], 3, "quarter")
    return part_of_year(year, _THIRDS[group(match, "part")])


def _month(match: re.Match[str], clock: Clock) -> Span | None:
    """三月, 去年三月底, 3 月 5 号; without a year the last that has begun."""
    month, named = _number(match["month"], 12), _year_of(match, clock)
    candidates = [named] if named else [clock.today.year, clock.today.year - 1]
    return last_begun([_in_month(match, months(year, month)) for year in candidates], clock)


def _relative_month(match: re.Match[str], clock: Clock) -> Span | None:
    offset = _MONTHS_BACK[group(match, "which")]
    return last_begun([_in_month(match, months(clock.today.year, clock.today.month + offset))], clock)


def _in_month(match: re.Match[str], month: Span) -> Span:
    if group(match, "third"):
        return part_of_month(month, _THIRDS[group(match, "third")[0]])
    if group(match, "day") and month.start is not None:
        return days(month.start.date().replace(day=_number(group(match, "day"), 31)))
    return month


def _bare_third(match: re.Match[str], clock: Clock) -> Span | None:
    """月底: this month's when it has begun, else the last month's."""
    this = [months(clock.today.year, clock.today.month - back) for back in (0, 1)]
    return last_begun([part_of_month(month, _THIRDS[group(match, "third")[0]]) for month in this], clock)


def _day_of_month(match: re.Match[str], clock: Clock) -> Span | None:
    """5号: of the last month that has come so far; a month without that day is passed over."""
    wanted = _number(group(match, "day"), 31)
    first = clock.today.replace(day=1)
    for back in range(3):
        month = months_from(first, -back)
        try:
            day = days(month.replace(day=wanted))
        except ValueError:
            continue
        if day.start is not None and day.start <= clock.now:
            return day
    return None


def _named_day(match: re.Match[str], clock: Clock) -> Span | None:
    return days(clock.today + timedelta(days=_DAY_OFFSETS[match["name"]]))


def _weekday(match: re.Match[str], clock: Clock) -> Span | None:
    """上周三, 本周一, 周三: with 上 and 本 a day of that week, alone the last that has come."""
    which, name = group(match, "which"), group(match, "weekday")
    weekday = 6 if name in "日天" else "一二三四五六".index(name)
    if not which:
        return days(weekday_before(clock.today, weekday))
    monday = clock.today - timedelta(days=clock.today.weekday() - 7 * _REPEATED_WEEKS[which])
    return last_begun([days(monday + timedelta(days=weekday))], clock)


def _relative_week(match: re.Match[str], clock: Clock) -> Span | None:
    return week(clock.today + timedelta(weeks=_REPEATED_WEEKS[group(match, "which")]))


def _weekend(match: re.Match[str], clock: Clock) -> Span | None:
    which = group(match, "which")
    saturday = clock.today + timedelta(days=5 - clock.today.weekday())
    if which:
        return last_begun([days(saturday + timedelta(weeks=_REPEATED_WEEKS[which]), 2)], clock)
    return last_begun([days(saturday, 2), days(saturday - timedelta(weeks=1), 2)], clock)


def _relative_quarter(match: re.Match[str], clock: Clock) -> Span | None:
    number = (clock.today.month - 1) // 3 + 1
    back = {"上上": 2, "上": 1}.get(group(match, "which"), 0)
    start = months_from(date(clock.today.year, 3 * number - 2, 1), -3 * back)
    return months(start.year, start.month, 3, "quarter")


def _festival(match: re.Match[str], clock: Clock) -> Span | None:
    name = match.string[match.start("festival") :]
    tail = group(match, "tail")
    return festival(
        name, clock, year=_year_of(match, clock), whole=bool(tail) and tail not in ("当天", "当日", "那天", "前夕")
    )


def _lately(match: re.Match[str], clock: Clock) -> Span | None:
    return Span(clock.now - timedelta(hours=1), clock.now + timedelta(minutes=1), "moment")


def _number(text: str, most: int) -> int:
    """1 … ``most``; raises ``ValueError``."""
    value = 1 if text == "元" else chinese_number(text)
    if not 1 <= value <= most:
        raise ValueError(text)
    return value


_DAY = r"(?P<day>[0-3]?\d|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_DAY_GOES_ON = r"(?=\s*(?:$|[的那晚早上下中凌前后之以到至谁发说开我他她大左当起截今会群提讨,，。?？!！、;；~\-—]))"
"""After a bare 5号: with another noun it names a building, a line or a room."""
_MONTH = r"(?<![\d第.])(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元])\s*月(?:份(?!额))?"
_WHICH_WEEK = r"(?P<which>上上|上|本|这)(?:一)?(?:个)?"
_OF_YEAR = rf"(?:{_YEAR}\s*的?\s*)"
_OF_YEAR_OR_NONE = rf"(?:{_OF_YEAR}|(?<!年)(?<!年的))"
"""A month after the year of an era or of another century is not this year's."""

RULES: tuple[Rule, ...] = (
    rule(_YEAR, _year),
    rule(rf"{_OF_YEAR}?(?:(?P<half>[上下])半年|{_QUARTER})", _part_of_year, "year"),
    rule(rf"{_OF_YEAR}?(?<![新前去])年(?P<part>[初底末](?!次)|中(?![国级]))", _part_of_year, "year"),
    rule(rf"{_OF_YEAR}(?P<part>[初底末])", _part_of_year),
    rule(rf"{_OF_YEAR}(?P<season>[春夏秋冬])[天季]", _part_of_year),
    rule(rf"{_OF_YEAR_OR_NONE}{_MONTH}\s*{_THIRD}?", _month, "month"),
    rule(rf"{_OF_YEAR_OR_NONE}{_MONTH}\s*{_DAY}\s*(?:[日号]|(?=\s*[-~—到至]\s*\d{{1,2}}\s*[日号]))", _month, "month"),
    rule(rf"(?P<which>上上|上|本|这)个?月(?:份)?的?\s*(?:{_THIRD}|{_DAY}\s*[日号])?", _relative_month),
    rule(r"(?<![个每上下本这到\d一二三四五六七八九十])月(?P<third>初|底|末)", _bare_third, "month"),
    rule(r"(?<![月本这])(?P<third>[上中下])旬", _bare_third, "month"),
    rule(rf"(?<![第每编A-Za-z\d.#月]){_DAY}\s*[日号]{_DAY_GOES_ON}", _day_of_month, "day_of_month"),
    rule(r"(?P<name>大前天|[前昨今]天|[昨今前]日(?!子)|[昨今]儿)", _named_day),
    rule(r"(?P<name>[昨今])(?=[早晚晨夜])", _named_day),
    rule(r"(?P<name>前)(?=晚(?!上?[会饭]))", _named_day),
    rule(rf"(?:{_WHICH_WEEK})?{_WEEK}(?P<weekday>[一二三四五六日天])", _weekday, "weekday"),
    rule(rf"{_WHICH_WEEK}{_WEEK}(?![期刊岁一二三四五六日天末])", _relative_week),
    rule(rf"(?:{_WHICH_WEEK})?(?:{_WEEK}末|双休日)", _weekend, "weekday"),
    rule(r"(?P<which>上上|上|本|这)(?:一)?(?:个)?季度", _relative_quarter),
    rule(
        rf"(?:{_OF_YEAR.replace('年(?:度', '年?(?:度')})?(?P<festival>{NAMES})的?"
        r"(?P<tail>期间|假期|长假|小长假|黄金周|假日|那几天|那段时间|当天|当日|那天|前夕)?",
        _festival,
        "year",
    ),
    rule(r"刚才|刚刚|方才", _lately),
    rule(r"(?:大后|后|明|次|隔|翌)(?:天|日)|明[早晚晨]|(?<!说)明年|后年|来年", never),
    rule(rf"(?:下下|下)(?:一)?个?(?:{_WEEK}(?:{_WEEKDAY}|末)?|月(?:份)?(?:\d{{1,2}}[日号]|[初中底末])?|季度)", never),
    rule(rf"每(?:一|个|隔)*(?:天|日|{_WEEK}(?:{_WEEKDAY}|末)?|月(?:\d{{1,2}}[日号]|[初底])?|年|季度|小时)", never),
    rule(r"第(?:\d+|[一二三四五六七八九十两]+)(?:天|日|周|个?月|年|点|个?小时|号)", never),
    rule(r"(?:当|那|同一|某|哪|几)[天日](?!前)|(?:几|哪)(?:点|号|月|年)|一(?:点|时)(?:都|也|儿|点|不|没|半会)", never),
)
