"""The weights as shipped, and their file."""

import json

import numpy as np
import pytest

from knowledge.conversations.signs import OPENING_SIGNS, PAIR_SIGNS
from knowledge.conversations.weights import Weights, shipped


def test_the_shipped_weights_are_read_back_as_written() -> None:
    again = Weights.loads(shipped().dumps())
    assert np.array_equal(again.pair, shipped().pair)
    assert np.array_equal(again.opening, shipped().opening)


def test_a_sign_without_a_weight_is_an_error() -> None:
    named = json.loads(shipped().dumps())
    del named["pair"][PAIR_SIGNS[0]]
    with pytest.raises(KeyError):
        Weights.loads(json.dumps(named))


def test_the_best_is_none_when_a_new_conversation_is_likelier() -> None:
    weights = Weights(pair=np.ones(len(PAIR_SIGNS)), opening=np.ones(len(OPENING_SIGNS)))
    pairs = np.zeros((2, len(PAIR_SIGNS)))
    pairs[1, 0] = 1
    assert weights.best(pairs, np.zeros(len(OPENING_SIGNS))) == 1
    assert weights.best(pairs, np.full(len(OPENING_SIGNS), 2.0)) is None
    assert weights.best(pairs[:0], np.zeros(len(OPENING_SIGNS))) is None
