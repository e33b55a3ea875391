"""The part of a passage that matters: within its limit, in its order, with the header of a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.excerpt import excerpt
from knowledge.lexical import terms

ROWS = (f"| item{n} | owner{n} | {n}00 |" for n in range(60))
TABLE = "\n".join(["| Item | Owner | Budget |", "|---|---|---|", *ROWS])
PROSE = " ".join(f"Sentence number {n} tells about topic{n}." for n in range(80))


def _excerpt(text: str, question: str, limit: int = 200) -> str:
    return excerpt(text, frozenset(terms(question)), limit=limit)


def test_a_short_text_is_itself_on_one_line() -> None:
    assert _excerpt("one\n two\tthree", "x") == "one two three"


def test_the_row_that_was_asked_for_comes_with_the_header() -> None:
    shown = _excerpt(TABLE, "who owns item42?")
    assert shown.startswith("| Item | Owner | Budget |")
    assert "| item42 | owner42 | 4200 |" in shown
    assert "---" not in shown


def test_sentences_that_were_asked_for_stay_in_their_order() -> None:
    shown = _excerpt(PROSE, "topic70 topic9", limit=160)
    assert shown.index("topic9.") < shown.index("topic70.")
    assert " … " in shown


def test_without_any_word_in_common_it_is_the_beginning() -> None:
    assert _excerpt(PROSE, "zircon").startswith("Sentence number 0")


@pytest.mark.parametrize("text", ["字" * 5000, "x" * 5000, "\n" * 500 + "end of it " * 100])
def test_a_text_without_sentences_is_cut(text: str) -> None:
    assert 0 < len(_excerpt(text, "end 字")) <= 200


@given(text=st.text(alphabet="ab 。.|\n字-", max_size=600), question=st.text(max_size=20), limit=st.integers(20, 200))
def test_it_never_exceeds_its_limit_nor_has_a_line_break(text: str, question: str, limit: int) -> None:
    shown = _excerpt(text, question, limit)
    assert len(shown) <= limit
    assert "\n" not in shown
