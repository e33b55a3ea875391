"""What robots of WeCom are told, as literal payloads over the long connection, through to the application's truth."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from string import Template
from typing import Any, cast
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.truth.tables import (
    ConfirmationRow,
    DigestScheduleRow,
    FileRow,
    MembershipRow,
    MessageRow,
    PreferenceRow,
    VerdictRow,
)
from connectors.events import ChannelRef, MessagePosted, PersonRef
from connectors.owned_tasks import OwnedTasks
from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.conversing import RobotConversing
from connectors.wecom.ids import group_id, message_id, person_id
from connectors.wecom.line_robot import LineRobot
from connectors.wecom.media import WeComMedia
from connectors.wecom.site import Site
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom, Sent, Shown, WallClock, small_company
from tests.fakes.wecom.crypto import new_encoding_aes_key
from tests.fakes.wecom.sent import Kind
from tests.quick_application import conversation_with
from tests.scenarios.stage import Stage
from tests.slack_application import PromptHost
from tests.unit.connectors.wecom.robots import QUICK, line_configuration
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Company:
    """People who talk to the robot, and what they see."""

    stage: Stage
    fake: FakeWeCom
    host: PromptHost
    monkeypatch: pytest.MonkeyPatch

    async def happens(self, payload: str, *, kind: Kind = "message", **values: str) -> Sent:
        """The platform tells the robot this."""
        body: dict[str, Any] = json.loads(
            Template(payload).substitute(MSGID=f"CAIQ{uuid4().hex}", AIBOT=self.fake.world.robot.bot_id, **values)
        )
        user_id = body["from"]["userid"]
        chat = self.fake.world.group(body["chatid"]) if "chatid" in body else self.fake.world.single(user_id)
        self.fake.world.robot.contacted.add(chat.chatid)
        sent = Sent(kind=kind, userid=user_id, chat=chat, body=body, at=self.fake.clock.time())
        await self.fake.long_connection.deliver(sent)
        return sent

    async def asks(self, payload: str, *, says: str = "", kind: Kind = "message", **values: str) -> Shown:
        """The same, and what stands in the chat when the answer is there; the model ``says`` this."""
        before = len(self.fake.screen.messages)
        if says:
            self.monkeypatch.setattr(self.host, "_conversation", conversation_with(self.stage.application, [says]))
        sent = await self.happens(payload, kind=kind, **values)
        shown = await self.fake.screen.until(
            lambda shown: shown.msgtype == "stream" and shown.finished and shown in self.fake.screen.messages[before:]
        )
        await self.done(sent)
        await self.stage.application.archivist.drain()
        return shown

    async def knows(self, text: str) -> None:
        """Something that was said in the group before."""
        channel = ChannelRef(
            channel_id=group_id("wrPUMPS"),
            platform="wecom",
            name="wrPUMPS",
            visibility="private",
            workspace_id=self.fake.world.corpid,
        )
        bob = PersonRef(person_id=person_id("bob"), platform="wecom", name="bob")
        msgid = uuid4().hex
        said = MessagePosted(
            event_id=msgid,
            occurred_at=datetime.now(UTC),
            record_id=message_id(msgid),
            channel=channel,
            author=bob,
            text=text,
        )
        await self.stage.tell(said)

    async def done(self, sent: Sent) -> None:
        """Wait until everything about it is done."""

        async def letters_are_gone() -> bool:
            return not await self.host.mailbox.waiting(f"wecom:{self.fake.world.corpid}", limit=10)

        await eventually(letters_are_gone)

    async def row(self, statement: Any) -> Any:
        async with self.stage.application.database.read() as connection:
            return (await connection.execute(statement)).first()

    async def kept(self, sent: Sent) -> Any:
        return await self.row(select(MessageRow).where(MessageRow.record_id == f"wecom:{sent.msgid}"))


@pytest_asyncio.fixture(loop_scope="module")
async def company(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Company]:
    fake = FakeWeCom(small_company(mode="long_connection"), clock=WallClock())
    host = PromptHost(stage.application)
    async with fake.running(), aiohttp.ClientSession() as session:
        robot = line_configuration(fake)
        configuration = WeComConfiguration(
            corp_id=fake.world.corpid, robots=(robot,), robot_url=fake.addresses.long_connection_url
        )
        tasks = OwnedTasks()
        site = Site(
            configuration=configuration,
            host=cast("FakeLiveHost", host),
            tasks=tasks,
            media=WeComMedia(cast("FakeLiveHost", host), configuration, session),
        )
        conversing = RobotConversing(site)
        await conversing.start()
        line = LineRobot(site, robot, conversing, timing=QUICK)
        await line.start()
        try:
            yield Company(stage, fake, host, monkeypatch)
        finally:
            await line.close()
            await tasks.close()
    assert fake.ledger.refusals == []
    assert fake.ledger.warnings == []


async def test_group_text(company: Company, stage: Stage) -> None:
    """A mention is kept, makes its person a member, and is answered from its own group, with its source."""
    fact = await company.asks(
        GROUP_TEXT, user="bob", text="@拾光 记一下：砗磲泵站的验收定在十一月三十日", says="好的。[1]"
    )
    shown = await company.asks(
        GROUP_TEXT, user="alice", text="@拾光\u2005砗磲泵站的验收定在哪天？", says="验收定在十一月三十日。[1]"
    )
    assert fact.finished
    assert shown.text.startswith("验收定在十一月三十日[1]。")
    assert "·bob·" in shown.text
    assert "翻档案" in shown.frames[0]
    member = select(MembershipRow.present).where(
        MembershipRow.channel_id == "wecom:wrPUMPS", MembershipRow.person_id == "wecom:alice"
    )
    assert (await company.row(member)).present
    assert await stage.found("砗磲泵站")


async def test_group_quote(company: Company) -> None:
    """What is quoted is kept with the message: nothing else brings it here."""
    sent = await company.happens(GROUP_QUOTE)
    await company.fake.screen.until(lambda shown: shown.finished)
    await company.done(sent)
    assert (await company.kept(sent)).text == "what changed?\n(quoting: “the zircon valve is open”)"


async def test_group_quoted_file(company: Company) -> None:
    key = new_encoding_aes_key()
    url = company.fake.media.offer("zircon plan.txt", b"the zircon plan has four steps", key=key)
    sent = await company.happens(GROUP_QUOTED_FILE, url=url, key=key)
    await company.fake.screen.until(lambda shown: shown.finished)
    await company.done(sent)
    file = await company.row(select(FileRow).where(FileRow.record_id == f"wecom:{sent.msgid}"))
    assert (file.name, file.reason) == ("zircon plan.txt", None)
    assert file.sha256


async def test_single_text_and_command(company: Company) -> None:
    """Direct chats are private; commands work as typed."""
    shown = await company.asks(SINGLE_TEXT, user="carol", text="／帮助")
    assert "/找" in shown.text
    other = await company.asks(SINGLE_TEXT, user="carol", text="砗磲泵站的验收定在哪天？", says="十一月三十日。[1]")
    assert "三十日" not in other.text, "carol never spoke in that group: unknown means no"


async def test_single_voice(company: Company) -> None:
    sent = await company.happens(SINGLE_VOICE)
    await company.fake.screen.until(lambda shown: shown.finished)
    await company.done(sent)
    assert (await company.kept(sent)).text == "明天几点开会"


async def test_single_file(company: Company) -> None:
    key = new_encoding_aes_key()
    url = company.fake.media.offer("石榴石合同.txt", "石榴石合同的金额是四十二万".encode(), key=key)
    shown = await company.asks(SINGLE_FILE, url=url, key=key)
    assert shown.text == "收到了「石榴石合同.txt」，已存档。现在可以问我里面的内容。"


async def test_single_mixed(company: Company) -> None:
    key = new_encoding_aes_key()
    url = company.fake.media.offer("1.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, key=key)
    sent = await company.happens(SINGLE_MIXED, url=url, key=key)
    await company.fake.screen.until(lambda shown: shown.finished)
    await company.done(sent)
    kept = await company.kept(sent)
    assert kept.text == "图里是什么？"


async def test_feedback_event(company: Company) -> None:
    """A verdict finds its answer; of somebody who never spoke there, too."""
    shown = await company.asks(GROUP_TEXT, user="bob", text="@拾光 记一下：虎眼石阀门已经换新", says="好。[1]")
    shown = await company.asks(GROUP_TEXT, user="alice", text="@拾光 虎眼石阀门换了吗？", says="已经换新。[1]")
    assert shown.feedback_id
    await company.happens(FEEDBACK, kind="feedback", id=shown.feedback_id)
    judged = select(VerdictRow).where(VerdictRow.person_id == "wecom:carol")

    async def verdict() -> Any:
        return await company.row(judged)

    row = await eventually(verdict)
    assert (row.kind, row.comment) == ("down", "more detail please")


async def test_card_event_confirm(company: Company) -> None:
    """``/忘记`` asks back with a card; only who asked decides, and the card says what came of it."""
    await company.asks(GROUP_TEXT, user="bob", text="@拾光 记一下：孔雀石密码", says="好。[1]")
    await company.asks(GROUP_TEXT, user="bob", text="@拾光 /忘记 包含 “孔雀石密码”")
    [card] = [shown for shown in company.fake.screen.messages if shown.card]
    confirm = card.card["button_list"][1]["key"] if card.card else ""
    await company.fake.robot.press("alice", card, confirm)
    await eventually(lambda: _has(card.card_for, "alice"))
    assert "只有" in card.card_for["alice"]["main_title"]["title"]
    await company.fake.robot.press("bob", card, confirm)

    async def decided() -> Any:
        return await company.row(select(ConfirmationRow).where(ConfirmationRow.accepted.is_(True)))

    assert await eventually(decided)

    async def outcome() -> bool:
        # Here nothing erases by itself: the card says that it is under way, and its button asks again.
        await company.stage.application.archivist.drain()
        if card.card and "replace_text" not in card.card and card.card["button_list"][0]["text"] == "看结果":
            await company.fake.robot.press("bob", card, card.card["button_list"][0]["key"])
        return bool(card.card and card.card.get("replace_text") == "已确认")

    await eventually(outcome, every=0.5)


async def _has(cards: dict[str, Any], user_id: str) -> bool:
    return user_id in cards


async def test_card_event_vote(company: Company) -> None:
    """``/换个答法``: two answers, a vote."""
    await company.knows("珐琅泵站的复检定在十二月九日")
    await company.asks(GROUP_TEXT, user="bob", text="@拾光 珐琅泵站的复检定在哪天？", says="复检定在十二月九日。[1]")
    shown = await company.asks(GROUP_TEXT, user="bob", text="@拾光 /换个答法", says="珐琅泵站的复检定在十二月九日。[1]")
    assert "**回答 A**" in shown.text
    [card] = [each for each in company.fake.screen.messages if each.card]
    assert card.card is not None
    key = card.card["submit_button"]["key"]
    await company.fake.robot.press("alice", card, key, selected={"pick": ["b"]})

    async def preferred() -> Any:
        return await company.row(select(PreferenceRow))

    assert (await eventually(preferred)).person_id == "wecom:alice"


async def test_card_event_settings(company: Company) -> None:
    """``/设置``: a card sets the digest of the group."""
    await company.asks(GROUP_TEXT, user="bob", text="@拾光 /设置")
    [card] = [each for each in company.fake.screen.messages if each.card]
    assert card.card is not None
    await company.fake.robot.press(
        "bob", card, card.card["submit_button"]["key"], selected={"rhythm": ["daily"], "hour": ["18"], "day": ["mon"]}
    )

    async def scheduled() -> Any:
        return await company.row(
            select(DigestScheduleRow).where(DigestScheduleRow.target_channel_id == "wecom:wrPUMPS")
        )

    assert await eventually(scheduled)


async def test_enter_chat(company: Company) -> None:
    await company.happens(ENTER_CHAT, kind="enter")
    shown = await company.fake.screen.until(lambda shown: shown.card is not None)
    assert shown.card is not None
    assert shown.card["main_title"]["title"] == "你好，我是拾光"
    await company.fake.robot.press("alice", shown, shown.card["button_list"][0]["key"])
    await eventually(lambda: _has(shown.card_for, "alice"))
    assert "/设置" in str(shown.card_for["alice"])


GROUP_TEXT = """{"msgid":"$MSGID","aibotid":"$AIBOT","chatid":"wrPUMPS","chattype":"group","from":{"userid":"$user"},
 "msgtype":"text","text":{"content":"$text"}}"""
GROUP_QUOTE = """{"msgid":"$MSGID","aibotid":"$AIBOT","chatid":"wrPUMPS","chattype":"group","from":{"userid":"alice"},
 "msgtype":"text","text":{"content":"@拾光 what changed?"},
 "quote":{"msgtype":"text","text":{"content":"the zircon valve is open"}}}"""
GROUP_QUOTED_FILE = """{"msgid":"$MSGID","aibotid":"$AIBOT","chatid":"wrPUMPS","chattype":"group",
 "from":{"userid":"alice"},"msgtype":"text","text":{"content":"@拾光 what changed?"},
 "quote":{"msgtype":"file","file":{"url":"$url","aeskey":"$key"}}}"""
SINGLE_TEXT = """{"msgid":"$MSGID","aibotid":"$AIBOT","chattype":"single","from":{"userid":"$user"},
 "msgtype":"text","text":{"content":"$text"}}"""
SINGLE_VOICE = """{"msgid":"$MSGID","aibotid":"$AIBOT","chattype":"single","from":{"userid":"alice"},
 "msgtype":"voice","voice":{"content":"明天几点开会"}}"""
SINGLE_FILE = """{"msgid":"$MSGID","aibotid":"$AIBOT","chattype":"single","from":{"userid":"alice"},
 "msgtype":"file","file":{"url":"$url","aeskey":"$key"}}"""
SINGLE_MIXED = """{"msgid":"$MSGID","aibotid":"$AIBOT","chattype":"single","from":{"userid":"alice"},
 "msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"text","text":{"content":"图里是什么？"}},
 {"msgtype":"image","image":{"url":"$url","aeskey":"$key"}}]}}"""
FEEDBACK = """{"msgid":"$MSGID","create_time":1790000000,"aibotid":"$AIBOT","chatid":"wrPUMPS","chattype":"group",
 "from":{"userid":"carol"},"msgtype":"event","event":{"eventtype":"feedback_event","feedback_event":{
 "id":"$id","type":2,"content":"more detail please","inaccurate_reason_list":[2,4]}}}"""
ENTER_CHAT = """{"msgid":"$MSGID","create_time":1790000000,"aibotid":"$AIBOT","chattype":"single",
 "from":{"userid":"alice"},"msgtype":"event","event":{"eventtype":"enter_chat"}}"""
