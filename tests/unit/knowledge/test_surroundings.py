"""The lines around a line, and the mean of their vectors."""

import numpy as np
import pytest

from knowledge.surroundings import Line, context_vector, surround

TALK = [Line(f"m{number}", "Ann", f"line {number}") for number in range(6)]
AXES = {line.record_id: np.eye(8, dtype=np.float32)[number] for number, line in enumerate(TALK)}


def test_two_lines_on_either_side_in_reading_order() -> None:
    around = surround(TALK, 3)
    assert [line.record_id for line in around.lines()] == ["m1", "m2", "m3", "m4", "m5"]
    assert around.context() == "Ann: line 1\nAnn: line 2\nAnn: line 4\nAnn: line 5"


@pytest.mark.parametrize(("at", "near"), [(0, ["m0", "m1", "m2"]), (5, ["m3", "m4", "m5"])])
def test_the_ends_of_a_talk_have_fewer_neighbours(at: int, near: list[str]) -> None:
    assert [line.record_id for line in surround(TALK, at).lines()] == near


def test_the_head_of_a_thread_comes_first_and_only_once() -> None:
    head = Line("head", "Bo", "what about the pump?")
    assert surround(TALK, 0, head).context().startswith("Bo: what about the pump?\n")
    assert [line.record_id for line in surround(TALK, 0, TALK[1]).lines()] == ["m0", "m1", "m2"]


def test_a_line_alone_has_no_context_and_its_own_vector() -> None:
    alone = surround(TALK[:1], 0)
    assert alone.context() == ""
    assert np.allclose(context_vector(alone, AXES), AXES["m0"])


def test_the_context_vector_is_of_length_one_and_leans_to_its_line_and_what_came_before() -> None:
    head = Line("head", "Bo", "?")
    vector = context_vector(surround(TALK, 3, head), {**AXES, "head": np.eye(8, dtype=np.float32)[7]})
    assert float(np.linalg.norm(vector)) == pytest.approx(1)
    assert vector.dtype == np.float32
    own, before, after, head_weight, unrelated = vector[3], vector[2], vector[4], vector[7], vector[0]
    assert own > before > after > 0
    assert head_weight > 0
    assert unrelated == 0


def test_vectors_that_cancel_out_give_no_division_by_zero() -> None:
    zero = {line.record_id: np.zeros(8, np.float32) for line in TALK}
    assert not context_vector(surround(TALK, 0), zero).any()


def test_a_line_without_an_author_is_only_its_words() -> None:
    assert Line("m", "", "hello").spoken() == "hello"
