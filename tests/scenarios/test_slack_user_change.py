"""Somebody at Slack gets another name, becomes a guest, or is deactivated."""

import pytest

from tests.slack_application import SlackApplication

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_new_name(app: SlackApplication) -> None:
    ann = app.workspace.add_person("ann")
    hall = await app.channel("hall", ann, says="hello")
    ann.name = "anna"
    await app.tell_payload(CHANGED, U1=ann.id, NAME="anna", GUEST="false", DELETED="false")
    assert await app.members(hall) == {"anna", app.bot.name}


async def test_who_becomes_a_guest_finds_only_what_is_said_where_they_are(app: SlackApplication) -> None:
    ann, bo = app.workspace.add_person("cleo"), app.workspace.add_person("bo")
    mine = await app.channel("mine", bo, ann, says="the agate list")
    await app.channel("square", ann, says="the agate news")
    assert await app.finds(bo, "agate news")
    bo.is_restricted = True
    await app.tell_payload(CHANGED, U1=bo.id, NAME="bo", GUEST="true", DELETED="false")
    assert not await app.finds(bo, "agate news")
    assert await app.finds(bo, "agate list")
    audience = await app.application.permissions.of_channel(app.ours(mine))
    assert {str(found) for found in audience.channel_ids} == {app.ours(mine)}


async def test_who_is_deactivated_finds_nothing_and_is_nowhere(app: SlackApplication) -> None:
    ann, dan = app.workspace.add_person("dora"), app.workspace.add_person("dan")
    staff = await app.channel("staff", dan, ann, kind="private", says="the zircon list")
    assert await app.finds(dan, "zircon list")
    dan.deleted = True
    await app.tell_payload(CHANGED, U1=dan.id, NAME="dan", GUEST="false", DELETED="true")
    assert not await app.finds(dan, "zircon list")
    assert await app.members(staff) == {"dora", app.bot.name}
    assert await app.readable_by(dan) == set()


CHANGED = """{"type": "user_change", "user": {"id": "$U1", "team_id": "$T1", "name": "$NAME", "deleted": $DELETED,
  "real_name": "$NAME", "profile": {"real_name": "$NAME", "display_name": "$NAME", "team": "$T1", "status_text": ""},
  "is_bot": false, "is_restricted": $GUEST, "is_ultra_restricted": false, "updated": 4000000000},
  "cache_ts": 4000000000, "event_ts": "$TS"}"""
