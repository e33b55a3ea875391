"""An organisation takes back the key of its messages: nobody can open them in Slack, so nobody finds them here."""

import pytest

from tests.scenarios.slack_stage import SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_was_known_is_not_found_any_more(slack: SlackStage) -> None:
    await slack.hears(POSTED)
    await slack.reads(WITHHELD)
    kept = await slack.kept("1790001000.000100")
    assert kept is not None
    assert (kept.is_system, kept.is_deleted) == (True, False)
    assert "zircon" not in kept.text
    assert slack.record("1790001000.000100") not in await slack.stage.with_words("zircon")


async def test_given_back_before_it_was_known_it_is_read(slack: SlackStage) -> None:
    await slack.reads(WITHHELD, POSTED)
    kept = await slack.kept("1790001000.000100")
    assert kept is not None
    assert (kept.text, kept.is_system) == ("the zircon price", False)


POSTED: dict[str, object] = {
    "type": "message",
    "channel": "C1",
    "user": "U1",
    "text": "the zircon price",
    "ts": "1790001000.000100",
    "event_ts": "1790001000.000100",
}
WITHHELD: dict[str, object] = {
    "type": "message",
    "subtype": "ekm_access_denied",
    "user": "UREVOKEDU",
    "text": "Your organization's administrators have suspended access to this message.",
    "ts": "1790001000.000100",
}
