"""Files deleted in Slack, or taken out of one channel: gone from what was shared, whatever arrives first."""

import pytest

from tests.scenarios.slack_stage import SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("number", [5, 6])
async def test_deleted_it_is_gone_whichever_comes_first(slack: SlackStage, number: int) -> None:
    payloads = [_shared(f"F{number}"), DELETED | {"file_id": f"F{number}"}]
    await slack.hears(*(payloads if number == 5 else reversed(payloads)))
    assert await slack.files("1790000300.000100") == {}
    assert await slack.text("1790000300.000100") == "prices"


async def test_deleted_without_saying_where(slack: SlackStage) -> None:
    await slack.hears(_shared("F7"), {key: value for key, value in DELETED.items() if key != "channel_ids"})
    assert await slack.files("1790000300.000100") == {}


async def test_withdrawn_from_a_channel_it_stays_in_others_and_where_it_is_shared_anew(slack: SlackStage) -> None:
    elsewhere = SlackStage(slack.stage, channel=f"{slack.channel}X")
    await elsewhere.hears(_shared("F8"))
    await slack.hears(_shared("F8"), UNSHARED, UNSHARED)
    assert await slack.files("1790000300.000100") == {}
    assert set(await elsewhere.files("1790000300.000100")) == {"F8"}
    await slack.hears(_shared("F8") | {"ts": "1790000320.000100", "event_ts": "1790000320.000100"})
    assert set(await slack.files("1790000320.000100")) == {"F8"}


async def test_the_message_tells_that_its_file_was_withdrawn(slack: SlackStage) -> None:
    await slack.hears(_shared("F9"), WITHDRAWN)
    assert await slack.files("1790000300.000100") == {}
    assert await slack.text("1790000300.000100") == "prices"


def _shared(file: str) -> dict[str, object]:
    return SHARED | {"files": [{"id": file, "name": "prices.csv", "mode": "hosted"}]}


SHARED: dict[str, object] = {
    "type": "message",
    "subtype": "file_share",
    "channel": "C1",
    "user": "U1",
    "text": "prices",
    "ts": "1790000300.000100",
    "event_ts": "1790000300.000100",
}
DELETED = {"type": "file_deleted", "file_id": "F7", "channel_ids": ["C1"], "event_ts": "1790000310.000900"}
UNSHARED = {
    "type": "file_unshared",
    "file_id": "F8",
    "file": {"id": "F8"},
    "user_id": "U1",
    "channel_id": "C1",
    "event_ts": "1790000310.000900",
}
WITHDRAWN = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C1",
    "ts": "1790000310.000800",
    "event_ts": "1790000310.000800",
    "message": {"type": "message", "user": "U1", "text": "prices", "ts": "1790000300.000100"},
    "previous_message": SHARED | {"files": [{"id": "F9", "name": "prices.csv", "mode": "hosted"}]},
}
