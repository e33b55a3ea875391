"""What the bot understands of a question before it searches: its words, the time it means, whether it wants the newest.

Explicit filters are hard. A time in the words is a wish: what was said then comes first, what was said at other times
follows, and people are told what was understood.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot.answering.events import Event
from bot.errors import Language
from bot.texts import TextKey, say
from knowledge.lexical import terms
from knowledge.passage import PassageFilter
from knowledge.time_expressions import TimeExpression, find_time_expressions, prefers_newest

_DAY = timedelta(days=1)
_SAY_NOTHING = re.compile(
    r"大家|我们|咱们|群里|都|说过?了?|聊过?了?|讨论过?了?|谈过?了?|发生过?了?|发过?了?|有|过|什么|啥|哪些|事情?|消息|记录|内容|情况|新|呢|吗|的"
    r"|\b(?:happened|happening|said|say|talk(?:ed)?|discuss(?:ed)?|messages?|news?|anything|everything|something|some(?:one|body)|any(?:one|body)"
    r"|people|show|tell|list|give|please|all|new|went|going|on)\b",
    re.IGNORECASE,
)
"""With only such words the question asks for everything of that time."""
_QUESTION_CHARS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """A question as understood. ``since`` ≤ time < ``until`` is what its words mean; None leaves that side open."""

    question: str
    words: str
    """The question without its time expressions."""
    expressions: tuple[TimeExpression, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    newest: bool = False
    event: Event | None = None
    """The message that a range such as ``since the launch`` begins or ends with."""
    outside: bool = False
    """Nothing was found within the range: what is shown is from other times."""

    @property
    def timed(self) -> bool:
        """Whether a range was understood."""
        return self.since is not None or self.until is not None

    @property
    def only_time(self) -> bool:
        """Whether the question asks for nothing but a time, as in ``what happened last week``."""
        return self.timed and not terms(_SAY_NOTHING.sub(" ", self.words[:_QUESTION_CHARS]))

    def holds(self, moment: datetime) -> bool:
        """Whether something said at this moment is within the range."""
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)

    def within(self, where: PassageFilter) -> PassageFilter:
        """The filter, narrowed to the range."""
        starts = [moment for moment in (where.since, self.since) if moment is not None]
        ends = [moment for moment in (where.until, self.until) if moment is not None]
        return replace(where, since=max(starts, default=None), until=min(ends, default=None))

    def told(self, language: Language, zone: tzinfo) -> str:
        """What people should know of it, one line; empty when no time was understood."""
        if not self.timed:
            return ""
        period = _period(self.since, self.until, zone, language)
        said = ", ".join(f"“{' '.join(expression.text.split())}”" for expression in self.expressions)
        if self.event is not None:
            when = f"{self.event.time.astimezone(zone):%Y-%m-%d %H:%M}"
            period = say(
                "time_event", language, period=period, author=self.event.author, when=when, quote=self.event.quote
            )
        key: TextKey = "time_nothing_inside" if self.outside else "time_understood"
        return say(key, language, said=said, period=period)


def understand(question: str, *, now: datetime, zone: tzinfo) -> Understanding:
    """Read a question asked at ``now`` by somebody in ``zone``; event anchors are not resolved yet."""
    expressions = tuple(find_time_expressions(question, now=now, zone=zone))
    words, end = "", 0
    for expression in expressions:
        words += question[end : expression.start] + " "
        end = expression.end
    since, until = _together([each for each in expressions if each.event is None])
    return Understanding(
        question=question,
        words=" ".join((words + question[end:]).split()),
        expressions=expressions,
        since=since,
        until=until,
        newest=prefers_newest(question),
    )


def with_event(understood: Understanding, expression: TimeExpression, event: Event | None) -> Understanding:
    """The same with an anchor resolved; one whose event nobody told of is taken for ordinary words."""
    if event is None:
        expressions = tuple(each for each in understood.expressions if each is not expression)
        words = understood.words if expressions else understood.question
        return replace(understood, expressions=expressions, words=words)
    if expression.side == "since":
        return replace(understood, since=max(event.time, understood.since or event.time), event=event)
    return replace(understood, until=min(event.time, understood.until or event.time), event=event)


def _together(expressions: list[TimeExpression]) -> tuple[datetime | None, datetime | None]:
    """The range of several: around closed ones, between open ones (since Monday … before Friday)."""
    closed = [(each.since, each.until) for each in expressions if each.since is not None and each.until is not None]
    starts = [each.since for each in expressions if each.since is not None and each.until is None]
    ends = [each.until for each in expressions if each.until is not None and each.since is None]
    if closed:
        starts.append(min((since for since, _ in closed), key=_instant))
        ends.append(max((until for _, until in closed), key=_instant))
    since, until = max(starts, key=_instant, default=None), min(ends, key=_instant, default=None)
    if since is not None and until is not None and _instant(since) >= _instant(until):
        return None, None
    return since, until


def _instant(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _period(since: datetime | None, until: datetime | None, zone: tzinfo, language: Language) -> str:
    """A range for people: whole days by their dates, the last one included."""
    start = since.astimezone(zone) if since is not None else None
    end = until.astimezone(zone) if until is not None else None
    whole = all(moment is None or (moment.hour, moment.minute) == (0, 0) for moment in (start, end))
    pattern = "%Y-%m-%d" if whole else "%Y-%m-%d %H:%M"
    first = start.strftime(pattern) if start else ""
    last = (end - _DAY if whole else end).strftime(pattern) if end else ""
    if first and last:
        return first if first == last else f"{first} … {last}"
    return say("time_since", language, moment=first) if first else say("time_until", language, moment=last)
