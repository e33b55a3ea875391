"""How categories were defined over time: every change is kept with who made it, so that it can be taken back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.truth.tables import CategoryRow, CategoryVersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryVersion:
    """One definition; ``changed_by`` is empty for the one as shipped."""

    version_id: int
    category_id: str
    name_zh: str
    name_en: str
    description: str
    position: int
    archived: bool
    changed_at: datetime
    changed_by: str


def keep_former(session: Session, row: CategoryRow) -> None:
    """Before the first change: keep how it was until then."""
    known = select(CategoryVersionRow.version_id).where(CategoryVersionRow.category_id == row.category_id).limit(1)
    if session.scalar(known) is None:
        keep_version(session, row, by="")


def keep_version(session: Session, row: CategoryRow, *, by: str) -> None:
    """Keep how it is defined now."""
    session.add(
        CategoryVersionRow(
            category_id=row.category_id,
            name_zh=row.name_zh,
            name_en=row.name_en,
            description=row.description,
            position=row.position,
            archived=row.archived,
            changed_at=row.changed_at,
            changed_by=by,
        )
    )
    session.flush()


def versions_of(session: Session, category_id: str) -> list[CategoryVersion]:
    """Every definition of a category, the newest first; none for one that was never changed."""
    rows = session.scalars(
        select(CategoryVersionRow)
        .where(CategoryVersionRow.category_id == category_id)
        .order_by(CategoryVersionRow.version_id.desc())
    )
    return [
        CategoryVersion(
            version_id=row.version_id,
            category_id=row.category_id,
            name_zh=row.name_zh,
            name_en=row.name_en,
            description=row.description,
            position=row.position,
            archived=row.archived,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )
        for row in rows
    ]
