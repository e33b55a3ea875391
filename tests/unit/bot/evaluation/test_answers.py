"""Measures of answers, worked out by hand."""

from typing import Any

import pytest

from bot.evaluation.answers import Outcome, cited, measured, overlaps, reasons, sixty_tokens_ms
from bot.evaluation.support import ShownSentence
from tests.builders import evidence


def _outcome(deed: Any, *, has_answer: bool = True, **more: Any) -> Outcome:
    return Outcome(**{"has_answer": has_answer, "deed": deed, **more})


def _means(outcomes: list[Outcome]) -> dict[str, float]:
    return {name: value.mean for name, value in measured(outcomes).items()}


def test_answering_and_abstaining() -> None:
    found = _means(
        [
            *[_outcome("answered")] * 6,
            *[_outcome("abstained", reason="not_in_records")] * 2,
            *[_outcome("abstained", has_answer=False, reason="not_in_records")] * 3,
            *[_outcome("answered", has_answer=False)],
        ]
    )
    assert found["answer_precision"] == pytest.approx(6 / 7)
    assert found["answer_recall"] == pytest.approx(6 / 8)
    assert found["answer_f1"] == pytest.approx(12 / 15)
    assert found["abstain_precision"] == pytest.approx(3 / 5)
    assert found["abstain_recall"] == pytest.approx(3 / 4)
    assert found["abstain_f1"] == pytest.approx(6 / 9)
    assert found["answer_or_abstain_f1"] == pytest.approx((12 / 15 + 6 / 9) / 2)


def test_what_failed_neither_answers_nor_abstains() -> None:
    found = _means([_outcome("answered"), _outcome("failed"), _outcome("failed", has_answer=False)])
    assert (found["answer_precision"], found["answer_recall"]) == (1, 0.5)
    assert (found["abstain_precision"], found["abstain_recall"]) == (0, 0)


def test_only_what_the_questions_can_tell_is_told() -> None:
    found = _means([_outcome("answered")])
    assert found == {"answer_precision": 1, "answer_recall": 1, "answer_f1": 1}
    assert set(_means([_outcome("abstained", has_answer=False)])) == {
        "abstain_precision", "abstain_recall", "abstain_f1",
    }  # fmt: skip


def test_the_best_of_the_accepted_answers_counts_and_silence_has_no_overlap() -> None:
    assert overlaps("It is a museum [1].", ("the Newport museum", "museum")) == {
        "exact_match": 0,
        "token_f1": pytest.approx(2 * 1 / 4),
        "token_recall": 1,
        "contained": 1,
    }
    silent = _outcome("abstained", overlaps=overlaps(None, ("museum",)))
    said = _outcome("answered", overlaps=overlaps("museum", ("museum",)))
    assert _means([silent, said])["exact_match"] == 0.5


def test_citations_are_counted_one_by_one_strictly_and_with_neighbours() -> None:
    places = {"m2": {"m1", "m2", "m3"}, "m9": {"m8", "m9"}}
    one = cited(["m2", "m3", "m5"], places)
    assert (one.given, one.right, one.near) == (3, 1, 2)
    assert (one.evidence, one.reached, one.reached_nearly) == (2, 1, 1)
    other = cited(["m8"], places)
    found = measured([_outcome("answered", cited=one), _outcome("answered", cited=other), _outcome("abstained")])
    assert found["citation_precision"].mean == pytest.approx(1 / 4)
    assert found["citation_precision_near"].mean == pytest.approx(3 / 4)
    assert found["citation_precision"].count == 4
    assert found["citation_recall"].mean == pytest.approx(1 / 4)
    assert found["citation_recall_near"].mean == pytest.approx(2 / 4)


def test_support_is_of_cited_sentences_and_those_without_citation_are_told() -> None:
    source = evidence(1, "x")
    sentences = (
        ShownSentence("a [1].", (source,), True),
        ShownSentence("b [1].", (source,), False),
        ShownSentence("c [1].", (source,), True),
        ShownSentence("d.", (), False),
    )
    found = _means([_outcome("answered", sentences=sentences), _outcome("answered", has_answer=False)])
    assert found["support_rate"] == pytest.approx(2 / 3)
    assert found["sentences_with_citation"] == pytest.approx(3 / 4)


def test_times() -> None:
    found = _means([_outcome("answered", timings_ms={"search": ms}) for ms in range(101)])
    assert (found["search_ms_p50"], found["search_ms_p95"]) == (50, 95)
    assert "first_token_ms_p50" not in found


def test_the_sixtieth_token_at_the_pace_of_the_answer() -> None:
    timings = {"first_token": 1000, "generated": 2000}
    assert sixty_tokens_ms(timings, 11) == pytest.approx(1000 + 59 * 100)
    assert sixty_tokens_ms(timings, 4) is None, "too short for a pace"
    assert sixty_tokens_ms({}, 60) is None, "no model spoke"


def test_reasons_are_counted() -> None:
    outcomes = [_outcome("answered"), _outcome("abstained", reason="nothing_found"), _outcome("answered")]
    assert reasons(outcomes) == {"answered": 2, "nothing_found": 1}
