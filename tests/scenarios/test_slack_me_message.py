"""``/me``: somebody's words like any other."""

import pytest

from tests.scenarios.slack_stage import SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_is_said_by_somebody(slack: SlackStage) -> None:
    await slack.hears(ME_MESSAGE)
    kept = await slack.kept("1790000800.000100")
    assert kept is not None
    assert (kept.text, kept.author, kept.is_system) == ("waves", "slack:U1", False)


ME_MESSAGE = {
    "type": "message",
    "subtype": "me_message",
    "channel": "C1",
    "user": "U1",
    "text": "waves",
    "ts": "1790000800.000100",
    "event_ts": "1790000800.000100",
}
