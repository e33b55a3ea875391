"""Long texts are cut where a reader would pause."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.slack.splitting import cut, split

WORDS = st.sampled_from(
    ["发布定在周五。", "The launch is on Friday. ", "[1]", "[12]", "\n", "\n\n", "👩‍👩‍👧", "é", "👍🏽", "，", "word ",
     "https://example.com/a/long/address?with=query ", "1️⃣", "。”", "很长的一句话没有标点"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=80).map("".join), st.integers(min_value=60, max_value=200))
def test_nothing_is_lost_too_long_or_broken(text: str, most: int) -> None:
    parts = split(text, most)
    assert all(0 < len(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    for whole in (r"\[\d+\]", r"https?://\S+", "👩‍👩‍👧", "👍🏽", "1️⃣", "é"):
        assert sum(len(re.findall(whole, part)) for part in parts) == len(re.findall(whole, text))


@pytest.mark.parametrize(
    ("text", "most", "parts"),
    [
        ("第一段很长。\n\n第二段也很长。", 12, ["第一段很长。", "第二段也很长。"]),
        ("one two.\nthree four", 14, ["one two.", "three four"]),
        ("发布定在周五。[1] 灰度开一成。[2]", 16, ["发布定在周五。[1]", "灰度开一成。[2]"]),
        ("It is 2.5 percent. Then more words follow", 24, ["It is 2.5 percent.", "Then more words follow"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("  ", 4, []),
    ],
)
def test_paragraphs_then_lines_then_sentences_then_words(text: str, most: int, parts: list[str]) -> None:
    assert split(text, most) == parts


def test_an_address_longer_than_a_piece_is_cut_all_the_same() -> None:
    url = "https://example.com/" + "a" * 100
    assert "".join(split(url, 40)) == url


def test_a_cut_text_says_so() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abc", 4) == "abc"
    assert cut("ab👍🏽", 4) == "ab👍🏽"
    assert cut("abc👍🏽d", 5) == "abc…"
