"""The long connection: who may speak, what may be answered to what, and until when."""

import asyncio
from typing import Any

import aiohttp
import pytest

from connectors.wecom.media_cipher import decrypted_media
from tests.fakes.wecom import FakeWeCom, ManualClock, small_company
from tests.unit.fakes.wecom.line import Json, Line, line


def stream(content: str = "…", *, finish: bool = False, identity: str = "S1", **more: Any) -> Json:
    return {"msgtype": "stream", "stream": {"id": identity, "finish": finish, "content": content, **more}}


MARKDOWN = {"msgtype": "markdown", "markdown": {"content": "**好**", "feedback": {"id": "FB7"}}}


class TestSubscribing:
    @pytest.mark.parametrize(("wrong", "code"), [({"bot_id": "aibx"}, 93019), ({"secret": "x"}, 853000), ({}, 0)])
    async def test_credentials(self, fake: FakeWeCom, wrong: Json, code: int) -> None:
        robot = fake.world.robot
        async with line(fake, subscribed=False) as made:
            assert await made.code("aibot_subscribe", {"bot_id": robot.bot_id, "secret": robot.secret, **wrong}) == code
        assert robot.secret not in str(fake.ledger.calls)

    async def test_a_robot_on_url_callback_has_no_long_connection(self, calling: FakeWeCom) -> None:
        async with line(calling, subscribed=False) as made:
            assert await made.subscribe(calling) == 48002

    async def test_too_often(self, fake: FakeWeCom, clock: ManualClock) -> None:
        async with line(fake, subscribed=False) as made:
            codes = [await made.subscribe(fake) for _ in range(11)]
            assert codes == [0] * 10 + [45009]
            clock.advance(61)
            assert await made.subscribe(fake) == 0

    async def test_the_platform_s_own_trouble(self, fake: FakeWeCom) -> None:
        fake.faults.refuse_next("aibot_subscribe", -1)
        async with line(fake, subscribed=False) as made:
            assert [await made.subscribe(fake) for _ in range(2)] == [-1, 0]

    async def test_commands_before_it(self, fake: FakeWeCom) -> None:
        async with line(fake, subscribed=False) as made:
            assert await made.code("aibot_send_msg", {"chatid": "alice", **MARKDOWN}) == 846609
            assert await made.code("ping") == 0

    async def test_a_newer_one_takes_over(self, fake: FakeWeCom) -> None:
        async with line(fake) as old, line(fake) as new:
            frame = await old.callback()
            assert frame["cmd"] == "aibot_event_callback"
            assert frame["body"]["event"] == {"eventtype": "disconnected_event"}
            assert (await old.socket.receive()).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING)
            await fake.robot.direct("alice", "在吗")
            assert (await new.callback())["body"]["text"] == {"content": "在吗"}
            await fake.long_connection.take_over()
            assert (await new.callback())["body"]["event"] == {"eventtype": "disconnected_event"}
        assert not (await fake.robot.direct("alice", "在吗")).delivered

    async def test_what_happens_meanwhile_is_lost(self, fake: FakeWeCom) -> None:
        assert (await fake.robot.direct("alice", "在吗")).held_back == "no connection"
        async with line(fake) as made:
            assert await made.code("ping") == 0
            assert made.told == []

    async def test_the_line_breaks_without_a_word(self, fake: FakeWeCom) -> None:
        async with line(fake) as made:
            await fake.long_connection.drop()
            message = await made.socket.receive(timeout=60)
            assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSE)

    async def test_a_dead_line_answers_no_ping(self, fake: FakeWeCom) -> None:
        async with line(fake) as made:
            fake.long_connection.answers_pings = False
            await made.send("ping", req_id="p1")
            assert (await made.ask("aibot_nonsense"))["errcode"] == 40058
            connection = fake.long_connection.live
            assert connection is not None and connection.pings == 1


