"""A channel of Slack is deleted: everything in it goes."""

import pytest

from tests.slack_application import SlackApplication

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(("kind", "place_kind"), [("channel_deleted", "public"), ("group_deleted", "private")])
async def test_nothing_of_a_deleted_channel_is_found(app: SlackApplication, kind: str, place_kind: str) -> None:
    ann = app.workspace.add_person("ann")
    place = await app.channel(
        kind, ann, kind="private" if place_kind == "private" else "public", says="the pearl receipt"
    )
    other = await app.channel(f"other-{kind}", ann, says="the quartz receipt")
    del app.workspace.channels[place.id]
    await app.tell_payload(DELETED, KIND=kind, C1=place.id, U1=ann.id)
    assert not await app.finds(ann, "pearl receipt")
    assert await app.finds(ann, "quartz receipt")
    assert await app.believed(place) is None
    assert await app.readable_in(place) == set()
    # What comes late does not bring it back.
    app.workspace.channels[place.id] = place
    await app.tell_payload(RENAMED, C1=place.id)
    assert await app.believed(place) is None
    assert await app.believed(other) is not None


DELETED = """{"type": "$KIND", "channel": "$C1", "actor_id": "$U1", "event_ts": "$TS"}"""
RENAMED = """{"type": "channel_rename", "channel": {"id": "$C1", "name": "back"}, "event_ts": "$TS"}"""
