import logging
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.events import (
    EVENT_ADAPTER,
    ChannelRef,
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionChanged,
)
from connectors.slack.errors import SlackAway
from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.translating import SlackTranslator
from tests.fakes.slack_directory import CONFIGURATION, ME, KnownDirectory
from tests.unit.connectors.slack.test_fields import JSON

POSTED = {
    "type": "message",
    "channel": "C1",
    "user": "U1",
    "text": "hi",
    "ts": "1790000000.000100",
    "event_ts": "1790000000.000100",
}


def translator(directory: KnownDirectory | None = None) -> SlackTranslator:
    return SlackTranslator(ME, CONFIGURATION, directory or KnownDirectory())


_MESSAGE: dict[str, object] = {
    "type": "message",
    "user": "U1",
    "text": "see <@U2> <#C2|x> <https://e.x?t=xoxe-1-23456|plan>",
    "ts": "1790000000.000100",
    "thread_ts": "1789999999.000100",
    "edited": {"user": "U1", "ts": "1790000050.000000"},
    "files": [{"id": "F1", "name": "plan.pdf", "mode": "hosted", "size": 5, "title": "plan"}, {"id": "F2"}],
    "blocks": [{"type": "section", "block_id": "answer:a-1", "text": {"type": "mrkdwn", "text": "hi"}}],
    "attachments": [{"title": "Job", "fields": [{"title": "State", "value": "open"}]}],
    "reactions": [{"name": "+1", "users": ["U1", "U2"], "count": 2}],
}
_EVENTS: list[dict[str, object]] = [
    _MESSAGE | {"channel": "C1", "event_ts": "1790000000.000100"},
    _MESSAGE | {"channel": "C1", "subtype": "bot_message", "user": None, "bot_id": "BBOT", "username": "x"},
    {"type": "message", "subtype": "message_changed", "channel": "C1", "event_ts": "1790000050.000200",
     "message": _MESSAGE, "previous_message": _MESSAGE | {"text": "hi"}},
    {"type": "message", "subtype": "message_changed", "channel": "C1", "event_ts": "1790000050.000200",
     "message": {"subtype": "tombstone", "ts": "1790000000.000100"}},
    {"type": "message", "subtype": "message_deleted", "channel": "C1", "event_ts": "1790000050.000200",
     "deleted_ts": "1790000000.000100", "previous_message": _MESSAGE},
    {"type": "reaction_added", "user": "U2", "reaction": "+1", "event_ts": "1790000101.000800",
     "item": {"type": "message", "channel": "C1", "ts": "1790000100.000700"}},
    {"type": "file_deleted", "file_id": "F1", "event_ts": "1790000101.000800"},
    {"type": "file_unshared", "file_id": "F1", "channel_id": "C1", "event_ts": "1790000101.000800"},
]  # fmt: skip
_HOSTILE = JSON | st.sampled_from(
    [
        "1790000000", "0", "99999999999.999999", "C2:1.0", "1.0:f", "", "١.٠", "1790000000.000100\n",
        "C2", "C2:1790000000.000100", "../C2", "c1", "C1\n", "💥", "UBOT", "BBOT", "BBOT:x", "U1" * 50,
        "<@U1", "\ud800", "\0", "xoxe-1-23456", "x" * 50_000, "tombstone", "message_changed", "file_comment",
        "ekm_access_denied", "in_progress", "hidden_by_limit", "external",
    ]
)  # fmt: skip


@st.composite
def _spoilt(draw: st.DrawFn, whole: list[dict[str, object]]) -> dict[str, object]:
    """A payload as Slack sends it, with up to three things in it replaced or taken out."""
    payload = deepcopy(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(0, 3))):
        found = list(_places(payload))
        if not found:
            break
        holder, key = draw(st.sampled_from(found))
        if draw(st.booleans()) or not isinstance(holder, dict):
            holder[key] = draw(_HOSTILE)
        else:
            del holder[key]
    return payload


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def _check(events: Sequence[Event], channel: str) -> None:
    for event in events:
        assert EVENT_ADAPTER.validate_json(EVENT_ADAPTER.dump_json(event)) == event
        assert "xoxe" not in event.model_dump_json()
        if isinstance(event, MessagePosted | MessageEdited | MessageDeleted | ReactionChanged):
            assert event.record_id.startswith(f"slack:{channel}:")
            assert event.record_id.count(":") == 2
            assert event.event_id.startswith(f"{event.record_id}:")
        if isinstance(event, MessagePosted):
            assert event.channel.channel_id == f"slack:{channel}"
            assert event.thread_id is None or event.thread_id.startswith(f"slack:{channel}:")


@settings(max_examples=500, deadline=None)
@given(event=_spoilt(_EVENTS), event_time=st.floats())
async def test_whatever_is_delivered_touches_only_the_channel_that_it_is_of(event: Payload, event_time: float) -> None:
    place = object_of(event, "item") if text_of(event, "type").startswith("reaction_") else event
    _check(await translator().events(event, event_time=event_time), text_of(place, "channel"))