class TestHearing:
    async def test_a_mention(self, fake: FakeWeCom) -> None:
        async with line(fake) as made:
            sent = await fake.robot.mention("alice", "wrPUMPS", "在吗")
            frame = await made.callback()
        assert frame["cmd"] == "aibot_msg_callback" and frame["headers"]["req_id"] == sent.req_id
        assert set(frame["body"]) == {"msgid", "aibotid", "chattype", "chatid", "from", "msgtype", "text"}

    async def test_control_characters_come_raw(self, fake: FakeWeCom) -> None:
        async with line(fake) as made:
            await fake.robot.direct("alice", "a\x01b\\u0001c\\\x02d")
            text = (await made.socket.receive_str()).partition("content")[2]
            assert "\x01" in text and "\\\\u0001c" in text and "\x02" in text
            await fake.robot.direct("alice", "a\x01b\\u0001c\\\x02d")
            assert (await made.callback())["body"]["text"]["content"] == "a\x01b\\u0001c\\\x02d"

    async def test_files_have_a_key_each_and_live_five_minutes(
        self, fake: FakeWeCom, clock: ManualClock, http: aiohttp.ClientSession
    ) -> None:
        keys = []
        async with line(fake) as made:
            for name in ("报价 表.pdf", "b.pdf"):
                await fake.robot.send_file("alice", name, b"%PDF-1.4 " * 50)
                file = (await made.callback())["body"]["file"]
                keys.append(file["aeskey"])
                async with http.get(file["url"]) as response:
                    pieces = [piece async for piece in decrypted_media(response.content.iter_any(), key=file["aeskey"])]
                    assert b"".join(pieces) == b"%PDF-1.4 " * 50
                    assert response.content_disposition is not None
                    assert response.content_disposition.filename == name
        assert len({key.rstrip("=") for key in keys}) == 2 and len({len(key) for key in keys}) == 2
        clock.advance(301)
        async with http.get(file["url"]) as response:
            assert response.status == 403

    async def test_mixed_and_quote(self, fake: FakeWeCom) -> None:
        async with line(fake) as made:
            quote = fake.payloads.text("原话")
            await fake.robot.mention("alice", "wrPUMPS", "看图", images=[b"\x89PNG\r\n\x1a\n1"], quote=quote)
            body = (await made.callback())["body"]
        assert [item["msgtype"] for item in body["mixed"]["msg_item"]] == ["text", "image"]
        assert "aeskey" in body["mixed"]["msg_item"][1]["image"]
        assert body["quote"] == {"msgtype": "text", "text": {"content": "原话"}}

    async def test_the_same_again(self, fake: FakeWeCom) -> None:
        async with line(fake) as made:
            sent = await fake.robot.direct("alice", "在吗")
            await fake.robot.repeat(sent)
            assert (await made.callback()) == (await made.callback())


