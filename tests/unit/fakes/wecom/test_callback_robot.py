"""The robot's URL callback: what arrives, what may be answered, and the polls of a stream."""

import asyncio
from typing import Any

import pytest

from tests.fakes.wecom import FakeWeCom, ManualClock
from tests.unit.fakes.wecom.conftest import PNG, Json, TinyBot


def stream(content: str = "…", *, finish: bool = False, identity: str = "S1", **more: Any) -> Json:
    return {"msgtype": "stream", "stream": {"id": identity, "finish": finish, "content": content, **more}}


async def test_the_address_is_verified_with_the_bare_plaintext(calling: FakeWeCom, bot: TinyBot) -> None:
    assert await calling.verify_robot_callback()
    calling.world.robot.callback_url = bot.url.replace("/wecom", "/elsewhere")
    assert not await calling.verify_robot_callback()


async def test_a_mention_has_the_fields_of_the_reference_and_no_others(calling: FakeWeCom, bot: TinyBot) -> None:
    quote = calling.payloads.file("file", "报价.pdf", b"%PDF-1")
    sent = await calling.robot.mention("alice", "wrPUMPS", "这是什么？", quote=quote, space="\u2005")
    assert sent.delivered and sent.status == 200
    [body] = bot.heard
    assert set(body) == {
        "msgid", "aibotid", "chattype", "chatid", "from", "response_url", "msgtype", "text", "quote",
    }  # fmt: skip
    assert body["from"] == {"userid": "alice"}
    assert body["text"] == {"content": "@拾光\u2005这是什么？"}
    assert set(body["quote"]["file"]) == {"url"}


async def test_a_direct_message_has_no_chatid_and_may_hide_who_it_is(calling: FakeWeCom, bot: TinyBot) -> None:
    calling.world.robot.hides_userids = True
    await calling.robot.speak("bob", "语音说的话")
    assert "chatid" not in bot.heard[0]
    assert bot.heard[0]["from"]["userid"] not in ("bob", "")
    assert bot.heard[0]["voice"] == {"content": "语音说的话"}


async def test_a_streamed_answer_is_polled_until_its_last_frame(
    calling: FakeWeCom, bot: TinyBot, clock: ManualClock
) -> None:
    texts = iter(["想", "想好", "想好了"])

    def answer(body: Json) -> Json:
        text = next(texts)
        first: Json = {"feedback": {"id": "FB1"}} if body["msgtype"] == "text" else {}
        return stream(text, finish=text == "想好了", **first)

    bot.answer = answer
    sent = await calling.robot.direct("alice", "在吗")
    await clock.run(calling.callback.follow(sent))
    shown = calling.screen.messages[0]
    assert (shown.frames, shown.text, shown.finished) == (["想", "想好", "想好了"], "想好了", True)
    assert shown.feedback_id == "FB1"
    assert [body["msgtype"] for body in bot.heard] == ["text", "stream", "stream"]
    assert "response_url" not in bot.heard[1]
    assert not calling.ledger.refusals
    assert not await calling.callback.poll(sent)


async def test_polling_ends_after_six_minutes(calling: FakeWeCom, bot: TinyBot, clock: ManualClock) -> None:
    bot.answer = lambda body: stream()
    sent = await calling.robot.direct("alice", "在吗")
    clock.advance(359)
    assert await calling.callback.poll(sent)
    clock.advance(2)
    assert not await calling.callback.poll(sent)


async def test_pictures_may_come_with_the_last_frame_only(calling: FakeWeCom, bot: TinyBot) -> None:
    import base64
    import hashlib

    image = {"base64": base64.b64encode(PNG).decode(), "md5": hashlib.md5(PNG, usedforsecurity=False).hexdigest()}
    items = [{"msgtype": "image", "image": image}]
    bot.answer = lambda body: stream("图", msg_item=items)
    assert (await calling.robot.direct("alice", "图")).refusals
    bot.answer = lambda body: stream("图", finish=True, msg_item=items)
    assert not (await calling.robot.direct("bob", "图")).refusals
    assert calling.screen.of("bob")[0].images == [PNG]
    image["md5"] = "0" * 32
    assert "md5" in (await calling.robot.direct("carol", "图")).refusals[0]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"msgtype": "text", "text": {"content": "x"}}, "msgtype 'text'"),
        ({"msgtype": "markdown", "markdown": {"content": "x"}}, "msgtype 'markdown'"),
        (stream("x" * 20_481), "exceed max length 20480"),
        (stream(identity=""), "stream.id"),
        (stream(feedback={"id": "字" * 90}), "feedback.id"),
        ({"msgtype": "template_card", "template_card": {"card_type": "text_notice"}}, "card_action"),
    ],
)
async def test_what_the_platform_does_not_show_is_recorded(
    calling: FakeWeCom, bot: TinyBot, reply: Json, reason: str
) -> None:
    bot.answer = lambda body: reply
    sent = await calling.robot.direct("alice", "在吗")
    assert len(sent.refusals) == 1 and reason in sent.refusals[0]
    assert calling.screen.messages == []
    assert len(calling.ledger.refusals) == 1


@pytest.mark.parametrize("raw", ["ok", "{}", '{"encrypt": "x", "msgsignature": "y", "timestamp": 1, "nonce": "z"}'])
async def test_an_unsealed_reply_is_no_reply(calling: FakeWeCom, bot: TinyBot, raw: str) -> None:
    bot.raw_reply = raw
    sent = await calling.robot.direct("alice", "在吗")
    assert sent.refusals and not calling.screen.messages


