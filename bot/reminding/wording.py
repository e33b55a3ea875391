"""What ``/remind`` is told, in both languages: of what, and when; or a list, or which one to drop."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

from knowledge.lexical import normalize
from knowledge.time_expressions.hours import CLOCK_EN, CLOCK_ZH, PART_EN, PART_ZH, hour_of, hours_named
from knowledge.time_expressions.numerals import CHINESE, ENGLISH, chinese_number, english_number
from knowledge.time_expressions.span import days

Action = Literal["set", "list", "off"]

USUAL_HOUR: Final = 9
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_LIST = re.compile(r"\s*(?:list|show|mine|列表|列出|查看|看看|有哪些)?\s*", re.IGNORECASE)
_OFF = re.compile(
    r"\s*(?:off|cancel|drop|delete|取消|删除|删掉|关)\s*(?:第)?\s*#?(\d{1,3})?\s*(?:个|条)?\s*", re.IGNORECASE
)

_AFTER_ZH = re.compile(
    rf"(?:过\s*)?(?P<n>半|{CHINESE})\s*个?(?P<half>半)?(?P<unit>分钟|小时|钟头|天|周|星期|礼拜|月)(?:以?后|之后)"
)
_AFTER_EN = re.compile(
    rf"\b(?:in|after)\s+(?P<n>half an|{ENGLISH})\s+(?P<unit>min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?)\b",
    re.IGNORECASE,
)
_DAY_ZH = re.compile(r"(?P<day>今天|今日|今(?=[早晚夜])|明天|明日|明(?=[早晚])|大后天|后天)")
_DAY_EN = re.compile(r"\b(?P<day>today|tomorrow|the day after tomorrow)\b", re.IGNORECASE)
_TONIGHT = re.compile(r"\btonight\b", re.IGNORECASE)
_WAKING = {11: 12, 12: 15, 17: 18, 18: 20, 21: 21, 22: 22}
"""By the first hour of a part of the day."""
_DAYS_AHEAD = {
    "今天": 0, "今日": 0, "今": 0, "today": 0, "明天": 1, "明日": 1, "明": 1, "tomorrow": 1,
    "后天": 2, "the day after tomorrow": 2, "大后天": 3,
}  # fmt: skip
_WEEKDAY_ZH = re.compile(r"(?P<next>下+个?|这个?|本)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_WEEKDAY_EN = re.compile(
    r"\b(?:on\s+|this\s+|(?P<next>next)\s+)?(?P<day>mon|tue|wed|thu|fri|sat|sun)"
    r"(?:day|s|sday|nesday|r|rs|rsday|urday)?\b",
    re.IGNORECASE,
)
_WEEK = re.compile(r"下个?(?:周|星期|礼拜)(?![一二三四五六日天])|\bnext week\b", re.IGNORECASE)
_ISO = re.compile(r"(?<!\d)(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)")
_DATE_ZH = re.compile(r"(?:(?P<year>20\d\d)\s*年)?\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?")
_DATE_EN = re.compile(
    rf"\b(?:on\s+)?(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<name>{'|'.join(_MONTHS)})[a-z]*"
    rf"|(?P<name2>{'|'.join(_MONTHS)})[a-z]*\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)(?:,?\s+(?P<year>20\d\d))?\b",
    re.IGNORECASE,
)
_AT = re.compile(r"\b(?:at|on|about)\s*$|[,，、:：]\s*$", re.IGNORECASE)
_LEAD = re.compile(r"^\s*(?:(?:me\s+)?(?:about|of|to)\b|我|一下|关于|[,，、:：])\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderWish:
    """What somebody wants to be reminded of; ``due_at`` is None when no time was named, or it is past."""

    action: Action
    text: str = ""
    due_at: datetime | None = None
    number: int | None = None
    """Which one to drop, as in the list."""
    names_past: bool = False
    """A time was named, and it is over."""


def read_reminder(text: str, *, now: datetime, zone: tzinfo) -> ReminderWish:
    """Read what follows ``/remind``. A day without a time means nine o'clock; a time alone means the next one."""
    if _LIST.fullmatch(text):
        return ReminderWish(action="list")
    if (off := _OFF.fullmatch(text)) is not None:
        return ReminderWish(action="off", number=int(off[1]) if off[1] else None)
    local = now.astimezone(zone)
    rest = _Rest(text)
    try:
        due = _after(rest, local) or _at(rest, local, zone)
    except ValueError:
        # The 30th of February.
        return ReminderWish(action="set", text=text, names_past=True)
    said = " ".join(rest.text.split())
    while (shorter := _AT.sub("", _LEAD.sub("", said)).strip()) != said:
        said = shorter
    past = due is not None and due <= now
    return ReminderWish(action="set", text=said, due_at=None if past else due, names_past=past)