class TestAnswering:
    async def test_a_stream(self, fake: FakeWeCom) -> None:
        async with line(fake) as made:
            sent = await fake.robot.mention("alice", "wrPUMPS", "在吗")
            for frame in (stream("想", feedback={"id": "FB1"}), stream("想好"), stream("想好了", finish=True)):
                assert await made.ask("aibot_respond_msg", frame, req_id=sent.req_id) == {
                    "headers": {"req_id": sent.req_id}, "errcode": 0, "errmsg": "ok",
                }  # fmt: skip
            assert await made.code("aibot_respond_msg", stream("再"), req_id=sent.req_id) == 846605
            assert await made.code("aibot_respond_msg", MARKDOWN, req_id=sent.req_id) == 846605
        [shown] = fake.screen.of("wrPUMPS")
        assert (shown.frames, shown.feedback_id, shown.finished) == (["想", "想好", "想好了"], "FB1", True)

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"msgtype": "text", "text": {"content": "x"}}, 40008),
            (stream("x" * 20_481), 40058),
            (stream(msg_item=[{"msgtype": "image"}], finish=True), 40058),
            ({"msgtype": "markdown", "markdown": {"content": "字" * 6827}}, 40058),
            ({"msgtype": "markdown", "markdown": {"content": ""}}, 44004),
            ({"msgtype": "file", "file": {"media_id": "no"}}, 40007),
            ({"msgtype": "template_card", "template_card": {"card_type": "vote"}}, 40058),
        ],
    )
    async def test_what_is_refused(self, fake: FakeWeCom, body: Json, code: int) -> None:
        async with line(fake) as made:
            sent = await fake.robot.direct("alice", "在吗")
            assert await made.code("aibot_respond_msg", body, req_id=sent.req_id) == code
        assert fake.screen.messages == [] and fake.ledger.refusals[-1].errcode == code

    async def test_another_stream_id_and_an_unknown_turn(self, fake: FakeWeCom) -> None:
        async with line(fake) as made:
            sent = await fake.robot.direct("alice", "在吗")
            assert await made.code("aibot_respond_msg", stream(), req_id=sent.req_id) == 0
            assert await made.code("aibot_respond_msg", stream(identity="S2"), req_id=sent.req_id) == 846605
            assert await made.code("aibot_respond_msg", stream(), req_id="invented") == 846605
            assert await made.code("aibot_respond_update_msg", {}, req_id=sent.req_id) == 846605

    @pytest.mark.parametrize(("minutes", "code"), [(6.0, 846608), (10.0, 0)])
    async def test_a_stream_s_time_is_up(self, clock: ManualClock, minutes: float, code: int) -> None:
        async with FakeWeCom(clock=clock, stream_minutes=minutes).running() as fake, line(fake) as made:
            sent = await fake.robot.direct("alice", "在吗")
            assert await made.code("aibot_respond_msg", stream(), req_id=sent.req_id) == 0
            clock.advance(361)
            assert await made.code("aibot_respond_msg", stream("晚", finish=True), req_id=sent.req_id) == code
            assert await made.code("aibot_send_msg", {"chatid": "alice", **MARKDOWN}) == 0

    async def test_a_day_later(self, fake: FakeWeCom, clock: ManualClock) -> None:
        async with line(fake) as made:
            sent = await fake.robot.direct("alice", "在吗")
            clock.advance(86_401)
            assert await made.code("aibot_respond_msg", MARKDOWN, req_id=sent.req_id) == 846605

    async def test_two_frames_at_once_for_one_turn_are_a_conflict(self, fake: FakeWeCom) -> None:
        async with line(fake) as made:
            sent = await fake.robot.direct("alice", "在吗")
            await made.callback()
            fake.long_connection.hold_acks()
            await made.send("aibot_respond_msg", stream("一"), req_id=sent.req_id)
            await made.send("aibot_respond_msg", stream("二"), req_id=sent.req_id)
            assert (await made.read())["errcode"] == 6000
            fake.long_connection.release_acks()
            assert (await made.read())["errcode"] == 0
            assert await made.code("aibot_respond_msg", stream("三"), req_id=sent.req_id) == 0
        assert fake.screen.messages[0].frames == ["一", "三"]

    async def test_thirty_a_minute_for_a_conversation(self, fake: FakeWeCom, clock: ManualClock) -> None:
        async with line(fake) as made:
            await fake.robot.mention("alice", "wrPUMPS", "在吗")
            await fake.robot.direct("alice", "在吗")
            push = {"chatid": "wrPUMPS", "chat_type": 2, **MARKDOWN}
            assert [await made.code("aibot_send_msg", push) for _ in range(31)] == [0] * 30 + [45009]
            assert await made.code("aibot_send_msg", {**push, "chatid": "alice", "chat_type": 1}) == 0
            clock.advance(61)
            assert await made.code("aibot_send_msg", push) == 0

    async def test_a_thousand_an_hour(self, fake: FakeWeCom, clock: ManualClock) -> None:
        async with line(fake) as made:
            await fake.robot.direct("alice", "在吗")
            codes = []
            for _ in range(1001):
                clock.advance(2.1)
                codes.append(await made.code("aibot_send_msg", {"chatid": "alice", **MARKDOWN}))
            assert codes == [0] * 1000 + [45009]
            clock.advance(1200)
            assert await made.code("aibot_send_msg", {"chatid": "alice", **MARKDOWN}) == 45009
            clock.advance(2401)
            assert await made.code("aibot_send_msg", {"chatid": "alice", **MARKDOWN}) == 0

    async def test_a_stream_with_a_card_is_taken_and_its_card_is_not_shown(self, fake: FakeWeCom) -> None:
        async with line(fake) as made:
            sent = await fake.robot.direct("alice", "在吗")
            body = {**stream("好", finish=True), "msgtype": "stream_with_template_card", "template_card": {}}
            assert await made.code("aibot_respond_msg", body, req_id=sent.req_id) == 0
        assert len(fake.screen.messages) == 1 and "not shown" in fake.ledger.warnings[0]


