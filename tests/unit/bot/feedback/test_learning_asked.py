"""Which questions are taken for like another: in meaning, words, figures and in what they ask."""

import numpy as np
import pytest

from bot.feedback.learning_asked import Asked, likeness_of
from knowledge.embedding import Vectors


def _at(cosine: float) -> Vectors:
    """This near to the launch."""
    return np.array([cosine, np.sqrt(1 - cosine**2)], np.float32)


def _likeness(one: str, other: str, cosine: float = 0.99) -> float:
    return likeness_of(Asked.of(one, _at(1)), Asked.of(other, _at(cosine)), near=0.85, same_words=0.4)


LAUNCH = "when is the launch of pump P1"


@pytest.mark.parametrize(
    ("question", "cosine", "expected"),
    [
        ("When is the launch of pump P1?", 0.99, 1.0),
        ("when is the launch of pump P2", 0.99, 0.0),
        ("when is the launch of pump P1", 0.5, 0.0),
        ("when is the big launch of pump P1", 0.5, 0.0),
        ("who paid for lunch with P1", 0.99, 0.0),
    ],
)
def test_questions_are_alike_in_meaning_words_and_figures(question: str, cosine: float, expected: float) -> None:
    assert _likeness(LAUNCH, question, cosine) == expected


def test_nearly_the_same_question_counts_in_part() -> None:
    assert 0 < _likeness(LAUNCH, "when is the launch of the new pump P1", 0.97) < 1


@pytest.mark.parametrize(
    ("plain", "polite"),
    [
        (LAUNCH, "Hi! Could you please tell me: when is the launch of pump P1, thanks"),
        ("发布会是哪天", "大家好，请问一下发布会是哪天？谢谢大家"),
    ],
)
def test_politeness_is_no_part_of_a_question(plain: str, polite: str) -> None:
    assert _likeness(plain, polite, 0.9) == 1.0


@pytest.mark.parametrize("name", ["谢霆锋在哪家好吃的店", "学问下降了吗"])
def test_names_and_words_that_only_look_polite_stay(name: str) -> None:
    assert Asked.of(name, _at(1)).terms == Asked.of(f"请问{name}", _at(1)).terms
    assert len(Asked.of(name, _at(1)).terms) > 4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("when did Ann choose the agency", "why did Ann choose the agency"),
        ("谁选了这家公司", "为什么选了这家公司"),
    ],
)
def test_who_asks_when_does_not_ask_why(one: str, other: str) -> None:
    assert _likeness(one, other) < 1


def test_pairs_of_chinese_characters_are_no_figures() -> None:
    assert Asked.of("发布会是哪天", _at(1)).figures == frozenset()
    assert Asked.of("P1 什么时候发布", _at(1)).figures != Asked.of("P2 什么时候发布", _at(1)).figures
