"""Reading fields that may be anything."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wecom.message_archive.fields import (
    moment_of_milliseconds,
    moment_of_seconds,
    number_of,
    objects_of,
    on_one_line,
    packed_object_of,
    text_of,
    texts_of,
)

_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(_ANYTHING)
def test_nothing_is_too_strange(value: object) -> None:
    body = {"a": value}
    text_of(body, "a").encode()
    number_of(body, "a")
    objects_of(body, "a")
    packed_object_of(body, "a")
    moment_of_seconds(body, "a")
    moment_of_milliseconds(body, "a")
    assert all(text for text in texts_of(body, "a"))


def test_what_no_database_takes_is_left_out() -> None:
    assert text_of({"a": "p\0ump \ud83d"}, "a") == "pump ?"
    assert on_one_line("a\nb\tc", 4) == "a b"


@pytest.mark.parametrize(
    ("value", "number"), [(7, 7), ("7", 7), (-1, None), (True, None), ("７", None), (1 << 70, None)]
)
def test_numbers(value: object, number: int | None) -> None:
    assert number_of({"a": value}, "a") == number


def test_moments() -> None:
    assert moment_of_milliseconds({"a": 1790000000123}, "a") == datetime(2026, 9, 21, 14, 13, 20, 123000, UTC)
    assert moment_of_seconds({"a": 1790000000}, "a") == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
    assert moment_of_seconds({"a": 10**17}, "a") is None
