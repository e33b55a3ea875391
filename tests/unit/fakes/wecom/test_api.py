"""The app's API: tokens, trusted addresses, receivers, limits in bytes, groups and media."""

import asyncio
import io
from typing import Any

import aiohttp
import pytest

from tests.fakes.wecom import FakeWeCom, ManualClock
from tests.unit.fakes.wecom.conftest import PNG

Json = dict[str, Any]


class Client:
    """As simple as a client can be: it does not refresh anything by itself."""

    def __init__(self, fake: FakeWeCom, http: aiohttp.ClientSession) -> None:
        self.fake = fake
        self.http = http
        self.token = ""

    async def login(self, **changes: str) -> Json:
        query = {"corpid": self.fake.world.corpid, "corpsecret": self.fake.world.app.secret, **changes}
        answer = await self.get("gettoken", **query)
        self.token = answer.get("access_token", self.token)
        return answer

    async def get(self, path: str, **query: str) -> Json:
        url = f"{self.fake.addresses.api_url}/cgi-bin/{path}"
        query = query if path == "gettoken" else {"access_token": self.token, **query}
        async with self.http.get(url, params=query) as response:
            assert response.status == 200
            answer: Json = await response.json()
            return answer

    async def post(self, path: str, body: Any, *, token: str | None = None) -> Json:
        url = f"{self.fake.addresses.api_url}/cgi-bin/{path}"
        query = {"access_token": self.token if token is None else token}
        async with self.http.post(url, params=query, json=body) as response:
            assert response.status == 200
            answer: Json = await response.json()
            return answer

    async def code(self, path: str, body: Any) -> int:
        return int((await self.post(path, body))["errcode"])

    async def upload(self, name: str, data: bytes, *, media_type: str = "file", quote: bool = False) -> Json:
        form = aiohttp.FormData(quote_fields=quote)
        form.add_field("media", io.BytesIO(data), filename=name, content_type="application/octet-stream")
        url = f"{self.fake.addresses.api_url}/cgi-bin/media/upload"
        async with self.http.post(url, params={"access_token": self.token, "type": media_type}, data=form) as response:
            answer: Json = await response.json()
            return answer


@pytest.fixture
async def client(fake: FakeWeCom, http: aiohttp.ClientSession) -> Client:
    made = Client(fake, http)
    await made.login()
    return made


def _text(content: str = "好", **changes: Any) -> Json:
    return {"touser": "alice", "agentid": 1000002, "msgtype": "text", "text": {"content": content}, **changes}


CARD = {
    "card_type": "button_interaction",
    "task_id": "t1",
    "main_title": {"title": "删吗"},
    "button_list": [{"text": "是", "key": "yes"}],
}


class TestTokens:
    @pytest.mark.parametrize(("wrong", "code"), [({"corpid": "ww0"}, 40013), ({"corpsecret": "x"}, 40001), ({}, 0)])
    async def test_credentials(self, client: Client, wrong: dict[str, str], code: int) -> None:
        assert (await client.login(**wrong))["errcode"] == code

    async def test_the_same_token_until_it_expires(self, client: Client, clock: ManualClock) -> None:
        first = client.token
        clock.advance(100)
        answer = await client.login()
        assert (answer["access_token"], answer["expires_in"]) == (first, 7100)
        clock.advance(7101)
        assert await client.code("message/send", _text()) == 42001
        await client.login()
        assert client.token != first and await client.code("message/send", _text()) == 0
        assert (client.fake.tokens.handed_out, client.fake.tokens.asked) == (2, 3)

    async def test_missing_unknown_and_expired_early(self, client: Client) -> None:
        assert (await client.post("message/send", _text(), token=""))["errcode"] == 41001
        assert (await client.post("message/send", _text(), token="x"))["errcode"] == 40014
        client.fake.tokens.expire()
        assert await client.code("message/send", _text()) == 42001
        await client.login()
        client.fake.tokens.revoke()
        assert await client.code("message/send", _text()) == 40014

    async def test_an_address_that_is_not_trusted(self, client: Client) -> None:
        client.fake.world.app.trusted_addresses = {"10.0.0.1"}
        answer = await client.post("message/send", _text())
        assert answer["errcode"] == 60020
        assert "from ip: 127.0.0.1" in answer["errmsg"] and "devtool/query?e=60020" in answer["errmsg"]
        client.fake.world.app.trusted_addresses.add("127.0.0.1")
        assert await client.code("message/send", _text()) == 0


async def test_where_callbacks_come_from(client: Client) -> None:
    assert (await client.get("getcallbackip"))["ip_list"] == ["127.0.0.1"]


