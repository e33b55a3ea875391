"""Votes as they are worked out of what the truth holds."""

from typing import Any

import pytest

from bot.feedback.learning_reading import Said, judged_answers
from tests.builders import at


def _said(standard_answer_id: str | None) -> Said:
    """Somebody liked an answer that cites a message and the fourth passage of a file."""
    rows: dict[str, Any] = {
        "answers": [("a1", "when is the launch", None, None, standard_answer_id)],
        "sources": [("a1", 1, "m1", None, 0, True), ("a1", 2, "m2", "f2", 3, True)],
        "verdicts": [("a1", "p1", "up", [], at(1))],
    }
    return Said(**rows, picks=[], signs=[], resets={})


@pytest.mark.parametrize(
    ("standard_answer_id", "liked"), [(None, {("m1", 0): 0.5, ("m2", 3): 0.5}), ("s1", {("m1", 0): 0.5})]
)
def test_a_standard_answer_votes_for_no_passage_of_a_file_as_it_cites_a_whole_page(
    standard_answer_id: str | None, liked: dict[tuple[str, int], float]
) -> None:
    (answer,) = judged_answers(_said(standard_answer_id))
    assert {(vote.record_id, vote.chunk): vote.of_pair for vote in answer.votes} == liked
