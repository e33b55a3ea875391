from hypothesis import given
from hypothesis import strategies as st

from connectors.slack.fields import (
    first_text,
    is_set,
    number_of,
    object_of,
    objects_of,
    text_of,
    texts_of,
    without_controls,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


def test_numbers_of_old_exports_become_texts_and_back() -> None:
    assert text_of({"ts": 1700000000.0001}, "ts") == "1700000000.000100"
    assert text_of({"created": 1433558319}, "created") == "1433558319"
    assert text_of({"a": True}, "a") == ""
    assert text_of({"a": 10**5000}, "a") == ""
    assert number_of({"size": "123"}, "size") == 123
    assert number_of({"size": 5}, "size") == 5
    assert number_of({"size": True}, "size") is None
    assert number_of({"size": "1e9"}, "size") is None


def test_wrong_types_count_as_absent() -> None:
    payload = {"text": [], "list": "x", "object": 3, "mixed": [1, {"a": 1}, "b", ""], "flag": "true", "off": "0"}
    assert text_of(payload, "text") == ""
    assert list(objects_of(payload, "list")) == []
    assert object_of(payload, "object") == {}
    assert list(objects_of(payload, "mixed")) == [{"a": 1}]
    assert texts_of(payload, "mixed") == ("b",)
    assert is_set(payload, "flag")
    assert not is_set(payload, "off")
    assert first_text({"a": " ", "b": " x "}, "a", "b") == "x"


def test_names_are_one_line_and_bounded() -> None:
    assert without_controls("a\nb\x1b[31m", limit=10) == "a b [31m"
    assert without_controls("x" * 50, limit=7) == "x" * 7


@given(st.dictionaries(st.just("k"), JSON))
def test_nothing_raises(payload: dict[str, object]) -> None:
    text_of(payload, "k")
    number_of(payload, "k")
    object_of(payload, "k")
    list(objects_of(payload, "k"))
    texts_of(payload, "k")
    is_set(payload, "k")
