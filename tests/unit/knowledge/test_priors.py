"""What was learnt moves candidates, never more than a similar question is alike, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.lexical import term_index
from knowledge.passage import ChannelId, Passage, PersonId, RecordId
from knowledge.priors import LEARNED, Lesson, learned_bonuses, learned_signal, raised, worth
from knowledge.ranking import Candidate


@dataclass(frozen=True)
class _Learned:
    known: Mapping[str, Sequence[Lesson]] = field(default_factory=dict)
    general: Mapping[str, float] = field(default_factory=dict)

    def lessons(self, point_id: str) -> Sequence[Lesson]:
        return self.known.get(point_id, ())

    def of_passage(self, point_id: str) -> float:
        return self.general.get(point_id, 0.0)

    def promising(self) -> Sequence[str]:
        return ()


def _passage(name: str, text: str = "") -> Passage:
    return Passage(
        record_id=RecordId(name), chunk=0, kind="message", channel_id=ChannelId("c"), author_id=PersonId("p"),
        sent_at=datetime(2026, 11, 2, tzinfo=UTC), text=text or name,
    )  # fmt: skip


def _words(*words: str) -> frozenset[int]:
    return frozenset(map(term_index, words))


FIRST, SECOND, THIRD = (_passage(name) for name in ("first", "second", "third"))
THAT_QUESTION = _words()
lessons = st.builds(Lesson, st.floats(-12, 12), st.floats(0, 1), st.just(THAT_QUESTION))


def _bonus(*some: Lesson, text: str = "x", beside: str = "y") -> float:
    passage = _passage("moved", text)
    candidates = [Candidate(_passage("beside", beside), 5.0), Candidate(passage, 4.0)]
    return learned_bonuses(candidates, _Learned({passage.point_id: some}))[passage.point_id]


def test_a_bonus_moves_its_passage_and_equals_stay_in_order() -> None:
    candidates = [Candidate(FIRST, 5.0), Candidate(SECOND, 5.0), Candidate(THIRD, 3.0)]
    assert raised(candidates, learned_bonuses(candidates, _Learned())) == candidates
    moved = raised(candidates, {THIRD.point_id: 2.5})
    assert [(one.passage, one.score) for one in moved] == [(THIRD, 5.5), (FIRST, 5.0), (SECOND, 5.0)]


def test_a_result_tells_its_bonus_where_it_has_one() -> None:
    bonuses = {FIRST.point_id: -1.5, THIRD.point_id: 0.0}
    assert learned_signal(bonuses, FIRST) == {LEARNED: -1.5}
    assert learned_signal(bonuses, SECOND) == {} == learned_signal(bonuses, THIRD)


def test_the_same_question_counts_in_full_beside_what_holds_for_any() -> None:
    learned = _Learned({FIRST.point_id: [Lesson(6.0, 1.0, THAT_QUESTION)]}, {FIRST.point_id: -0.5})
    assert learned_bonuses([Candidate(FIRST, 1.0)], learned) == {FIRST.point_id: 5.5}


def test_a_similar_question_counts_by_how_like_it_is() -> None:
    assert _bonus(Lesson(10.0, 0.25, THAT_QUESTION)) == pytest.approx(2.5)
    assert _bonus(Lesson(-10.0, 0.25, THAT_QUESTION)) == pytest.approx(-2.5)


@given(st.lists(lessons, max_size=6), lessons)
def test_many_similar_questions_say_no_more_than_the_strongest_each_way(some: list[Lesson], more: Lesson) -> None:
    moved = _bonus(*some)
    assert abs(moved) <= max((abs(lesson.bonus) for lesson in some), default=0.0)
    if more.bonus > 0:
        assert _bonus(*some, more) >= moved
    else:
        assert _bonus(*some, more) <= moved


def test_words_of_this_question_alone_decide_what_is_carried_over() -> None:
    praised, blamed = (Lesson(bonus, 0.1, _words("mother")) for bonus in (10.0, -10.0))
    holding, lacking, elsewhere = "mother of the king", "consort of the king", "nothing at all"
    assert _bonus(praised, text=holding) == pytest.approx(6.0), "confirmed by the words of the question itself"
    assert _bonus(praised, text=lacking, beside=holding) == pytest.approx(1.0)
    assert _bonus(blamed, text=holding) == 0.0, "it was no answer to the other question, and may be one to this"
    assert _bonus(blamed, text=lacking, beside=holding) == pytest.approx(-1.0)
    assert _bonus(praised, text=lacking, beside=elsewhere) == pytest.approx(1.0), "nobody holds the words"


def test_a_passage_does_not_overtake_what_matches_the_new_words_by_weak_likeness() -> None:
    better, learnt = _passage("better", "the interview was accepted"), _passage("learnt", "the interview on Monday")
    candidates = [Candidate(better, 16.0), Candidate(learnt, 14.0)]
    learned = _Learned(
        {
            better.point_id: [Lesson(-9.0, 0.15, _words("accept"))],
            learnt.point_id: [Lesson(11.0, 0.15, _words("accept"))],
        }
    )
    order = raised(candidates, learned_bonuses(candidates, learned))
    assert [one.passage for one in order] == [better, learnt]


@given(lessons, st.floats(0, 1))
def test_a_lesson_is_never_worth_more_than_for_its_own_question(lesson: Lesson, support: float) -> None:
    value = worth(lesson, support)
    assert abs(value) <= abs(lesson.bonus)
    assert value * lesson.bonus >= 0
