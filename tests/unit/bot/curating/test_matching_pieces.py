"""Pieces of questions find their like; what finds none is told; the space they are compared in survives JSON."""

import json

import numpy as np

from bot.curating.matching_pieces import NAMES, PieceSpace, piece_signs
from knowledge.embedding import Vectors

DRAWN = np.random.RandomState(7).standard_normal((40, 16)).astype(np.float32)


def _signs(asked: Vectors, known: Vectors) -> dict[str, float]:
    return dict(zip(NAMES, piece_signs(asked, known).tolist(), strict=True))


def test_the_same_pieces_in_another_order_are_alike_and_one_exchanged_is_told() -> None:
    space = PieceSpace.fitted(DRAWN, 8)
    known = space.placed(DRAWN[:5])
    assert _signs(known[::-1], known)["piece_least_lower"] > 0.999
    exchanged = _signs(space.placed(np.stack([*DRAWN[:4], -DRAWN[4]])), known)
    assert exchanged["piece_least_lower"] < 0.7
    assert exchanged["piece_second_least_lower"] > 0.999
    assert 0 < exchanged["piece_unlike_higher"] <= 0.2


def test_what_one_question_has_more_of_is_told_whichever_is_asked() -> None:
    space = PieceSpace.fitted(DRAWN, 8)
    short, long = space.placed(DRAWN[:3]), space.placed(np.stack([*DRAWN[:3], -DRAWN[4]]))
    assert _signs(short, long) == _signs(long, short)
    assert _signs(short, long)["piece_mean_lower"] < _signs(short, long)["piece_mean_higher"]


def test_a_question_without_pieces_says_nothing() -> None:
    assert not piece_signs(np.zeros((0, 1), np.float32), np.ones((2, 8), np.float32)).any()


def test_what_is_stored_places_pieces_as_before() -> None:
    space = PieceSpace.fitted(DRAWN, 8)
    again = PieceSpace.read(json.loads(json.dumps(space.stored())))
    assert np.abs(again.placed(DRAWN) - space.placed(DRAWN)).max() < 0.01
    assert np.allclose(np.linalg.norm(again.placed(DRAWN), axis=1), 1, atol=1e-5)
