"""Fusing the four lists of a search into one order."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from knowledge.qdrant.searches import ScoredPoint
from knowledge.search import FusionWeights, fuse


def _point(name: str, score: float) -> ScoredPoint:
    return ScoredPoint(name, score)


def test_words_in_both_lists_beat_words_in_one_and_a_near_vector_breaks_the_tie() -> None:
    lists = [
        [_point("near", 0.9), _point("far", 0.8), _point("farther", 0.7)],
        [_point("near", 0.9), _point("far", 0.8), _point("farther", 0.7)],
        [_point("both", 9.0), _point("one", 9.0)],
        [_point("both", 5.0)],
    ]
    order = [entry.point_id for entry in fuse(lists, FusionWeights())]
    assert order.index("both") < order.index("one")
    assert order.index("near") < order.index("far") < order.index("farther")


def test_equal_cosines_and_empty_lists_do_not_divide_by_zero() -> None:
    fused = fuse([[_point("a", 0.5), _point("b", 0.5)], [], [_point("a", 0.0)], []], FusionWeights())
    assert [entry.point_id for entry in fused] == ["a", "b"]
    assert fuse([[], []], FusionWeights()) == []


@given(
    lists=st.lists(
        st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 50)), unique_by=lambda pair: pair[0], max_size=6),
        min_size=2,
        max_size=4,
    )
)
def test_every_candidate_is_ranked_once_and_the_order_does_not_depend_on_chance(
    lists: Sequence[Sequence[tuple[str, float]]],
) -> None:
    points = [sorted((_point(n, s) for n, s in found), key=lambda point: -point.score) for found in lists]
    fused = fuse(points, FusionWeights())
    assert sorted(entry.point_id for entry in fused) == sorted({name for found in lists for name, _ in found})
    assert [entry.score for entry in fused] == sorted((entry.score for entry in fused), reverse=True)
    assert fuse(points, FusionWeights()) == fused


def test_raising_a_score_never_lowers_a_candidate_in_a_list_of_words() -> None:
    words = [_point("a", 4.0), _point("b", 3.0), _point("c", 1.0)]
    raised = [replace(words[1], score=5.0), words[0], words[2]]
    assert fuse([[], [], words, []], FusionWeights())[0].point_id == "a"
    assert fuse([[], [], raised, []], FusionWeights())[0].point_id == "b"
