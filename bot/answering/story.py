"""The story of a topic: what happened with it, in order, told by its most telling records. No model is asked.

Records about the topic are found by search and cut off where they stop being about it, the conversations around them
are read, each conversation of a day becomes a scene of a few lines, and the scenes are put in order of time.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.answering.evidence import Evidence
from bot.answering.excerpt import excerpt
from bot.answering.finding import Finder
from bot.answering.telling import UNNAMED_AT_MOST, Topic, bare_topic, is_repeated, tells
from bot.truth.categories import categories_of
from bot.truth.conversations import conversations_of
from bot.truth.database import Database
from bot.truth.tables import ConversationRow, MessageRow, PersonRow
from connectors.console.host import StoryLine, StoryScene, StoryView, TimelineFile
from connectors.events import ChannelId, RecordId
from knowledge.passage import NO_FILTER, Audience, PassageFilter

_FOUND = 200
_SCENE_LINES = 3
_LINE_CHARS = 240
_FILE_CHARS = 140
_TABLE_BARS = re.compile(r"\s*\|[\s|]*")
_AROUND = 30
"""Messages of a conversation that are read before and after those that were found."""
_WEAKEST = 0.45
"""Share of the most telling scene's score below which a scene is none."""
_NOT_FOUND = 0.3
"""How much a message counts that stands in the conversation without being about the topic itself."""


@dataclass(slots=True)
class _Line:
    line: StoryLine
    channel_id: str
    channel_name: str
    conversation_id: str
    about: float
    score: float = 0.0


class Storyteller:
    """Tells stories to those who may read them."""

    def __init__(self, *, database: Database, finder: Finder, zone: tzinfo) -> None:
        self._database = database
        self._finder = finder
        self._zone = zone

    async def tell(
        self, topic: str, *, audience: Audience, where: PassageFilter = NO_FILTER, lines: int = 40
    ) -> StoryView:
        """At most ``lines`` records, oldest first; raises ``ArchiveError`` when the archive cannot be read."""
        named = bare_topic(topic)
        found = await self._finder.search(named, audience=audience, where=where, limit=_FOUND)
        subject = Topic(named)
        about = subject.choose(found)
        async with self._database.read() as connection:
            told = await connection.run_sync(lambda sync: _lines(Session(sync), about, subject, where))
        scenes, left_out = self._scenes(told, lines)
        return StoryView(
            topic=named,
            scenes=tuple(scenes),
            records=sum(weight > UNNAMED_AT_MOST for _, weight in about),
            scenes_left_out=left_out,
        )

    def _scenes(self, told: Sequence[_Line], room: int) -> tuple[list[StoryScene], int]:
        by_scene: dict[tuple[date, str], list[_Line]] = defaultdict(list)
        for line in told:
            by_scene[line.line.time.astimezone(self._zone).date(), line.conversation_id].append(line)
        ranked = sorted(by_scene.values(), key=_scene_score, reverse=True)
        ranked = [
            scene for scene in ranked if _named(scene) and _scene_score(scene) >= _WEAKEST * _scene_score(ranked[0])
        ]
        chosen: list[tuple[list[_Line], int]] = []
        seen: list[frozenset[str]] = []
        for scene in ranked:
            if room <= 0:
                break
            best: list[_Line] = []
            for line in sorted(scene, key=lambda line: -line.score):
                if len(best) == min(_SCENE_LINES, room) or line.score <= 0:
                    break
                if not is_repeated(line.line.text, seen):
                    best.append(line)
            if _named(best):
                chosen.append((best, _named(scene) - _named(best)))
                room -= len(best)
        chosen.sort(key=lambda scene: min(_place(line) for line in scene[0]))
        return [_scene(best, left_out) for best, left_out in chosen], len(ranked) - len(chosen)


def _scene(lines: Sequence[_Line], left_out: int) -> StoryScene:
    first, *_ = lines
    return StoryScene(
        conversation_id=RecordId(first.conversation_id),
        channel_id=ChannelId(first.channel_id),
        channel_name=first.channel_name,
        lines=tuple(line.line for line in sorted(lines, key=_place)),
        left_out=left_out,
    )


def _scene_score(scene: Sequence[_Line]) -> float:
    return max(line.score for line in scene) + 0.1 * math.log2(_named(scene) + 1)


def _named(lines: Iterable[_Line]) -> int:
    """How many of the lines are about the topic by its words."""
    return sum(line.about > UNNAMED_AT_MOST for line in lines)


