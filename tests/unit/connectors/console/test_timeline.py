from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from connectors.console import messages
from tests.unit.connectors.console.conftest import Console


class _Clock:
    """Says one moment after the other of one day, wherever the real clock stands."""

    def __init__(self) -> None:
        self._moment = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)

    def now(self, zone: tzinfo) -> datetime:
        self._moment += timedelta(minutes=1)
        return self._moment.astimezone(zone)


async def test_filters_reach_the_host_and_pages_follow(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "datetime", _Clock())
    await console.enter("Ada")
    channel = await console.create("plans")
    other = await console.create("other")
    for number in range(5):
        await console.say(channel, f"line {number}")
    await console.say(other, "elsewhere")
    _, page = await console.get("/api/timeline", channel=channel, text="line", limit="2")
    assert page["choices"] is None
    assert [entry["text"] for entry in page["entries"]] == ["line 4", "line 3"]
    _, following = await console.get(
        "/api/timeline", channel=channel, text="line", limit="2", before=page["next_before"]
    )
    assert [entry["text"] for entry in following["entries"]] == ["line 2", "line 1"]
    _, whole = await console.get("/api/timeline", channel=channel)
    [[day, count]] = whole["choices"]["days"]
    assert count == 5
    _, of_day = await console.get("/api/timeline", day=day, period="day", kind="message")
    assert len(of_day["entries"]) == 6
    for wrong in ({"day": "yesterday"}, {"period": "year"}, {"kind": "song"}, {"limit": "0"}):
        assert (await console.get("/api/timeline", **wrong))[0] == 400


async def test_a_story_needs_a_topic(console: Console) -> None:
    await console.enter("Ada")
    channel = await console.create("plans")
    await console.say(channel, "the boat is ordered")
    await console.say(channel, "the boat has come")
    _, story = await console.get("/api/story", text=" boat ")
    assert [line["text"] for scene in story["scenes"] for line in scene["lines"]] == [
        "the boat is ordered",
        "the boat has come",
    ]
    assert (await console.get("/api/story", text="  "))[0] == 400
    assert (await console.get("/api/story"))[0] == 400
