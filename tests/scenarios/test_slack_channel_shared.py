"""A channel of Slack is shared with another company: only its members read it, and it goes on alone."""

import pytest

from tests.slack_application import SlackApplication

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_is_shared_is_for_its_members_and_no_more_of_it_is_kept(app: SlackApplication) -> None:
    ann, bo = app.workspace.add_person("ann"), app.workspace.add_person("bo")
    place = await app.channel("partners", ann, says="the ruby contract")
    await app.channel("hall", ann, bo, says="the hall news")
    assert await app.finds(bo, "ruby contract")
    eve = app.workspace.add_person("eve", team_id="T0OTHER")
    place.is_ext_shared, place.connected_team_ids = True, ["T0OTHER"]
    place.members.append(eve.id)
    await app.tell_payload(SHARED, C1=place.id)
    assert await app.finds(ann, "ruby contract")
    assert not await app.finds(bo, "ruby contract")
    assert await app.readable_in(place) == {"partners"}
    app.slack.people.post(eve, place, "the ruby secret of the others")
    await app.hear()
    assert not await app.finds(ann, "ruby secret")

    place.is_ext_shared, place.connected_team_ids = False, []
    place.members.remove(eve.id)
    await app.tell_payload(UNSHARED, C1=place.id)
    assert await app.finds(bo, "ruby contract")
    assert await app.readable_in(place) >= {"partners", "hall"}
    app.slack.people.post(ann, place, "the ruby is ours again")
    await app.hear()
    assert await app.finds(bo, "ruby is ours")


SHARED = """{"type": "channel_shared", "connected_team_id": "T0OTHER", "channel": "$C1", "event_ts": "$TS"}"""
UNSHARED = """{"type": "channel_unshared", "previously_connected_team_id": "T0OTHER", "channel": "$C1",
  "is_ext_shared": false, "event_ts": "$TS"}"""