async def test_plain_messages_are_tried_once_unless_the_test_says_so(calling: FakeWeCom, bot: TinyBot) -> None:
    bot.statuses = [500]
    sent = await calling.robot.direct("alice", "在吗")
    assert not sent.delivered and [attempt.status for attempt in sent.attempts] == [500]


async def test_a_repeated_message_wants_the_same_stream(calling: FakeWeCom, bot: TinyBot) -> None:
    bot.answer = lambda body: stream("好", finish=True)
    sent = await calling.robot.direct("alice", "在吗")
    await calling.robot.repeat(sent)
    assert bot.heard[0]["msgid"] == bot.heard[1]["msgid"]
    assert not sent.refusals and len(calling.screen.messages) == 1
    bot.answer = lambda body: stream("又", finish=True, identity="S2")
    await calling.robot.repeat(sent)
    assert sent.refusals


async def test_a_refresh_must_be_answered_for_the_same_stream(calling: FakeWeCom, bot: TinyBot) -> None:
    bot.answer = lambda body: stream()
    sent = await calling.robot.direct("alice", "在吗")
    bot.answer = lambda body: None
    await calling.callback.poll(sent)
    bot.answer = lambda body: stream(identity="S2")
    await calling.callback.poll(sent)
    assert "needs an answer" in sent.refusals[0] and "'S2'" in sent.refusals[1]


async def test_three_messages_of_a_person_may_be_in_flight(
    calling: FakeWeCom, bot: TinyBot, clock: ManualClock
) -> None:
    bot.answer = lambda body: stream(identity=body["msgid"])
    first = [await calling.robot.direct("alice", "问") for _ in range(3)]
    assert all(sent.delivered for sent in first)
    assert (await calling.robot.direct("alice", "问")).held_back
    assert (await calling.robot.direct("bob", "问")).delivered
    bot.answer = lambda body: stream("完", finish=True, identity=first[0].msgid)
    await calling.callback.poll(first[0])
    assert (await calling.robot.direct("alice", "问")).delivered


async def test_nobody_answers_within_five_seconds(calling: FakeWeCom, bot: TinyBot, clock: ManualClock) -> None:
    bot.wait_for = asyncio.Event()
    telling = asyncio.create_task(calling.robot.direct("alice", "在吗"))
    await bot.arrivals.acquire()
    clock.advance(5)
    sent = await telling
    assert not sent.delivered and sent.status is None


class TestEvents:
    async def test_a_welcome_for_the_first_visit_of_a_day(
        self, calling: FakeWeCom, bot: TinyBot, clock: ManualClock
    ) -> None:
        bot.answer = lambda body: {"msgtype": "text", "text": {"content": "你好"}}
        sent = await calling.robot.open_chat("alice")
        assert sent is not None and not sent.refusals
        assert bot.heard[0]["event"] == {"eventtype": "enter_chat"} and "response_url" not in bot.heard[0]
        assert calling.screen.of("alice")[0].text == "你好"
        assert await calling.robot.open_chat("alice") is None
        clock.advance(86_400)
        assert await calling.robot.open_chat("alice") is not None

    async def test_feedback_needs_an_id_and_allows_no_reply(self, calling: FakeWeCom, bot: TinyBot) -> None:
        bot.answer = lambda body: stream("好", finish=True)
        await calling.robot.direct("alice", "在吗")
        assert await calling.robot.rate("alice", calling.screen.messages[0], "up") is None
        bot.answer = lambda body: stream("好", finish=True, identity="S2", feedback={"id": "FB2"})
        await calling.robot.direct("alice", "在吗")
        shown = calling.screen.messages[1]
        sent = await calling.robot.rate("bob", shown, "down", reasons=[2, 4], content="再细一点")
        assert sent is not None and sent.refusals == ["a feedback event allows an empty packet only"]
        assert bot.heard[-1]["event"]["feedback_event"] == {
            "id": "FB2", "type": 2, "content": "再细一点", "inaccurate_reason_list": [2, 4],
        }  # fmt: skip
        bot.answer = lambda body: None
        sent = await calling.robot.rate("bob", shown, "withdrawn", reasons=[1], content="x")
        assert sent is not None and not sent.refusals
        assert bot.heard[-1]["event"]["feedback_event"] == {"id": "FB2", "type": 3}

    async def test_a_card_s_button_updates_that_card(self, calling: FakeWeCom, bot: TinyBot) -> None:
        card = {
            "card_type": "button_interaction",
            "task_id": "task-1",
            "main_title": {"title": "删掉吗？"},
            "button_list": [{"text": "是", "key": "yes"}],
        }
        bot.answer = lambda body: {"msgtype": "template_card", "template_card": card}
        await calling.robot.direct("alice", "删")
        shown = calling.screen.messages[0]
        done = {**card, "main_title": {"title": "删掉了"}}
        bot.answer = lambda body: {"response_type": "update_template_card", "template_card": done}
        sent = await calling.robot.press("alice", shown, "yes", selected={"q1": ["a", "b"]})
        event = bot.heard[-1]["event"]["template_card_event"]
        assert event == {
            "card_type": "button_interaction",
            "event_key": "yes",
            "task_id": "task-1",
            "selected_items": {"selected_item": [{"question_key": "q1", "option_ids": {"option_id": ["a", "b"]}}]},
        }
        assert not sent.refusals and shown.card == done
        bot.answer = lambda body: {"response_type": "update_template_card", "template_card": {**done, "task_id": "t2"}}
        assert "task_id" in (await calling.robot.press("alice", shown, "yes")).refusals[0]

    async def test_a_recall_is_not_told(self, calling: FakeWeCom, bot: TinyBot) -> None:
        sent = await calling.robot.direct("alice", "说错了")
        calling.robot.recall(sent)
        assert len(bot.heard) == 1
