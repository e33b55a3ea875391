"""Measures checked against values worked out by hand."""

import random
from functools import cache

import pytest

from bot.evaluation.measures import (
    contains,
    exact_match,
    f1,
    hit_at,
    recall_at,
    reciprocal_rank,
    rouge_l,
    token_f1,
    token_recall,
    tokens_of,
)

RANKED = ["a", "b", "c", "d"]


def test_ranked_lists() -> None:
    assert recall_at(RANKED, ["b", "d"], 2) == 0.5
    assert recall_at(RANKED, ["b", "d"], 4) == 1
    assert recall_at(RANKED, ["b", "b"], 2) == 1
    assert recall_at(RANKED, [], 2) == 0
    assert (hit_at(RANKED, ["d"], 3), hit_at(RANKED, ["d"], 4)) == (0, 1)
    assert reciprocal_rank(RANKED, ["c", "d"]) == pytest.approx(1 / 3)
    assert reciprocal_rank(RANKED, ["d"], 3) == 0
    assert reciprocal_rank([], ["d"]) == 0


def test_characters_of_chinese_and_words_of_everything_else() -> None:
    assert tokens_of("預算 240,000 元，漲 17.5% [12]，GATT_CONN v2.3") == [
        "预", "算", "240000", "元", "涨", "17.5", "gatt", "conn", "v2", "3",
    ]  # fmt: skip
    assert tokens_of("3,4 and １２") == ["3", "4", "and", "12"]


@pytest.mark.parametrize(
    ("said", "expected", "value"),
    [
        ("8 December", "8 December", 1),
        ("The launch is on 8 December [1].", "8 December", 2 * (2 / 5) / (2 / 5 + 1)),
        ("发布日是８号", "發布日是8号", 1),
        ("泵坏", "好的", 0),
        ("", "x", 0),
        ("a the", "an", 0),
    ],
)
def test_overlap_of_tokens(said: str, expected: str, value: float) -> None:
    assert token_f1(said, expected) == pytest.approx(value)
    assert token_f1(expected, said) == pytest.approx(value)


@pytest.mark.parametrize(
    ("said", "expected", "value"),
    [
        ("The 8 December!", "8 december", 1),
        ("發布日：８号。", "发布日8号", 1),
        ("8 December 2026", "8 December", 0),
        ("December 8", "8 December", 0),
    ],
)
def test_exact_match_looks_through_writing_only(said: str, expected: str, value: float) -> None:
    assert exact_match(said, expected) == value


@pytest.mark.parametrize(
    ("said", "expected", "share", "run"),
    [
        ("The launch is on 8 December [1].", "8 December", 1, 1),
        ("In December, the 8th", "8 December", 1 / 2, 0),
        ("December 8", "8 December", 1, 0),
        ("她们去了上海和北京", "北京", 1, 1),
        ("京北", "北京", 1, 0),
        ("没有", "北京", 0, 0),
        ("anything", "the", 0, 0),
        ("", "x", 0, 0),
    ],
)
def test_a_span_within_a_sentence(said: str, expected: str, share: float, run: float) -> None:
    assert token_recall(said, expected) == pytest.approx(share)
    assert contains(said, expected) == run


@pytest.mark.parametrize(
    ("said", "expected", "value"),
    [
        # 4 words of 6 in order, on both sides 6: police _ the gunman / police ended the gunman.
        ("police kill the gunman", "police killed the gunman", 3 / 4),
        ("the gunman kill police", "police killed the gunman", 2 / 4),
        ("会议决定周五发布", "会议周五决定发布", 2 * 6 / 16),
        ("预算 240,000 元[2]", "预算240000元", 1),
        ("a b", "b a b c", 2 * 2 / 6),
        ("", "x", 0),
        ("x", "", 0),
    ],
)
def test_longest_common_subsequence(said: str, expected: str, value: float) -> None:
    assert rouge_l(said, expected) == pytest.approx(value)
    assert rouge_l(expected, said) == pytest.approx(value)


def test_the_subsequence_by_bits_is_that_of_the_definition() -> None:
    chance = random.Random(1)
    for _ in range(50):
        left = [chance.choice("abcd") for _ in range(chance.randint(1, 90))]
        right = [chance.choice("abcd") for _ in range(chance.randint(1, 90))]
        expected = 2 * _by_definition(tuple(left), tuple(right)) / (len(left) + len(right))
        assert rouge_l(" ".join(left), " ".join(right)) == pytest.approx(expected)


def test_f1_of_decisions() -> None:
    assert f1(8, 2, 2) == pytest.approx(0.8)
    assert f1(3, 0, 3) == pytest.approx(2 / 3)
    assert f1(0, 0, 0) == 0
    assert f1(0, 5, 5) == 0


def _by_definition(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    @cache
    def common(one: int, other: int) -> int:
        if not one or not other:
            return 0
        if left[one - 1] == right[other - 1]:
            return common(one - 1, other - 1) + 1
        return max(common(one - 1, other), common(one, other - 1))

    return common(len(left), len(right))