@settings(max_examples=300, deadline=None)
@given(message=_spoilt([_MESSAGE]), channel=st.just("C1") | st.text(max_size=3))
async def test_whatever_the_history_shows_touches_only_the_channel_that_it_is_of(
    message: Payload, channel: str
) -> None:
    _check(await translator().history(message, channel), channel)


@given(event=st.dictionaries(st.sampled_from(["message", "item", *_MESSAGE]), JSON))
async def test_no_shape_is_an_error(event: Payload) -> None:
    await translator().events(event, event_time=0.0)
    await translator().history(event, "C1")


@pytest.mark.parametrize("hostile", ["C2:1790000000.000100", "C1\nX", "../C2", "c1", "", "C" * 41, "C1|F1", "频道"])
async def test_what_is_no_id_names_no_record(hostile: str) -> None:
    it = translator()
    item = {"type": "message", "channel": hostile, "ts": "1790000000.000100"}
    assert await it.events(POSTED | {"channel": hostile}, event_time=0.0) == []
    assert (
        await it.events({"type": "reaction_added", "user": "U1", "reaction": "x", "item": item}, event_time=0.0) == []
    )
    assert await it.events({"type": "file_deleted", "file_id": hostile}, event_time=0.0) == []
    assert await it.history(POSTED, hostile) == []
    (event,) = await it.events(POSTED | {"user": hostile, "files": [{"id": hostile}]}, event_time=0.0)
    assert isinstance(event, MessagePosted)
    assert (event.author.person_id, event.files) == ("slack:unknown", ())


@pytest.mark.parametrize("hostile", ["1790000000.000100:deleted", "1790000000.000100\n", "soon", "", "-1", "1.0000000"])
async def test_what_is_no_time_names_no_record(hostile: str) -> None:
    it = translator()
    assert await it.events(POSTED | {"ts": hostile}, event_time=0.0) == []
    (event,) = await it.events(POSTED | {"thread_ts": hostile, "edited": {"ts": hostile}}, event_time=0.0)
    assert isinstance(event, MessagePosted)
    assert (event.thread_id, event.edited_at) == (None, None)


async def test_what_is_nested_too_deeply_is_counted() -> None:
    nested: dict[str, object] = {"type": "rich_text_section", "elements": []}
    for _ in range(2000):
        nested = {"type": "rich_text_section", "elements": [nested]}
    it = translator()
    await it.events(POSTED | {"bot_id": "B1", "text": "", "blocks": [nested]}, event_time=0.0)
    assert it.counts == {"unreadable": 1}


async def test_what_is_not_known_is_counted_by_its_kind_and_not_without_end() -> None:
    it = translator()
    for kind in ("workflow_published", "workflow_published", *(f"invented_{number}" for number in range(300))):
        assert await it.events({"type": kind}, event_time=0.0) == []
    assert it.counts["unknown:workflow_published"] == 2
    assert it.counts["unknown:others"] == 201
    assert len(it.counts) == 101


async def test_everything_that_the_app_subscribes_to_is_known() -> None:
    manifest = yaml.safe_load((Path(__file__).parents[4] / "deploy/slack-manifest.yaml").read_text(encoding="utf-8"))
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]
    it = translator()
    for kind in subscribed:
        await it.events({"type": kind.partition(".")[0]}, event_time=0.0)
    assert not [key for key in it.counts if key.startswith("unknown:")]
    assert "reaction_added" in subscribed


async def test_what_is_malformed_is_counted_and_its_words_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    it = translator()
    with caplog.at_level(logging.WARNING):
        assert await it.events(POSTED | {"ts": "soon", "text": "tourmaline"}, event_time=0.0) == []
    assert it.counts == {"unreadable": 1}
    assert "tourmaline" not in caplog.text
    assert "message" in caplog.text


async def test_while_slack_cannot_be_asked_it_is_tried_again() -> None:
    class Away(KnownDirectory):
        async def channel(self, slack_channel_id: str) -> ChannelRef:
            raise SlackAway("conversations.info", "timeout")

    with pytest.raises(SlackAway):
        await translator(Away()).events(POSTED, event_time=0.0)
    with pytest.raises(SlackAway):
        await translator(Away()).history(POSTED, "C1")


async def test_without_a_time_of_its_own_an_event_is_as_old_as_its_delivery() -> None:
    (event,) = await translator().events({"type": "file_deleted", "file_id": "F1"}, event_time=1790000000.0)
    assert event.occurred_at.timestamp() == 1790000000.0


async def test_links_are_made_only_when_they_are_wanted() -> None:
    without = SlackTranslator(ME, CONFIGURATION.__class__(workspaces=(), permalinks=False), KnownDirectory())
    (event,) = await without.events(POSTED, event_time=0.0)
    assert isinstance(event, MessagePosted)
    assert event.permalink is None
