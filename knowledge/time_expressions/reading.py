"""Reading one time expression: a name with its hours, what stands before and after it, and ranges of two."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from knowledge.time_expressions import chinese, durations, english, figures, hours
from knowledge.time_expressions.rule import Recurrence, Rule
from knowledge.time_expressions.span import Clock, Span, midnight

_RULES: tuple[Rule, ...] = (*durations.RULES, *chinese.RULES, *english.RULES, *figures.RULES, *hours.RULES)
"""Of two that match equally far the first counts: ``over the last year`` ends today."""
_TO = re.compile(
    r"\s*(?:到|至|--?|~|和|与)\s*|,?\s+(?:to|until|till|through|thru|and)\s+(?:the\s+)?", re.IGNORECASE | re.ASCII
)
_AND = frozenset({"and", "和", "与"})
_TO_NOW = re.compile(
    r"\s*(?:到|至)\s*(?:现在|今天|今日|目前|如今|今)(?:为止)?|\s*至今|\s+(?:to|till|until|up "
    r"to)\s+(?:now|today|date|the present)\b",
    re.IGNORECASE | re.ASCII,
)
_BEFORE = re.compile(
    r"(?P<since>(?:ever\s+)?since\s+|starting\s+(?:from\s+|on\s+)?|自从\s*|自\s*)"
    r"|(?P<after>after\s+|following\s+|later than\s+)"
    r"|(?P<before>before\s+|prior to\s+|earlier than\s+)"
    r"|(?P<by>by\s+)"
    r"|(?P<until>(?:up\s+)?(?:until|till)\s+|up to\s+|as of\s+|no later than\s+|截至到?\s*"
    r"|截止到?\s*|直到\s*|到(?=.{1,12}为止))"
    r"|(?P<between>between\s+|from\s+|从\s*|在\s*|于\s*)",
    re.IGNORECASE | re.ASCII,
)
_AFTER = re.compile(
    r"\s*(?:(?P<around>前后|左右)"
    r"|(?P<since>的?(?:以来|开始|起(?![来码初诉床草点])|至今)|\s+onwards?\b|\s+(?:and|or) "
    r"(?:later|after)\b(?=\s*(?:$|[?.,!]))|\s+on\b(?=\s*(?:$|[?.,!])))"
    r"|(?P<after>之后|以后|过后|后(?![天面台端期勤果悔边续来]))"
    r"|(?P<before>之前|以前|前(?![天面端台期夕几两后言任者沿])|\s+(?:and|or) (?:before|earlier)\b(?=\s*(?:$|[?.,!])))"
    r"|(?P<until>为止))",
    re.IGNORECASE | re.ASCII,
)
_THIS = re.compile(r"本|这|(?:on |in )?this ", re.IGNORECASE)
_THEN = re.compile(r"\s+(?:on\s+)?")
_PERIODS: dict[Recurrence, timedelta] = {
    "hour": timedelta(hours=23, minutes=59),
    "weekday": timedelta(days=7) - timedelta(minutes=1),
    "day_of_month": timedelta(days=28),
    "month": timedelta(days=364),
    "year": timedelta(days=364),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """Where an expression ends and what it means; without a span it is a time that was not (``tomorrow``)."""

    end: int
    span: Span | None
    recurs: Recurrence | None = None


def expression_at(text: str, at: int, clock: Clock) -> Reading | None:
    """An expression with what stands before and after it."""
    lead = _BEFORE.match(text, at)
    border = lead.lastgroup if lead else None
    read = None
    if lead is not None:
        read = span_at(text, lead.end(), clock)
    if lead is not None and border == "by":
        coming = replace(clock, now=clock.now + timedelta(days=7))
        read = span_at(text, lead.end(), coming, (english.BY_WEEKDAY,)) or read
    if read is None:
        lead = border = None
        read = span_at(text, at, clock)
    if read is None:
        return None
    if read.span is None:
        return _consumed(text, read)
    joined = _joined(text, read, clock, between=bool(lead and border == "between"))
    if joined is not None:
        return _on_a_day(text, at, joined, clock) or joined
    if on_a_day := _on_a_day(text, at, read, clock):
        return on_a_day
    behind = _AFTER.match(text, read.end)
    if behind is None:
        return Reading(read.end, _bordered(read.span, border))
    return Reading(behind.end(), _bordered(read.span, behind.lastgroup))


def _consumed(text: str, read: Reading) -> Reading:
    """A time that is no range takes its hour along: 明天下午三点."""
    return Reading(_with_hours(text, Span(None, None, "day"), read.end)[0], None)


def _joined(text: str, first: Reading, clock: Clock, *, between: bool) -> Reading | None:
    """A range of two: 周一到周五, between 3 May and 10 May, 上周到现在."""
    if first.span is None or first.span.start is None:
        return None
    to_now = _TO_NOW.match(text, first.end)
    if to_now:
        return Reading(to_now.end(), Span(first.span.bound.start, None, first.span.grain))
    connector = _TO.match(text, first.end)
    if connector is None or (connector.group().strip() in _AND and not between):
        return None
    start = first.span.bound.start or first.span.start
    second = span_at(text, connector.end(), clock)
    if second is not None and second.recurs is not None:
        later = start + _PERIODS[second.recurs]
        again = span_at(text, connector.end(), replace(clock, now=later))
        second = again if again is not None and again.span is not None else second
    if second is None:
        second = _elided(text, connector.end(), first.span)
    if second is None or second.span is None or second.span.end is None or second.span.end <= start:
        return None
    return Reading(second.end, Span(start, second.span.bound.end, second.span.grain))


def _on_a_day(text: str, at: int, read: Reading, clock: Clock) -> Reading | None:
    """Hours before their day: at 3pm yesterday, from 9am to 11am on Monday."""
    if read.span is None or read.span.grain not in ("hour", "part_of_day"):
        return None
    gap = _THEN.match(text, read.end)
    day = span_at(text, gap.end(), clock) if gap else None
    if day is None or day.span is None or day.span.grain != "day" or day.span.end is None:
        return None
    hourly = expression_at(text[: read.end], at, replace(clock, now=day.span.end - timedelta(minutes=1)))
    return Reading(day.end, hourly.span) if hourly else None


def _elided(text: str, at: int, first: Span) -> Reading | None:
    """The last day of ``3 月 5 日到 8``, in the month of the first; the last hour of ``下午三点到五点``."""
    start = first.start
    if start is None:
        return None
    if first.grain == "hour":
        hour = hours.CLOCK_ZH.match(text, at)
        rest = Span(start, midnight(start.date()) + timedelta(days=1), "part_of_day")
        return Reading(hour.end(), hours.hour_of(rest, hour)) if hour else None
    match = re.compile(r"([0-3]?\d)(?:st|nd|rd|th)?(?=\s*(?:日|号|$|[,.?!，。？！的]))\s*[日号]?").match(text, at)
    if match is None:
        return None
    try:
        day = start.replace(day=int(match[1]), hour=0, minute=0)
    except ValueError:
        return None
    return Reading(match.end(), Span(day, day + timedelta(days=1), "day"))


def span_at(text: str, at: int, clock: Clock, rules: tuple[Rule, ...] = _RULES) -> Reading | None:
    """The longest of what the rules read here, with part of the day and hour."""
    best: Reading | None = None
    for rule in rules:
        match = rule.pattern.match(text, at)
        if match is None or match.end() == at or (best is not None and match.end() <= best.end):
            continue
        if _ends_inside_word(text, match.end()):
            continue
        try:
            span = rule.resolve(match, clock)
        except (ValueError, OverflowError):
            span = None
        best = Reading(match.end(), span, rule.recurs)
    if best is None or best.span is None or best.span.start is None:
        return best
    end, span = _with_hours(text, best.span, best.end)
    if (
        best.recurs == "weekday"
        and end > best.end
        and span.start
        and span.start > clock.now
        and not _THIS.match(text, at)
    ):
        return span_at(text, at, replace(clock, now=clock.now - timedelta(days=1)), rules)
    return replace(best, end=end, span=span if span.start is None or span.start <= clock.now else None)


def _ends_inside_word(text: str, end: int) -> bool:
    before, after = text[end - 1], text[end : end + 1]
    return before.isascii() and before.isalpha() and after.isascii() and (after.isalnum() or after == "_")


def _with_hours(text: str, span: Span, end: int) -> tuple[int, Span]:
    """A day, or a part of one, followed by a part and an hour."""
    if span.grain == "day" and (span.start is None or span.end is None or span.end - span.start <= timedelta(days=1)):
        for pattern in (hours.PART_ZH, hours.PART_EN):
            part = pattern.match(text, end)
            if part is not None:
                end = part.end()
                span = span if span.start is None else hours.part_of(span.start.date(), part)
                break
    if span.grain in ("day", "part_of_day"):
        for pattern in (hours.CLOCK_ZH, hours.CLOCK_EN):
            hour = pattern.match(text, end)
            if hour is None:
                continue
            try:
                return hour.end(), span if span.start is None else hours.hour_of(span, hour)
            except ValueError:
                break
    return end, span


def _bordered(span: Span, border: str | None) -> Span | None:
    bound = span.bound
    match border:
        case "since":
            return Span(bound.start, None, span.grain)
        case "after":
            return Span(bound.end, None, span.grain)
        case "before":
            return Span(None, bound.start, span.grain)
        case "until" | "by":
            return Span(None, bound.end, span.grain)
        case "around" if bound.start is not None and bound.end is not None:
            reach = timedelta(hours=1) if span.grain == "hour" else timedelta(days=5)
            return Span(bound.start - reach, bound.end + reach, span.grain)
        case _:
            return span
