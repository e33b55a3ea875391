"""Standard answers read from the truth, with what they rest on as it stands now."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from bot.curating.standard_answer import StandardAnswer, StandardSource, State, Uses, effective_channels
from bot.truth.tables import AnswerRow, FileRow, MessageRow, StandardAnswerRow, StandardAnswerSourceRow, VerdictRow

_STATES: dict[str, State] = {"proposed": "proposed", "approved": "approved"}
_AT_ONCE = 500


def read(session: Session, *where: ColumnElement[bool]) -> list[StandardAnswer]:
    """Those that fulfil all conditions, the latest proposal first."""
    chosen = select(StandardAnswerRow.__table__).where(*where)
    rows = session.execute(
        chosen.order_by(StandardAnswerRow.proposed_at.desc(), StandardAnswerRow.standard_answer_id)
    ).all()
    sources = _sources(session, [row.standard_answer_id for row in rows])
    return [_view(row, sources.get(row.standard_answer_id, ())) for row in rows]


def in_force(now: datetime) -> ColumnElement[bool]:
    """Approved, not expired, not contested, and every source is there."""
    return and_(
        StandardAnswerRow.state == "approved",
        or_(StandardAnswerRow.valid_until.is_(None), StandardAnswerRow.valid_until > now),
        StandardAnswerRow.contested_at.is_(None),
        ~without_a_source(),
    )


def without_a_source() -> ColumnElement[bool]:
    """A source is gone, however that came about."""
    message = exists().where(
        MessageRow.record_id == StandardAnswerSourceRow.record_id,
        MessageRow.deleted_at.is_(None),
        MessageRow.channel_id.is_not(None),
    )
    file = exists().where(FileRow.file_id == StandardAnswerSourceRow.file_id, FileRow.removed_at.is_(None))
    return exists().where(
        StandardAnswerSourceRow.standard_answer_id == StandardAnswerRow.standard_answer_id,
        or_(~message, and_(StandardAnswerSourceRow.file_id.is_not(None), ~file)),
    )


def uses(session: Session, ids: Sequence[str]) -> dict[str, Uses]:
    """How often each was given in chat and judged; those that never were are left out."""
    found: dict[str, Uses] = {}
    for start in range(0, len(ids), _AT_ONCE):
        here = [AnswerRow.standard_answer_id.in_(ids[start : start + _AT_ONCE]), AnswerRow.channel_id.is_not(None)]
        by = AnswerRow.standard_answer_id
        given = dict(session.execute(select(by, func.count()).where(*here).group_by(by)).all())
        judged: dict[tuple[str | None, str], int] = {
            (one, kind): count
            for one, kind, count in session.execute(
                select(by, VerdictRow.kind, func.count()).join(VerdictRow).where(*here).group_by(by, VerdictRow.kind)
            )
        }
        for one, count in given.items():
            if one is not None:
                found[one] = Uses(given=count, up=judged.get((one, "up"), 0), down=judged.get((one, "down"), 0))
    return found


def _sources(session: Session, ids: Sequence[str]) -> dict[str, tuple[StandardSource, ...]]:
    found: dict[str, list[StandardSource]] = defaultdict(list)
    for start in range(0, len(ids), _AT_ONCE):
        row = StandardAnswerSourceRow
        statement = (
            select(row.standard_answer_id, row.n, row.record_id, row.file_id, row.page, row.channel_id)
            .add_columns(MessageRow.channel_id)
            .join(MessageRow, MessageRow.record_id == row.record_id, isouter=True)
            .where(row.standard_answer_id.in_(ids[start : start + _AT_ONCE]))
            .order_by(row.standard_answer_id, row.n)
        )
        for one, n, record_id, file_id, page, kept_in, channel_id in session.execute(statement):
            source = StandardSource(
                n=n, record_id=record_id, file_id=file_id, page=page, channel_id=channel_id or kept_in
            )
            found[one].append(source)
    return {one: tuple(sources) for one, sources in found.items()}


def _view(row: Any, sources: tuple[StandardSource, ...]) -> StandardAnswer:
    narrowed_to = frozenset(str(one) for one in row.channel_ids)
    return StandardAnswer(
        standard_answer_id=row.standard_answer_id,
        question=row.question,
        variants=tuple(str(one) for one in row.variants),
        text=row.text,
        language="zh" if row.language == "zh" else "en",
        sources=sources,
        proposed_by=row.proposed_by,
        owner=row.owner or "",
        state=_STATES.get(row.state, "removed"),
        proposed_at=row.proposed_at,
        approved_at=row.approved_at,
        valid_until=row.valid_until,
        channel_ids=effective_channels(sources, narrowed_to),
        narrowed_to=narrowed_to,
        replaces_answer_id=row.replaces_answer_id,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        contested_by=row.contested_by,
        contested_at=row.contested_at,
    )
