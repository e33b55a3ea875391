"""Watching for signs that nobody gives by a button: who asks again, who answers instead, who links to an answer."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from bot.feedback.grouping import Sameness
from bot.feedback.signs import SignKind, keep_sign
from bot.feedback.vectors import QuestionVectors, asked_about
from bot.permissions import Permissions
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, CaseAnswerRow, LinkRow, MessageRow, PersonRow, SignRow, VerdictRow
from knowledge.embedding import Vectors
from knowledge.questions import tells

AGAIN_WITHIN: Final = timedelta(minutes=10)
ANSWERED_WITHIN: Final = timedelta(hours=24)
_LATE: Final = timedelta(hours=2)
"""Messages can arrive so much after they were written."""
_QUOTED_WITHIN: Final = timedelta(days=14)
_LINKS_SINCE: Final = timedelta(minutes=10)
"""Links of messages that were taken in so shortly before the start are looked at (again)."""
_COMMITTED_WITHIN: Final = timedelta(minutes=1)
_REPLIES: Final = 3
"""Of one answer: the first who answered instead are those who were needed."""
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class _Found:
    answer_id: str
    person_id: str
    record_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, by its answer, that may have been asked again."""

    answer_id: str
    person_id: str
    question: str


class Watching:
    """Finds signs in what is kept; looking twice finds the same once."""

    def __init__(
        self, database: Database, vectors: QuestionVectors, permissions: Permissions, *, embedding_model: str
    ) -> None:
        self._database = database
        self._sameness = Sameness(embedding_model)
        self._vectors = vectors
        self._permissions = permissions
        self._links_since = datetime.now(UTC) - _LINKS_SINCE

    async def look(self, *, now: datetime | None = None) -> int:
        """Look for people who answered lately and for links to answers; returns how many signs are new."""
        at = now or datetime.now(UTC)
        answered = await self.answered(since=at - ANSWERED_WITHIN - _LATE)
        return answered + await self.quoted(at)

    async def asked_again(self, answer_id: str, vector: Vectors) -> int:
        """Whether it answers what the same person had asked in the same channel minutes before."""
        async with self._database.read() as connection:
            before = await connection.run_sync(lambda sync: _asked_before(Session(sync), answer_id))
        if before is None:
            return 0
        this, at, formers = before
        vectors = await self._vectors.of([former.answer_id for former in formers])
        known = [former for former in formers if former.answer_id in vectors]
        others = [(former.question, float(vectors[former.answer_id] @ vector)) for former in known]
        places = await asyncio.to_thread(self._sameness.alike, this.question, others) if others else []
        again = [_Found(known[place].answer_id, known[place].person_id, "", at) for place in places]
        return await self._keep(again, "asked_again")

    async def answered(self, *, since: datetime | None = None, answer_ids: Sequence[str] = ()) -> int:
        """Who told something in the thread of an answer that failed, within a day: of these answers, or all since."""
        async with self._database.read() as connection:
            found = await connection.run_sync(lambda sync: _told_instead(Session(sync), since, answer_ids))
        return await self._keep(found, "answered_by_person")

    async def quoted(self, at: datetime) -> int:
        """Messages that link to a message of the bot with an answer, written by people who may see it.

        What Slack shares is such a link. A quotation in WeCom is none: a robot is told only those of people who speak
        to it, and they ask on, or object.
        """
        async with self._database.read() as connection:
            linked = await connection.run_sync(
                lambda sync: _linked(Session(sync), links_since=self._links_since, since=at - _QUOTED_WITHIN)
            )
        may_see = [
            found
            for found, channel_id, platform in linked
            if await self._permissions.may_read(found.person_id, channel_id or "", platform=platform)
        ]
        kept = await self._keep(may_see, "quoted")
        self._links_since = max(self._links_since, at - _COMMITTED_WITHIN)
        return kept

    async def _keep(self, found: Sequence[_Found], kind: SignKind) -> int:
        if not found:
            return 0

        def keep(session: Session) -> int:
            # Either may have been erased since it was found.
            answers = {one.answer_id for one in found}
            standing = set(session.scalars(select(AnswerRow.answer_id).where(AnswerRow.answer_id.in_(answers))))
            records = {one.record_id for one in found if one.record_id}
            said = MessageRow.record_id.in_(records), MessageRow.deleted_at.is_(None)
            standing |= {"", *session.scalars(select(MessageRow.record_id).where(*said))}
            return sum(
                keep_sign(session, one.answer_id, one.person_id, kind, record_id=one.record_id, at=one.at)
                for one in found
                if {one.answer_id, one.record_id} <= standing
            )

        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: keep(Session(sync)))


