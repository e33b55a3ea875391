"""The app over real sockets: what people write to it, and what they see."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from connectors.live_host import Json
from connectors.wecom.app import WeComApp
from connectors.wecom.site import CardChange, Heard, Voice
from tests.fakes.wecom import FakeWeCom, Shown, small_company
from tests.fakes.wecom_app import AppWorld, ScriptedConversing, running_app, watched_host

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
BUTTONS = {
    "card_type": "button_interaction",
    "main_title": {"title": "删除这三条吗？"},
    "button_list": [
        {"text": "删除", "style": 2, "key": "card:1:yes"},
        {"text": "不删", "style": 1, "key": "card:1:no"},
    ],
    "task_id": "card-1-abc",
    "feedback": {"id": "only a robot's"},
}


@pytest.fixture
async def world() -> AsyncIterator[AppWorld]:
    async with FakeWeCom(small_company()).running() as fake, running_app(fake) as world:
        yield world
        assert not fake.ledger.refusals
        assert not fake.ledger.warnings


async def test_the_address_is_verified(world: AppWorld) -> None:
    assert await world.fake.verify_app_callback()


async def test_a_question_is_answered(world: AppWorld) -> None:
    sent = await world.fake.app.say("alice", "泵什么时候到？")
    assert (sent.status, sent.attempts[0].body) == (200, "")
    shown = await world.fake.screen.until(lambda shown: shown.via == "app")
    assert (shown.chat.chatid, shown.msgtype, shown.text) == ("alice", "markdown", "你说：泵什么时候到？")
    [heard] = world.conversing.everything
    assert (heard.way, heard.of, heard.msgid) == ("app", "helper", sent.msgid)
    assert heard.channel.channel_id == "wecom:direct:helper:alice" and heard.channel.visibility == "direct"
    assert heard.person.person_id == "wecom:alice" and heard.said_at.timestamp() == int(sent.at)
    await world.settled()
    assert not world.host.mailbox.letters


async def test_what_is_no_text(world: AppWorld) -> None:
    async def silent(heard: Heard, voice: Voice) -> None:
        """Only archives."""

    world.conversing.answering = silent
    await world.fake.app.send_image("alice", "a.png", PNG)
    await world.fake.app.send_file("alice", "报价.pdf", b"%PDF-1.4")
    await world.fake.app.send_file("alice", "没有名字.pdf", b"%PDF-1.4", with_name=False)
    await world.fake.app.send_link("alice", "标题", "https://example.org/a")
    await world.fake.app.send_location("alice", "上海")
    await world.settled()
    files = [media for heard in world.conversing.everything for media in heard.media]
    assert [(media.kind, media.name, media.place) for media in files] == [
        ("image", "", 0),
        ("file", "报价.pdf", 0),
        ("file", "", 0),
    ]
    assert all(world.fake.media.find(media.media_id, owner="corp") for media in files)
    texts = [heard.text for heard in world.conversing.everything if not heard.media]
    assert texts == ["标题\nhttps://example.org/a", "📍 上海 (31.23, 121.47)"]
    assert not world.fake.screen.messages


async def test_voice_is_said_not_to_be_understood(world: AppWorld) -> None:
    await world.fake.app.speak("alice")
    shown = await world.fake.screen.until(lambda shown: shown.via == "app")
    assert "听不懂" in shown.text and "type" in shown.text
    assert not world.conversing.everything


async def test_words_of_a_voice_message_are_a_question(world: AppWorld) -> None:
    fields = {"MediaId": "m", "Format": "amr", "Recognition": "明天几点开会"}
    await world.fake.app._message("alice", "voice", fields)
    await world.settled()
    [heard] = world.conversing.everything
    assert heard.voice and heard.text == "明天几点开会"


async def test_unknown_types_are_counted(world: AppWorld) -> None:
    await world.fake.app._message("alice", "hologram", {"MediaId": "m"})
    await world.fake.app.happens("alice", "upload_of_minds")
    await world.fake.app.happens("alice", "LOCATION", {"Latitude": "31", "Longitude": "121"})
    await world.settled()
    assert world.app.unknown == {"hologram": 1, "event:upload_of_minds": 1}


async def test_welcome_once_a_day(world: AppWorld) -> None:
    await world.fake.app.happens("alice", "subscribe")
    await world.fake.app.happens("alice", "enter_agent")
    await world.fake.app.happens("bob", "enter_agent")
    await world.settled()
    assert sorted((shown.chat.chatid, shown.msgtype) for shown in world.fake.screen.messages) == [
        ("alice", "template_card"),
        ("bob", "template_card"),
    ]


async def test_who_subscribes_and_enters_at_the_same_moment_is_welcomed_once(world: AppWorld) -> None:
    notebook = world.host.notebook
    read = notebook.read

    async def slowly(source: str, key: str) -> Json | None:
        note = await read(source, key)
        for _ in range(20):
            await asyncio.sleep(0)
        return note

    notebook.read = slowly  # type: ignore[method-assign]  # what a disk does
    for event in ("subscribe", "enter_agent"):
        await world.host.mailbox.keep(world.app._source, event, {"xml": _event(world, event)})
    world.app._letters.wake()
    await world.settled()
    assert len(world.fake.screen.of("alice")) == 1


def _event(world: AppWorld, event: str) -> str:
    said = world.fake.world
    return (
        f"<xml><ToUserName>{said.corpid}</ToUserName><FromUserName>alice</FromUserName>"
        f"<CreateTime>{int(world.fake.clock.time())}</CreateTime><MsgType>event</MsgType><Event>{event}</Event>"
        f"<AgentID>{said.app.agentid}</AgentID></xml>"
    )


async def test_a_button_changes_its_card(world: AppWorld) -> None:
    async def asks(heard: Heard, voice: Voice) -> None:
        await voice.card(BUTTONS)
        await voice.finish("请选择。")

    world.conversing.answering = asks
    world.conversing.change = CardChange(card={**BUTTONS, "replace_text": "已删除"}, alone=True)
    await world.fake.app.say("alice", "忘记最近三条")
    card = await world.fake.screen.until(lambda shown: shown.card is not None)
    await world.fake.app.press("alice", card, "card:1:yes", selected={"q": ["a", "b"]})
    await world.fake.screen.until(lambda shown: (shown.card or {}).get("replace_text") == "已删除")
    assert world.conversing.clicks == [("card:1:yes", "card-1-abc", "wecom:alice", {"q": ("a", "b")})]


async def test_three_tries_are_one_message(world: AppWorld) -> None:
    sent = await world.fake.app.say("alice", "在吗")
    await world.fake.app.repeat(sent)
    await world.fake.app.repeat(sent)
    event = await world.fake.app.happens("alice", "enter_agent")
    await world.fake.app.repeat(event)
    await world.settled()
    assert len(world.conversing.everything) == 1 and len(world.conversing.welcomed) == 1
    assert len(world.fake.screen.messages) == 2


async def test_a_long_answer_is_split(world: AppWorld) -> None:
    sentences = "".join(f"第 {number} 句：水泵在周五到货，请提前准备好场地和吊车。\n" for number in range(120))

    async def at_length(heard: Heard, voice: Voice) -> None:
        await voice.finish(sentences)

    world.conversing.answering = at_length
    await world.fake.app.say("alice", "说说看")
    await world.settled()
    shown = [message.text for message in world.fake.screen.of("alice")]
    assert len(shown) == 5 and all(len(text.encode()) <= 2048 for text in shown)
    assert "".join(f"{text}\n" for text in shown) == sentences


async def test_the_same_answer_to_another_question_is_seen_too(world: AppWorld) -> None:
    async def same(heard: Heard, voice: Voice) -> None:
        await voice.finish("周五。")

    world.conversing.answering = same
    await world.fake.app.say("alice", "泵什么时候到？")
    await world.settled()
    await world.fake.app.say("alice", "泵哪天到？")
    await world.settled()
    assert [shown.text for shown in world.fake.screen.of("alice")] == ["周五。", "周五。"]


async def test_what_a_crash_interrupted_is_answered_once() -> None:
    """Nothing acknowledged is lost, and twice is once (invariants 1 and 2)."""
    host, begun = watched_host(), asyncio.Event()

    async def for_ever(heard: Heard, voice: Voice) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with FakeWeCom(small_company()).running() as fake:
        async with running_app(fake, host=host, conversing=ScriptedConversing(for_ever)):
            await fake.app.say("alice", "泵什么时候到？")
            await begun.wait()
        async with running_app(fake, host=host) as world:
            await fake.screen.until(lambda shown: shown.via == "app")
            await world.settled()
        # The answer got out, and the letter was not settled before another crash.
        key = next(iter(host.mailbox.handled))
        host.mailbox.handled.remove(key)
        await host.mailbox.keep(*key, {"xml": _xml_of(fake)})
        async with running_app(fake, host=host) as world:
            await world.settled()
        assert [shown.text for shown in fake.screen.of("alice")] == ["你说：泵什么时候到？"]


def _xml_of(fake: FakeWeCom) -> str:
    _, request = fake._sender.accepted[-1]
    encrypted = request.body.split(b"<Encrypt><![CDATA[")[1].split(b"]]>")[0].decode()
    return fake.world.app.envelope.open(encrypted)


async def test_patience_is_asked_for_when_it_takes_long() -> None:
    answered = asyncio.Event()

    async def slowly(heard: Heard, voice: Voice) -> None:
        await answered.wait()
        await voice.finish("周五。")

    async with (
        FakeWeCom(small_company()).running() as fake,
        running_app(fake, conversing=ScriptedConversing(slowly), patience_seconds=0.05) as world,
    ):
        await fake.app.say("alice", "泵什么时候到？")
        await fake.screen.until(lambda shown: shown.text == "正在查…")
        answered.set()
        await world.settled()
        assert [shown.text for shown in fake.screen.of("alice")] == ["正在查…", "周五。"]
        assert not fake.ledger.refusals


async def test_patience_is_taken_back_when_nothing_comes() -> None:
    dropped = asyncio.Event()

    async def nothing(heard: Heard, voice: Voice) -> None:
        await dropped.wait()

    def is_recalled(shown: Shown) -> bool:
        return shown.recalled and shown.text == "Looking it up…"

    async with (
        FakeWeCom(small_company()).running() as fake,
        running_app(fake, conversing=ScriptedConversing(nothing), patience_seconds=0.05),
    ):
        await fake.app.say("alice", "When does the pump arrive?")
        await fake.screen.until(lambda shown: shown.text == "Looking it up…")
        dropped.set()
        await fake.screen.until(is_recalled)
        assert not fake.ledger.refusals


async def test_says_something_by_itself(world: AppWorld) -> None:
    app = world.app
    assert await app.can_send(chat_id=None, user_id="alice")
    assert not await app.can_send(chat_id="wrPUMPS", user_id=None)
    await app.send_markdown("**日报**\n一切正常", chat_id=None, user_id="alice", feedback_id="post-1")
    await app.send_markdown("**日报**\n一切正常", chat_id=None, user_id="alice", feedback_id="post-1")
    await app.send_file("报价.pdf", b"%PDF-1.4 ...", chat_id=None, user_id="bob")
    [digest] = world.fake.screen.of("alice")
    [file] = world.fake.screen.of("bob")
    assert digest.text == "**日报**\n一切正常"
    assert (file.file_name, file.data) == ("报价.pdf", b"%PDF-1.4 ...")


async def test_an_app_that_only_sends_listens_nowhere(world: AppWorld) -> None:
    configuration = replace(world.site.configuration.apps[0], token="", encoding_aes_key="")
    app = WeComApp(world.site, configuration, world.conversing, world.session)
    assert app.routes() == [] and app.state == "stopped"


async def test_a_notice_of_the_message_archive_is_passed_on(world: AppWorld) -> None:
    woken = asyncio.Event()
    world.app._on_archive_notify = woken.set
    await world.fake.app.happens("alice", "msgaudit_notify")
    await asyncio.wait_for(woken.wait(), 20)


async def test_work_that_fails_is_begun_again(world: AppWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.wecom.app._BEGIN_AGAIN_SECONDS", 0.01)
    looks, is_again = 0, asyncio.Event()

    async def look_at_all(_: object) -> bool:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise RuntimeError("the database is busy")
        is_again.set()
        return True

    monkeypatch.setattr("connectors.wecom.appchat.AppChats.look_at_all", look_at_all)
    await world.app.close()
    await world.app.start()
    async with asyncio.timeout(20):
        await is_again.wait()
