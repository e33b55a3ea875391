"""Measures checked against values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.measures import estimate, f1, hit_at, recall_at, reciprocal_rank, token_f1

RANKED = ["a", "b", "c", "d"]


def test_ranked_lists() -> None:
    assert recall_at(RANKED, ["b", "d"], 2) == 0.5
    assert recall_at(RANKED, ["b", "d"], 4) == 1
    assert recall_at(RANKED, ["b", "b"], 2) == 1
    assert recall_at(RANKED, [], 2) == 0
    assert (hit_at(RANKED, ["d"], 3), hit_at(RANKED, ["d"], 4)) == (0, 1)
    assert reciprocal_rank(RANKED, ["c", "d"]) == pytest.approx(1 / 3)
    assert reciprocal_rank(RANKED, ["d"], 3) == 0
    assert reciprocal_rank([], ["d"]) == 0


@pytest.mark.parametrize(
    ("said", "expected", "value"),
    [
        ("8 December", "8 December", 1),
        ("The launch is on 8 December [1].", "8 December", 2 * (2 / 5) / (2 / 5 + 1)),
        ("发布日是８号", "發布日是8号", 1),
        ("泵坏", "好的", 0),
        ("", "x", 0),
        ("a the", "an", 0),
    ],
)
def test_overlap_of_tokens(said: str, expected: str, value: float) -> None:
    assert token_f1(said, expected) == pytest.approx(value)
    assert token_f1(expected, said) == pytest.approx(value)


def test_f1_of_decisions() -> None:
    assert f1(8, 2, 2) == pytest.approx(0.8)
    assert f1(0, 0, 0) == 0
    assert f1(0, 5, 5) == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_holds_its_mean_and_is_the_same_every_time(values: list[float]) -> None:
    measured = estimate(values)
    assert measured.low - 1e-9 <= measured.mean <= measured.high + 1e-9 or len(set(values)) > 1
    assert min(values) - 1e-9 <= measured.low <= measured.high <= max(values) + 1e-9
    assert measured.count == len(values)
    assert estimate(values) == measured


def test_nothing_measured_is_zero() -> None:
    assert (estimate([]).mean, estimate([]).count) == (0, 0)