def _place(line: _Line) -> tuple[datetime, str]:
    return line.line.time, line.line.record_id


def _lines(
    session: Session, about: Sequence[tuple[Evidence, float]], subject: Topic, where: PassageFilter
) -> list[_Line]:
    ids = [item.message_id for item, _ in about]
    conversation = conversations_of(session, ids)
    threads = dict(
        list(session.execute(select(MessageRow.record_id, MessageRow.thread_id).where(MessageRow.record_id.in_(ids))))
    )
    found = {
        (item.message_id, item.file_id): _Line(
            line=StoryLine(
                record_id=RecordId(item.message_id),
                author=item.author,
                time=item.time,
                text=_TABLE_BARS.sub(" · ", excerpt(item.text, subject.words, limit=_FILE_CHARS)).strip(" ·")
                if item.file_id
                else excerpt(item.text, subject.words, limit=_LINE_CHARS),
                file=TimelineFile(file_id=RecordId(item.file_id), name=item.file_name or "", page=item.page)
                if item.file_id
                else None,
                categories=(),
                permalink=item.permalink,
            ),
            channel_id=item.channel_id,
            channel_name=item.channel_name,
            conversation_id=conversation.get(item.message_id) or threads.get(item.message_id) or item.message_id,
            about=weight,
        )
        for item, weight in about
    }
    if not (where.author_ids or where.kinds or where.categories):
        for line in _around(session, list(found.values()), where):
            found.setdefault((line.line.record_id, None), line)
    given = categories_of(session, [file_id or message_id for message_id, file_id in found])
    firsts = _firsts(found.values())
    for (message_id, file_id), line in found.items():
        categories = given[file_id or message_id]
        line.line = replace(line.line, categories=tuple(categories))
        line.score = tells(
            line.line.text,
            categories,
            about=line.about or _NOT_FOUND,
            has_file=file_id is not None,
            begins=message_id in firsts,
        )
        if not line.about and line.score <= 2 * _NOT_FOUND:
            line.score = 0.0
    return list(found.values())


def _firsts(lines: Iterable[_Line]) -> set[str]:
    first: dict[str, _Line] = {}
    for line in lines:
        known = first.get(line.conversation_id)
        if known is None or _place(line) < _place(known):
            first[line.conversation_id] = line
    return {line.line.record_id for line in first.values()}


def _around(session: Session, found: Sequence[_Line], where: PassageFilter) -> Iterable[_Line]:
    """Other messages of the same conversations, near those that were found."""
    of: Mapping[str, _Line] = {line.conversation_id: line for line in found}
    statement = (
        select(MessageRow, PersonRow.name, ConversationRow.conversation_id)
        .join(ConversationRow, ConversationRow.record_id == MessageRow.record_id)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .where(
            ConversationRow.conversation_id.in_(list(of)),
            MessageRow.deleted_at.is_(None),
            MessageRow.system.is_(False),
            MessageRow.answer_id.is_(None),
            MessageRow.text != "",
        )
        .order_by(MessageRow.sent_at, MessageRow.record_id)
    )
    if where.since is not None:
        statement = statement.where(MessageRow.sent_at >= where.since)
    if where.until is not None:
        statement = statement.where(MessageRow.sent_at < where.until)
    talk: dict[str, list[tuple[MessageRow, str]]] = defaultdict(list)
    for message, author, conversation_id in session.execute(statement):
        if message.channel_id == of[conversation_id].channel_id:
            talk[conversation_id].append((message, author or ""))
    known = {str(line.line.record_id) for line in found}
    for conversation_id, messages in talk.items():
        places = [at for at, (message, _) in enumerate(messages) if message.record_id in known]
        near = {at for place in places for at in range(place - _AROUND, place + _AROUND + 1)}
        for at in sorted(near & set(range(len(messages)))):
            message, author = messages[at]
            if message.record_id in known:
                continue
            yield _Line(
                line=StoryLine(
                    record_id=RecordId(message.record_id),
                    author=author,
                    time=message.sent_at or message.version_at,
                    text=excerpt(message.text, frozenset(), limit=_LINE_CHARS),
                    file=None,
                    categories=(),
                    permalink=message.permalink,
                ),
                channel_id=message.channel_id or "",
                channel_name=of[conversation_id].channel_name,
                conversation_id=conversation_id,
                about=0.0,
            )
