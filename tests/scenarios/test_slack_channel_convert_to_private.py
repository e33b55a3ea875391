"""A public channel of Slack becomes private, and back: only a system message tells, and the id stays."""

import pytest

from tests.slack_application import SlackApplication

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_was_public_is_found_by_its_members_alone(app: SlackApplication) -> None:
    ann, bo = app.workspace.add_person("ann"), app.workspace.add_person("bo")
    place = await app.channel("inner", ann, says="the sapphire figures")
    await app.channel("hall", ann, bo)
    assert await app.finds(bo, "sapphire figures")
    place.kind = "private"
    await app.tell_payload(CONVERTED, C1=place.id, U1=ann.id, TO="private")
    assert not await app.finds(bo, "sapphire figures")
    assert await app.finds(ann, "sapphire figures")
    place.kind = "public"
    await app.tell_payload(CONVERTED, C1=place.id, U1=ann.id, TO="public")
    assert await app.finds(bo, "sapphire figures")


async def test_a_conversion_that_was_missed_is_found_out_by_the_next_round(app: SlackApplication) -> None:
    ann, bo = app.workspace.add_person("cleo"), app.workspace.add_person("dan")
    place = await app.channel("vault", ann, says="the diamond figures")
    await app.channel("square", ann, bo)
    assert await app.finds(bo, "diamond figures")
    place.kind = "private"
    await app.memberships.round()
    assert not await app.finds(bo, "diamond figures")
    assert await app.finds(ann, "diamond figures")


CONVERTED = """{"type": "message", "subtype": "channel_convert_to_$TO", "channel": "$C1", "channel_type": "group",
  "user": "$U1", "text": "made this channel $TO", "ts": "$TS", "event_ts": "$TS"}"""
