"""A channel of Slack gets another id: it stays one channel, also after a restart."""

import pytest

from connectors.slack.directory import SlackDirectory
from connectors.slack.ids import channel_id
from tests.slack_application import SlackApplication

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_was_said_before_and_after_is_in_one_channel(app: SlackApplication) -> None:
    ann = app.workspace.add_person("ann")
    place = await app.channel("moved", ann, kind="private", says="the garnet before")
    first, place.id = place.id, "C0MOVED0001"
    app.workspace.channels[place.id] = app.workspace.channels.pop(first)
    await app.tell_payload(ID_CHANGED, C1=first, C9=place.id)
    app.slack.people.post(ann, place, "the garnet after")
    await app.hear()
    assert app.ours(place) == channel_id(first)
    ref = await app.believed(place)
    assert ref is not None and (ref.channel_id, ref.name) == (channel_id(first), "moved")
    assert await app.finds(ann, "garnet before")
    assert await app.finds(ann, "garnet after")
    assert await app.readable_in(place) >= {"moved"}
    restarted = SlackDirectory(app.it.site)
    await restarted.load()
    assert restarted.our_channel(place.id) == channel_id(first)
    assert restarted.slack_channel(channel_id(first)) == place.id


ID_CHANGED = """{"type": "channel_id_changed", "old_channel_id": "$C1", "new_channel_id": "$C9", "event_ts": "$TS"}"""
