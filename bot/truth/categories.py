"""Categories of records: what the models say, what people say about that, and the team's own list of them.

What a person says counts before any model and is kept apart from it, so that it outlives every reindex. The starting
set needs no rows: one is written when the team changes it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.errors import BadInput, NotFound
from bot.truth.category_versions import keep_former, keep_version, versions_of
from bot.truth.inbox import Lane
from bot.truth.tables import (
    CategoryCorrectionRow,
    CategoryRow,
    FileRow,
    LinkRow,
    MessageRow,
    RecordCategoryRow,
    RecordTopicRow,
)
from bot.truth.working_set import LONG_AGO, WorkingSet
from knowledge.categories import STARTING_SET

COMMAND_LINE = "command line"
MOST_CATEGORIES = 60
"""Counting keeps the categories of a record in 64 bits."""
_COMPARED_CHARS = 1000
_SAME_ENOUGH = 0.5
"""Of the characters: what a person said about a message stays true while more than half of it stays."""
_AT_ONCE = 500
"""Ids a statement; SQLite has a limit."""


def known_categories(session: Session, *, archived: bool = False) -> list[CategoryRow]:
    """The team's categories in their order; archived ones only when asked for. Rows are not to be changed."""
    rows = {
        definition.category_id: CategoryRow(
            category_id=definition.category_id,
            name_zh=definition.name_zh,
            name_en=definition.name_en,
            description=definition.description,
            position=position,
            archived=False,
            changed_at=LONG_AGO,
        )
        for position, definition in enumerate(STARTING_SET)
    } | {row.category_id: row for row in session.scalars(select(CategoryRow))}
    return sorted(
        (row for row in rows.values() if archived or not row.archived), key=lambda row: (row.position, row.category_id)
    )


def find_category(session: Session, name: str) -> CategoryRow:
    """A living category by its id or its name in either language; raises ``BadInput`` that lists them."""
    wanted = _plain(name)
    known = known_categories(session)
    for row in known:
        if wanted in (_plain(row.category_id), _plain(row.name_zh), _plain(row.name_en)):
            return row
    raise BadInput(f"{name!r}; {', '.join(f'{row.category_id} ({row.name_zh})' for row in known)}")


def categories_of(session: Session, record_ids: Iterable[str]) -> dict[str, list[str]]:
    """The living categories of these records in the team's order: the models' with people's corrections applied.

    Every record id has an entry; it may be empty.
    """
    asked = list(dict.fromkeys(record_ids))
    order = [row.category_id for row in known_categories(session)]
    given: dict[str, set[str]] = defaultdict(set)
    for batch in _batches(asked):
        for row in session.scalars(select(RecordCategoryRow).where(RecordCategoryRow.record_id.in_(batch))):
            given[row.record_id].add(row.category_id)
    for record_id, said in corrections_of(session, asked).items():
        given[record_id] = corrected(given[record_id], said)
    return {record_id: [category for category in order if category in given[record_id]] for record_id in asked}


def corrections_of(session: Session, record_ids: Iterable[str]) -> dict[str, dict[str, bool]]:
    """What people said about these records: by record, category id to whether it belongs there."""
    said: dict[str, dict[str, bool]] = defaultdict(dict)
    for batch in _batches(list(dict.fromkeys(record_ids))):
        for row in session.scalars(select(CategoryCorrectionRow).where(CategoryCorrectionRow.record_id.in_(batch))):
            said[row.record_id][row.category_id] = row.present
    return dict(said)


def corrected(given: Iterable[str], said: Mapping[str, bool]) -> set[str]:
    """What a model gave, after what people said."""
    return (set(given) | {category for category, present in said.items() if present}) - {
        category for category, present in said.items() if not present
    }


def correct(session: Session, record_id: str, category_id: str, *, present: bool, person_id: str, at: datetime) -> None:
    """A person says that a record belongs (or not) to a category; the newest word counts.

    The record is queued for indexing in the same transaction, so that filters of the search follow within a second or
    two. Who may say so is the caller's to check. Raises ``NotFound`` for a record that is not there any more and
    ``BadInput`` for an unknown category.
    """
    category_id = find_category(session, category_id).category_id
    if not is_record(session, record_id):
        raise NotFound(record_id)
    row = session.get(CategoryCorrectionRow, (record_id, category_id))
    if row is None:
        row = CategoryCorrectionRow(record_id=record_id, category_id=category_id, corrected_at=LONG_AGO)
        session.add(row)
    if at < row.corrected_at:
        return
    row.present, row.person_id, row.corrected_at = present, person_id, at
    WorkingSet(session).index(record_id, Lane.LIVE)
    session.flush()


def is_record(session: Session, record_id: str) -> bool:
    """Whether this is a message, shared file or link that is there."""
    message = session.get(MessageRow, record_id)
    if message is not None:
        return message.deleted_at is None and message.channel_id is not None
    file = session.get(FileRow, record_id)
    if file is not None:
        return file.removed_at is None
    return session.get(LinkRow, record_id) is not None


def assign(session: Session, given: Mapping[str, Mapping[str, float]]) -> None:
    """Keep what the models say of these records, category id to 0 … 1, instead of what they said before.

    Rows that would say the same are left alone; records that have meanwhile gone keep nothing.
    """
    for batch in _batches(list(given)):
        before: dict[str, dict[str, float]] = {record_id: {} for record_id in batch}
        for row in session.scalars(select(RecordCategoryRow).where(RecordCategoryRow.record_id.in_(batch))):
            before[row.record_id][row.category_id] = row.score
        changed = [record_id for record_id in batch if before[record_id].keys() != given[record_id].keys()]
        session.execute(delete(RecordCategoryRow).where(RecordCategoryRow.record_id.in_(changed)))
        session.add_all(
            RecordCategoryRow(record_id=record_id, category_id=category_id, score=score)
            for record_id in changed
            if is_record(session, record_id)
            for category_id, score in given[record_id].items()
        )
        session.flush()