class TestPushing:
    @pytest.mark.parametrize(
        ("where", "code"),
        [
            ({"chatid": "wrPUMPS", "chat_type": 2}, 0),
            ({"chatid": "wrPUMPS"}, 0),
            ({"chatid": "wrPUMPS", "chat_type": 1}, 93006),
            ({"chatid": "wrOTHER"}, 86008),
            ({"chatid": "bob"}, 93006),
            ({"chatid": "nobody"}, 93006),
            ({}, 40058),
        ],
    )
    async def test_only_where_somebody_has_spoken_to_it(self, fake: FakeWeCom, where: Json, code: int) -> None:
        async with line(fake) as made:
            await fake.robot.mention("alice", "wrPUMPS", "在吗")
            assert await made.code("aibot_send_msg", {**where, **MARKDOWN}) == code

    @pytest.mark.parametrize("msgtype", ["stream", "text"])
    async def test_neither_streams_nor_plain_text(self, fake: FakeWeCom, msgtype: str) -> None:
        async with line(fake) as made:
            await fake.robot.direct("alice", "在吗")
            body = {"chatid": "alice", "msgtype": msgtype, msgtype: {"content": "x", "id": "S1"}}
            assert await made.code("aibot_send_msg", body) == 40008


class TestEvents:
    async def test_welcome_within_five_seconds(self, fake: FakeWeCom, clock: ManualClock) -> None:
        text = {"msgtype": "text", "text": {"content": "你好"}}
        async with line(fake) as made:
            first = await fake.robot.open_chat("alice")
            late = await fake.robot.open_chat("bob")
            assert first is not None and late is not None
            assert await made.code("aibot_respond_msg", MARKDOWN, req_id=first.req_id) == 846605
            assert await made.code("aibot_respond_welcome_msg", text, req_id=first.req_id) == 0
            assert await made.code("aibot_respond_welcome_msg", text, req_id=first.req_id) == 846605
            clock.advance(6)
            assert await made.code("aibot_respond_welcome_msg", text, req_id=late.req_id) == 846605
        assert [shown.text for shown in fake.screen.messages] == ["你好"]

    async def test_card_feedback_and_update(self, fake: FakeWeCom, clock: ManualClock) -> None:
        card: Json = {
            "card_type": "vote_interaction",
            "task_id": "pick@1",
            "main_title": {"title": "哪个更好？"},
            "checkbox": {"question_key": "q", "option_list": [{"id": "a", "text": "一"}, {"id": "b", "text": "二"}]},
            "submit_button": {"text": "选好了", "key": "submit"},
            "feedback": {"id": "FB9"},
        }
        async with line(fake) as made:
            sent = await fake.robot.direct("alice", "再试试")
            body = {"msgtype": "template_card", "template_card": card}
            assert await made.code("aibot_respond_msg", body, req_id=sent.req_id) == 0
            assert await made.code("aibot_respond_msg", body, req_id=sent.req_id) == 40058
            [shown] = fake.screen.messages
            pressed = await fake.robot.press("alice", shown, "submit", selected={"q": ["b"]})
            update = {"response_type": "update_template_card", "userids": ["alice"], "template_card": card}
            assert await made.code("aibot_respond_msg", stream(), req_id=pressed.req_id) == 846605
            assert (
                await made.code("aibot_respond_update_msg", {**update, "msgtype": "x"}, req_id=pressed.req_id) == 40058
            )
            assert await made.code("aibot_respond_update_msg", update, req_id=pressed.req_id) == 0
            assert shown.card_for == {"alice": card}
            clock.advance(6)
            assert await made.code("aibot_respond_update_msg", update, req_id=pressed.req_id) == 846605
            assert await fake.robot.rate("alice", shown, "up") is not None
            assert made.told[-1]["body"]["event"]["eventtype"] == "template_card_event"
            assert (await made.read())["body"]["event"]["feedback_event"] == {"id": "FB9", "type": 1}


@pytest.mark.parametrize("text", ["no json", "[]", "{}", '{"cmd": "ping"}', '{"cmd": 1, "headers": {"req_id": "x"}}'])
async def test_frames_that_are_none(fake: FakeWeCom, text: str) -> None:
    async with line(fake) as made:
        await made.socket.send_str(text)
        assert (await made.read())["errcode"] == 40058


async def test_until_live_waits(fake: FakeWeCom) -> None:
    waiting = asyncio.create_task(fake.long_connection.until_live())
    async with line(fake):
        assert (await waiting).subscribed


async def test_a_world_of_its_own() -> None:
    assert small_company().robot.secret != small_company().robot.secret


async def test_line_keeps_callbacks_that_come_in_between(fake: FakeWeCom) -> None:
    async with line(fake) as made:
        await fake.robot.direct("alice", "在吗")
        assert await made.code("ping") == 0
        assert isinstance(made, Line) and (await made.callback())["body"]["msgtype"] == "text"
