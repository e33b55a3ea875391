"""Somebody left a private channel: from then on they find and see nothing of it; the others go on."""

import pytest

from connectors.connector import Utterance
from connectors.events import ChannelRef, MembershipChanged, PersonId
from tests.builders import at, channel, opened, person, posted, record
from tests.fakes.reply import RecordingReply
from tests.quick_application import conversation_with
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANN, BO = person("Ann"), person("Bo")


def member(place: ChannelRef, name: str, *, present: bool, minutes: float) -> MembershipChanged:
    return MembershipChanged(
        event_id=f"member-{place.channel_id}-{name}-{minutes}", occurred_at=at(minutes), channel=place,
        person=person(name), present=present,
    )  # fmt: skip


async def test_who_left_finds_and_sees_nothing_and_the_others_go_on(stage: Stage) -> None:
    place = channel("room", "private")
    await stage.tell(opened(place, (ANN, BO)), posted(1, "the lapis plan", place=place, author="Ann"))
    for name in ("console:Ann", "console:Bo"):
        assert "m1" in await stage.found("lapis plan", by=name)
        assert await stage.timeline(place, by=name) == ["m1"]
    await stage.tell(member(place, "Bo", present=False, minutes=10))
    assert "m1" not in await stage.found("lapis plan", by="console:Bo")
    assert await stage.timeline(place, by="console:Bo") == []
    assert place.channel_id not in [view.channel_id for view in await stage.host.channels(PersonId("console:Bo"))]
    with pytest.raises(PermissionError):
        await stage.views(place, by="console:Bo")
    with pytest.raises(PermissionError):
        await stage.view(record(1), by="console:Bo")
    assert "m1" in await stage.found("lapis plan", by="console:Ann")
    assert list(await stage.views(place, by="console:Ann")) == ["m1"]


async def test_a_command_of_who_left_uses_nothing_of_it(stage: Stage) -> None:
    place, hall = channel("cabinet", "private"), channel("hall")
    await stage.tell(
        opened(place, (ANN, BO)), opened(hall, (ANN, BO)), posted(10, "the serpentine budget is 77", place=place),
        member(place, "Bo", present=False, minutes=11),
    )  # fmt: skip
    seen = {}
    for who in (ANN, BO):
        reply = RecordingReply()
        utterance = Utterance(
            kind="command", text="/find serpentine budget", channel=hall, person=who, record_id=None, thread_id=None,
            said_at=at(60),
        )  # fmt: skip
        await conversation_with(stage.application, []).converse(utterance, reply)
        seen[who.name] = "serpentine budget is 77" in str(reply.steps)
    assert seen == {"Ann": True, "Bo": False}


async def test_the_newest_event_counts_whatever_comes_last(stage: Stage) -> None:
    place = channel("order", "private")
    await stage.tell(opened(place, (ANN,)), posted(20, "moonstone", place=place, author="Ann"))
    await stage.tell(member(place, "Bo", present=False, minutes=22), member(place, "Bo", present=True, minutes=21))
    assert "m20" not in await stage.found("moonstone", by="console:Bo")
    await stage.tell(member(place, "Bo", present=True, minutes=23))
    assert "m20" in await stage.found("moonstone", by="console:Bo")


async def test_a_complete_list_of_members_leaves_out_who_is_not_on_it(stage: Stage) -> None:
    place = channel("list", "private")
    await stage.tell(opened(place, (ANN, BO)), posted(30, "sodalite", place=place, author="Ann"))
    await stage.tell(opened(place, (ANN,), minutes=40))
    assert "m30" not in await stage.found("sodalite", by="console:Bo")
    # An older list does not bring them back.
    await stage.tell(opened(place, (ANN, BO), minutes=35))
    assert "m30" not in await stage.found("sodalite", by="console:Bo")


async def test_leaving_a_public_channel_changes_nothing_of_what_is_seen(stage: Stage) -> None:
    place = channel("square")
    await stage.tell(opened(place, (ANN, BO)), posted(40, "fluorite fair", place=place))
    await stage.tell(member(place, "Bo", present=False, minutes=41))
    assert "m40" in await stage.found("fluorite fair", by="console:Bo")
