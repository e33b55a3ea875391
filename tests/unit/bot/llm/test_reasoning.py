"""Thoughts of reasoning models never come through, however the stream is cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.reasoning import ReasoningFilter, without_reasoning

SECRET = "沈默"
_words = st.text(alphabet="ab <>/thinkTHINK\n你好", max_size=12).filter(lambda text: "think>" not in text.lower())
_thoughts = st.recursive(
    _words.map(lambda words: f"<think>{SECRET}{words}</think>"),
    lambda inner: st.tuples(_words, inner, _words).map(lambda parts: f"<THINK>{''.join(parts)}{SECRET}</think>"),
    max_leaves=3,
)
_cuts = st.lists(st.integers(0, 200), max_size=30)


def run(text: str, cuts: list[int], *, opens_inside: bool = False) -> str:
    reasoning = ReasoningFilter(opens_inside=opens_inside)
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in itertools.pairwise(places)]
    return "".join([*(reasoning.feed(piece) for piece in pieces), reasoning.finish()])


@given(st.lists(st.one_of(_words, _thoughts), max_size=6).map("".join), _cuts)
def test_thoughts_are_hidden_in_every_cut(text: str, cuts: list[int]) -> None:
    shown = run(text, cuts)
    assert shown == run(text, [])
    assert shown == run(text, list(range(len(text))))
    assert SECRET not in shown


@given(_words, st.lists(st.one_of(_words, _thoughts), max_size=4).map("".join), _cuts)
def test_a_template_that_opened_the_thought_is_hidden_in_every_cut(words: str, rest: str, cuts: list[int]) -> None:
    text = f"{SECRET}{words}</think>{rest}"
    shown = run(text, cuts, opens_inside=True)
    assert shown == run(text, [], opens_inside=True)
    assert SECRET not in shown
    assert SECRET not in without_reasoning(text)


@given(st.lists(st.one_of(_words, _thoughts), max_size=4).map("".join), _words, _cuts)
def test_an_unclosed_thought_is_hidden(before: str, words: str, cuts: list[int]) -> None:
    text = f"{before}<think>{words}{SECRET}"
    assert run(text, cuts) == run(text, [])
    assert SECRET not in run(text, cuts)
    assert SECRET not in without_reasoning(text)


@given(_words, _cuts)
def test_text_without_thoughts_is_kept(text: str, cuts: list[int]) -> None:
    assert run(text, cuts) == text.lstrip()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<think>a</think>\n\nYes", "Yes"),
        ("\n<think>a<think>b</think>c</think>Yes", "Yes"),
        ("1 < 2 <thin", "1 < 2 <thin"),
        ("Yes<think>a", "Yes"),
        ("a</think>Yes", "Yes"),
        ("a</think>b<think>c</think>d</think>Yes", "Yes"),
        ("", ""),
    ],
)
def test_a_whole_text(text: str, shown: str) -> None:
    assert without_reasoning(text) == shown


def test_a_missing_opening_tag_is_noticed() -> None:
    reasoning = ReasoningFilter()
    reasoning.feed("hm</think>Yes")
    assert reasoning.leaked
    assert not ReasoningFilter().leaked


def test_a_template_may_open_the_thought_and_the_model_once_more() -> None:
    assert run("<think>a</think>Yes", [], opens_inside=True) == "Yes"
