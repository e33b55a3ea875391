"""Who is praised and blamed for an answer."""

from datetime import UTC, datetime

import pytest

from bot.feedback.learning_votes import UP, Source, of_verdict, shares, votes_of
from knowledge.passage import RecordId, passage_id

NOW = datetime(2026, 11, 20, tzinfo=UTC)
FIRST, SECOND, UNUSED = (
    Source(n=1, record_id="m1", file_id=None, chunk=0, cited=True),
    Source(n=2, record_id="m2", file_id="f2", chunk=3, cited=True),
    Source(n=3, record_id="m3", file_id=None, chunk=0, cited=False),
)
SOURCES = (FIRST, SECOND, UNUSED)


def test_each_source_answers_for_the_sentences_that_cite_it() -> None:
    trace = {
        "checks": [
            {"sentence": "s", "citations": [1], "problem": None},
            {"sentence": "s", "citations": [1, 2], "problem": None},
            {"sentence": "s", "citations": [1], "problem": None},
            {"sentence": "dropped", "citations": [2], "problem": "unsupported"},
        ]
    }
    assert shares(SOURCES, trace) == {1: 0.75, 2: 0.25}


def test_without_a_trace_what_is_cited_answers_alike_and_the_rest_for_nothing() -> None:
    assert shares(SOURCES, {}) == {1: 0.5, 2: 0.5}
    assert shares((UNUSED,), {}) == {}


def test_votes_are_on_passages_by_record_and_chunk() -> None:
    votes = votes_of(SOURCES, shares(SOURCES, {}), UP, person_id="ann", at=NOW)
    assert [(vote.point_id, vote.record_id, vote.of_pair) for vote in votes] == [
        (passage_id(RecordId("m1"), 0), "m1", 0.5),
        (passage_id(RecordId("f2"), 3), "m2", 0.5),
    ]


@pytest.mark.parametrize(
    ("reasons", "pair", "passage"),
    [
        ([], -0.8, -0.2),
        (["incomplete"], 0.0, 0.0),
        (["irrelevant"], -1.0, 0.0),
        (["wrong"], -0.8, -0.4),
        (["outdated"], -0.8, -0.4),
        (["incomplete", "wrong"], -0.8, -0.4),
        (["should_not_be_shown"], -1.0, -0.2),
        (["a reason of a later release"], -0.8, -0.2),
    ],
)
def test_reasons_say_what_is_to_blame(reasons: list[str], pair: float, passage: float) -> None:
    blame = of_verdict("down", reasons)
    assert blame is not None
    assert (blame.of_pair, blame.of_passage) == (pair, passage)


def test_an_undone_verdict_says_nothing_and_an_incomplete_answer_blames_nothing() -> None:
    assert of_verdict("withdrawn", []) is None
    blame = of_verdict("down", ["incomplete"])
    assert blame is not None
    assert votes_of(SOURCES, shares(SOURCES, {}), blame, person_id="ann", at=NOW) == []
