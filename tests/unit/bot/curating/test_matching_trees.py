"""Trees decide as they were grown, learn what no weights can, and survive JSON."""

import json

import numpy as np

from bot.curating.matching_trees import Trees
from tests.benchmarks.boosted_trees import boosted


def test_a_row_goes_left_up_to_the_threshold_and_right_above() -> None:
    trees = Trees.of([([1, 0, 0], [2.0, 0.0, 0.0], [1, -1, -1], [0.0, -1.0, 3.0]), ([0], [0.0], [-1], [0.5])], 10.0)
    assert trees(np.array([[9.0, 2.0], [9.0, 2.1], [-9.0, 1.0]])).tolist() == [9.5, 13.5, 9.5]


def test_they_learn_that_two_signs_speak_only_together() -> None:
    signs = np.random.RandomState(3).uniform(-1, 1, (600, 4))
    truth = ((signs[:, 0] > 0) != (signs[:, 1] > 0)).astype(float)
    trees = boosted(signs, truth, np.ones(len(signs)))
    unseen = np.random.RandomState(4).uniform(-1, 1, (200, 4))
    right = (trees(unseen) > 0) == ((unseen[:, 0] > 0) != (unseen[:, 1] > 0))
    assert right.mean() > 0.85
    again = Trees.read(json.loads(json.dumps(trees.stored())))
    assert np.abs(again(unseen) - trees(unseen)).max() < 0.1
