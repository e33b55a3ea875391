"""Finding the time expressions of a question, from left to right, the longest at each place."""

from datetime import UTC, datetime, tzinfo

from knowledge.time_expressions.disguises import undisguised
from knowledge.time_expressions.events import event_at
from knowledge.time_expressions.expression import TimeExpression
from knowledge.time_expressions.reading import Reading, expression_at, span_at
from knowledge.time_expressions.span import Clock

_QUESTION_CHARS = 400
"""A pasted page asks nothing further on, and would take long: this many take at most 50 ms."""
_FOLDED = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | {"\u3000": " ", "\u00a0": " ", "\u2018": "'", "\u2019": "'", "—": "-", "–": "-", "〜": "~", "～": "~"}
    | dict(
        zip(
            "週兩這個號點後節國慶勞動聖誕間來會發啟個禮開從為總運遷當時鐘過幾錄線級驗記貳",
            "周两这个号点后节国庆劳动圣诞间来会发启个礼开从为总运迁当时钟过几录线级验记贰",
            strict=True,
        )
    )
)
"""One character for one, so that places stay the same: full width to half, traditional to simplified."""


def find_time_expressions(question: str, *, now: datetime, zone: tzinfo) -> list[TimeExpression]:
    """The expressions of a question in their order, none overlapping. ``now`` is aware; ``zone`` is the asker's.

    Raises ``ValueError`` for a ``now`` without a zone, and nothing else.
    """
    clock = _clock(now, zone)
    text = undisguised(question[:_QUESTION_CHARS].translate(_FOLDED))
    found: list[TimeExpression] = []
    at = 0
    while at < len(text):
        if not _begins_word(text, at):
            at += 1
            continue
        anchor = event_at(text, at)
        read = expression_at(text, at, clock)
        if read is not None and (anchor is None or read.end >= anchor.end):
            start, at = at, read.end
            expression = _expression(question, start, read, zone)
            if expression is not None:
                found.append(expression)
        elif anchor is not None:
            start, at = at, anchor.end
            found.append(
                TimeExpression(
                    text=question[start:at], start=start, end=at, grain="day",
                    event=question[start:at][text[start:at].index(anchor.event) :][: len(anchor.event)],
                    side=anchor.side,
                )
            )  # fmt: skip
        else:
            at += 1
    return found


def read_time(text: str, *, now: datetime, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """The range of a text that is a time and nothing else, as typed for an option; None when it is not.

    Of ``two months ago`` it is that very day. Raises ``ValueError`` for a ``now`` without a zone.
    """
    clock = _clock(now, zone)
    folded = " ".join(text.split()).translate(_FOLDED)
    for candidate in (folded, f"in {folded}", f"on {folded}"):
        start = len(candidate) - len(folded)
        read = span_at(candidate, 0, clock)
        if read is None and start:
            read = span_at(candidate, start, clock)
        if read is not None and read.span is not None and read.end == len(candidate):
            since, until = _aware(read.span.bound.start, zone), _aware(read.span.bound.end, zone)
            if since is not None and until is not None:
                return since, until
    return None


def _clock(now: datetime, zone: tzinfo) -> Clock:
    if now.tzinfo is None:
        msg = "now must be timezone-aware"
        raise ValueError(msg)
    local = now.astimezone(zone).replace(tzinfo=None)
    return Clock(local, lambda by: (now.astimezone(UTC) + by).astimezone(zone).replace(tzinfo=None))


def _begins_word(text: str, at: int) -> bool:
    def within(character: str) -> bool:
        return character.isascii() and character.isalnum()

    return not text[at].isspace() and text[at] != "\0" and (at == 0 or not (within(text[at - 1]) and within(text[at])))


def _expression(question: str, start: int, read: Reading, zone: tzinfo) -> TimeExpression | None:
    if read.span is None:
        return None
    since, until = _aware(read.span.start, zone), _aware(read.span.end, zone)
    if (since is None and until is None) or (since and until and since.astimezone(UTC) >= until.astimezone(UTC)):
        return None
    end = start + len(question[start : read.end].rstrip())
    return TimeExpression(
        text=question[start:end], start=start, end=end, grain=read.span.grain, since=since, until=until
    )


def _aware(wall: datetime | None, zone: tzinfo) -> datetime | None:
    """On the zone's clock; a time that the clock skips is the moment after the gap."""
    if wall is None:
        return None
    try:
        return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    except OverflowError:
        return None
