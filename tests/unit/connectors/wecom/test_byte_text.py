"""Pieces fit their limit in bytes, lose nothing and do not tear links, characters or code."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.wecom.byte_text import byte_count, cut, split

_LINES = st.one_of(
    st.text(alphabet="预算abc。, 🙂", max_size=120),
    st.sampled_from(
        ["", "```", "```python", "~~~", "- 一项", "[名字](https://example.org/a?b=c)", "# 标题", "x" * 300]
    ),
)


def _without_blank(text: str) -> str:
    return re.sub(r"\s|```\w*|~~~", "", text)


@given(st.lists(_LINES, max_size=40).map("\n".join), st.integers(128, 700))
@settings(max_examples=150, deadline=None)
def test_every_piece_fits_and_nothing_is_lost(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(0 < byte_count(piece) <= limit for piece in pieces)
    assert _without_blank("\n".join(pieces)) == _without_blank(text)
    for piece in pieces:
        fences = [line for line in piece.split("\n") if re.match(r" {0,3}(```|~~~)", line)]
        assert not any(fence.startswith("```") for fence in fences) or len(fences) >= 2


@given(st.lists(_LINES, max_size=30).map("\n".join), st.integers(160, 700))
@settings(max_examples=100, deadline=None)
def test_a_cut_text_fits_and_says_that_it_is_cut(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert byte_count(shown) <= limit
    assert shown == text if byte_count(text) <= limit else shown.endswith("…")


def test_paragraphs_then_sentences_are_where_it_breaks() -> None:
    text = "一" * 30 + "。\n\n" + "二" * 20 + "。" + "三" * 20 + "。"
    assert split(text, 160) == ["一" * 30 + "。", "二" * 20 + "。" + "三" * 20 + "。"]
    assert split("二" * 25 + "。" + "三" * 40 + "。", 128) == ["二" * 25 + "。", "三" * 40 + "。"]


def test_a_short_beginning_of_a_paragraph_goes_with_its_paragraph() -> None:
    text = "\n".join(["一" * 30, "", "**标题**", "二" * 30])
    assert split(text, 140) == ["一" * 30, "**标题**\n" + "二" * 30]


def test_a_link_is_never_torn() -> None:
    link = "[陈丽·水泵项目](https://example.org/messages/1234567890?thread=5)"
    for before in range(150):
        pieces = split("x" * before + link + "结尾" * 30, 160)
        assert sum(link in piece for piece in pieces) == 1


def test_code_is_closed_and_opened_again_with_its_language() -> None:
    pieces = split("```python\n" + "print('一')\n" * 30 + "```", 200)
    assert len(pieces) > 2
    for piece in pieces:
        assert piece.startswith("```python\n") and piece.endswith("\n```")
        assert piece.count("```") == 2


def test_characters_made_of_several_stay_whole() -> None:
    for before in range(128):
        pieces = split("x" * before + "👩‍💻" * 30, 128)
        assert not any(piece.startswith(("\u200d", "\ufe0f")) for piece in pieces)


def test_a_limit_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="127"):
        split("x", 127)


def test_a_lot_of_text_is_quick() -> None:
    began = time.perf_counter()
    for text in ("x" * 300_000, "[" * 200_000, "词，" * 50_000, "a\n" * 50_000, "`" * 200_000):
        split(text, 2048)
    assert time.perf_counter() - began < 5
