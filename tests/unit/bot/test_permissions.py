"""Who may see what: people by places. That nothing else is ever shown, ``tests/invariants`` proves."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import delete

from bot.application import Application
from bot.truth.tables import PersonRow
from bot.truth.workspaces import Workspaces
from connectors.events import (
    ChannelChanged,
    ChannelDeleted,
    ChannelId,
    ChannelRef,
    Event,
    MembershipChanged,
    MessagePosted,
    PersonChanged,
    PersonId,
    PersonRef,
    RecordId,
    Visibility,
)
from knowledge.passage import Audience
from tests.builders import at
from tests.quick_application import archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACES: dict[str, Visibility] = {
    "open": "public", "other_open": "public", "hall": "public",
    "board": "private", "dm": "direct", "group_dm": "direct",
}  # fmt: skip
MEMBERS = {
    "open": {"ann", "guest"},
    "other_open": {"ann", "bo"},
    "board": {"ann"},
    "hall": set[str](),
    "dm": {"bo", "robot"},
    "group_dm": {"ann", "bo", "robot"},
}


def _channel(name: str, workspace: str = "T1", visibility: Visibility | None = None) -> ChannelRef:
    return ChannelRef(
        channel_id=ChannelId(f"slack:{workspace}:{name}"), platform="slack", name=name, workspace_id=workspace,
        visibility=visibility or PLACES[name],
    )  # fmt: skip


def _person(name: str, workspace: str = "T1", *, is_guest: bool = False) -> PersonRef:
    return PersonRef(
        person_id=PersonId(f"slack:{workspace}:{name}"), platform="slack", name=name, is_bot=name == "robot",
        is_guest=is_guest or name.startswith("guest"),
    )  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(application: Application) -> Application:
    events: list[Event] = [
        ChannelChanged(
            event_id=f"open-{name}", occurred_at=at(0), channel=_channel(name),
            members=tuple(_person(member) for member in sorted(members)),
        )
        for name, members in MEMBERS.items()
    ]  # fmt: skip
    elsewhere = ChannelRef(
        channel_id=ChannelId("slack:T2:far"), platform="slack", name="far", workspace_id="T2", visibility="public"
    )
    events.append(ChannelChanged(event_id="open-far", occurred_at=at(0), channel=elsewhere, members=()))
    await archive(application, *events)
    return application


def _names(audience: Audience) -> set[str]:
    assert not audience.everything
    return {channel_id.rpartition(":")[2] for channel_id in audience.channel_ids if channel_id.startswith("slack:T1:")}


PUBLIC = {"open", "other_open", "hall"}
MEMBER_OF_BO = {"other_open", "dm", "group_dm"}


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("ann", PUBLIC | {"board", "group_dm"}),
        ("bo", PUBLIC | {"dm", "group_dm"}),
        ("guest", {"open"}),
        ("stranger", set[str]()),
    ],
)
async def test_a_person_sees_their_channels_and_public_ones(world: Application, name: str, sees: set[str]) -> None:
    person_id = f"slack:T1:{name}"
    for workspace_id in ("T1", None):
        audience = await world.permissions.of_person(person_id, platform="slack", workspace_id=workspace_id)
        assert _names(audience) == sees
        assert "slack:T2:far" not in set(map(str, audience.channel_ids))
    for place in PLACES:
        may = await world.permissions.may_read(person_id, f"slack:T1:{place}", platform="slack")
        assert may is (place in sees), place
    assert not await world.permissions.may_read(person_id, "slack:T2:far", platform="slack")


@pytest.mark.parametrize(
    ("place", "uses"),
    [
        ("open", {"open"}),  # A guest reads along.
        ("other_open", PUBLIC),
        ("hall", {"hall"}),  # Nobody is known to be in it, so a guest may be.
        ("board", PUBLIC | {"board"}),
        ("dm", PUBLIC | {"dm", "group_dm"}),
        ("group_dm", {"group_dm"}),
    ],
)
async def test_a_reply_uses_its_channel_and_public_ones_and_a_direct_one_what_its_person_sees(
    world: Application, place: str, uses: set[str]
) -> None:
    assert _names(await world.permissions.of_channel(f"slack:T1:{place}")) == uses


async def test_public_channels_of_a_workspace_that_a_person_is_not_in_stay_closed(world: Application) -> None:
    # As when somebody types a command in a channel that two workspaces share.
    audience = await world.permissions.of_person("slack:T1:ann", platform="slack", workspace_id="T2")
    assert _names(audience) == {"open", "other_open", "board", "group_dm"}
    assert "slack:T2:far" not in set(map(str, audience.channel_ids))
    assert await world.permissions.of_person("slack:T1:stranger", platform="slack", workspace_id="T1") == Audience()
    # Nobody sees more by coming in at another door.
    assert _names(await world.permissions.of_person("slack:T1:guest", platform="console")) == {"open"}
    assert _names(await world.permissions.of_person("slack:T1:bo", platform="console")) == MEMBER_OF_BO


async def test_a_direct_chat_in_which_others_write_is_not_that_of_one_person(application: Application) -> None:
    chat, ann = _channel("chat", "T6", "direct"), _person("ann", "T6")
    await archive(
        application,
        ChannelChanged(
            event_id="board6", occurred_at=at(0), channel=_channel("board", "T6", "private"), members=(ann,)
        ),
        ChannelChanged(event_id="chat6", occurred_at=at(0), channel=chat, members=(ann, _person("robot", "T6"))),
    )
    alone = await application.permissions.of_channel(chat.channel_id)
    assert alone.channel_ids == {"slack:T6:chat", "slack:T6:board"}
    said = MessagePosted(
        event_id="c6", occurred_at=at(1), record_id=RecordId("c6"), channel=chat, author=_person("bo", "T6"), text="hi"
    )
    await archive(application, said)
    assert (await application.permissions.of_channel(chat.channel_id)).channel_ids == {"slack:T6:chat"}


async def test_what_is_not_known_gives_nothing(world: Application) -> None:
    assert await world.permissions.of_channel("slack:T1:nowhere") == Audience()
    assert not await world.permissions.may_read("slack:T1:ann", "slack:T1:nowhere", platform="slack")
    assert await world.permissions.of_person("wecom:x", platform="wecom") == Audience()


async def test_the_console_shows_every_public_channel_and_none_that_is_private(world: Application) -> None:
    audience = await world.permissions.of_person("console:new", platform="console")
    assert _names(audience) == PUBLIC
    assert "slack:T2:far" in set(map(str, audience.channel_ids))


async def test_who_leaves_sees_no_more_and_a_deleted_channel_is_seen_by_nobody(application: Application) -> None:
    room = _channel("room", "T3", "private")
    ann = _person("ann", "T3")
    await archive(
        application,
        ChannelChanged(event_id="room", occurred_at=at(0), channel=room, members=(ann,)),
        ChannelChanged(event_id="plaza", occurred_at=at(0), channel=_channel("plaza", "T3", "public"), members=()),
    )
    assert await application.permissions.may_read(ann.person_id, room.channel_id, platform="slack")
    await archive(
        application,
        MembershipChanged(event_id="left", occurred_at=at(2), channel=room, person=ann, present=False),
        MembershipChanged(event_id="late-join", occurred_at=at(1), channel=room, person=ann, present=True),
    )
    assert not await application.permissions.may_read(ann.person_id, room.channel_id, platform="slack")
    await archive(
        application,
        MembershipChanged(event_id="back", occurred_at=at(3), channel=room, person=ann, present=True),
        ChannelDeleted(event_id="gone", occurred_at=at(4), channel_id=room.channel_id),
    )
    assert not await application.permissions.may_read(ann.person_id, room.channel_id, platform="slack")
    assert await application.permissions.of_channel(room.channel_id) == Audience()


async def test_who_becomes_a_guest_loses_public_channels_whatever_comes_late(application: Application) -> None:
    square, room = _channel("square", "T4", "public"), _channel("room", "T4", "private")
    zoe = _person("zoe", "T4")
    await archive(
        application,
        ChannelChanged(event_id="square4", occurred_at=at(0), channel=square, members=()),
        ChannelChanged(event_id="room4", occurred_at=at(0), channel=room, members=(zoe,)),
    )
    assert await application.permissions.may_read(zoe.person_id, square.channel_id, platform="slack")

    def said(number: int, author: PersonRef) -> MessagePosted:
        return MessagePosted(
            event_id=f"zoe-{number}", occurred_at=at(number), record_id=RecordId(f"zoe-{number}"), channel=room,
            author=author, text="hello",
        )  # fmt: skip

    await archive(application, said(9, _person("zoe", "T4", is_guest=True)))
    await archive(application, said(5, zoe))
    assert not await application.permissions.may_read(zoe.person_id, square.channel_id, platform="slack")
    assert (await application.permissions.of_channel(room.channel_id)).channel_ids == {str(room.channel_id)}


async def test_a_guest_who_writes_where_members_are_not_known_keeps_public_channels_out(
    application: Application,
) -> None:
    open_place, guest = _channel("bazaar", "T5", "public"), _person("guest", "T5")
    await archive(
        application,
        ChannelChanged(event_id="plaza5", occurred_at=at(0), channel=_channel("plaza", "T5", "public")),
        MessagePosted(
            event_id="g1", occurred_at=at(1), record_id=RecordId("g1"), channel=open_place, author=guest, text="hi"
        ),
    )
    assert (await application.permissions.of_channel(open_place.channel_id)).channel_ids == {str(open_place.channel_id)}


def _external(name: str, workspace: str, visibility: Visibility) -> ChannelRef:
    return _channel(name, workspace, visibility).model_copy(update={"external": True})


async def _team(application: Application, workspace: str, *extra: Event) -> None:
    """A public channel and a private one with Ann and Bo in them."""
    people = (_person("ann", workspace), _person("bo", workspace))
    places: tuple[tuple[str, Visibility], ...] = (("plaza", "public"), ("board", "private"))
    await archive(
        application,
        *(
            ChannelChanged(
                event_id=f"{name}-{workspace}", occurred_at=at(0), channel=_channel(name, workspace, visibility),
                members=people,
            )
            for name, visibility in places
        ),
        *extra,
    )  # fmt: skip


async def _of(application: Application, workspace: str, name: str) -> set[str]:
    audience = await application.permissions.of_channel(f"slack:{workspace}:{name}")
    return {str(channel_id).rpartition(":")[2] for channel_id in audience.channel_ids}


async def _sees(application: Application, workspace: str, name: str, platform: str = "slack") -> set[str]:
    audience = await application.permissions.of_person(f"slack:{workspace}:{name}", platform=platform)
    return {str(one).rpartition(":")[2] for one in audience.channel_ids if str(one).startswith(f"slack:{workspace}:")}


async def test_an_external_channel_is_read_by_its_members_alone_and_a_reply_there_uses_nothing_else(
    application: Application,
) -> None:
    """Invariant 4: everybody of the workspace may read public channels, but not those of two organisations."""
    outsider = _person("guest-of-acme", "T7")
    shared = _external("shared", "T7", "public")
    pair = _external("pair", "T7", "direct")
    await _team(
        application,
        "T7",
        ChannelChanged(event_id="sh7", occurred_at=at(1), channel=shared, members=(_person("ann", "T7"), outsider)),
        ChannelChanged(event_id="dm7", occurred_at=at(1), channel=pair, members=(_person("ann", "T7"),)),
    )
    assert await _of(application, "T7", "shared") == {"shared"}
    assert await _of(application, "T7", "pair") == {"pair"}
    assert await _of(application, "T7", "board") == {"board", "plaza"}
    assert await _sees(application, "T7", "ann") == {"plaza", "board", "shared", "pair"}
    assert await _sees(application, "T7", "bo") == {"plaza", "board"}
    assert await _sees(application, "T7", "guest-of-acme") == {"shared"}
    assert not await application.permissions.may_read("slack:T7:bo", shared.channel_id, platform="slack")
    assert not await application.permissions.may_read("x", shared.channel_id, platform="console")


async def test_being_in_an_external_channel_makes_nobody_one_of_the_workspace(application: Application) -> None:
    stranger = _person("zed", "T8")  # whom nobody has called a guest yet
    shared = _external("shared", "T8", "private")
    await _team(
        application, "T8", ChannelChanged(event_id="sh8", occurred_at=at(1), channel=shared, members=(stranger,))
    )
    assert await _sees(application, "T8", "zed") == {"shared"}


async def test_a_channel_that_is_not_shared_any_more_is_the_workspaces_again(application: Application) -> None:
    shared = _external("shared", "T9", "public")
    await _team(
        application,
        "T9",
        ChannelChanged(event_id="s9", occurred_at=at(1), channel=shared, members=(_person("ann", "T9"),)),
    )
    assert await _sees(application, "T9", "bo") == {"plaza", "board"}
    again = shared.model_copy(update={"external": False})
    await archive(application, ChannelChanged(event_id="u9", occurred_at=at(2), channel=again))
    assert await _sees(application, "T9", "bo") == {"plaza", "board", "shared"}


async def test_who_is_deactivated_sees_nothing_at_any_door(application: Application) -> None:
    direct = _channel("dm", "T10", "direct")
    group = _channel("group", "T10", "direct")
    ann, bo, robot = _person("ann", "T10"), _person("bo", "T10"), _person("robot", "T10")
    await _team(
        application,
        "T10",
        ChannelChanged(event_id="d10", occurred_at=at(1), channel=direct, members=(bo, robot)),
        ChannelChanged(event_id="g10", occurred_at=at(1), channel=group, members=(ann, bo, robot)),
    )
    assert await _of(application, "T10", "dm") == {"plaza", "board", "dm", "group"}
    await archive(application, PersonChanged(event_id="p10", occurred_at=at(2), person=bo, active=False))
    for platform in ("slack", "console"):
        assert await application.permissions.of_person(bo.person_id, platform=platform) == Audience()
    assert await application.permissions.of_channel(direct.channel_id) == Audience()
    # He may be back one day, and read what was said: it does not become the chat of Ann alone.
    assert await _of(application, "T10", "group") == {"group"}
    assert await _of(application, "T10", "board") == {"board", "plaza"}

    await archive(application, PersonChanged(event_id="b10", occurred_at=at(3), person=bo))
    assert await application.permissions.of_person(bo.person_id, platform="slack") == Audience()
    rejoined = MembershipChanged(
        event_id="j10", occurred_at=at(4), channel=_channel("board", "T10", "private"), person=bo, present=True
    )
    await archive(application, rejoined)
    assert await _sees(application, "T10", "bo") == {"plaza", "board"}


async def test_a_direct_chat_of_somebody_unknown_uses_nothing(application: Application) -> None:
    direct = _channel("dm", "T11", "direct")
    await _team(
        application,
        "T11",
        ChannelChanged(event_id="d11", occurred_at=at(1), channel=direct, members=(_person("cy", "T11"),)),
    )
    async with application.database.begin() as connection:
        await connection.execute(delete(PersonRow).where(PersonRow.person_id == "slack:T11:cy"))
    assert await application.permissions.of_channel(direct.channel_id) == Audience()
    assert await application.permissions.of_person("slack:T11:cy", platform="slack") == Audience()


async def test_of_a_workspace_that_has_gone_nothing_is_seen_until_it_is_back(application: Application) -> None:
    workspaces = Workspaces(application.database)
    await _team(application, "T12")
    await workspaces.gone("slack", "T12", reason="app_uninstalled", at=at(5))
    assert await _sees(application, "T12", "ann") == set()
    assert await _sees(application, "T12", "ann", "console") == set()
    assert await application.permissions.of_channel("slack:T12:board") == Audience()
    everywhere = await application.permissions.of_person("console:new", platform="console")
    assert "slack:T12:plaza" not in everywhere.channel_ids
    await workspaces.back("slack", "T12")
    await workspaces.back("slack", "T12")
    assert await _sees(application, "T12", "ann") == {"plaza", "board"}
