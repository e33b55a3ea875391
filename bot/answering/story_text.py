"""A story as text: for the command line and for chat."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from bot.answering.marks import unmarked
from bot.errors import Language
from bot.texts import TextKey, say
from connectors.connector import Citation
from connectors.console.host import StoryLine, StoryScene, StoryView

_GAP_DAYS = 7
"""So many days without a word about the topic are worth a line."""
_MONTHS_FROM_DAYS = 60
_WEEKDAYS: dict[Language, str] = {"zh": "一二三四五六日", "en": "MonTueWedThuFriSatSun"}


@dataclass(frozen=True, slots=True)
class StyledLine:
    """A line and how a terminal shows it."""

    text: str
    style: str = ""


class StoryText:
    """Renders one story in one language."""

    def __init__(self, story: StoryView, zone: tzinfo, language: Language) -> None:
        self._story = story
        self._zone = zone
        self._language: Language = language

    def lines(self) -> Iterator[StyledLine]:
        """For a terminal."""
        yield StyledLine(self.heading(), "bold")
        day: date | None = None
        channel = ""
        for scene in self._story.scenes:
            began = self._day(scene.lines[0].time)
            if (gap := self._gap(day, began)) is not None:
                yield StyledLine(f"\n    ⋯ {gap}", "dim")
            if began != day:
                yield StyledLine(f"\n{self._dated(began)}", "bold")
            if began != day or scene.channel_name != channel:
                yield StyledLine(f"  #{scene.channel_name}", "dim")
            day, channel = self._day(scene.lines[-1].time), scene.channel_name
            for line in scene.lines:
                yield StyledLine(f"  {line.time.astimezone(self._zone):%H:%M}  {_who(line)}: {line.text}")
            if scene.left_out:
                yield StyledLine(f"         {say('story_more', self._language, count=scene.left_out)}", "dim")
        if self._story.scenes_left_out:
            yield StyledLine(f"\n{say('story_scenes_more', self._language, count=self._story.scenes_left_out)}", "dim")

    def message(self) -> tuple[str, list[Citation]]:
        """For a chat: a line a record, numbered as its citation."""
        citations: list[Citation] = []
        lines = [self.heading()]
        day: date | None = None
        for scene in self._story.scenes:
            for line in scene.lines:
                began = self._day(line.time)
                if (gap := self._gap(day, began)) is not None:
                    lines.append(f"⋯ {gap}")
                day = began
                citations.append(_citation(line, scene, len(citations) + 1))
                lines.append(f"[{len(citations)}] {began:%Y-%m-%d} {_who(line)}: {unmarked(line.text)}")
        return "\n".join(lines), citations

    def heading(self) -> str:
        """How much there is about the topic, and of which time."""
        if not self._story.scenes:
            return say("no_results", self._language, query=self._story.topic)
        first = self._day(self._story.scenes[0].lines[0].time)
        last = max(self._day(scene.lines[-1].time) for scene in self._story.scenes)
        key: TextKey = "story" if first != last else "story_of_a_day"
        return say(key, self._language, topic=self._story.topic, count=self._story.records, first=first, last=last)

    def _gap(self, before: date | None, after: date) -> str | None:
        days = (after - before).days if before is not None else 0
        if days < _GAP_DAYS:
            return None
        weeks = round(days / 7)
        if days < _MONTHS_FROM_DAYS:
            return say("weeks_later" if weeks > 1 else "a_week_later", self._language, count=weeks)
        return say("months_later", self._language, count=round(days / 30.4))

    def _dated(self, day: date) -> str:
        names = _WEEKDAYS[self._language]
        if self._language == "zh":
            return f"{day.year}年{day.month}月{day.day}日 周{names[day.weekday()]}"
        return f"{names[3 * day.weekday() : 3 * day.weekday() + 3]} {day:%Y-%m-%d}"

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()


def _who(line: StoryLine) -> str:
    if line.file is None:
        return line.author
    return f"{line.author} [{line.file.name}{f' p.{line.file.page}' if line.file.page else ''}]"


def _citation(line: StoryLine, scene: StoryScene, number: int) -> Citation:
    return Citation(
        n=number,
        record_id=line.record_id,
        quote=line.text,
        author=line.author,
        channel_name=scene.channel_name,
        time=line.time,
        permalink=line.permalink,
        file_id=line.file.file_id if line.file else None,
        file_name=line.file.name if line.file else None,
        page=line.file.page if line.file else None,
    )
