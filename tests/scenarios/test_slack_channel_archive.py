"""A channel of Slack is archived: what was said there is still found, and by nobody else."""

import pytest

from tests.slack_application import SlackApplication

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("kind", ["channel", "group"])
async def test_an_archived_channel_is_found_and_comes_back(app: SlackApplication, kind: str) -> None:
    ann, gus = app.workspace.add_person("ann"), app.workspace.add_person("gus", is_guest=True)
    place = await app.channel(f"{kind}-old", ann, kind="private" if kind == "group" else "public", says="the onyx key")
    for change, archived in (("archive", True), ("unarchive", False)):
        place.is_archived = archived
        await app.tell_payload(ARCHIVE, C1=place.id, U1=ann.id, KIND=f"{kind}_{change}")
        ref = await app.believed(place)
        assert ref is not None
        assert (ref.archived, ref.visibility) == (archived, "private" if kind == "group" else "public")
        assert await app.finds(ann, "onyx key")
        assert not await app.finds(gus, "onyx key")


async def test_an_archived_public_channel_stays_public_when_the_bot_is_taken_out(app: SlackApplication) -> None:
    """As archiving takes everybody out, the order of the two events decides nothing."""
    ann, bo = app.workspace.add_person("cleo"), app.workspace.add_person("bo")
    await app.channel("elsewhere", bo)
    for first in ("left", "archived"):
        place = await app.channel(f"square-{first}", ann, says=f"the {first} onyx")
        place.is_archived = True
        place.members.clear()
        events = [LEFT, ARCHIVE] if first == "left" else [ARCHIVE, LEFT]
        for payload in events:
            await app.tell_payload(payload, C1=place.id, U1=ann.id, KIND="channel_archive")
        assert await app.finds(bo, f"{first} onyx")


ARCHIVE = """{"type": "$KIND", "channel": "$C1", "user": "$U1", "event_ts": "$TS"}"""
LEFT = """{"type": "channel_left", "channel": "$C1", "actor_id": "$U1", "event_ts": "$TS"}"""
