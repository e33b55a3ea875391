"""Channels as operators see them: what is kept of each, and what each lets the bot do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.truth.tables import (
    AnswerRow,
    ChannelHistoryRow,
    ChannelRow,
    ChannelSettingsRow,
    DigestScheduleRow,
    FileRow,
    MessageRow,
    RetentionRow,
    TrainingConsentRow,
)

History = Literal["complete", "reading", "partial", "live"]
"""All of it is there; it is still being read; something is missing for good; only what was said since the bot is in
it, or what was imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOverview:
    """One channel. ``keep_days`` None is forever; ``own_rule`` False: the setting counts."""

    channel_id: str
    name: str
    platform: str
    workspace_id: str
    visibility: str
    archived: bool
    messages: int
    files: int
    answers: int
    latest: datetime | None
    history: History
    reached: datetime | None
    answers_unasked: bool
    offers_pairs: bool | None
    keep_days: int | None
    own_rule: bool
    schedule_id: str | None
    training: bool


def channel_overviews(
    session: Session, *, keep_days: int | None, channel_id: str | None = None
) -> Sequence[ChannelOverview]:
    """Every channel that is there, by name; ``keep_days`` is what counts where no rule of its own is."""
    statement = select(ChannelRow).where(ChannelRow.deleted_at.is_(None)).order_by(ChannelRow.name)
    if channel_id is not None:
        statement = statement.where(ChannelRow.channel_id == channel_id)
    channels = session.scalars(statement).all()
    message, file, answer = MessageRow.channel_id, FileRow.channel_id, AnswerRow.channel_id
    said = {
        place: (count, latest)
        for place, count, latest in session.execute(
            select(message, func.count(), func.max(MessageRow.sent_at))
            .where(MessageRow.deleted_at.is_(None), MessageRow.system.is_(False), *_only(message, channel_id))
            .group_by(message)
        )
    }
    files: dict[str | None, int] = dict(
        list(
            session.execute(
                select(file, func.count()).where(FileRow.removed_at.is_(None), *_only(file, channel_id)).group_by(file)
            )
        )
    )
    answers: dict[str | None, int] = dict(
        list(session.execute(select(answer, func.count()).where(*_only(answer, channel_id)).group_by(answer)))
    )
    settings = {row.channel_id: row for row in session.scalars(select(ChannelSettingsRow))}
    rules = {row.channel_id: row for row in session.scalars(select(RetentionRow))}
    histories = {row.channel_id: row for row in session.scalars(select(ChannelHistoryRow))}
    scheduled = select(DigestScheduleRow).where(DigestScheduleRow.enabled, DigestScheduleRow.person_id.is_(None))
    schedules = {row.target_channel_id: row.schedule_id for row in session.scalars(scheduled)}
    allowed = select(TrainingConsentRow.subject_id).where(
        TrainingConsentRow.kind == "channel", TrainingConsentRow.allowed
    )
    training = set(session.scalars(allowed))

    def overview(row: ChannelRow) -> ChannelOverview:
        count, latest = said.get(row.channel_id, (0, None))
        own, rule, history = settings.get(row.channel_id), rules.get(row.channel_id), histories.get(row.channel_id)
        return ChannelOverview(
            channel_id=row.channel_id,
            name=row.name,
            platform=row.platform,
            workspace_id=row.workspace_id,
            visibility=row.visibility,
            archived=row.archived,
            messages=count,
            files=files.get(row.channel_id, 0),
            answers=answers.get(row.channel_id, 0),
            latest=latest,
            history=_history(history),
            reached=history.reached if history is not None else None,
            answers_unasked=own is not None and own.answers_unasked,
            offers_pairs=own.offers_pairs if own is not None else None,
            keep_days=rule.keep_days if rule is not None else keep_days,
            own_rule=rule is not None,
            schedule_id=schedules.get(row.channel_id),
            training=row.channel_id in training,
        )

    return [overview(row) for row in channels]


def change_offers(session: Session, channel_id: str, *, offers_pairs: bool | None, by: str) -> None:
    """Whether two answers to pick from are put there now and then; None: as long as people pick."""
    session.merge(
        ChannelSettingsRow(
            channel_id=channel_id, offers_pairs=offers_pairs, changed_at=datetime.now(UTC), changed_by=by
        )
    )
    session.flush()


def _only(column: InstrumentedAttribute[str | None], channel_id: str | None) -> list[ColumnElement[bool]]:
    return [] if channel_id is None else [column == channel_id]


def _history(row: ChannelHistoryRow | None) -> History:
    if row is None:
        return "live"
    if row.partial:
        return "partial"
    return "complete" if row.complete else "reading"
