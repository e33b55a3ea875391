"""Somebody, or the bot, leaves a channel of Slack."""

import pytest

from tests.slack_application import SlackApplication

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_who_leaves_a_private_channel_finds_nothing_of_it_any_more(app: SlackApplication) -> None:
    ann, bo = app.workspace.add_person("ann"), app.workspace.add_person("bo")
    staff = await app.channel("staff", ann, bo, kind="private", says="the coral budget")
    assert await app.finds(bo, "coral budget")
    staff.members.remove(bo.id)
    await app.tell_payload(LEFT, C1=staff.id, U1=bo.id, G="G")
    assert not await app.finds(bo, "coral budget")
    assert await app.finds(ann, "coral budget")


async def test_a_leave_that_comes_after_the_return_changes_nothing(app: SlackApplication) -> None:
    cleo = app.workspace.add_person("cleo")
    staff = await app.channel("board", cleo, kind="private", says="the jade budget")
    early = app.slack.ids.ts()
    await app.tell_payload(JOINED, C1=staff.id, U1=cleo.id)
    await app.tell_payload(LEFT.replace("$TS", early), C1=staff.id, U1=cleo.id, G="G")
    assert await app.finds(cleo, "jade budget")


@pytest.mark.parametrize(
    ("payload", "kind"), [("LEFT", "public"), ("CHANNEL_LEFT", "public"), ("GROUP_LEFT", "private")]
)
async def test_where_the_bot_is_not_any_more_nobody_finds_anything(
    app: SlackApplication, payload: str, kind: str
) -> None:
    dora = app.workspace.add_person("dora")
    assert kind in ("public", "private")
    place = await app.channel("place", dora, kind="private" if kind == "private" else "public", says="the opal plan")
    assert await app.finds(dora, "opal plan")
    place.members.remove(app.bot.id)
    await app.tell_payload(globals()[payload], C1=place.id, U1=app.bot.id, G="C")
    assert not await app.finds(dora, "opal plan")
    assert await app.members(place) == set()
    assert await app.readable_in(place) == set()


LEFT = """{"type": "member_left_channel", "user": "$U1", "channel": "$C1", "channel_type": "$G", "team": "$T1",
  "event_ts": "$TS"}"""
JOINED = """{"type": "member_joined_channel", "user": "$U1", "channel": "$C1", "channel_type": "G", "team": "$T1",
  "event_ts": "$TS"}"""
CHANNEL_LEFT = """{"type": "channel_left", "channel": "$C1", "actor_id": "$U1", "event_ts": "$TS"}"""
GROUP_LEFT = """{"type": "group_left", "channel": "$C1", "actor_id": "$U1", "event_ts": "$TS"}"""