class TestTrouble:
    async def test_scripted_codes(self, client: Client) -> None:
        client.fake.faults.refuse_next("message/send", -1, 45009)
        codes = [await client.code("message/send", _text()) for _ in range(3)]
        assert codes == [-1, 45009, 0]

    async def test_the_quota_is_used_up(self, client: Client, clock: ManualClock) -> None:
        client.fake.api.limit("message/send")
        assert await client.code("message/send", _text()) == 45009
        clock.advance(61)
        assert await client.code("message/send", _text()) == 0

    async def test_a_gateway_s_page_and_a_lost_connection(self, client: Client) -> None:
        client.fake.faults.break_next("message/send", 502, 0)
        url = f"{client.fake.addresses.api_url}/cgi-bin/message/send"
        async with client.http.post(url, json={}) as response:
            assert response.status == 502 and response.content_type == "text/html"
        with pytest.raises(aiohttp.ClientError):
            await client.post("message/send", _text())
        assert await client.code("message/send", _text()) == 0

    async def test_a_call_that_hangs(self, client: Client) -> None:
        goes_on = client.fake.faults.stall("message/send")
        calling = asyncio.create_task(client.code("message/send", _text()))
        assert (await client.login())["errcode"] == 0
        assert not calling.done()
        goes_on.set()
        assert await calling == 0


class TestSending:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (_text("字" * 682), 0),
            (_text("字" * 683), 45002),
            (_text(""), 44004),
            (_text(agentid=1), 40056),
            (_text(msgtype="stream"), 40008),
            (_text(touser=""), 40058),
            (_text(touser="|".join(["x"] * 1001)), 40058),
            (_text(touser="nobody"), 81013),
            (_text(msgtype="markdown", markdown={"content": "字" * 683}), 45002),
            (_text(msgtype="textcard", textcard={"title": "x", "description": "y"}), 40058),
            (_text(msgtype="news", news={"articles": []}), 40058),
            (_text(msgtype="file", file={"media_id": "x"}), 40007),
            (_text(msgtype="template_card", template_card={"card_type": "x"}), 40058),
            ([], 40058),
        ],
    )
    async def test_limits(self, client: Client, body: Any, code: int) -> None:
        assert await client.code("message/send", body) == code
        assert len(client.fake.screen.messages) == (code == 0)

    async def test_partly_wrong_receivers_are_listed_only(self, client: Client) -> None:
        answer = await client.post("message/send", _text(touser="alice|nobody|bob", toparty="9"))
        assert (answer["errcode"], answer["invaliduser"], answer["invalidparty"]) == (0, "nobody", "9")
        assert [shown.chat.chatid for shown in client.fake.screen.messages] == ["alice", "bob"]

    async def test_everybody(self, client: Client) -> None:
        await client.post("message/send", _text(touser="@all"))
        assert len(client.fake.screen.messages) == 3

    async def test_duplicates_are_dropped_when_asked_for(self, client: Client, clock: ManualClock) -> None:
        body = _text(enable_duplicate_check=1, duplicate_check_interval=60)
        assert [await client.code("message/send", body) for _ in range(2)] == [0, 0]
        assert len(client.fake.screen.messages) == 1
        clock.advance(61)
        await client.post("message/send", body)
        assert len(client.fake.screen.messages) == 2

    async def test_more_than_thirty_a_minute_vanish(self, client: Client) -> None:
        assert {await client.code("message/send", _text(str(number))) for number in range(31)} == {0}
        assert len(client.fake.screen.messages) == 30 and "dropped" in client.fake.ledger.warnings[0]

    async def test_recall_within_a_day(self, client: Client, clock: ManualClock) -> None:
        first = await client.post("message/send", _text())
        assert await client.code("message/recall", {"msgid": first["msgid"]}) == 0
        assert client.fake.screen.of("alice") == []
        second = await client.post("message/send", _text())
        clock.advance(86_401)
        await client.login()
        assert await client.code("message/recall", {"msgid": second["msgid"]}) == 40035

    async def test_a_card_is_updated_once_by_its_code(self, client: Client, clock: ManualClock) -> None:
        answer = await client.post("message/send", _text(msgtype="template_card", template_card=CARD))
        update = {"userids": ["alice"], "agentid": 1000002, "response_code": answer["response_code"]}
        done = {**CARD, "main_title": {"title": "删了"}}
        assert await client.code("message/update_template_card", {**update, "template_card": done}) == 0
        assert client.fake.screen.messages[0].card == done
        assert await client.code("message/update_template_card", {**update, "template_card": done}) == 40058
        shown = client.fake.screen.messages[0]
        client.fake.app.tries = 1
        client.fake.world.app.callback_url = "http://127.0.0.1:9/"
        event = (await client.fake.app.press("alice", shown, "yes")).body
        assert (event["EventKey"], event["TaskId"]) == ("yes", "t1")
        update["response_code"] = event["ResponseCode"]
        clock.advance(72 * 3600 + 1)
        await client.login()
        assert await client.code("message/update_template_card", {**update, "template_card": done}) == 40058


