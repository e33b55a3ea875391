"""Somebody, or the bot, comes into a channel of Slack."""

import pytest

from tests.slack_application import SlackApplication

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_who_joins_a_private_channel_finds_what_is_said_there(app: SlackApplication) -> None:
    ann, bo = app.workspace.add_person("ann"), app.workspace.add_person("bo")
    staff = await app.channel("staff", ann, kind="private", says="the amber budget")
    assert not await app.finds(bo, "amber budget")
    staff.members.append(bo.id)
    await app.tell_payload(JOINED, C1=staff.id, U1=bo.id, G="G")
    assert await app.finds(bo, "amber budget")
    assert await app.members(staff) == {"ann", "bo", app.bot.name}


async def test_a_guest_who_joins_a_public_channel_narrows_what_is_said_there(app: SlackApplication) -> None:
    ann, gus = app.workspace.add_person("cleo"), app.workspace.add_person("gus", is_guest=True)
    hall = await app.channel("hall", ann)
    await app.channel("square", ann)
    assert await app.readable_in(hall) >= {"hall", "square"}
    hall.members.append(gus.id)
    await app.tell_payload(JOINED, C1=hall.id, U1=gus.id, G="C")
    audience = await app.application.permissions.of_channel(app.ours(hall))
    assert {str(found) for found in audience.channel_ids} == {app.ours(hall)}


async def test_the_bot_comes_back_and_the_members_are_known_again(app: SlackApplication) -> None:
    ann = app.workspace.add_person("dora")
    room = await app.channel("room", ann, kind="private", says="the beryl plan")
    room.members.remove(app.bot.id)
    await app.tell_payload(REMOVED, C1=room.id, U1=ann.id)
    assert not await app.finds(ann, "beryl plan")
    room.members.append(app.bot.id)
    await app.tell_payload(JOINED, C1=room.id, U1=app.bot.id, G="G")
    assert await app.readable_in(room) >= {"room"}
    assert await app.finds(ann, "beryl plan")


JOINED = """{"type": "member_joined_channel", "user": "$U1", "channel": "$C1", "channel_type": "$G", "team": "$T1",
  "inviter": "U0INVITER", "event_ts": "$TS"}"""
REMOVED = """{"type": "group_left", "channel": "$C1", "actor_id": "$U1", "event_ts": "$TS"}"""
