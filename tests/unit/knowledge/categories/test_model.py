"""The shipped models on messages nobody could mistake, with cues alone: real vectors are measured by the benchmarks."""

import numpy as np
import pytest

from knowledge.categories import RULED, STARTING_IDS, STARTING_SET, CategoryModel, Said, by_kind
from knowledge.categories.features import asks

CUES_ALONE = CategoryModel.shipped("another model", 64)
FILLER = (("Bo", "The van is back."),)


def given(text: str, *, before: tuple[tuple[str, str], ...] = FILLER) -> set[str]:
    [found] = CUES_ALONE.give([Said(text=text, author="Ann", before=before)], [None])
    return set(found)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Does anyone know where the ladder is?", "question"),
        ("请问发票抬头写哪个公司？", "question"),
        ("https://example.com/a and more", "link"),
        ("谢谢！", "small_talk"),
        ("thanks!", "small_talk"),
        ("minutes attached [minutes.docx]", "document"),
    ],
)
def test_what_is_plain_is_given(text: str, category: str) -> None:
    assert category in given(text)


def test_an_answer_follows_a_question_by_somebody_else() -> None:
    asked = "How do I reset the alarm?"
    assert "answer" in given("Hold the star key for five seconds.", before=(("Bo", asked),))
    assert "answer" not in given("Hold the star key for five seconds.", before=(("Ann", asked),))


@pytest.mark.parametrize("text", ["We haven't decided yet.", "还没决定，明天再碰", "Did we decide?"])
def test_what_is_not_decided_is_no_decision(text: str) -> None:
    assert "decision" not in given(text)


def test_code_and_quotations_ask_nothing() -> None:
    assert not asks("```\nwhat is this?\n```")
    assert not asks("> where is it?")
    assert asks("where is it?\n```\nprint(1)\n```")


def test_a_vector_of_another_dimension_is_left_out() -> None:
    said = Said(text="Where is it?", before=FILLER)
    odd = np.ones(3, np.float32)
    assert CUES_ALONE.give([said], [odd]) == CUES_ALONE.give([said], [None])
    assert CUES_ALONE.give([], []) == []


def test_every_category_has_a_head_or_a_rule_and_both_names() -> None:
    assert set(CUES_ALONE.heads) | RULED == set(STARTING_IDS)
    assert all(one.name_zh and one.name_en and one.meaning_zh and one.meaning_en for one in STARTING_SET)
    assert by_kind("file") == {"document": 1.0}
    assert by_kind("link") == {"link": 1.0}
    assert by_kind("message") is None


def test_only_living_categories_are_given() -> None:
    assert set(CUES_ALONE.only(["question"]).heads) == {"question"}
