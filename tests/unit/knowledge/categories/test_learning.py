"""Corrections move a head near what was corrected, and nowhere else."""

import numpy as np

from knowledge.categories import CategoryModel, Corrected, Head, Said, adjusted, own_head, row_of
from knowledge.categories.learning import FEWEST_CORRECTIONS
from knowledge.categories.logistic import Array, sigmoid

DIMENSION = 16
CHANCE = np.random.default_rng(1)
USUAL = [row_of(Said(text=f"line {n}"), None, 0) for n in range(40)]


def _row(direction: int, noise: float = 0.15) -> Array:
    vector = CHANCE.normal(0, noise, DIMENSION).astype(np.float32)
    vector[direction] += 1.0
    return row_of(Said(text="plain words"), vector / np.linalg.norm(vector), DIMENSION)


def _usual() -> Array:
    return np.stack([_row(int(CHANCE.integers(2, DIMENSION))) for _ in range(60)])


def _sure(head: Head, row: Array) -> float:
    return float(sigmoid(row @ head.weights))


def test_few_corrections_change_nothing() -> None:
    head = CategoryModel.shipped("other", DIMENSION).heads["decision"]
    few = [Corrected(_row(0), present=True) for _ in range(FEWEST_CORRECTIONS - 1)]
    assert adjusted(head, few, _usual()) is None


def test_what_is_like_the_corrected_gets_better_and_the_rest_stays() -> None:
    head = CategoryModel.shipped("other", DIMENSION).heads["decision"]
    corrections = [Corrected(_row(0), present=True) for _ in range(8)]
    usual = _usual()
    learnt = adjusted(head, corrections, usual)
    assert learnt is not None
    unseen = [_row(0) for _ in range(20)]
    assert not any(_sure(head, row) >= head.threshold for row in unseen)
    assert sum(_sure(learnt, row) >= learnt.threshold for row in unseen) >= 16
    assert sum(_sure(learnt, row) >= learnt.threshold for row in _usual()) <= 3
    back = adjusted(head, [*corrections, *(Corrected(one.row, present=False) for one in corrections)], usual)
    assert back is not None
    assert sum(_sure(back, row) >= back.threshold for row in unseen) <= 10


def test_a_category_of_the_team_is_learnt_from_a_few_records() -> None:
    description = _row(1)[-DIMENSION - 1 : -1]
    usual = _usual()
    examples = [Corrected(_row(1), present=True) for _ in range(3)]
    assert own_head(description, examples[:2], usual) is None
    head = own_head(description, examples, usual)
    assert head is not None
    assert sum(_sure(head, _row(1)) >= head.threshold for _ in range(20)) >= 12
    assert sum(_sure(head, row) >= head.threshold for row in _usual()) <= 4
