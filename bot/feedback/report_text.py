"""The weekly report as people read it, or have it read to them: short sentences, numbers first."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.answering.marks import unmarked
from bot.digests.digest import Digest, NumberedLine
from bot.digests.rendering import day_told
from bot.errors import Language
from bot.feedback.use import Use
from bot.guarding.mentions import without_mass_mentions
from bot.summaries.lines import Section

_HEADED = "▸ "
_BULLET = "• "
_FEW: Final = 5
"""With fewer verdicts in one of two weeks their rates are not compared."""
_SECTIONS: Final[tuple[Section, ...]] = ("decision", "question")
"""New standard answers, and gaps."""
TEXTS: Final[dict[str, dict[Language, str]]] = {
    "title": {"zh": "拾光这一周 · {first} – {last}", "en": "Shiguang this week · {first} – {last}"},
    "nobody": {
        "zh": "这一周没有人提问。@我 问一句团队聊过的事，比如“发布日期定在哪天？”。",
        "en": "Nobody asked anything this week. Mention me and ask about something the team talked about.",
    },
    "asked": {
        "zh": "{people} 个人问了 {asked} 个问题，答上了 {answered} 个（{rate}%）。{change}",
        "en": "{people} asked {asked}; {answered} of them {were} answered ({rate} %). {change}",
    },
    "more": {"zh": "比上一周多 {by} 个问题。", "en": "{by} more than the week before."},
    "fewer": {"zh": "比上一周少 {by} 个问题。", "en": "{by} fewer than the week before."},
    "same": {"zh": "和上一周一样多。", "en": "As many as the week before."},
    "verdicts": {"zh": "👍 {up} 个，👎 {down} 个。{change}", "en": "👍 {up}, 👎 {down}. {change}"},
    "better": {"zh": "👍 的比例比上一周高 {by} 个百分点。", "en": "The share of 👍 is up by {by}."},
    "worse": {"zh": "👍 的比例比上一周低 {by} 个百分点。", "en": "The share of 👍 is down by {by}."},
    "as_good": {"zh": "👍 的比例和上一周一样。", "en": "The share of 👍 is as it was the week before."},
    "no_verdicts": {
        "zh": "还没有人点 👍 或 👎。点一下，答案就会变好。",
        "en": "Nobody pressed 👍 or 👎. Each of them makes the answers better.",
    },
    "curated": {"zh": "标准答案用了 {count} 次。", "en": "Standard answers were given {count}."},
    "mended": {
        "zh": "管理员处理了 {count} 类没答好的问题，涉及 {people} 个人。",
        "en": "Operators mended {count}, which {people} had asked.",
    },
    "decision": {"zh": "新的标准答案（{count} 条）", "en": "New standard answers ({count})"},
    "question": {"zh": "还没有答案的问题（{count} 类）", "en": "Still without an answer ({count})"},
    "ask_back": {
        "zh": "知道的人在群里说一句，下次我就能答上。",
        "en": "If you know one of these, say it here, and I can answer it next time.",
    },
    "elsewhere": {
        "zh": "是在别的频道或私聊里问的，这里不写出来。",
        "en": "They were asked in other channels or alone with me, and are not told here.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportNumbers:
    """Everything that a report tells in numbers."""

    now: Use
    before: Use
    new_standard: int
    gaps: int
    mended: int
    """Cases that operators mended."""
    helped: int
    """People who had asked what was mended."""

    def document(self) -> dict[str, Any]:
        """As JSON, to be kept."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "ReportNumbers":
        """What ``document`` wrote."""
        uses = {name: Use(**document[name]) for name in ("now", "before")}
        return cls(**{**document, **uses})


class ReportText:
    """Writes a report in its language, from the lines that still stand."""

    def __init__(self, digest: Digest, numbers: Mapping[str, Any]) -> None:
        self._digest = digest
        self._numbers = ReportNumbers.of(numbers)
        self._language: Language = digest.language
        self._zone = ZoneInfo(digest.facts.timezone)

    def text(self) -> str:
        """The whole of it."""
        numbers = self._numbers
        told = [self._title()]
        if not numbers.now.asked:
            told.append(self._say("nobody"))
        else:
            told += [self._asked(), self._verdicts()]
        if numbers.now.curated:
            told.append(self._say("curated", count=self._count(numbers.now.curated, "time")))
        if numbers.mended:
            mended = self._count(numbers.mended, "kind of question", "kinds of questions")
            told.append(self._say("mended", count=mended, people=self._count(numbers.helped, "person", "people")))
        counts = {"decision": numbers.new_standard, "question": numbers.gaps}
        parts = (self._section(section, counts[section]) for section in _SECTIONS)
        return "\n\n".join(["\n".join(told), *filter(None, parts)])

    def _title(self) -> str:
        since, until = (moment.astimezone(self._zone) for moment in (self._digest.since, self._digest.until))
        last = (until - timedelta(seconds=1)).date()
        return self._say("title", first=day_told(since.date(), self._language), last=day_told(last, self._language))

    def _asked(self) -> str:
        now, by = self._numbers.now, self._numbers.now.asked - self._numbers.before.asked
        change = self._say("more" if by > 0 else "fewer" if by < 0 else "same", by=abs(by))
        return self._say(
            "asked",
            people=self._count(now.people, "person", "people"),
            asked=self._count(now.asked, "question"),
            answered=now.answered,
            were="was" if now.answered == 1 else "were",
            rate=round(100 * now.answered / now.asked),
            change=change,
        )

    def _verdicts(self) -> str:
        now, before = self._numbers.now.shares()["up"], self._numbers.before.shares()["up"]
        if now.rate is None:
            return self._say("no_verdicts")
        change = ""
        if before.rate is not None and min(now.of, before.of) >= _FEW:
            by = round(100 * now.rate) - round(100 * before.rate)
            key = "better" if by > 0 else "worse" if by < 0 else "as_good"
            change = self._say(key, by=self._count(abs(by), "point"))
        return self._say("verdicts", up=self._numbers.now.up, down=self._numbers.now.down, change=change).rstrip()

    def _section(self, section: Section, count: int) -> str:
        lines = [_BULLET + self._line(one) for one in self._digest.lines if one.line.section == section]
        if not count or (section == "decision" and not lines):
            return ""
        heading = _HEADED + self._say(section, count=count)
        if section == "decision":
            return "\n".join([heading, *lines])
        return "\n".join([heading, *lines, self._say("ask_back" if lines else "elsewhere")])

    def _line(self, one: NumberedLine) -> str:
        words = without_mass_mentions(unmarked(" ".join(one.line.text.split())))
        return f"{words} [{one.n}]"

    def _count(self, count: int, one: str, several: str = "") -> str:
        if self._language == "zh":
            return f"{count:,}"
        return f"{count:,} {one if count == 1 else several or f'{one}s'}"

    def _say(self, key: str, **values: object) -> str:
        return TEXTS[key][self._language].format(**values)
