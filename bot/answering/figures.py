"""Numbers, dates and times of Chinese and English text in one form: "12 月 8 日" is "December 8" is "12-08".

What a text *knows* is generous (every reading of what is written), what a sentence *claims* is strict: a figure is
supported when one of its readings is known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain

from bot.answering.days import days_named
from bot.answering.numerals import with_all_digits, with_certain_digits
from knowledge.lexical import normalize

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = "|".join(f"{name}|{name[:3]}" for name in _MONTHS) + "|sept"
_IDLE_MONTHS = ("may", "mar", "march")
"""Also common words: "all 18 may be late"."""
_MULTIPLIERS = {
    "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12,
    "thousand": 1000, "k": 1000, "million": 10**6, "mn": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9, "b": 10**9,
}  # fmt: skip
_MULTIPLIER = "万亿|千万|百万|十万|亿|万|千|百|(?:thousand|million|billion|mn|bn|[kmb])(?![a-z])"
_LETTERS = ("k", "m", "b")
"""May be no multiplier at all: 5 km, 3 MB, figure 2b."""
_NOON = 12

_FIGURE = re.compile(
    rf"""(?P<year>(?<!\d)(?:19|20)\d\d)\s*[-/.年]\s*(?P<ymonth>\d{{1,2}})\s*[-/.月]\s*(?P<yday>\d{{1,2}})(?!\d)
    | (?<!\d)(?P<cmonth>\d{{1,2}})\s*月(?:份|\s*(?P<cday>\d{{1,2}})(?:\s*[日号]|(?!\d)))?
    | (?<![a-z])(?P<ename>{_MONTH})\.?\s*(?P<eday>\d{{1,2}})(?:st|nd|rd|th)?(?![a-z]|[:.,]?\d)
    | (?<!\d)(?P<dday>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<dname>{_MONTH})(?![a-z])
    | (?<![a-z])(?P<monthonly>{"|".join(name for name in _MONTHS if name not in _IDLE_MONTHS)})(?![a-z])
    | 第\s*(?P<ordinal>\d+)
    | (?<![\d.:,/-])(?P<day>\d{{1,2}})(?:\s*[日号]|(?:st|nd|rd|th)(?![a-z]))
    | (?P<half>上午|早上|下午|晚上|中午|凌晨)?\s*(?<![\d.:])(?P<hour>\d{{1,2}})(?:[:](?P<minute>\d\d)(?![\d])(?::\d\d)?
        (?:\s*(?P<ampm>[ap])\.?m(?![a-z]))?|\s*(?P<ampm2>[ap])\.?m(?![a-z])|\s*点(?P<oclock>半|\d{{1,2}}分?)?)
    | (?<!\d)(?P<phone>\d+(?:-\d+){{2,}})(?!\d)
    | (?<![\d-])(?P<first>\d{{1,2}})(?P<between>[-/])(?P<second>\d{{1,2}})(?![\d-])
    | (?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)*)(?:\s*(?P<unit>{_MULTIPLIER}))?
    """,
    re.VERBOSE,
)
_DAY_ALONE = re.compile(r"(?<![\d月])(\d{1,2})\s*[日号]|\b(\d{1,2})(?:st|nd|rd|th)\b")
_ENGLISH_NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40",
    "fifty": "50", "sixty": "60", "ninety": "90", "hundred": "100", "dozen": "12",
}  # fmt: skip
_CIRCLED = re.compile("[\u2460-\u24ff]")
_IN_IDENTIFIER = re.compile(r"[a-z_][-_.]?$")
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, date or time as written, and its readings: each a set of facts that must all be known."""

    text: str
    readings: tuple[frozenset[str], ...]

    def is_known(self, facts: frozenset[str]) -> bool:
        """Whether ``facts`` support one reading."""
        return any(reading <= facts for reading in self.readings)


def claimed_figures(text: str) -> list[Figure]:
    """The figures that a sentence claims."""
    # Circled digits number a list, they claim nothing.
    plain = with_certain_digits(normalize(_CIRCLED.sub(" ", text)))
    return [Figure(found[0].strip(), tuple(_readings(found))) for found in _FIGURE.finditer(plain)]


def without_figures(text: str) -> str:
    """The folded text without its figures; what is part of an identifier (JL-P19) stays."""
    plain = with_certain_digits(normalize(text))
    return _FIGURE.sub(lambda found: found[0] if _IN_IDENTIFIER.search(plain[: found.start()]) else " ", plain)


def known_figures(text: str, said_at: datetime | None = None) -> frozenset[str]:
    """Every fact about figures that a text holds; "tomorrow" and "the 8th" are understood from ``said_at``."""
    folded = normalize(text)
    plain = with_all_digits(folded)
    units = [unit for unit in _MULTIPLIERS if unit not in _LETTERS and unit in folded]
    facts: set[str] = set()
    for found in chain(_FIGURE.finditer(plain), _FIGURE.finditer(with_certain_digits(folded))):
        facts.update(*_readings(found), _also(found))
        if found["number"] and not found["unit"]:
            # A table says 万元 in its header and 320 in its row.
            facts.update(f"{_plain(found['number'])} {unit}" for unit in units)
    facts.update(_ENGLISH_NUMBERS[word] for word in _WORD.findall(plain) if word in _ENGLISH_NUMBERS)
    if said_at is not None:
        facts |= _date(said_at.month, said_at.day) | {str(said_at.year)}
        for day in days_named(plain, said_at.date()):
            facts |= _date(day.month, day.day) | {str(day.year)}
        for found in _DAY_ALONE.finditer(plain):
            number = int(found[1] or found[2])
            month = said_at.month if number >= said_at.day else said_at.month % 12 + 1
            facts |= _date(month, number) | _date(said_at.month, number)
    return frozenset(facts)


