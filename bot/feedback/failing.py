"""Why an answer failed somebody; most did not."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.truth.tables import AnswerRow, SignRow, VerdictRow

Cause = Literal["down", "abstained", "unsupported", "asked_again", "answered_by_person"]
CAUSES: Final[tuple[Cause, ...]] = ("down", "abstained", "unsupported", "asked_again", "answered_by_person")

_REASONS: Final[dict[str, Cause]] = {
    "nothing_found": "abstained",
    "not_in_records": "abstained",
    "not_supported": "unsupported",
}
"""Reasons of answers that a better archive or a standard answer would mend; a model that was away is no such reason."""
_SIGNS: Final[dict[str, Cause]] = {"asked_again": "asked_again", "answered_by_person": "answered_by_person"}

_HELPED: Final = "meant"
"""The standard answer named beside it was what was asked for: it waits at that for its wording, in no case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as far as cases go; without ``causes`` it belongs in none."""

    answer_id: str
    asked_at: datetime
    language: str
    standard_answer_id: str | None
    judged_down_at: datetime | None
    """When the latest verdict down that is in force was given."""
    causes: tuple[Cause, ...]


def given(session: Session, answer_ids: Sequence[str]) -> dict[str, Given]:
    """Answers of these that still exist.

    Withdrawn answers, erased questions and what was asked on the command line have no causes.
    """
    columns = (AnswerRow.answer_id, AnswerRow.asked_at, AnswerRow.channel_id, AnswerRow.question, AnswerRow.language)
    rows = session.execute(
        select(*columns, AnswerRow.reason, AnswerRow.withdrawn_at, AnswerRow.standard_answer_id).where(
            AnswerRow.answer_id.in_(answer_ids)
        )
    ).all()
    down: dict[str, datetime] = {}
    for answer_id, judged_at in session.execute(
        select(VerdictRow.answer_id, VerdictRow.judged_at).where(
            VerdictRow.answer_id.in_(answer_ids), VerdictRow.kind == "down"
        )
    ):
        down[answer_id] = max(judged_at, down.get(answer_id, judged_at))
    signs: dict[str, set[str]] = defaultdict(set)
    for answer_id, kind in session.execute(
        select(SignRow.answer_id, SignRow.kind).where(
            SignRow.answer_id.in_(answer_ids), SignRow.kind.in_((*_SIGNS, _HELPED))
        )
    ):
        signs[answer_id].add(kind)
    found = {}
    for answer_id, asked_at, channel_id, question, language, reason, withdrawn_at, standard_answer_id in rows:
        causes: set[Cause] = set()
        if channel_id is not None and question and withdrawn_at is None:
            if _HELPED not in signs[answer_id]:
                causes = {_SIGNS[kind] for kind in signs[answer_id]}
                if reason in _REASONS:
                    causes.add(_REASONS[reason])
            if answer_id in down:
                causes.add("down")
            if causes == {"answered_by_person"}:
                causes = set()  # It was told of a failure that was taken back.
        found[answer_id] = Given(
            answer_id=answer_id,
            asked_at=asked_at,
            language=language,
            standard_answer_id=standard_answer_id,
            judged_down_at=down.get(answer_id),
            causes=tuple(cause for cause in CAUSES if cause in causes),
        )
    return found
