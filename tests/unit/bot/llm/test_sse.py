"""Server-sent events in every cut of the bytes."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.sse import SseDecoder

STREAM = (
    ": keep-alive\r\n\r\n"
    'data:{"text": "没有空格"}\n\n'
    'event: message\ndata: {"text": "部署"}\r\n\r\n'
    "\n\nid: 7\nretry: 100\n\n"
    "data: two\ndata: lines\n\n"
    "data: \rdata:  x\r\r"
    "data: [DONE]"
).encode()
EVENTS = ['{"text": "没有空格"}', '{"text": "部署"}', "two\nlines", "\n x", "[DONE]"]


@given(st.lists(st.integers(1, len(STREAM) - 1), max_size=40))
def test_events_do_not_depend_on_the_cuts(cuts: list[int]) -> None:
    places = sorted({0, len(STREAM), *cuts})
    decoder = SseDecoder()
    events = [event for start, end in itertools.pairwise(places) for event in decoder.feed(STREAM[start:end])]
    assert [*events, *decoder.finish()] == EVENTS


def test_an_event_comes_as_soon_as_it_is_complete() -> None:
    decoder = SseDecoder()
    assert decoder.feed(b"data: a\n") == []
    assert decoder.feed(b"\ndata: b") == ["a"]


def test_an_endless_line_is_refused() -> None:
    decoder = SseDecoder()
    with pytest.raises(ValueError, match="too long"):
        for _ in range(11):
            decoder.feed(b"x" * 100_000)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        SseDecoder().feed(b"data: \xff\n\n")
