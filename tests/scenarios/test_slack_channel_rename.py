"""A channel of Slack gets another name: it is the same channel, and called so from now on."""

import pytest

from tests.slack_application import SlackApplication

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("payload", "private"), [("CHANNEL_RENAME", False), ("GROUP_RENAME", True), ("SUBTYPE", False)]
)
async def test_what_was_said_is_found_under_the_new_name(app: SlackApplication, payload: str, private: bool) -> None:
    ann = app.workspace.add_person("ann")
    place = await app.channel(f"old-{payload}", ann, kind="private" if private else "public", says="the topaz date")
    place.name = f"new-{payload}".lower()
    await app.tell_payload(globals()[payload], C1=place.id, NAME=place.name, U1=ann.id)
    ref = await app.believed(place)
    assert ref is not None and ref.name == place.name
    audience = await app.application.permissions.of_channel(app.ours(place))
    found = await app.application.finder.search("topaz date", audience=audience, limit=5)
    assert place.name in {item.channel_name for item in found}


CHANNEL_RENAME = """{"type": "channel_rename", "channel": {"id": "$C1", "name": "$NAME", "name_normalized": "$NAME",
  "created": 1789000000, "is_channel": true, "is_mpim": false}, "event_ts": "$TS"}"""
GROUP_RENAME = """{"type": "group_rename", "channel": {"id": "$C1", "name": "$NAME", "name_normalized": "$NAME",
  "created": 1789000000, "is_channel": false, "is_mpim": false}, "event_ts": "$TS"}"""
SUBTYPE = """{"type": "message", "subtype": "channel_name", "channel": "$C1", "channel_type": "channel", "user": "$U1",
  "old_name": "old", "name": "$NAME", "text": "has renamed the channel", "ts": "$TS", "event_ts": "$TS"}"""
