"""Buttons: what they do, and that no key whatever does more."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digests.wording import read_wish
from connectors.connector import Decision, Notice, Reply, Utterance
from connectors.events import ChannelId
from connectors.wecom.ids import group_id, person_id
from connectors.wecom.settings_card import digest_command
from connectors.wecom.site import CardChange
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom.cards import check_card
from tests.fakes.wecom_site import ScriptedVoice, WeComSite, answer, message, person, says, wecom_site
from tests.unit.connectors.wecom.test_reply import CARD


async def _click(it: WeComSite, key: str, *, by: str = "alice", **chosen: list[str]) -> CardChange:
    change = await it.conversing.clicked(key=key, task_id="t1", person=person(by), chosen=chosen)
    assert check_card(dict(change.card), dialect="aibot", updating=True) == []
    assert change.card["task_id"] == "t1"
    return change


@pytest.mark.parametrize(
    ("side", "state", "pressed"),
    [(1, "done", "已确认"), (0, "cancelled", "已取消"), (1, "expired", "已失效"), (1, "failed", "没有成功")],
)
async def test_a_confirmation_shows_what_came_of_it_to_everybody(side: int, state: str, pressed: str) -> None:
    async with wecom_site() as it:
        it.host.decisions["c1"] = Decision("c1", state, "已删除。共 3 条。")  # type: ignore[arg-type]  # one of them
        card = it.conversing.card_of(CARD, "zh")
        change = await _click(it, card["button_list"][side]["key"])
        assert it.host.decided == [("c1", person_id("alice"), bool(side))]
        assert (change.alone, change.card["replace_text"]) == (False, pressed)
        assert (change.card["main_title"]["title"], change.card["sub_title_text"]) == ("已删除。", "共 3 条。")


async def test_only_who_asked_decides_and_others_alone_see_that() -> None:
    class _Refuses(FakeLiveHost):
        async def decide(self, *_: object, **__: object) -> Decision:
            raise PermissionError

    async with wecom_site(host=_Refuses()) as it:
        change = await _click(it, "confirm:yes:c1", by="bob")
        assert change.alone
        assert "只有" in change.card["main_title"]["title"]


async def test_what_takes_long_goes_on_and_can_be_looked_at() -> None:
    release, decided = asyncio.Event(), asyncio.Event()

    class _Slow(FakeLiveHost):
        async def decide(self, card_id: str, *_: object, **__: object) -> Decision:
            await release.wait()
            decided.set()
            return Decision(card_id, "done", "已删除。")

    async with wecom_site(host=_Slow(), click_seconds=0.05) as it:
        change = await _click(it, "confirm:yes:c1")
        [see] = change.card["button_list"]
        assert "replace_text" not in change.card
        release.set()
        await decided.wait()
        assert (await _click(it, see["key"])).card["replace_text"] == "已确认"


@given(
    st.text(max_size=60)
    | st.builds(
        "".join,
        st.lists(st.sampled_from(["confirm:", "prefer:", "help:", "set:", "zh:", "en:", "yes:", "a:", "0", ":", "x"])),
    ),
    st.dictionaries(st.text(max_size=10), st.lists(st.text(max_size=10), max_size=3), max_size=3),
)
@settings(max_examples=300, deadline=None)
async def test_no_key_whatever_raises(key: str, chosen: dict[str, list[str]]) -> None:
    async with wecom_site() as it:
        change = await it.conversing.clicked(key=key, task_id="t1", person=person("mallory"), chosen=chosen)
        assert check_card(dict(change.card), dialect="aibot", updating=True) == []


async def test_what_breaks_is_told_by_code() -> None:
    class _Breaks(FakeLiveHost):
        async def decide(self, *_: object, **__: object) -> Decision:
            raise RuntimeError("secret detail")

    async with wecom_site(host=_Breaks()) as it:
        change = await _click(it, "confirm:yes:c1")
        assert "wecom_internal" in change.card["sub_title_text"]
        assert "secret" not in str(change.card)


async def test_the_help_turns_its_pages() -> None:
    async with wecom_site() as it:
        card = it.conversing.welcome(person("alice"))
        change = await _click(it, card["button_list"][0]["key"])
        assert "/设置" in str(change.card)
        change = await _click(it, change.card["button_list"][1]["key"])
        assert "/settings" in str(change.card)


async def test_the_welcome_speaks_the_language_of_the_person_and_says_what_a_robot_cannot_see() -> None:
    async with wecom_site() as it:
        it.host.conversing = says(answer("Thursday.", language="en"))
        assert "看不到" in str(it.conversing.welcome(person("alice")))
        await it.conversing.heard(message("alice", "When do the pumps arrive?"), ScriptedVoice())
        assert "neither see nor keep" in str(it.conversing.welcome(person("alice")))
    async with wecom_site(archive_covers_groups=True) as it:
        assert "会话存档" in str(it.conversing.welcome(person("alice")))


async def _settings_key(it: WeComSite, text: str, chat_id: str) -> str:
    voice = ScriptedVoice()
    await it.conversing.heard(message("alice", text, chat_id=chat_id), voice)
    assert voice.finished
    return str(voice.cards[0]["submit_button"]["key"])


@pytest.mark.parametrize(
    ("text", "chosen", "command"),
    [
        ("/设置", {"rhythm": ["daily"], "hour": ["18"]}, "/日报 每天 18点"),
        ("@拾光 设定一下 /设置", {}, ""),
        ("／设置", {"rhythm": ["weekly"], "hour": ["9"], "day": ["fri"]}, "/日报 每周五 9点"),
        ("/settings", {"rhythm": ["off"]}, "/digest off"),
        ("/settings", {"rhythm": ["weekly"], "day": ["sun"], "hour": ["20"]}, "/digest weekly sun 20:00"),
        ("/设置", {"rhythm": ["x"], "hour": ["99"], "day": [""]}, "/日报 每天 9点"),
    ],
)
@pytest.mark.parametrize("chat_id", ["wrPUMPS", ""])
async def test_settings_run_the_commands_that_people_type(
    text: str, chosen: dict[str, list[str]], command: str, chat_id: str
) -> None:
    async with wecom_site() as it:
        it.host.conversing = says(answer("好了，每天 18:00。", reason="said"))
        if not command:
            return
        key = await _settings_key(it, text, chat_id)
        it.host.utterances.clear()
        change = await _click(it, key, by="bob", **chosen)
        [asked] = it.host.utterances
        assert (asked.text, asked.kind) == (command, "mention" if chat_id else "direct")
        assert asked.person.name == "bob"
        assert "好了" in change.card["sub_title_text"]


@pytest.mark.parametrize("rhythm", ["daily", "weekly", "off"])
@pytest.mark.parametrize("hour", ["7", "12", "20"])
@pytest.mark.parametrize("day", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
def test_the_application_understands_what_a_card_says(rhythm: str, hour: str, day: str) -> None:
    chosen = {"rhythm": [rhythm], "hour": [hour], "day": [day]}
    wishes = [
        read_wish(digest_command(chosen, "zh").partition(" ")[2], "zh"),
        read_wish(digest_command(chosen, "en").partition(" ")[2], "en"),
    ]
    assert wishes[0] == wishes[1]
    assert wishes[0].action == ("off" if rhythm == "off" else "set")


async def test_a_failing_command_and_a_question_back_are_told_on_the_card() -> None:
    async with wecom_site() as it:
        it.host.conversing = says(answer("好"))
        await it.conversing.heard(message("alice", "在吗", chat_id="wrPUMPS"), ScriptedVoice())
        key = f"set:zh:{group_id('wrPUMPS')}"

        async def refuses(_: Utterance, reply: Reply) -> None:
            await reply.fail(Notice(code="not_permitted", sentence="你不能改。", hint="请群成员来改。"))

        it.host.conversing = refuses
        assert (await _click(it, key, rhythm=["daily"])).card["sub_title_text"] == "你不能改。 请群成员来改。"

        async def asks(_: Utterance, reply: Reply) -> None:
            await reply.confirm(CARD)

        it.host.conversing, it.host.decisions["c1"] = asks, Decision("c1", "done", "改好了。")
        assert (await _click(it, key, rhythm=["off"])).card["sub_title_text"] == "改好了。"
        unknown = await _click(it, f"set:zh:{ChannelId('wecom:wrNOWHERE')}")
        assert "失效" in unknown.card["replace_text"]
