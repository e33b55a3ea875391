"""How many records each category has."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.truth.tables import CategoryCorrectionRow, RecordCategoryRow


def records_by_category(session: Session) -> dict[str, int]:
    """Records by category, people's corrections applied."""
    given = select(RecordCategoryRow.category_id, func.count()).group_by(RecordCategoryRow.category_id)
    counts: dict[str, int] = dict(list(session.execute(given)))
    said = select(CategoryCorrectionRow, RecordCategoryRow.score).join(
        RecordCategoryRow,
        (RecordCategoryRow.record_id == CategoryCorrectionRow.record_id)
        & (RecordCategoryRow.category_id == CategoryCorrectionRow.category_id),
        isouter=True,
    )
    for row, score in session.execute(said):
        change = int(row.present) - int(score is not None)
        counts[row.category_id] = counts.get(row.category_id, 0) + change
    return counts
