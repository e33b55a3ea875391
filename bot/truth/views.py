"""Messages, channels and files as people see them. Permissions are checked by the caller."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from bot.digests.showing import digest_views
from bot.texts import say
from bot.truth.answers import answer_views
from bot.truth.tables import ChannelRow, FileRow, MembershipRow, MessageRow, PersonRow, ReactionRow, VerdictRow
from connectors.connector import Answer, VerdictKind
from connectors.console.host import ChannelView, FileView, MessageView, ReactionView
from connectors.events import ChannelId, ChannelRef, PersonId, PersonRef, Platform, RecordId, Visibility

_UNKNOWN = "?"


def channel_views(session: Session, channel_ids: frozenset[str]) -> list[ChannelView]:
    """Channels by name with their number of messages; private and direct ones with their members."""
    counts = dict(
        session.execute(
            select(MessageRow.channel_id, func.count())
            .where(MessageRow.channel_id.in_(channel_ids), MessageRow.deleted_at.is_(None))
            .group_by(MessageRow.channel_id)
        ).all()
    )
    channels = session.scalars(
        select(ChannelRow).where(ChannelRow.channel_id.in_(channel_ids)).order_by(ChannelRow.name)
    ).all()
    closed = [channel.channel_id for channel in channels if channel.visibility != "public"]
    members: dict[str, list[PersonRef]] = defaultdict(list)
    for channel_id, person in session.execute(
        select(MembershipRow.channel_id, PersonRow)
        .join(PersonRow, PersonRow.person_id == MembershipRow.person_id)
        .where(MembershipRow.channel_id.in_(closed), MembershipRow.present)
        .order_by(PersonRow.name)
    ):
        members[channel_id].append(person_ref(person))
    return [
        ChannelView(
            channel_id=ChannelId(channel.channel_id),
            platform=platform_of(channel.platform),
            name=channel.name,
            visibility=visibility_of(channel.visibility),
            message_count=counts.get(channel.channel_id, 0),
            members=tuple(members[channel.channel_id]),
        )
        for channel in channels
    ]


def top_level(channel_id: str) -> Select[MessageRow]:
    """Messages of a channel that are not replies; a deleted one stays while it has replies."""
    replies = select(MessageRow.thread_id).where(MessageRow.thread_id.is_not(None), MessageRow.deleted_at.is_(None))
    return select(MessageRow).where(
        MessageRow.channel_id == channel_id,
        MessageRow.thread_id.is_(None),
        or_(MessageRow.deleted_at.is_(None), MessageRow.record_id.in_(replies)),
    )


def page_of_messages(
    session: Session, channel_id: str, *, before: str | None, around: str | None, limit: int
) -> list[MessageRow]:
    """The newest messages, those before a record, or those around one; oldest first. ``LookupError`` if unknown."""
    statement = top_level(channel_id)
    place = tuple_(MessageRow.sent_at, MessageRow.record_id)
    newest = (MessageRow.sent_at.desc(), MessageRow.record_id.desc())
    if around is not None:
        anchor = _moment(session, around)
        older = session.scalars(statement.where(place <= anchor).order_by(*newest).limit(limit // 2 + 1)).all()
        newer = session.scalars(
            statement.where(place > anchor).order_by(MessageRow.sent_at, MessageRow.record_id).limit(limit // 2)
        ).all()
        return [*reversed(older), *newer]
    if before is not None:
        statement = statement.where(place < _moment(session, before))
    return list(reversed(session.scalars(statement.order_by(*newest).limit(limit)).all()))


def message_views(session: Session, rows: Sequence[MessageRow], *, person_id: str) -> list[MessageView]:
    """Messages with authors, files, reactions, reply counts, answers and this person's verdicts."""
    ids = [row.record_id for row in rows]
    people = {
        person.person_id: person
        for person in session.scalars(
            select(PersonRow).where(PersonRow.person_id.in_({row.author_id for row in rows if row.author_id}))
        )
    }
    replies = dict(
        session.execute(
            select(MessageRow.thread_id, func.count())
            .where(MessageRow.thread_id.in_(ids), MessageRow.deleted_at.is_(None))
            .group_by(MessageRow.thread_id)
        ).all()
    )
    files = _file_views(session, ids)
    reactions = _reaction_views(session, ids)
    answer_ids = [row.answer_id for row in rows if row.answer_id]
    answers = {**digest_views(session, answer_ids), **answer_views(session, answer_ids)}
    verdicts = dict(
        session.execute(
            select(VerdictRow.answer_id, VerdictRow.kind).where(
                VerdictRow.answer_id.in_(answer_ids), VerdictRow.person_id == person_id
            )
        ).all()
    )
    views = []
    for row in rows:
        deleted = row.deleted_at is not None
        answer = answers.get(row.answer_id) if row.answer_id and not deleted else None
        text = row.text
        if answer is not None and answer.reason == "source_deleted":
            text, answer = say("source_deleted", answer.language), None
        views.append(
            MessageView(
                record_id=RecordId(row.record_id),
                channel_id=ChannelId(row.channel_id or ""),
                author=_author(people.get(row.author_id or ""), row.author_id),
                text="" if deleted else text or (answer.text if answer is not None else ""),
                sent_at=row.sent_at or row.version_at,
                edited=row.edited and not deleted,
                deleted=deleted,
                system=row.system,
                thread_id=RecordId(row.thread_id) if row.thread_id else None,
                reply_count=replies.get(row.record_id, 0),
                files=() if deleted else tuple(files[row.record_id]),
                reactions=tuple(reactions[row.record_id]),
                answer=answer,
                verdict=_verdict(verdicts.get(row.answer_id or "")),
            )
        )
    return views


