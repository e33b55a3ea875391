"""What ``/digest`` is told, in both languages: now, a daily or weekly one, off, or a list of what is set up."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from bot.digests.times import Period
from bot.errors import BadInput, Language
from knowledge.lexical import normalize
from knowledge.time_expressions.hours import CLOCK_EN, CLOCK_ZH, PART_ZH, hour_of, hours_named
from knowledge.time_expressions.span import days

Action = Literal["now", "set", "off", "list"]

USUAL_MINUTE: Final = 9 * 60
_ANY_DAY = date(2026, 1, 5)

_CHANNEL = re.compile(r"[#＃]([^\s#＃,，、；;]+)")
_ZONE = re.compile(r"\b(?:[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_+-]+){1,2}|UTC)(?![A-Za-z])")
_SKIP_QUIET = re.compile(
    r"skip[- ]?quiet(?: days?)?|(?:but )?(?:not|skip(?: it)?) (?:when|if|on) (?:it is )?quiet(?: days?)?"
    r"|(?:没事|没消息|没有消息|没人说话|安静|空的?)(?:的时候|时|就)?(?:别|不要?)(?:用)?(?:发|推)"
)
_OFF = re.compile(
    r"\b(?:off|stop|disable|cancel|unsubscribe|no more)\b"
    r"|(?:关闭|关掉|关了?|停止|停掉|停了?|取消|退订|别再?发|不要再?发)"
)
_LIST = re.compile(r"\b(?:list|show|status)\b|列表|列出|查看|看看|有哪些")
_ME = re.compile(r"\b(?:to |for )?(?:me|myself|my)\b|(?:给|发|推送?给?|私[聊信]给?)我|我的|^我|私[聊信]")
_WEEKLY = re.compile(r"\b(?:weekly|every week|each week)\b|每个?(?:周|星期|礼拜)|周报")
_DAILY = re.compile(r"\b(?:daily|every ?day|each day|every (?:morning|evening))\b|每[天日]|天天|每早|每晚|日报")
_WEEKDAY_ZH = re.compile(r"(?:每个?)?(?:周|星期|礼拜)([一二三四五六日天])")
_WEEKDAY_EN = re.compile(
    r"\b(?:on |every |each )?(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|r|rs|rsday|urday)?s?\b"
)
_BARE_HOUR = re.compile(r"(?:\bat\s*)?(?<![\d:])([01]?\d|2[0-3])(?![\d:])")
_WEEKDAYS_EN = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MEANT = re.compile(r"[^\W_]+")
_FILLERS = frozenset(
    ["a", "an", "the", "at", "on", "in", "here", "and", "of", "o'clock", "please", "digest", "和", "在", "发", "的"]
)

USAGE: Final[dict[Language, str]] = {
    "zh": "/日报 每天 9点、/日报 每周一 9:00、/日报 我 每天 8:30 #项目A #项目B、/日报 关、/日报 列表",
    "en": "/digest daily 09:00, /digest weekly mon 09:00, /digest me daily 08:30 #a #b, /digest off, /digest list",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants of digests."""

    action: Action
    personal: bool = False
    channels: tuple[str, ...] = ()
    """Names as typed, without the sign."""
    period: Period = "daily"
    minute_of_day: int = USUAL_MINUTE
    weekday: int = 0
    timezone: str | None = None
    skip_quiet: bool = False


def read_wish(text: str, language: Language = "en", *, strict: bool = True) -> Wish:
    """Read what follows ``/digest``. ``strict`` raises ``BadInput`` for words that mean nothing here.

    Without it, whole sentences are read for what they name: ``请每天早上九点给我发 #general 的日报``.
    """
    rest = _Rest(text)
    channels = tuple(rest.every(_CHANNEL))
    zone = rest.cut(_ZONE)
    rest.fold()
    skip_quiet = rest.cut(_SKIP_QUIET) is not None
    off, listed = rest.cut(_OFF) is not None, rest.cut(_LIST) is not None
    weekday = _weekday(rest)
    weekly = rest.cut(_WEEKLY) is not None or weekday is not None
    minute = _minute(rest)
    daily = rest.cut(_DAILY) is not None
    personal = rest.cut(_ME) is not None or bool(channels)
    if minute is None and (daily or weekly):
        bare = rest.cut(_BARE_HOUR)
        minute = int(bare[1]) * 60 if bare is not None else USUAL_MINUTE
    if strict and rest.means_something:
        raise BadInput(USAGE[language])
    action: Action = "off" if off else "list" if listed else "set" if minute is not None else "now"
    return Wish(
        action=action,
        personal=personal,
        channels=channels,
        period="weekly" if weekly else "daily",
        minute_of_day=USUAL_MINUTE if minute is None else minute,
        weekday=weekday or 0,
        timezone=zone[0] if zone is not None else None,
        skip_quiet=skip_quiet,
    )


class _Rest:
    """A text of which pieces are cut as they are understood."""

    def __init__(self, text: str) -> None:
        self._text = text

    def fold(self) -> None:
        """Full width, capital letters and traditional characters make no difference from here on."""
        self._text = normalize(self._text)

    def cut(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first hit, which is taken out."""
        found = pattern.search(self._text)
        if found is not None:
            self._text = f"{self._text[: found.start()]} {self._text[found.end() :]}"
        return found

    def every(self, pattern: re.Pattern[str]) -> list[str]:
        """The first group of each hit; all are taken out."""
        found = [match[1] for match in pattern.finditer(self._text)]
        self._text = pattern.sub(" ", self._text)
        return found

    @property
    def means_something(self) -> bool:
        """Whether a word is left."""
        return any(word not in _FILLERS for word in _MEANT.findall(self._text))


def _weekday(rest: _Rest) -> int | None:
    if (found := rest.cut(_WEEKDAY_ZH)) is not None:
        return 6 if found[1] in "日天" else "一二三四五六".index(found[1])
    if (found := rest.cut(_WEEKDAY_EN)) is not None:
        return _WEEKDAYS_EN.index(found[1])
    return None


def _minute(rest: _Rest) -> int | None:
    part = rest.cut(PART_ZH)
    clock = rest.cut(CLOCK_ZH) or rest.cut(CLOCK_EN)
    within = hours_named(_ANY_DAY, part["part"]) if part is not None else days(_ANY_DAY)
    if clock is None:
        return None
    start = hour_of(within, clock).start
    return start.hour * 60 + start.minute if start is not None else None