class _Rest:
    """The words of which those about time are cut as they are understood; the others stay as they were typed."""

    def __init__(self, text: str) -> None:
        self.text = f" {text}"
        folded = f" {normalize(text)}"
        # Where folding changes the length, cuts would be in the wrong place.
        self._folded = folded if len(folded) == len(self.text) else self.text

    def cut(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first hit, which is taken out."""
        found = pattern.search(self._folded)
        if found is not None:
            start = len(_AT.sub("", self._folded[: found.start()]))
            self.text = f"{self.text[:start]} {self.text[found.end() :]}"
            self._folded = f"{self._folded[:start]} {self._folded[found.end() :]}"
        return found


def _after(rest: _Rest, local: datetime) -> datetime | None:
    if (zh := rest.cut(_AFTER_ZH)) is not None:
        count = 0.5 if zh["n"] == "半" else float(chinese_number(zh["n"]))
        return _later(local, count + (0.5 if zh["half"] else 0), zh["unit"])
    if (en := rest.cut(_AFTER_EN)) is not None:
        words = " ".join(en["n"].lower().split())
        return _later(local, 0.5 if words == "half an" else float(english_number(words)), en["unit"].lower())
    return None


def _at(rest: _Rest, local: datetime, zone: tzinfo) -> datetime | None:
    tonight = rest.cut(_TONIGHT) is not None
    day = local.date() if tonight else _day(rest, local.date())
    return _moment(day, _clock(rest, day or local.date(), part="evening" if tonight else None), local, zone)


def _later(local: datetime, count: float, unit: str) -> datetime:
    if unit.startswith(("分", "min")):
        return local + timedelta(minutes=count)
    if unit.startswith(("小时", "钟头", "h")):
        return local + timedelta(hours=count)
    ahead = 30 if unit.startswith(("月", "month")) else 7 if unit.startswith(("周", "星期", "礼拜", "week")) else 1
    return local + timedelta(days=count * ahead)


def _day(rest: _Rest, today: date) -> date | None:
    for pattern in (_ISO, _DATE_ZH, _DATE_EN):
        if (found := rest.cut(pattern)) is not None:
            return _date(found.groupdict(), today)
    if (named := rest.cut(_DAY_ZH) or rest.cut(_DAY_EN)) is not None:
        return today + timedelta(days=_DAYS_AHEAD[" ".join(named["day"].lower().split())])
    if rest.cut(_WEEK) is not None:
        return today + timedelta(days=7 - today.weekday())
    if (zh := rest.cut(_WEEKDAY_ZH)) is not None:
        wanted = 6 if zh["day"] in "日天" else "一二三四五六".index(zh["day"])
        if (zh["next"] or "").startswith("下"):
            return today + timedelta(days=7 * zh["next"].count("下") - today.weekday() + wanted)
        return _next_weekday(today, wanted)
    if (en := rest.cut(_WEEKDAY_EN)) is not None:
        wanted = _WEEKDAYS.index(en["day"].lower())
        if en["next"]:
            return today + timedelta(days=7 - today.weekday() + wanted)
        return _next_weekday(today, wanted)
    return None


def _next_weekday(today: date, wanted: int) -> date:
    return today + timedelta(days=(wanted - today.weekday()) % 7)


def _date(found: dict[str, str | None], today: date) -> date:
    name = (found.get("name") or found.get("name2") or "").lower()
    month = _MONTHS.index(name) + 1 if name else int(found.get("month") or 0)
    day = int(found.get("day") or found.get("day2") or 0)
    if found.get("year"):
        return date(int(found["year"] or 0), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _clock(rest: _Rest, day: date, *, part: str | None) -> time | None:
    """The time of a clock; of a part of the day alone, an hour when people are at work or still awake."""
    named = rest.cut(PART_ZH) or rest.cut(PART_EN)
    part = named["part"] if named is not None else part
    within = hours_named(day, part) if part is not None else days(day)
    clock = rest.cut(CLOCK_ZH) or rest.cut(CLOCK_EN)
    if clock is None:
        return None if part is None or within.start is None else time(_WAKING.get(within.start.hour, USUAL_HOUR))
    start = hour_of(within, clock).start
    return start.time() if start is not None else None


def _moment(day: date | None, clock: time | None, local: datetime, zone: tzinfo) -> datetime | None:
    if day is None and clock is None:
        return None
    due = datetime.combine(day or local.date(), clock or time(USUAL_HOUR), zone)
    if day is None and due <= local:
        return due + timedelta(days=1)
    if day == local.date() and clock is None and due <= local:
        return local + timedelta(hours=1)
    return due
