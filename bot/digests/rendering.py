"""A digest as people read it: plain text whose ``[n]`` marks are the links to its messages."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.answering.marks import unmarked
from bot.digests.digest import Digest, NumberedLine
from bot.digests.texts import SECTION_NAMES, WEEKDAYS, told
from bot.errors import Language
from bot.guarding.mentions import without_mass_mentions
from bot.summaries.lines import SECTIONS, Section
from bot.summaries.phrasing import NO_TIME
from bot.truth.partly import partly_told

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMED = re.compile(r"([^\s:：]{1,20})\s*[:：]\s*")
_HEADED = "▸ "
_BULLET = "• "


class DigestText:
    """Writes a digest in its language. ``names`` are channel names by id; the platform shows a channel with a ``#``.

    ``about`` says what it is when it is no digest, such as a summary that somebody asked for. ``partial`` names
    channels of whose period not everything is kept.
    """

    def __init__(
        self, digest: Digest, names: Mapping[str, str], *, about: str = "", partial: Sequence[str] = ()
    ) -> None:
        self._digest = digest
        self._facts = digest.facts
        self._language: Language = digest.language
        self._names = names
        self._partial = partial
        self._kind = about or told(digest.facts.period or "now", digest.language)
        self._zone = ZoneInfo(digest.facts.timezone)

    def text(self) -> str:
        """The whole of it. A quiet period is a heading and one sentence."""
        parts = [self.heading(), *self._sections(), *self._remarks()]
        return "\n\n".join(parts) if self._digest.lines else "\n".join(parts)

    def heading(self) -> str:
        """What it is about, the period, and how much there was."""
        return "\n".join([f"{self._about()} · {self._span()}", *([self._counts()] if self._digest.lines else [])])

    def _about(self) -> str:
        names = [f"#{self._names[one]}" for one in self._digest.channel_ids if one in self._names]
        if len(names) > 1:
            more = len(names) if self._language == "zh" else len(names) - 1
            names = [told("channels", self._language, first=names[0], count=more)]
        return f"{' '.join(names)} {self._kind}".strip()

    def _span(self) -> str:
        since, until = (moment.astimezone(self._zone) for moment in (self._digest.since, self._digest.until))
        whole_days = since.time() == until.time()
        if whole_days and since.hour == since.minute == 0:
            last = (until - timedelta(minutes=1)).date()
            first = self._day(since.date())
            return first if last == since.date() else f"{first} – {self._day(last)}"
        return f"{self._day(since.date())} {since:%H:%M} – {self._day(until.date())} {until:%H:%M}"

    def _day(self, day: date) -> str:
        made = self._digest.made_at.astimezone(self._zone)
        return day_told(day, self._language, year=day.year != made.year)

    def _counts(self) -> str:
        return told(
            "counts", self._language,
            messages=self._number(self._facts.messages, "message"),
            conversations=self._number(self._facts.conversations, "conversation"),
        )  # fmt: skip

    def _number(self, count: int, unit: str) -> str:
        if self._language == "zh":
            return f"{count:,}"
        return f"{count:,} {unit}{'' if count == 1 else 's'}"

    def _sections(self) -> list[str]:
        return [part for section in SECTIONS if (part := self._section(section))]

    def _section(self, section: Section) -> str:
        lines = [one for one in self._digest.lines if one.line.section == section]
        if not lines:
            return ""
        return "\n".join(
            [_HEADED + SECTION_NAMES[section][self._language], *(_BULLET + self._line(one) for one in lines)]
        )

    def _line(self, one: NumberedLine) -> str:
        line = one.line
        words = without_mass_mentions(unmarked(" ".join(line.text.split())))
        if line.owner and line.owner.casefold() not in words.casefold():
            named = _NAMED.match(words)
            # “小满: …” is 赵小满's already.
            task = words[named.end() :] if named is not None and named[1] in line.owner else words
            words = f"{line.owner}：{task}" if self._language == "zh" else f"{line.owner}: {task}"
        if line.due is not None:
            by = told("by", self._language, day=self._day(line.due))
            words = f"{words.rstrip('。.')}（{by}）" if self._language == "zh" else f"{words.rstrip('。.')} ({by})"
        several = len(self._digest.channel_ids) > 1 and line.channel_id in self._names
        return f"{words} [{one.n}]{f' #{self._names[line.channel_id]}' if several else ''}"

    def _remarks(self) -> list[str]:
        """What the reader has to know besides: what is missing, and why."""
        facts, remarks = self._facts, list[str]()
        if not self._digest.lines:
            messages = self._number(facts.messages, "message")
            key = "withdrawn" if facts.told else "nothing_notable" if facts.messages else "quiet"
            remarks.append(told(key, self._language, messages=messages))
        for count, key in ((facts.more, "more"), (facts.left_out, "left_out"), (facts.unreadable, "unreadable")):
            if count:
                remarks.append(told(key, self._language, count=count))
        if facts.extractive and self._digest.lines:
            key = "no_time" if facts.extractive == NO_TIME else "extractive"
            remarks.append(told(key, self._language, code=facts.extractive))
        if facts.cut:
            remarks.append(told("cut", self._language))
        if self._partial:
            remarks.append(partly_told(self._partial, self._language))
        return ["\n".join(remarks)] if remarks else []


def day_told(day: date, language: Language, *, year: bool = False) -> str:
    """A day with its weekday, as people say it."""
    if language == "zh":
        return f"{f'{day.year}年' if year else ''}{day.month}月{day.day}日 周{WEEKDAYS['zh'][day.weekday()]}"
    return f"{WEEKDAYS['en'][day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1]}{f' {day.year}' if year else ''}"