def forget_categories(session: Session, record_ids: Iterable[str]) -> None:
    """Forget everything about records that are gone: models' word, people's word and topic (invariant 3)."""
    for batch in _batches(list(record_ids)):
        for table in (RecordCategoryRow, CategoryCorrectionRow, RecordTopicRow):
            session.execute(delete(table).where(table.record_id.in_(batch)))


def drop_outdated_corrections(session: Session, record_id: str, before: str, after: str) -> None:
    """Forget what people said about a record that was edited into another one; small edits leave it alone."""
    if SequenceMatcher(None, before[:_COMPARED_CHARS], after[:_COMPARED_CHARS]).ratio() < _SAME_ENOUGH:
        session.execute(delete(CategoryCorrectionRow).where(CategoryCorrectionRow.record_id == record_id))


def add_category(
    session: Session,
    category_id: str,
    *,
    name_zh: str,
    name_en: str,
    description: str = "",
    by: str = COMMAND_LINE,
) -> CategoryRow:
    """A category of the team's own; an archived one comes back. Raises ``BadInput`` when the id or a name is taken,
    or there are too many already."""
    if (session.scalar(select(func.count()).select_from(CategoryRow)) or 0) >= MOST_CATEGORIES:
        raise BadInput(f"more than {MOST_CATEGORIES} categories")
    _require_free(session, (category_id, name_zh, name_en), besides=None)
    row = session.get(CategoryRow, category_id)
    if row is None:
        last = session.scalar(select(func.max(CategoryRow.position)))
        position = max(len(STARTING_SET), 0 if last is None else last + 1)
        row = CategoryRow(category_id=category_id, position=position)
        session.add(row)
    row.name_zh, row.name_en, row.description, row.archived = name_zh, name_en, description, False
    return _changed(session, row, by)


def rename_category(
    session: Session,
    category_id: str,
    *,
    name_zh: str | None = None,
    name_en: str | None = None,
    description: str | None = None,
    by: str = COMMAND_LINE,
) -> CategoryRow:
    """Give a category other names; its records keep it. Raises ``BadInput`` when it is unknown or a name is taken."""
    row = _own_row(session, find_category(session, category_id))
    _require_free(session, tuple(filter(None, (name_zh, name_en))), besides=row.category_id)
    row.name_zh, row.name_en = name_zh or row.name_zh, name_en or row.name_en
    row.description = row.description if description is None else description
    return _changed(session, row, by)


def archive_category(session: Session, category_id: str, *, by: str = COMMAND_LINE) -> None:
    """Give a category no longer; what people said about it is kept in case it comes back."""
    row = _own_row(session, find_category(session, category_id))
    row.archived = True
    _changed(session, row, by)


def bring_back_category(session: Session, category_id: str, *, by: str = COMMAND_LINE) -> CategoryRow:
    """Give an archived category again; raises ``NotFound`` when there is none, ``BadInput`` when a name is taken."""
    row = session.get(CategoryRow, category_id)
    if row is None or not row.archived:
        raise NotFound(category_id)
    _require_free(session, (row.name_zh, row.name_en), besides=category_id)
    row.archived = False
    return _changed(session, row, by)


def order_categories(session: Session, category_ids: Sequence[str], *, by: str = COMMAND_LINE) -> None:
    """Put the living categories in this order; raises ``BadInput`` when it does not name each of them once."""
    known = {row.category_id: row for row in known_categories(session)}
    if sorted(category_ids) != sorted(known):
        raise BadInput(", ".join(known))
    for position, category_id in enumerate(category_ids):
        if known[category_id].position != position:
            row = _own_row(session, known[category_id])
            row.position = position
            _changed(session, row, by)


def restore_category(session: Session, category_id: str, version_id: int, *, by: str = COMMAND_LINE) -> CategoryRow:
    """Define a category as it was; its place stays. Raises ``NotFound`` for a version that is none of it, and
    ``BadInput`` when a name is taken by now."""
    wanted = next((one for one in versions_of(session, category_id) if one.version_id == version_id), None)
    row = session.get(CategoryRow, category_id)
    if wanted is None or row is None:
        raise NotFound(f"{category_id} {version_id}")
    if not wanted.archived:
        _require_free(session, (wanted.name_zh, wanted.name_en), besides=category_id)
    row.name_zh, row.name_en, row.description = wanted.name_zh, wanted.name_en, wanted.description
    row.archived = wanted.archived
    return _changed(session, row, by)


def _require_free(session: Session, names: Sequence[str], *, besides: str | None) -> None:
    """Raises ``BadInput`` for a name that another living category has."""
    others = [row for row in known_categories(session) if row.category_id != besides]
    for name in names:
        if any(_plain(name) in (_plain(row.category_id), _plain(row.name_zh), _plain(row.name_en)) for row in others):
            raise BadInput(f"{name!r} is taken")


def _own_row(session: Session, known: CategoryRow) -> CategoryRow:
    """The category as a row of the database; one of the starting set is written down first."""
    session.add(known)
    keep_former(session, known)
    return known


def _changed(session: Session, row: CategoryRow, by: str) -> CategoryRow:
    row.changed_at = datetime.now(UTC)
    session.flush()
    keep_version(session, row, by=by)
    return row


def _plain(name: str) -> str:
    return name.strip().casefold().replace("_", " ").replace("-", " ")


def _batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
