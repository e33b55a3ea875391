"""What a change of the team's categories would do to the latest messages, told before it is saved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.archive.categorising import words_of
from bot.archive.indexer import Indexer
from bot.errors import BadInput, Language
from bot.guarding.masking import mask
from bot.truth.categories import MOST_CATEGORIES, known_categories
from bot.truth.database import Database
from bot.truth.inbox import Lane
from bot.truth.tables import CategoryCorrectionRow, CategoryRow, ChannelRow, MessageRow, PersonRow
from bot.truth.working_set import LONG_AGO, WorkingSet

MOST_LOOKED_AT: Final = 500
_SHOWN: Final = 50
_SHOWN_CHARS: Final = 200
_READ_CHARS: Final = 1000
"""A secret that is cut off is none that can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A category as it would be."""

    category_id: str
    name_zh: str
    name_en: str
    description: str
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRecord:
    """A message that would have other categories."""

    record_id: str
    channel: str
    author: str
    sent_at: datetime
    excerpt: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryPreview:
    """The effect on so many messages: how many each category has and would have, and which would change."""

    looked_at: int
    counts: Mapping[str, tuple[int, int]]
    changed: int
    records: tuple[ChangedRecord, ...]
    examples: int
    """What people put into the category, which is what a category of the team's own is learnt from."""


class CategoryPreviews:
    """Compares; nothing is changed."""

    def __init__(self, database: Database, indexer: Indexer) -> None:
        self._database = database
        self._indexer = indexer

    async def of(self, proposed: Definition, *, latest: int, language: Language) -> CategoryPreview:
        """What a category defined so would change among the ``latest`` messages of group chats.

        ``language`` is the reader's; secrets in the messages are not shown.
        """

        def read(session: Session) -> tuple[list[str], list[CategoryRow], int]:
            examples = session.scalar(
                select(func.count())
                .select_from(CategoryCorrectionRow)
                .where(CategoryCorrectionRow.category_id == proposed.category_id, CategoryCorrectionRow.present)
            )
            return latest_messages(session, latest), known_categories(session), examples or 0

        async with self._database.read() as connection:
            record_ids, known, examples = await connection.run_sync(lambda sync: read(Session(sync)))
        defined = {row.category_id: words_of(row) for row in known}
        defined.pop(proposed.category_id, None) if proposed.archived else defined.update(
            {proposed.category_id: words_of(_row(proposed))}
        )
        if len(defined) > MOST_CATEGORIES:
            raise BadInput(f"more than {MOST_CATEGORIES} categories")
        compared = await self._indexer.compare_categories(record_ids, list(defined.items()))
        changed = [record_id for record_id in record_ids if _differ(compared.get(record_id))]
        before, after = Counter[str](), Counter[str]()
        for was, will in compared.values():
            before.update(was)
            after.update(will)
        order = list(dict.fromkeys([*(row.category_id for row in known), proposed.category_id]))
        async with self._database.read() as connection:
            records = await connection.run_sync(
                lambda sync: _records(Session(sync), changed[:_SHOWN], compared, order, language)
            )
        return CategoryPreview(
            looked_at=len(compared),
            counts={name: (before[name], after[name]) for name in order if before[name] or after[name]},
            changed=len(changed),
            records=tuple(records),
            examples=examples,
        )


def latest_messages(session: Session, count: int) -> list[str]:
    """What people said last in group chats; direct chats are nobody else's."""
    statement = (
        select(MessageRow.record_id)
        .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
        .where(
            MessageRow.deleted_at.is_(None),
            MessageRow.system.is_(False),
            MessageRow.answer_id.is_(None),
            MessageRow.text != "",
            ChannelRow.visibility != "direct",
        )
        .order_by(MessageRow.sent_at.desc())
        .limit(count)
    )
    return list(session.scalars(statement))


def sort_again(session: Session, count: int) -> None:
    """Have the latest messages looked at once more, behind what people write now."""
    work = WorkingSet(session)
    for record_id in latest_messages(session, count):
        work.index(record_id, Lane.IMPORT)
    session.flush()


def _differ(sets: tuple[set[str], set[str]] | None) -> bool:
    return sets is not None and sets[0] != sets[1]


def _records(
    session: Session,
    record_ids: Sequence[str],
    compared: Mapping[str, tuple[set[str], set[str]]],
    order: Sequence[str],
    language: Language,
) -> list[ChangedRecord]:
    rows = session.execute(
        select(MessageRow.record_id, MessageRow.text, MessageRow.sent_at, ChannelRow.name, PersonRow.name)
        .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .where(MessageRow.record_id.in_(record_ids), MessageRow.deleted_at.is_(None))
    )
    found = {
        record_id: ChangedRecord(
            record_id=record_id,
            channel=channel,
            author=author or "",
            sent_at=sent_at or LONG_AGO,
            excerpt=mask(" ".join(text.split())[:_READ_CHARS], language)[:_SHOWN_CHARS],
            before=tuple(name for name in order if name in compared[record_id][0]),
            after=tuple(name for name in order if name in compared[record_id][1]),
        )
        for record_id, text, sent_at, channel, author in rows
    }
    return [found[record_id] for record_id in record_ids if record_id in found]


def _row(proposed: Definition) -> CategoryRow:
    return CategoryRow(
        category_id=proposed.category_id,
        name_zh=proposed.name_zh,
        name_en=proposed.name_en,
        description=proposed.description,
        position=0,
        archived=False,
        changed_at=LONG_AGO,
    )
