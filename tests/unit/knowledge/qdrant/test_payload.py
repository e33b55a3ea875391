from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.passage import ChannelId, Passage, PassageKind, PersonId, RecordId
from knowledge.qdrant.payload import PayloadUnreadable, passage_of, payload_of, read_time, stored_time

_ids = st.text(min_size=1, max_size=20)
_kinds: st.SearchStrategy[PassageKind] = st.sampled_from(["message", "file", "link", "digest", "curated"])
_zones = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=9, minutes=30))])
_passages = st.builds(
    Passage,
    record_id=_ids.map(RecordId),
    chunk=st.integers(0, 10_000),
    kind=_kinds,
    channel_id=_ids.map(ChannelId),
    author_id=_ids.map(PersonId),
    sent_at=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=_zones),  # noqa: DTZ001  # zones are added
    text=st.text(),
    context=st.text(),
    categories=st.lists(st.text(min_size=1)).map(tuple),
    thread_id=st.none() | _ids.map(RecordId),
    file_id=st.none() | _ids.map(RecordId),
    page=st.none() | st.text(min_size=1),
)
_PASSAGE = Passage(
    record_id=RecordId("r"),
    chunk=0,
    kind="message",
    channel_id=ChannelId("c"),
    author_id=PersonId("a"),
    sent_at=datetime(2026, 1, 1, tzinfo=UTC),
    text="hello",
)


@given(_passages)
def test_a_passage_comes_back_as_it_went(passage: Passage) -> None:
    assert passage_of(payload_of(passage)) == passage


def test_times_keep_their_microseconds() -> None:
    moment = datetime(2026, 3, 1, 8, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))

    assert stored_time(moment) == "2026-03-01T00:00:00.000005+00:00"
    assert read_time(stored_time(moment)) == moment


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001  # that is the point
    with pytest.raises(ValueError, match="without a zone"):
        payload_of(replace(_PASSAGE, sent_at=naive))


def test_half_a_surrogate_pair_does_not_block_a_batch() -> None:
    payload = payload_of(replace(_PASSAGE, text="ok \ud83d", context="\udc00"))

    assert payload["text"] == "ok ?"
    assert payload["context"] == "?"


def test_what_is_no_passage_is_refused() -> None:
    payload = payload_of(_PASSAGE)
    with pytest.raises(PayloadUnreadable, match="kind"):
        passage_of({**payload, "kind": "song"})
    del payload["text"]
    with pytest.raises(PayloadUnreadable, match="'text'"):
        passage_of(payload)
