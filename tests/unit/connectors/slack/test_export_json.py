import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.slack.export_json import BrokenJsonError, NotAListError, items


def values(raw: bytes) -> list[object]:
    return [item for item, _ in items(raw)]


def test_items_in_order_with_their_place() -> None:
    found = list(items(b' [ {"a": 1} ,\r\n\t2, "x" ] trailing'))
    assert [item for item, _ in found] == [{"a": 1}, 2, "x"]
    parts = [part for _, part in found]
    assert parts == sorted(parts)
    assert 0 < parts[0] < parts[-1] < 1
    assert values(b"[]") == []


def test_what_lies_before_a_break_is_kept() -> None:
    taken = []
    reader = items(b'[{"a": 1}, {"b": 2}, {"c": ')
    for _ in range(2):
        taken.append(next(reader)[0])
    assert taken == [{"a": 1}, {"b": 2}]
    with pytest.raises(BrokenJsonError):
        next(reader)


@pytest.mark.parametrize(
    "raw",
    [b"", b"  ", b"[", b"[1 2]", b"[,1]", b"{", b"nonsense", b"[" * 100_000, b"[" + b"9" * 5000 + b"]", b'[{"a":1}'],
)
def test_broken(raw: bytes) -> None:
    with pytest.raises(BrokenJsonError):
        values(raw)


@pytest.mark.parametrize("raw", [b"1", b'"x"', b"{}", b'{"messages": 1}', b"null"])
def test_no_list(raw: bytes) -> None:
    with pytest.raises(NotAListError):
        values(raw)


def test_an_object_may_hold_the_list() -> None:
    assert values(b'{"channel_id": "C1", "messages": [{"ts": "1.0"}]}') == [{"ts": "1.0"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings(encoding: str) -> None:
    assert values('[{"文": "😀"}]'.encode(encoding)) == [{"文": "😀"}]


def test_what_no_database_takes_is_taken_out() -> None:
    assert values(rb'[{"a\u0000": "x\ud800y\u0000", "b": ["\ud83d\ude00", 1, null]}]') == [
        {"a": "x?y", "b": ["😀", 1, None]}
    ]
    assert values(b'["\xff\xfe ok"]') == ["�� ok"]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_reads_what_json_reads(value: object) -> None:
    raw = json.dumps([value]).encode()
    expected = json.loads(raw)
    found = values(raw)
    assert len(found) == 1
    assert "\\ud" in raw.decode() or "\\u0000" in raw.decode() or found == expected


@given(st.binary(max_size=200) | st.text(alphabet='[]{},:" \\u0d1n', max_size=60).map(str.encode))
def test_raises_only_what_it_says(raw: bytes) -> None:
    try:
        values(raw)
    except (BrokenJsonError, NotAListError):
        return
