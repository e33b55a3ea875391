"""Who is who and who is where: lists of WeCom, and who got the newest message. Holds invariant 4."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import aiohttp

from connectors.connector import Language
from connectors.events import MessagePosted
from connectors.wecom.api import WeComApi
from connectors.wecom.configuration import RobotConfiguration
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.ids import group_id, pair_id, person_id, several_id
from connectors.wecom.message_archive.archive import MessageArchive
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom
from tests.fakes.wecom_sdk import CannedArchive
from tests.unit.connectors.wecom.message_archive.reading import HURRY, Reading, reading, site_of

_PUMPS = group_id("wrPUMPS")


class Audit:
    """The HTTP side of the archive."""

    def __init__(self, rooms: dict[str, tuple[str, list[str]]], robots: dict[str, str] | None = None) -> None:
        self.rooms = rooms
        self.robots = robots or {}
        self.asked: Counter[str] = Counter()
        self.is_away = False

    async def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        self.asked[name] += 1
        if self.is_away:
            raise WeComAway(name, "down")
        if name == "msgaudit/get_robot_info":
            if arguments["robot_id"] not in self.robots:
                raise WeComError(name, 40058)
            return {
                "errcode": 0,
                "data": {"robot_id": arguments["robot_id"], "name": self.robots[arguments["robot_id"]]},
            }
        assert name == "msgaudit/groupchat/get"
        if arguments["roomid"] not in self.rooms:
            raise WeComError(name, 301059)
        room_name, members = self.rooms[arguments["roomid"]]
        return {"errcode": 0, "roomname": room_name, "members": [{"memberid": one, "jointime": 1} for one in members]}


async def _name(user_id: str) -> str | None:
    return {"alice": "爱丽丝", "bob": "鲍勃", "wolfgang": "Wolfgang"}.get(user_id)


def _members(it: Reading, channel: str) -> set[str]:
    return {person for of, person in it.host.believed.members if of == channel}


def _posted(it: Reading, msgid: str) -> MessagePosted:
    posted = [event for event in it.host.events if isinstance(event, MessagePosted)]
    return next(event for event in posted if event.record_id == f"wecom:{msgid}")


async def test_a_group_has_the_name_and_the_members_of_wecoms_list(canned: CannedArchive) -> None:
    msgid = canned.text("hello")
    audit = Audit({"wrPUMPS": ("水泵项目", ["alice", "bob", "dora"])})
    async with reading(canned, call=audit.call, name_of=_name) as it:
        await it.archive.caught_up()
        channel = it.host.believed.channels[_PUMPS]
        assert (channel.name, channel.visibility, channel.external) == ("水泵项目", "private", False)
        assert channel.workspace_id == canned.configuration().corp_id
        assert _members(it, _PUMPS) == {"wecom:alice", "wecom:bob", "wecom:dora"}
        assert _posted(it, msgid).author.name == "爱丽丝"
        assert {person.name for person in await it.host.known_members(_PUMPS)} == {"爱丽丝", "鲍勃", "dora"}


async def test_a_list_is_asked_for_once_and_again_when_a_stranger_writes(canned: CannedArchive) -> None:
    for number in range(50):
        canned.text(str(number), tolist=["bob"])
    audit = Audit({"wrPUMPS": ("水泵项目", ["alice", "bob"])})
    async with reading(canned, call=audit.call) as it:
        await it.archive.caught_up()
        assert audit.asked["msgaudit/groupchat/get"] == 1
        audit.rooms["wrPUMPS"] = ("水泵项目", ["alice", "bob", "eve"])
        msgid = canned.text("I am new", tolist=["bob", "alice"], **{"from": "eve"})
        await it.until_told(msgid)
        assert "wecom:eve" in _members(it, _PUMPS)


async def test_who_left_a_silent_group_is_seen_to_have_left(canned: CannedArchive) -> None:
    canned.text("hello")
    audit = Audit({"wrPUMPS": ("水泵项目", ["alice", "bob", "carol"])})
    timing = replace(HURRY, rooms=0.1)
    async with reading(canned, call=audit.call, timing=timing) as it:
        await it.archive.caught_up()
        audit.rooms["wrPUMPS"] = ("水泵与阀门", ["alice", "bob"])
        await it.until(lambda: "wecom:carol" not in _members(it, _PUMPS))
        assert it.host.believed.channels[_PUMPS].name == "水泵与阀门"


async def test_without_a_list_those_who_got_the_newest_message_are_in_it(canned: CannedArchive) -> None:
    canned.text("one", tolist=["bob", "carol"])
    canned.text("two", tolist=["bob"])
    for audit in (None, Audit({})):
        async with reading(canned, call=audit.call if audit else None) as it:
            await it.archive.caught_up()
            assert _members(it, _PUMPS) == {"wecom:alice", "wecom:bob"}


async def test_while_wecom_is_away_the_name_that_was_known_stays(canned: CannedArchive) -> None:
    canned.text("one")
    audit = Audit({"wrPUMPS": ("水泵项目", ["alice", "bob"])})
    async with reading(canned, call=audit.call) as it:
        await it.archive.caught_up()
        host = it.host
    audit.is_away = True
    canned.text("two")
    async with reading(canned, call=audit.call, host=host) as it:
        await it.archive.caught_up()
        assert host.believed.channels[_PUMPS].name == "水泵项目"


async def test_people_from_outside_are_guests_and_make_a_group_external(canned: CannedArchive) -> None:
    msgid = canned.text("hello", tolist=["wmCLIENT0000000000000000000000"])
    async with reading(canned, name_of=_name) as it:
        await it.archive.caught_up()
        assert it.host.believed.channels[_PUMPS].external
        assert it.host.believed.people[person_id("wmCLIENT0000000000000000000000")].is_guest
        assert not _posted(it, msgid).author.is_guest


async def test_a_member_whose_id_looks_like_one_from_outside_is_known_by_name(canned: CannedArchive) -> None:
    canned.text("hello", **{"from": "wolfgang"})
    async with reading(canned, name_of=_name) as it:
        await it.archive.caught_up()
        assert not it.host.believed.people[person_id("wolfgang")].is_guest


async def test_what_our_robots_say_is_told_by_them_and_what_others_say_is_heard(canned: CannedArchive) -> None:
    own = canned.text("the answer", **{"from": "wbOURS"})
    alarm = canned.text("pump 3 is down", **{"from": "wbALARM"})
    unknown = canned.text("who am I", **{"from": "wbUNKNOWN"})
    audit = Audit({}, {"wbOURS": "拾光", "wbALARM": "报警"})
    configuration = canned.configuration()
    object.__setattr__(configuration, "robots", (RobotConfiguration(name="main", shown_name="拾光"),))
    async with reading(canned, call=audit.call, configuration=configuration) as it:
        await it.archive.caught_up()
        assert f"wecom:{own}" not in it.host.texts
        assert not _posted(it, alarm).system
        assert _posted(it, alarm).author.name == "报警"
        # It may be one of ours: kept, and not found.
        assert _posted(it, unknown).system
        assert _posted(it, unknown).author.is_bot


async def test_what_is_said_to_our_robot_alone_is_heard_by_the_robot(canned: CannedArchive) -> None:
    for robot in ("wbOURS", "wbALARM"):
        canned.say({"msgtype": "text", "text": {"content": "hi"}}, tolist=[robot])
        canned.say({"msgtype": "text", "text": {"content": "yes?"}, "from": robot}, tolist=["alice"])
    audit = Audit({}, {"wbOURS": "拾光", "wbALARM": "报警"})
    configuration = canned.configuration()
    object.__setattr__(configuration, "robots", (RobotConfiguration(name="main", shown_name="拾光"),))
    async with reading(canned, call=audit.call, configuration=configuration) as it:
        await it.archive.caught_up()
        assert set(it.host.texts) == {"wecom:MSG103", "wecom:MSG104"}


async def test_two_people_talk_where_only_they_read(canned: CannedArchive) -> None:
    first = canned.say({"msgtype": "text", "text": {"content": "hi"}})
    second = canned.say({"msgtype": "text", "text": {"content": "hello"}, "from": "bob", "tolist": ["alice"]})
    async with reading(canned, name_of=_name) as it:
        await it.archive.caught_up()
        place = pair_id("alice", "bob")
        assert {_posted(it, msgid).channel.channel_id for msgid in (first, second)} == {place}
        assert _members(it, place) == {"wecom:alice", "wecom:bob"}
        channel = it.host.believed.channels[place]
        assert (channel.name, channel.visibility) == ("爱丽丝 · 鲍勃", "private")


async def test_a_call_and_a_switch_are_read_by_those_who_were_in_them(canned: CannedArchive) -> None:
    call = canned.say(
        {"msgtype": "meeting_voice_call", "voiceid": "V1", "meeting_voice_call": {"endtime": 1, "sdkfileid": "F"}},
        tolist=["bob", "carol"],
    )
    canned.put('{"msgid": "SWITCH", "action": "switch", "time": 1790000000000, "user": "alice"}', "SWITCH")
    async with reading(canned) as it:
        await it.archive.caught_up()
        place = several_id(["carol", "alice", "bob"])
        assert _posted(it, call).channel.channel_id == place
        assert _members(it, place) == {"wecom:alice", "wecom:bob", "wecom:carol"}
        switch = _posted(it, "SWITCH")
        assert switch.system
        assert _members(it, switch.channel.channel_id) == {"wecom:alice"}


async def test_words_for_what_is_not_text_come_in_the_language_of_the_company(canned: CannedArchive) -> None:
    msgid = canned.say({"msgtype": "image", "image": {"sdkfileid": ""}})
    host = FakeLiveHost()
    language: Language = "en"
    archive = MessageArchive(site_of(canned.configuration(), host), language=language, timing=HURRY)
    await archive.start()
    await archive.caught_up()
    await archive.close()
    assert host.texts[next(iter(host.texts))] == "[image]"
    assert f"wecom:{msgid}" in host.texts


async def test_names_and_lists_come_over_wecoms_own_api(canned: CannedArchive) -> None:
    fake = FakeWeCom()
    fake.world.archived_robots["wbALARM"] = "报警"
    msgid = canned.text("pump 3 is down", **{"from": "wbALARM"})
    async with fake.running(), aiohttp.ClientSession() as session:
        api = WeComApi(
            corp_id=fake.world.corpid,
            secret=fake.world.archive_secret,
            session=session,
            base_url=f"{fake.addresses.api_url}/cgi-bin/",
        )
        async with reading(canned, call=api.call) as it:
            await it.archive.caught_up()
            assert it.host.believed.channels[_PUMPS].name == "水泵项目"
            assert _members(it, _PUMPS) == {"wecom:alice", "wecom:bob", "wecom:carol"}
            assert _posted(it, msgid).author.name == "报警"
        await api.close()
    assert not fake.ledger.refusals


async def test_while_wecom_is_away_nobody_waits_for_it_again_and_again(canned: CannedArchive) -> None:
    members = [f"member{number}" for number in range(400)]
    for room in range(20):
        canned.text("hello", roomid=f"wr{room}", tolist=members)
    asked: list[str] = []

    async def never(*names: str, **_: Any) -> Any:
        asked.extend(names)
        await asyncio.Event().wait()

    timing = replace(HURRY, room=30.0, call=0.2)
    async with reading(canned, call=never, name_of=never, timing=timing) as it:
        await it.archive.caught_up()
        assert len(it.host.texts) == 20
    assert len(asked) < 20


async def test_while_wecom_is_away_people_keep_the_names_that_were_known(canned: CannedArchive) -> None:
    canned.text("one")
    async with reading(canned, name_of=_name) as it:
        await it.archive.caught_up()
        host = it.host

    async def away(_: str) -> str | None:
        raise WeComAway("user/get", "down")

    msgid = canned.text("two")
    async with reading(canned, name_of=away, host=host) as it:
        await it.archive.caught_up()
        assert _posted(it, msgid).author.name == "爱丽丝"
        assert {person.name for person in await host.known_members(_PUMPS)} == {"爱丽丝", "鲍勃", "carol"}
