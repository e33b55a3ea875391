"""An answer as the draft of a standard one: its question, its text, and the sources that it cites."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.curating.standard_answer import Draft, StandardSource, marks_in, renumbered
from bot.curating.verifying import without_verification
from bot.errors import AnswerWithdrawn, NotFound
from bot.truth.tables import AnswerRow, AnswerSourceRow, MessageRow


def draft_of(session: Session, answer_id: str) -> Draft:
    """The cited sources that stand, numbered from 1 in the order of the text; an abstention drafts no text.

    Raises ``NotFound``, and ``AnswerWithdrawn`` when the words of the answer went with a source.
    """
    row = session.get(AnswerRow, answer_id)
    if row is None:
        raise NotFound(answer_id)
    if row.withdrawn_at is not None:
        raise AnswerWithdrawn(answer_id)
    text = "" if row.abstained else without_verification(row.text)
    cited = {
        source.n: source
        for source in session.scalars(
            select(AnswerSourceRow)
            .join(MessageRow, MessageRow.record_id == AnswerSourceRow.record_id)
            .where(AnswerSourceRow.answer_id == answer_id, AnswerSourceRow.cited, MessageRow.deleted_at.is_(None))
        )
    }
    used = [n for n in marks_in(text) if n in cited] if text else []
    numbers = {n: number for number, n in enumerate(used, start=1)}
    return Draft(
        question=row.question,
        text=renumbered(text, numbers),
        sources=tuple(
            StandardSource(
                n=number,
                record_id=cited[n].record_id,
                file_id=cited[n].file_id,
                page=cited[n].page,
                channel_id=cited[n].channel_id,
            )
            for n, number in numbers.items()
        ),
        channel_ids=(row.channel_id,) if row.channel_id is not None and not numbers else (),
        language="zh" if row.language == "zh" else "en",
        replaces_answer_id=answer_id,
        standard_answer_id=row.standard_answer_id,
    )