def date_facts(day: date) -> set[str]:
    """What a text knows that means this day."""
    return _date(day.month, day.day) | {str(day.year)}


def _readings(found: "re.Match[str]") -> Iterator[frozenset[str]]:
    parts = found.groupdict()
    if parts["year"]:
        yield frozenset({f"date {int(parts['ymonth'])}-{int(parts['yday'])}", parts["year"]})
    elif parts["cmonth"]:
        month = int(parts["cmonth"])
        yield frozenset({f"date {month}-{int(parts['cday'])}" if parts["cday"] else f"month {month}"})
    elif name := parts["ename"] or parts["dname"]:
        day = int(parts["eday"] or parts["dday"])
        yield frozenset({f"date {_month(name)}-{day}"})
        if parts["dname"] in _IDLE_MONTHS:
            yield frozenset({str(day)})
    elif parts["monthonly"]:
        yield frozenset({f"month {_month(parts['monthonly'])}"})
    elif parts["ordinal"]:
        yield frozenset({f"ordinal {int(parts['ordinal'])}"})
    elif parts["day"]:
        yield frozenset({f"day {int(parts['day'])}"})
        yield frozenset({str(int(parts["day"]))})
    elif parts["hour"]:
        yield from _time_readings(parts)
    elif parts["phone"]:
        yield frozenset({parts["phone"].replace("-", "").lstrip("0")})
        yield frozenset(_plain(group) for group in parts["phone"].split("-"))
    elif parts["first"]:
        first, second = int(parts["first"]), int(parts["second"])
        yield frozenset({f"date {first}-{second}"})
        if "0" not in (parts["first"][0], parts["second"][0]):
            yield frozenset({str(first), str(second)})
    else:
        yield from _number_readings(parts["number"], parts["unit"])


def _time_readings(parts: dict[str, str | None]) -> Iterator[frozenset[str]]:
    hour, minute = int(parts["hour"] or 0), _minute(parts)
    exact = _hour_of_day(parts)
    yield frozenset({f"time {hour if exact is None else exact}:{minute}"})
    if exact is None:
        yield frozenset({f"clock {hour}:{minute}"})
        if not parts["minute"] and not parts["oclock"]:
            yield frozenset({str(hour)})


def _hour_of_day(parts: dict[str, str | None]) -> int | None:
    """0 … 23 where the half of the day is told, else None: "3:00" may be in the afternoon."""
    hour, half = int(parts["hour"] or 0), parts["ampm"] or parts["ampm2"]
    if half or parts["half"]:
        late = half == "p" or parts["half"] in ("下午", "晚上", "中午")
        return hour % _NOON + _NOON if late else hour % _NOON
    return hour if hour > _NOON else None


def _minute(parts: dict[str, str | None]) -> str:
    oclock = (parts["oclock"] or "").removesuffix("分")
    if oclock:
        return "30" if oclock == "半" else f"{int(oclock):02d}"
    return parts["minute"] or "00"


def _number_readings(number: str, unit: str | None) -> Iterator[frozenset[str]]:
    plain = _plain(number)
    if unit is None or plain.count(".") > 1:
        yield frozenset({plain})
        return
    yield frozenset({_plain(f"{(Decimal(plain) * _MULTIPLIERS[unit]).normalize():f}")})
    yield frozenset({f"{plain} {unit}"})


def _also(found: "re.Match[str]") -> set[str]:
    """Readings that are right to know but too weak to claim."""
    parts = found.groupdict()
    if parts["hour"]:
        hour, minute = int(parts["hour"]), _minute(parts)
        facts = {str(hour), f"clock {hour}:{minute}"}
        return facts | {f"time {hour + _NOON}:{minute}"} if _hour_of_day(parts) is None else facts
    if parts["unit"] in _LETTERS:
        return {_plain(parts["number"])}
    month = parts["ymonth"] or parts["cmonth"] or parts["first"]
    facts = {f"month {int(month)}"} if month else set[str]()
    if parts["between"] == "/":
        facts |= _date(int(parts["second"]), int(parts["first"]))
    if name := parts["ename"] or parts["dname"]:
        facts.add(f"month {_month(name)}")
    day = parts["yday"] or parts["cday"] or parts["eday"] or parts["dday"] or parts["second"]
    return facts | {f"day {int(day)}"} if day else facts


def _date(month: int, day: int) -> set[str]:
    return {f"date {month}-{day}", f"month {month}", f"day {day}"}


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, start=1) if month.startswith(name[:3]))


def _plain(number: str) -> str:
    """Without separators, leading zeros and an empty fraction; "1.10" stays apart from "1.1": it may be a version."""
    whole, dot, fraction = number.replace(",", "").partition(".")
    whole = whole.lstrip("0") or "0"
    return whole if not dot or not fraction.strip("0") else f"{whole}.{fraction}"