class TestGroups:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({}, 0),
            ({"name": "名" * 51}, 86004),
            ({"userlist": ["alice"]}, 86006),
            ({"userlist": ["alice", "nobody"]}, 86007),
            ({"owner": "carol"}, 86005),
            ({"chatid": "with-dash"}, 86001),
            ({"chatid": "wrPUMPS"}, 86215),
        ],
    )
    async def test_making_one(self, client: Client, changes: Json, code: int) -> None:
        body = {"name": "水泵", "owner": "alice", "userlist": ["alice", "bob"], "chatid": "pumps1", **changes}
        assert await client.code("appchat/create", body) == code

    async def test_the_app_must_see_everybody(self, client: Client) -> None:
        client.fake.world.app.sees_root_department = False
        assert await client.code("appchat/create", {"name": "x", "userlist": ["alice", "bob"]}) == 60011

    async def test_writing_to_it_and_to_no_other(self, client: Client) -> None:
        made = await client.post("appchat/create", {"name": "水泵", "userlist": ["alice", "bob"]})
        body = {"chatid": made["chatid"], "msgtype": "markdown", "markdown": {"content": "**好**"}}
        assert await client.code("appchat/send", body) == 0
        assert client.fake.screen.of(made["chatid"])[0].text == "**好**"
        assert await client.code("appchat/send", {**body, "chatid": "wrPUMPS"}) == 86008
        assert await client.code("appchat/send", {**body, "chatid": "none"}) == 86003
        card = {"msgtype": "template_card", "template_card": CARD}
        assert await client.code("appchat/send", {**body, **card}) == 40008
        update = {"chatid": made["chatid"], "name": "新名", "add_user_list": ["carol"], "del_user_list": ["bob"]}
        assert await client.code("appchat/update", update) == 0
        info = (await client.get("appchat/get", chatid=made["chatid"]))["chat_info"]
        assert (info["name"], info["userlist"]) == ("新名", ["alice", "carol"])


class TestMedia:
    async def test_up_sent_and_down(self, client: Client, clock: ManualClock, http: aiohttp.ClientSession) -> None:
        media = await client.upload("报价.pdf", b"%PDF-1.4 hello")
        assert media["type"] == "file" and isinstance(media["created_at"], str)
        assert await client.code("message/send", _text(msgtype="file", file={"media_id": media["media_id"]})) == 0
        shown = client.fake.screen.messages[0]
        assert (shown.file_name, shown.data) == ("报价.pdf", b"%PDF-1.4 hello")
        url = f"{client.fake.addresses.api_url}/cgi-bin/media/get"
        query = {"access_token": client.token, "media_id": media["media_id"]}
        async with http.get(url, params=query) as response:
            assert await response.read() == b"%PDF-1.4 hello"
            assert response.content_disposition is not None and response.content_disposition.filename == "报价.pdf"
        async with http.get(url, params=query, headers={"Range": "bytes=5-7"}) as response:
            assert (response.status, await response.read()) == (206, b"1.4")
        clock.advance(3 * 86_400 + 1)
        await client.login()
        assert (await client.get("media/get", media_id=media["media_id"]))["errcode"] == 40007

    async def test_a_name_that_the_client_encoded_is_shown_encoded(self, client: Client) -> None:
        media = await client.upload("报价.pdf", b"%PDF-1.4 hello", quote=True)
        assert "%" in client.fake.media.find(media["media_id"], owner="corp").name

    @pytest.mark.parametrize(
        ("media_type", "data", "code"),
        [
            ("exe", b"x" * 10, 40004),
            ("file", b"x" * 5, 40006),
            ("voice", bytes(2 * 1024 * 1024 + 1), 40006),
            ("image", b"no picture", 40004),
            ("image", PNG, 0),
            ("voice", b"#!AMR\n....", 0),
        ],
    )
    async def test_limits(self, client: Client, media_type: str, data: bytes, code: int) -> None:
        assert (await client.upload("a", data, media_type=media_type))["errcode"] == code

    async def test_no_file_at_all(self, client: Client) -> None:
        assert await client.code("media/upload", {}) == 44001


async def test_the_message_archive_has_a_secret_of_its_own(client: Client) -> None:
    world = client.fake.world
    world.archived_robots["wbALARM"] = "报警"
    await client.login()
    assert (await client.post("msgaudit/groupchat/get", {"roomid": "wrPUMPS"}))["errcode"] == 40014
    await client.login(corpsecret=world.archive_secret)
    group = await client.post("msgaudit/groupchat/get", {"roomid": "wrPUMPS"})
    assert group["roomname"] == "水泵项目"
    assert [member["memberid"] for member in group["members"]] == ["alice", "bob", "carol"]
    world.groups["wrPUMPS"].members.add("wmCLIENT")
    assert (await client.post("msgaudit/groupchat/get", {"roomid": "wrPUMPS"}))["errcode"] == 86001
    assert (await client.get("msgaudit/get_robot_info", robot_id="wbALARM"))["data"]["name"] == "报警"
    assert (await client.get("msgaudit/get_robot_info", robot_id="wbNOBODY"))["errcode"] == 40058