def shown_answer(session: Session, answer_id: str) -> Answer | None:
    """An answer or a digest as it may be shown now; of a withdrawn answer the sentence that says why it is gone."""
    answer = answer_views(session, [answer_id]).get(answer_id)
    if answer is None:
        return digest_views(session, [answer_id]).get(answer_id)
    if answer.reason != "source_deleted":
        return answer
    return replace(answer, text=say("source_deleted", answer.language), abstained=True, citations=())


def person_ref(person: PersonRow) -> PersonRef:
    """A person as connectors know them."""
    return PersonRef(
        person_id=PersonId(person.person_id),
        platform=platform_of(person.platform),
        name=person.name,
        is_bot=person.is_bot,
        is_guest=person.is_guest,
    )


def channel_ref(channel: ChannelRow) -> ChannelRef:
    """A channel as connectors know it."""
    return ChannelRef(
        channel_id=ChannelId(channel.channel_id),
        platform=platform_of(channel.platform),
        name=channel.name,
        visibility=visibility_of(channel.visibility),
        workspace_id=channel.workspace_id,
        archived=channel.archived,
        external=channel.external,
    )


def platform_of(value: str) -> Platform:
    """The stored platform as its literal."""
    return "slack" if value == "slack" else "wecom" if value == "wecom" else "console"


def visibility_of(value: str) -> Visibility:
    """The stored visibility as its literal; what is not known is private."""
    return "public" if value == "public" else "direct" if value == "direct" else "private"


def _verdict(kind: str | None) -> VerdictKind | None:
    return "up" if kind == "up" else "down" if kind == "down" else None


def _author(person: PersonRow | None, author_id: str | None) -> PersonRef:
    if person is not None:
        return person_ref(person)
    return PersonRef(person_id=PersonId(author_id or _UNKNOWN), platform="console", name=_UNKNOWN)


def _moment(session: Session, record_id: str) -> tuple[datetime, str]:
    """Where a record stands in its channel; a reply stands where its thread's head does."""
    row = session.get(MessageRow, record_id)
    if row is not None and row.thread_id is not None:
        row = session.get(MessageRow, row.thread_id) or row
    if row is None or row.sent_at is None:
        raise LookupError(record_id)
    return (row.sent_at.astimezone(UTC), row.record_id)


def _file_views(session: Session, record_ids: Sequence[str]) -> dict[str, list[FileView]]:
    found: dict[str, list[FileView]] = defaultdict(list)
    rows = session.scalars(
        select(FileRow)
        .where(and_(FileRow.record_id.in_(record_ids), FileRow.removed_at.is_(None)))
        .order_by(FileRow.file_id)
    )
    for row in rows:
        found[row.record_id].append(
            FileView(
                file_id=RecordId(row.file_id),
                name=row.name,
                media_type=row.media_type,
                size_bytes=row.size_bytes,
                has_bytes=row.sha256 is not None,
                status="read" if row.status == "read" else "pending" if row.status == "pending" else "failed",
                reason=row.reason,
            )
        )
    return found


def _reaction_views(session: Session, record_ids: Sequence[str]) -> dict[str, list[ReactionView]]:
    given: dict[tuple[str, str], list[PersonId]] = {}
    rows = session.scalars(
        select(ReactionRow)
        .where(ReactionRow.record_id.in_(record_ids), ReactionRow.present)
        .order_by(ReactionRow.changed_at)
    )
    for row in rows:
        given.setdefault((row.record_id, row.emoji), []).append(PersonId(row.person_id))
    found: dict[str, list[ReactionView]] = defaultdict(list)
    for (record_id, emoji), person_ids in given.items():
        found[record_id].append(ReactionView(emoji=emoji, person_ids=tuple(person_ids)))
    return found
