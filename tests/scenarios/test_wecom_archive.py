"""Messages of WeCom's archive, sealed as WeCom seals them, through the worker into the application's truth."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.truth.tables import FileRow, MessageRow
from connectors.wecom.ids import group_id, pair_id
from connectors.wecom.message_archive.archive import MessageArchive
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom_sdk import CannedArchive
from tests.scenarios.stage import Stage
from tests.slack_application import PromptHost
from tests.unit.connectors.wecom.message_archive.reading import HURRY, site_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

Company = tuple[CannedArchive, Callable[[], Awaitable[None]]]


async def _call(name: str, **arguments: Any) -> dict[str, Any]:
    assert name == "msgaudit/groupchat/get"
    members = [{"memberid": member} for member in ("alice", "bob")]
    return {"errcode": 0, "roomname": f"group {arguments['roomid']}", "members": members}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def company(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """What WeCom has, and how to read everything of it that is new."""
    canned = CannedArchive(tmp_path_factory.mktemp("wecom"))
    host = cast("FakeLiveHost", PromptHost(stage.application))

    async def read() -> None:
        archive = MessageArchive(site_of(canned.configuration(), host), call=_call, timing=HURRY)
        await archive.start()
        try:
            await archive.caught_up()
            await archive.files_fetched()
        finally:
            await archive.close()
        await stage.application.archivist.drain()

    return canned, read


async def _kept(stage: Stage, msgid: str) -> Any:
    async with stage.application.database.read() as connection:
        found = select(MessageRow.text, MessageRow.system).where(MessageRow.record_id == f"wecom:{msgid}")
        return (await connection.execute(found)).one()


async def _file(stage: Stage, msgid: str) -> Any:
    async with stage.application.database.read() as connection:
        found = select(FileRow.name, FileRow.reason, FileRow.sha256).where(FileRow.record_id == f"wecom:{msgid}")
        return (await connection.execute(found)).one()


async def _may_read(stage: Stage, person: str, place: str) -> bool:
    audience = await stage.application.permissions.of_person(person, platform="wecom")
    return place in {str(channel_id) for channel_id in audience.channel_ids}


async def test_text_in_a_group_is_found_by_its_members_alone(stage: Stage, company: Company) -> None:
    canned, read = company
    msgid = canned.say(TEXT, roomid="wrTEXT", tolist=["bob"])
    await read()
    assert f"wecom:{msgid}" in await stage.found("malachite pump")
    assert await _may_read(stage, "wecom:bob", group_id("wrTEXT"))
    assert not await _may_read(stage, "wecom:carol", group_id("wrTEXT"))


async def test_text_between_two_people_is_theirs(stage: Stage, company: Company) -> None:
    canned, read = company
    canned.say(TEXT)
    await read()
    place = pair_id("alice", "bob")
    assert await _may_read(stage, "wecom:alice", place)
    # A reply to them in another place uses nothing of it.
    audience = await stage.application.permissions.of_channel(group_id("wrTEXT"))
    assert {str(channel_id) for channel_id in audience.channel_ids} == {group_id("wrTEXT")}


async def test_what_was_taken_back_is_nowhere(stage: Stage, company: Company) -> None:
    canned, read = company
    msgid = canned.say({"msgtype": "text", "text": {"content": "the code is peridot"}}, roomid="wrBACK")
    await read()
    assert await stage.with_words("peridot") == {f"wecom:{msgid}"}
    canned.recall(msgid, roomid="wrBACK")
    await read()
    assert await stage.with_words_around("peridot") == set()
    assert (await _kept(stage, msgid)).text == ""


async def test_a_file_is_fetched_read_and_found_and_goes_with_its_message(stage: Stage, company: Company) -> None:
    canned, read = company
    body = canned.media("FILE", "Die Pumpe heißt chrysoprase.\n".encode() * 40)
    msgid = canned.say({"msgtype": "file", "file": {**body, "filename": "pump.txt", "fileext": "txt"}}, roomid="wrFILE")
    await read()
    file = await _file(stage, msgid)
    assert (file.name, file.reason) == ("pump.txt", None)
    assert stage.application.file_store.path(file.sha256).is_file()
    assert await stage.with_words("chrysoprase")
    canned.recall(msgid, roomid="wrFILE")
    await read()
    assert not await stage.with_words("chrysoprase")
    assert not stage.application.file_store.path(file.sha256).is_file()


async def test_forwarded_talk_and_mixed_messages_are_found_by_what_is_in_them(stage: Stage, company: Company) -> None:
    canned, read = company
    record, mixed = canned.say(CHAT_RECORD, roomid="wrPART"), canned.say(MIXED, roomid="wrPART")
    await read()
    assert await stage.with_words("amazonite") == {f"wecom:{record}"}
    assert await stage.with_words("larimar") == {f"wecom:{mixed}"}


async def test_links_meetings_votes_and_the_like_are_found_by_their_words(stage: Stage, company: Company) -> None:
    canned, read = company
    link, meeting, vote = (canned.say(body, roomid="wrCARD") for body in (LINK, MEETING, VOTE))
    await read()
    for word, msgid in (("howlite", link), ("sodalite", meeting), ("kunzite", vote)):
        assert f"wecom:{msgid}" in await stage.with_words(word)


async def test_reports_and_unknown_types_are_kept_and_not_found(stage: Stage, company: Company) -> None:
    canned, read = company
    agreed, unknown = canned.say(AGREE, roomid="wrREPORT"), canned.say(UNKNOWN, roomid="wrREPORT")
    await read()
    for msgid in (agreed, unknown):
        kept = await _kept(stage, msgid)
        assert kept.system
        assert kept.text
    assert not await stage.with_words("hologram")


TEXT = {"msgtype": "text", "text": {"content": "the malachite pump arrives on Friday"}}
CHAT_RECORD = {
    "msgtype": "chatrecord",
    "chatrecord": {
        "title": "talk of yesterday",
        "item": [
            {
                "type": "ChatRecordText",
                "msgtime": 1790000000,
                "content": json.dumps({"content": "the amazonite valve"}),
                "from_chatroom": True,
            }
        ],
    },
}
MIXED = {
    "msgtype": "mixed",
    "mixed": {"item": [{"type": "text", "content": json.dumps({"content": "look at the larimar"})}]},
}
LINK = {
    "msgtype": "link",
    "link": {"title": "howlite manual", "description": "", "link_url": "https://example.com/howlite", "image_url": ""},
}
MEETING = {
    "msgtype": "meeting",
    "meeting": {
        "topic": "sodalite review",
        "starttime": 1790000000,
        "endtime": 1790003600,
        "address": "",
        "remarks": "",
    },
}
VOTE = {
    "msgtype": "vote",
    "vote": {"votetitle": "which?", "voteitem": ["kunzite", "none"], "votetype": 101, "voteid": "v"},
}
AGREE = {"msgtype": "agree", "agree": {"userid": "wmCLIENT", "agree_time": 1790000000000}}
UNKNOWN = {"msgtype": "hologram", "hologram": {}}