def _asked_before(session: Session, answer_id: str) -> tuple[_Asked, datetime, list[_Asked]] | None:
    """A question and when it was asked, with those before it that it may repeat and that nobody was content with.

    The same message answered once more, by “try again” or an edit, is no other question.
    """
    later = session.execute(
        select(AnswerRow.asked_at, AnswerRow.channel_id, AnswerRow.person_id, AnswerRow.question_record_id).where(
            AnswerRow.answer_id == answer_id, AnswerRow.channel_id.is_not(None), AnswerRow.person_id.is_not(None)
        )
    ).first()
    if later is None:
        return None
    liked = exists().where(
        VerdictRow.answer_id == AnswerRow.answer_id, VerdictRow.person_id == later.person_id, VerdictRow.kind == "up"
    )
    known = exists().where(
        SignRow.answer_id == AnswerRow.answer_id, SignRow.person_id == later.person_id, SignRow.kind == "asked_again"
    )
    formers = session.execute(
        select(AnswerRow.answer_id).where(
            AnswerRow.asked_at >= later.asked_at - AGAIN_WITHIN,
            AnswerRow.asked_at < later.asked_at,
            AnswerRow.channel_id == later.channel_id,
            AnswerRow.person_id == later.person_id,
            or_(
                AnswerRow.question_record_id.is_(None),
                AnswerRow.question_record_id != (later.question_record_id or ""),
            ),
            ~liked,
            ~known,
        )
    ).all()
    questions = asked_about(session, [answer_id, *(former.answer_id for former in formers)]) if formers else {}
    if answer_id not in questions:
        return None
    asked = [
        _Asked(former.answer_id, later.person_id, questions[former.answer_id])
        for former in formers
        if former.answer_id in questions
    ]
    return _Asked(answer_id, later.person_id, questions[answer_id]), later.asked_at, asked


def _told_instead(session: Session, since: datetime | None, answer_ids: Sequence[str]) -> list[_Found]:
    question, shown = aliased(MessageRow), aliased(MessageRow)
    wanted = AnswerRow.asked_at >= since if since is not None else AnswerRow.answer_id.in_(answer_ids)
    failed = session.execute(
        select(AnswerRow.answer_id, AnswerRow.person_id, AnswerRow.asked_at, AnswerRow.channel_id)
        .add_columns(AnswerRow.question_record_id, AnswerRow.answer_record_id)
        .add_columns(question.thread_id.label("asked_in"), shown.thread_id.label("shown_in"))
        .join(CaseAnswerRow, CaseAnswerRow.answer_id == AnswerRow.answer_id)
        .join(question, question.record_id == AnswerRow.question_record_id, isouter=True)
        .join(shown, shown.record_id == AnswerRow.answer_record_id, isouter=True)
        .where(wanted)
    ).all()
    threads: dict[str, list[int]] = defaultdict(list)
    for at, answer in enumerate(failed):
        for thread in {answer.asked_in or answer.question_record_id, answer.shown_in or answer.answer_record_id}:
            if thread is not None:
                threads[thread].append(at)
    known: dict[str, set[str]] = defaultdict(set)
    for answer_id, record_id in session.execute(
        select(SignRow.answer_id, SignRow.record_id).where(
            SignRow.kind == "answered_by_person", SignRow.answer_id.in_([answer.answer_id for answer in failed])
        )
    ):
        known[answer_id].add(record_id)
    found: dict[int, list[_Found]] = defaultdict(list)
    roots = list(threads)
    for start in range(0, len(roots), _AT_ONCE):
        told = session.execute(
            select(MessageRow.record_id, MessageRow.thread_id, MessageRow.channel_id, MessageRow.author_id)
            .add_columns(MessageRow.sent_at, MessageRow.text)
            .join(PersonRow, PersonRow.person_id == MessageRow.author_id)
            .where(
                MessageRow.thread_id.in_(roots[start : start + _AT_ONCE]),
                MessageRow.deleted_at.is_(None),
                MessageRow.system.is_(False),
                MessageRow.answer_id.is_(None),
                PersonRow.is_bot.is_(False),
            )
            .order_by(MessageRow.sent_at, MessageRow.record_id)
        ).all()
        for message in told:
            for at in threads[message.thread_id]:
                answer = failed[at]
                if (
                    message.author_id != answer.person_id
                    and message.channel_id == answer.channel_id
                    and answer.asked_at < message.sent_at <= answer.asked_at + ANSWERED_WITHIN
                    and len(found[at]) < _REPLIES
                    and tells(message.text)
                ):
                    found[at].append(_Found(answer.answer_id, message.author_id, message.record_id, message.sent_at))
    return [one for some in found.values() for one in some if one.record_id not in known[one.answer_id]]


def _linked(session: Session, *, links_since: datetime, since: datetime) -> list[tuple[_Found, str | None, str]]:
    """What links to an answer, with the answer's channel and the platform of who wrote it."""
    links = session.execute(
        select(LinkRow.url, LinkRow.record_id, MessageRow.author_id, MessageRow.sent_at, PersonRow.platform)
        .join(MessageRow, MessageRow.record_id == LinkRow.record_id)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id)
        .where(LinkRow.applied_at >= links_since, PersonRow.is_bot.is_(False), MessageRow.deleted_at.is_(None))
    ).all()
    if not links:
        return []
    shown = {
        _place(permalink): (answer_id, channel_id)
        for answer_id, channel_id, permalink in session.execute(
            select(AnswerRow.answer_id, AnswerRow.channel_id, MessageRow.permalink)
            .join(MessageRow, MessageRow.record_id == AnswerRow.answer_record_id)
            .where(AnswerRow.asked_at >= since, AnswerRow.channel_id.is_not(None), MessageRow.permalink.is_not(None))
        )
    }
    found = []
    for link in links:
        if _place(link.url) in shown:
            answer_id, channel_id = shown[_place(link.url)]
            key = (answer_id, link.author_id, "quoted", link.record_id)
            if session.get(SignRow, key) is None:
                found.append(
                    (_Found(answer_id, link.author_id, link.record_id, link.sent_at), channel_id, link.platform)
                )
    return found


def _place(address: str | None) -> tuple[str, str, str]:
    """An address without what a platform adds to it, such as the thread that it is shown in."""
    parts = urlsplit(address or "")
    fragment = parts.fragment if parts.path in ("", "/") else ""
    return parts.netloc.casefold(), parts.path.rstrip("/"), fragment
