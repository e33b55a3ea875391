"""Making the weekly report: numbers of everybody, and words only of what everybody in its channel may read.

It is kept and posted as a digest is: once, tried again, and revised where it stands when a message that it tells of
is deleted or changed. So it tells only words that stand in such a message.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from bot.curating.standard_answer import StandardAnswer
from bot.curating.standard_answers import StandardAnswers
from bot.digests.digest import Digest, Facts, numbered
from bot.errors import Language
from bot.feedback.adoption import Adoption
from bot.feedback.gaps import REASONS, Gap, Gaps
from bot.feedback.periods import Period
from bot.feedback.report_text import ReportNumbers
from bot.guarding.masking import mask
from bot.permissions import Permissions
from bot.summaries.lines import SummaryLine
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, CaseAnswerRow, CaseRow, ChannelRow, MessageRow
from knowledge.passage import Audience

_MOST_LINES: Final = 3
_GAPS: Final = 20
_TRIED: Final = 10
_LONGEST: Final = 120
"""Characters of a question that are told."""


class ReportMaker:
    """Makes reports; nothing is kept here."""

    def __init__(self, database: Database, permissions: Permissions) -> None:
        self._database = database
        self._permissions = permissions
        self._adoption = Adoption(database)
        self._gaps = Gaps(database)
        self._standard = StandardAnswers(database)

    async def make(
        self, report_id: str, *, channel_id: str, language: Language, zone: ZoneInfo, until: datetime, now: datetime
    ) -> Digest:
        """The report of the seven whole days before ``until``, for a channel."""
        period = Period.week_before(until, zone=zone)
        audience = await self._permissions.of_channel(channel_id)
        approved = await self._standard.in_force(now)
        added = [one for one in approved if one.approved_at and period.since <= one.approved_at < period.until]
        uses = await self._standard.uses([one.standard_answer_id for one in added])
        given = {standard_answer_id: (found.given, found.up) for standard_answer_id, found in uses.items()}
        added.sort(key=lambda one: given.get(one.standard_answer_id, (0, 0)), reverse=True)
        gaps = await self._gaps.found(period, limit=_GAPS)

        def read(session: Session) -> tuple[list[SummaryLine], tuple[int, int]]:
            told = [line for one in added if (line := _standard_line(session, one, audience, language)) is not None]
            asked = [line for gap in gaps if (line := _gap_line(session, gap, audience, period, language)) is not None]
            return [*told[:_MOST_LINES], *asked[:_MOST_LINES]], _mended(session, period)

        async with self._database.read() as connection:
            lines, (mended, helped) = await connection.run_sync(lambda sync: read(Session(sync)))
        numbers = ReportNumbers(
            now=await self._adoption.whole(period),
            before=await self._adoption.whole(period.before()),
            new_standard=len(added),
            gaps=len(gaps),
            mended=mended,
            helped=helped,
        )
        return Digest(
            digest_id=report_id,
            schedule_id=None,
            target_channel_id=channel_id,
            person_id=None,
            channel_ids=(channel_id,),
            since=period.since,
            until=period.until,
            language=language,
            lines=numbered(lines),
            facts=Facts(timezone=zone.key, period="weekly", told=len(lines), report=numbers.document()),
            made_at=now,
        )


def _standard_line(session: Session, one: StandardAnswer, audience: Audience, language: Language) -> SummaryLine | None:
    """Its question, when everybody there may be given it and may read every message that it comes from."""
    if not one.may_be_given(audience):
        return None
    records = [source.record_id for source in one.sources]
    if one.replaces_answer_id is not None:
        asked = session.scalar(
            select(AnswerRow.question_record_id).where(AnswerRow.answer_id == one.replaces_answer_id)
        )
        records += [asked] if asked is not None else []
    return _line(session, "decision", one.question, records, audience, language)


def _gap_line(session: Session, gap: Gap, audience: Audience, period: Period, language: Language) -> SummaryLine | None:
    """The newest of its questions that was asked where everybody there may read it."""
    newest = (
        select(AnswerRow.question, AnswerRow.question_record_id, AnswerRow.trace["searches"])
        .join(ChannelRow, ChannelRow.channel_id == AnswerRow.channel_id)
        .where(AnswerRow.question_group.in_(gap.groups), AnswerRow.reason.in_(REASONS), AnswerRow.question != "")
        .where(AnswerRow.asked_at >= period.since, AnswerRow.asked_at < period.until)
        .where(AnswerRow.channel_id.in_([str(one) for one in audience.channel_ids]), ChannelRow.visibility != "direct")
        .where(AnswerRow.question_record_id.is_not(None))
        .order_by(AnswerRow.asked_at.desc())
        .limit(_TRIED)
    )
    for question, record_id, searches in session.execute(newest):
        # One that leans on what was said before it tells nothing by itself.
        if not searches and (line := _line(session, "question", question, [record_id], audience, language)):
            return line
    return None


def _line(
    session: Session,
    section: Literal["decision", "question"],
    words: str,
    records: Sequence[str],
    audience: Audience,
    language: Language,
) -> SummaryLine | None:
    standing = {
        row.record_id: row
        for row in session.execute(
            select(MessageRow.record_id, MessageRow.channel_id, MessageRow.sent_at, MessageRow.version_at).where(
                MessageRow.record_id.in_(records),
                MessageRow.deleted_at.is_(None),
                MessageRow.channel_id.in_([str(one) for one in audience.channel_ids]),
            )
        )
    }
    if not records or standing.keys() != set(records):
        return None
    first = standing[records[0]]
    plain = mask(" ".join(words.split()), language)
    return SummaryLine(
        section=section,
        text=plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST].rstrip()}…",
        record_ids=tuple(dict.fromkeys(records)),
        time=first.sent_at or first.version_at,
        channel_id=first.channel_id,
        quoted=True,
    )


def _mended(session: Session, period: Period) -> tuple[int, int]:
    """Cases that operators mended, and how many people had asked what is in them."""
    mended = [CaseRow.state == "mended", CaseRow.changed_at >= period.since, CaseRow.changed_at < period.until]
    cases = session.scalar(select(func.count()).select_from(CaseRow).where(*mended)) or 0
    people = (
        select(func.count(distinct(AnswerRow.person_id)))
        .join(CaseAnswerRow, CaseAnswerRow.answer_id == AnswerRow.answer_id)
        .join(CaseRow, CaseRow.case_id == CaseAnswerRow.case_id)
    )
    return cases, session.scalar(people.where(*mended)) or 0
