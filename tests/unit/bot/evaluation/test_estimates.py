"""Intervals hold their figure, are the same every time, and count what they rest on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.estimates import NOTHING, estimate, percentile, resampled_apart, share


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_lies_within_the_values_and_is_the_same_every_time(values: list[float]) -> None:
    measured = estimate(values)
    assert min(values) - 1e-9 <= measured.low <= measured.high <= max(values) + 1e-9
    assert measured.count == len(values)
    assert estimate(values) == measured


def test_the_interval_is_that_of_the_mean() -> None:
    measured = estimate([0.0, 1.0] * 50)
    assert measured.mean == 0.5
    # 1.96 standard errors of 0.05.
    assert measured.low == pytest.approx(0.40, abs=0.03)
    assert measured.high == pytest.approx(0.60, abs=0.03)


def test_nothing_measured_is_zero() -> None:
    assert estimate([]) == NOTHING
    assert percentile([], 95) == NOTHING
    assert share([(0, 0)]) == NOTHING


def test_a_share_is_of_all_tries_and_resamples_answers() -> None:
    measured = share([(1, 1), (0, 3), (0, 0)])
    assert (measured.mean, measured.count) == (0.25, 4)
    assert (measured.low, measured.high) == (0, 1), "two answers that stand or fall as wholes"


def test_percentiles() -> None:
    values = [float(value) for value in range(1, 102)]
    assert percentile(values, 50).mean == 51
    assert percentile(values, 95).mean == 96
    assert percentile([7.0], 95).mean == 7
    assert percentile(values, 95).low < 96 < percentile(values, 95).high + 1e-9


def test_kinds_apart_keep_their_numbers_in_every_sample() -> None:
    measured = resampled_apart([["a"] * 3, ["b"]], lambda some: some.count("b") / len(some))
    assert (measured.mean, measured.low, measured.high, measured.count) == (0.25, 0.25, 0.25, 4)
