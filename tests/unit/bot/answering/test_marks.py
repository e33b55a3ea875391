"""Nothing but a citation looks like one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.marks import unmarked


@pytest.mark.parametrize(
    ("text", "shown"), [("see [7]", "see (7)"), ("［12］", "(12)"), ("[a1] []", "[a1] []"), ("[[3]]", "[(3)]")]
)
def test_numbers_in_square_brackets_become_round(text: str, shown: str) -> None:
    assert unmarked(text) == shown


@given(st.text(alphabet="[]［］0123a ", max_size=20))
def test_no_mark_is_left(text: str) -> None:
    assert not re.search(r"\[\d+\]", unmarked(text))
