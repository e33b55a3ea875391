"""Reading what is to be summarised: the talk of some channels between two moments, by conversation."""

import asyncio
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from bot.commands import is_command
from bot.guarding.masking import mask
from bot.language import language_of
from bot.truth.categories import categories_of
from bot.truth.database import Database
from bot.truth.tables import (
    AnswerRow,
    ChannelRow,
    ConversationRow,
    DigestRow,
    FileRow,
    LinkRow,
    MembershipRow,
    MessageRow,
    PersonRow,
)
from knowledge.address import without_url_secrets
from knowledge.passage import Audience
from knowledge.questions import tells

MOST_MESSAGES = 20_000
"""Read at once, newest first: more is more than anybody wants summarised."""
_PAGE = 100
"""Messages read in one go: reading a page keeps the event loop for less than 50 ms."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A file or link of a message."""

    name: str
    caption: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a conversation."""

    record_id: str
    author_id: str
    author: str
    sent_at: datetime
    version_at: datetime
    text: str
    reply_to: str | None = None
    categories: frozenset[str] = frozenset()
    shared: tuple[Shared, ...] = ()
    permalink: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation, or the part of it that was asked for, oldest turn first; it has at least one."""

    conversation_id: str
    channel_id: str
    channel_name: str
    turns: tuple[Turn, ...]
    people: frozenset[str] = frozenset()
    """Names that may be those of people who are to do something: of those who wrote, and of the channel's members."""

    def fingerprint(self, *made_with: str) -> str:
        """The same for the same words and categories by the same people, summarised with the same things.

        Categories are found a little after something was said, and people correct them.
        """
        said = [
            (
                turn.record_id,
                turn.version_at.isoformat(),
                turn.author,
                turn.text,
                sorted(turn.categories),
                [(part.name, part.caption) for part in turn.shared],
            )
            for turn in self.turns
        ]
        return hashlib.sha256(json.dumps([made_with, said]).encode()).hexdigest()

    @property
    def versions(self) -> dict[str, datetime]:
        """The version read of each message."""
        return {turn.record_id: turn.version_at for turn in self.turns}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to read. ``channel_ids`` empty: every channel of the audience. ``until`` is exclusive."""

    audience: Audience
    channel_ids: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    conversation_ids: frozenset[str] | None = None
    thread_id: str | None = None
    record_ids: frozenset[str] | None = None


async def read_talks(database: Database, wanted: Wanted) -> list[Talk]:
    """The conversations, in the order in which they began; bots' own answers, questions to them and notices are none.

    Of a conversation that reaches beyond the time asked for, it is the part inside. No secret is in them: no prompt and
    no summary holds one, whoever asks.
    """
    lines: list[_Line] = []
    async with database.read() as connection:
        while len(lines) < MOST_MESSAGES:
            statement = _statement(wanted, lines[-1] if lines else None)
            page = await connection.run_sync(_page, statement)
            lines += page
            if len(page) < _PAGE:
                break
        members = await connection.run_sync(_members, {line.channel_id for line in lines})
    return await asyncio.to_thread(_talks, lines, members)


@dataclass(frozen=True, slots=True)
class _Line:
    channel_id: str
    channel_name: str
    conversation_id: str
    turn: Turn
    is_question: bool
    """Put to the bot, and telling nothing."""


def _talks(lines: Sequence[_Line], members: Mapping[str, set[str]]) -> list[Talk]:
    """Lines, newest first, by conversation."""
    people: dict[str, set[str]] = defaultdict(set, members)
    by_conversation: dict[tuple[str, str], list[_Line]] = defaultdict(list)
    for line in reversed(lines):
        people[line.channel_id].add(line.turn.author)
        # Nobody wants to read that somebody asked for a summary.
        if (line.turn.text or line.turn.shared) and not line.is_question and not is_command(line.turn.text):
            by_conversation[line.channel_id, line.conversation_id].append(line)
    return [
        Talk(
            conversation_id=conversation_id,
            channel_id=channel_id,
            channel_name=talk[0].channel_name,
            turns=tuple(_masked(line.turn) for line in talk),
            people=frozenset(people[channel_id] - {""}),
        )
        for (channel_id, conversation_id), talk in by_conversation.items()
    ]


def _masked(turn: Turn) -> Turn:
    """Without secrets in its words, and in what its files and links are called."""
    language = language_of(turn.text)

    def masked(text: str) -> str:
        return mask(without_url_secrets(text), language)

    shared = tuple(replace(part, name=masked(part.name), caption=masked(part.caption)) for part in turn.shared)
    return replace(turn, text=masked(turn.text), shared=shared)


def _statement(wanted: Wanted, last: _Line | None) -> Select[MessageRow, str | None, str, str | None, str | None, bool]:
    """The next page, newest first."""
    posted = exists().where(DigestRow.posted_record_id == MessageRow.record_id)
    asked = exists().where(AnswerRow.question_record_id == MessageRow.record_id)
    statement = (
        select(
            MessageRow,
            PersonRow.name,
            ChannelRow.name,
            ConversationRow.conversation_id,
            ConversationRow.reply_to,
            asked.label("asked"),
        )
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
        .join(ConversationRow, ConversationRow.record_id == MessageRow.record_id, isouter=True)
        .where(
            MessageRow.deleted_at.is_(None),
            MessageRow.system.is_(False),
            MessageRow.answer_id.is_(None),
            ChannelRow.deleted_at.is_(None),
            ~posted,
        )
        .order_by(MessageRow.sent_at.desc(), MessageRow.record_id.desc())
        .limit(_PAGE)
    )
    if not wanted.audience.everything:
        statement = statement.where(MessageRow.channel_id.in_(list(map(str, wanted.audience.channel_ids))))
    if wanted.channel_ids:
        statement = statement.where(MessageRow.channel_id.in_(list(wanted.channel_ids)))
    if wanted.since is not None:
        statement = statement.where(MessageRow.sent_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(MessageRow.sent_at < wanted.until)
    if wanted.conversation_ids is not None:
        statement = statement.where(ConversationRow.conversation_id.in_(list(wanted.conversation_ids)))
    if wanted.record_ids is not None:
        statement = statement.where(MessageRow.record_id.in_(list(wanted.record_ids)))
    if wanted.thread_id is not None:
        statement = statement.where(
            or_(MessageRow.thread_id == wanted.thread_id, MessageRow.record_id == wanted.thread_id)
        )
    if last is not None:
        at, record_id = last.turn.sent_at, last.turn.record_id
        statement = statement.where(
            or_(MessageRow.sent_at < at, and_(MessageRow.sent_at == at, MessageRow.record_id < record_id))
        )
    return statement


def _page(
    connection: Connection, statement: Select[MessageRow, str | None, str, str | None, str | None, bool]
) -> list[_Line]:
    session = Session(connection)
    rows = session.execute(statement).all()
    ids = [message.record_id for message, *_ in rows]
    shared, categories = _shared(session, ids), categories_of(session, ids)
    return [
        _Line(
            channel_id=message.channel_id or "",
            channel_name=channel,
            # One that was not placed in a conversation yet stands alone, or in its thread.
            conversation_id=conversation_id or message.thread_id or message.record_id,
            turn=Turn(
                record_id=message.record_id,
                author_id=message.author_id or "",
                author=author or "",
                sent_at=message.sent_at or message.version_at,
                version_at=message.version_at,
                text=message.text.strip(),
                reply_to=reply_to,
                categories=frozenset(categories[message.record_id]),
                shared=tuple(shared[message.record_id]),
                permalink=message.permalink,
            ),
            is_question=asked and not tells(message.text),
        )
        for message, author, channel, conversation_id, reply_to, asked in rows
    ]


def _members(connection: Connection, channel_ids: set[str]) -> dict[str, set[str]]:
    """Names of the people in each channel, bots left out."""
    found: dict[str, set[str]] = defaultdict(set)
    rows = connection.execute(
        select(MembershipRow.channel_id, PersonRow.name)
        .join(PersonRow, PersonRow.person_id == MembershipRow.person_id)
        .where(MembershipRow.channel_id.in_(channel_ids), MembershipRow.present, PersonRow.is_bot.is_(False))
    )
    for channel_id, name in rows:
        found[channel_id].add(name)
    return found


def _shared(session: Session, record_ids: Sequence[str]) -> dict[str, list[Shared]]:
    found: dict[str, list[Shared]] = defaultdict(list)
    files = (
        select(FileRow.record_id, FileRow.name, FileRow.caption)
        .where(FileRow.record_id.in_(record_ids), FileRow.removed_at.is_(None), FileRow.name != "")
        .order_by(FileRow.file_id)
    )
    for record_id, name, caption in session.execute(files):
        found[record_id].append(Shared(name, caption))
    links = select(LinkRow.record_id, LinkRow.label, LinkRow.host, LinkRow.url).where(LinkRow.record_id.in_(record_ids))
    for record_id, label, host, url in session.execute(links.order_by(LinkRow.link_id)):
        found[record_id].append(Shared(label or host, url=url))
    return found
