"""What votes amount to: bounded, fading, never against their sense, and hardly moved by one person's zeal."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feedback.learning_asked import Asked
from bot.feedback.learning_memory import DEFAULT_RATES, Judged, LearningMemory
from bot.feedback.learning_votes import Vote
from knowledge.embedding import Vectors
from knowledge.priors import worth

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BOUND = DEFAULT_RATES.pair_bound + DEFAULT_RATES.passage_bound
POINT, OTHER = "p0", "p1"


def _vector(*numbers: float) -> Vectors:
    made = np.array(numbers, np.float32)
    return np.asarray(made / np.linalg.norm(made), np.float32)


def _at(cosine: float) -> Vectors:
    """This near to the launch."""
    return _vector(cosine, np.sqrt(1 - cosine**2), 0)


LAUNCH = Asked.of("when is the launch of pump P1", _vector(1, 0, 0))
LUNCH = Asked.of("who paid for lunch", _vector(0, 1, 0))


def _vote(worth: float, *, by: str = "ann", point: str = POINT, days: float = 1.0) -> Vote:
    return Vote(by, point, point, None, 0, worth, worth / 2, NOW - timedelta(days=days))


def _memory(votes: list[Vote], asked: Asked = LAUNCH) -> LearningMemory:
    memory = LearningMemory()
    memory.put([Judged(f"a{number}", asked, (vote,), vote.at) for number, vote in enumerate(votes)])
    return memory


def _bonus(memory: LearningMemory, asked: Asked = LAUNCH, *, now: datetime = NOW, point: str = POINT) -> float:
    """Where no passage holds words that stand in one of two questions alone."""
    learned = memory.recall(asked, now)
    worths = [worth(lesson, 0.0) for lesson in learned.lessons(point)]
    return max([0.0, *worths]) + min([0.0, *worths]) + learned.of_passage(point)


votes = st.builds(
    _vote,
    st.floats(-1, 1).filter(lambda worth: abs(worth) > 0.01),
    by=st.sampled_from(["ann", "bo", "cy", "di"]),
    point=st.sampled_from([POINT, OTHER]),
    days=st.floats(0, 400),
)


@given(st.lists(votes, max_size=18))
def test_a_bonus_is_bounded_whatever_is_voted(some: list[Vote]) -> None:
    assert abs(_bonus(_memory(some))) < BOUND


@given(st.lists(votes, max_size=18), st.floats(0.01, 1), st.sampled_from(["ann", "bo", "eve"]))
def test_a_vote_for_a_passage_never_lowers_it_and_one_against_never_raises_it(
    some: list[Vote], worth: float, by: str
) -> None:
    before = _bonus(_memory(some))
    assert _bonus(_memory([*some, _vote(worth, by=by)])) >= before - 1e-9
    assert _bonus(_memory([*some, _vote(-worth, by=by)])) <= before + 1e-9


@given(st.lists(votes, max_size=12), st.lists(votes, max_size=6))
def test_what_is_taken_back_leaves_no_trace(some: list[Vote], more: list[Vote]) -> None:
    memory = _memory(some)
    before = {point: _bonus(memory, point=point) for point in (POINT, OTHER)}
    memory.put(Judged(f"more{number}", LAUNCH, (vote,), vote.at) for number, vote in enumerate(more))
    memory.put(Judged(f"more{number}", LAUNCH, (), NOW) for number in range(len(more)))
    assert {point: _bonus(memory, point=point) for point in (POINT, OTHER)} == pytest.approx(before)
    assert len(memory) == len(some)


@given(st.lists(votes, min_size=1, max_size=12), st.floats(1, 5))
def test_votes_fade(some: list[Vote], halves: float) -> None:
    later = NOW + halves * DEFAULT_RATES.half_life
    # At most as much as the fading votes could give one whose opponents were forgotten.
    most = DEFAULT_RATES.pair_bound * len(some) * 0.5**halves / DEFAULT_RATES.pair_doubt + DEFAULT_RATES.passage_bound
    assert abs(_bonus(_memory(some), now=later)) <= most
    assert abs(_bonus(_memory(some), now=NOW + 60 * DEFAULT_RATES.half_life)) < 1e-6


def test_a_single_vote_halves_after_the_half_life() -> None:
    standing = _memory([_vote(-1, days=0)]).passage_standing(POINT, NOW + DEFAULT_RATES.half_life)
    assert standing.down == pytest.approx(0.25)


def test_a_person_counts_once_for_a_pair() -> None:
    once, often = _memory([_vote(1)]), _memory([_vote(1) for _ in range(20)])
    assert _bonus(often) == pytest.approx(_bonus(once), rel=0.01)
    assert _bonus(_memory([_vote(1, by=f"p{number}") for number in range(20)])) > 1.4 * _bonus(once)


def test_one_who_votes_five_hundred_times_hardly_moves_what_others_praise() -> None:
    several = [_vote(1, by=f"p{number % 10}") for number in range(30)]
    hostile = [_vote(-1, by="hostile") for _ in range(500)]
    assert _bonus(_memory([*several, *hostile])) > 0.95 * _bonus(_memory(several))


def test_a_person_who_works_alone_with_it_teaches_it() -> None:
    assert _bonus(_memory([_vote(1, by="ann", days=number) for number in range(15)])) > 7


def test_another_question_is_not_touched_by_a_pair() -> None:
    memory = _memory([_vote(1), _vote(1, by="bo")])
    assert memory.recall(LUNCH, NOW).of_pair == {}
    assert _bonus(memory, LUNCH) == 0.0, "to have answered one question is no merit for another"


def test_a_passage_that_answered_several_questions_is_a_little_better_for_any() -> None:
    memory = _memory([_vote(1)])
    memory.put([Judged("b", Asked.of("what comes on Friday", _vector(0, 0, 1)), (_vote(1, by="bo"),), NOW)])
    assert 0 < _bonus(memory, LUNCH) < DEFAULT_RATES.passage_bound


def test_what_is_wrong_is_wrong_for_any_question() -> None:
    assert -DEFAULT_RATES.passage_bound < _bonus(_memory([_vote(-1)]), LUNCH) < 0


@pytest.mark.parametrize("people", [1, 3, 30])
def test_no_number_of_people_makes_a_similar_question_the_same(people: int) -> None:
    near = Asked.of("when is the launch of the new pump P1", _at(0.9))
    memory = _memory([_vote(1, by=f"p{number}") for number in range(people)])
    [lesson] = memory.recall(near, NOW).lessons(POINT)
    assert 0 < lesson.likeness < 0.3
    assert 0 < _bonus(memory, near) <= lesson.likeness * DEFAULT_RATES.pair_bound
    assert lesson.own_words == near.terms - LAUNCH.terms != frozenset()


def test_what_a_similar_question_taught_does_not_undo_what_this_one_did() -> None:
    near = Asked.of("when is the launch of the new pump P1", _at(0.97))
    memory = _memory([_vote(1), _vote(1, by="bo")])
    alone = _bonus(memory)
    memory.put([Judged("b", near, (_vote(1, by="cy"), _vote(1, by="di", point=OTHER)), NOW)])
    assert _bonus(memory) >= alone - DEFAULT_RATES.passage_bound
    assert memory.recall(LAUNCH, NOW).promising() == [POINT, OTHER], "what helped with this very question comes first"


def test_the_oldest_go_when_there_are_too_many() -> None:
    memory = LearningMemory(size=5)
    memory.put(
        Judged(f"a{number}", LAUNCH, (_vote(1, days=number),), NOW - timedelta(days=number)) for number in range(9)
    )
    assert sorted(memory.answer_ids()) == ["a0", "a1", "a2", "a3", "a4"]


def test_as_many_questions_as_wanted_are_told_apart() -> None:
    memory = LearningMemory()
    around = [Asked.of(f"question {number}", _vector(1, 0, 0)) for number in range(600)]
    memory.put(Judged(f"a{n}", one, (_vote(1, point=f"p{n}", by=f"{n}"),), NOW) for n, one in enumerate(around))
    assert all(memory.recall(one, NOW).promising() == [f"p{number}"] for number, one in enumerate(around))


def test_questions_that_share_only_common_words_are_found_all_the_same() -> None:
    memory = _memory([_vote(1)], Asked.of("when does the ship with pumps sail", _at(1)))
    memory.put(
        Judged(f"b{n}", Asked.of(f"when does the ship sail {n}", _at(0)), (_vote(1, point="q"),), NOW)
        for n in range(99)
    )
    assert memory.recall(Asked.of("when does the ship with pumps sail out", _at(1)), NOW).of_pair.keys() == {POINT}
