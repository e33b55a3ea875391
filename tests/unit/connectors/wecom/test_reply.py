"""An answer while it is made, within WeCom's pace and bytes."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.connector import Answer, Card, Language, Notice
from connectors.wecom.byte_text import byte_count
from connectors.wecom.errors import ReplyExpired, WeComAway, WeComError
from connectors.wecom.markdown import APP, messages
from connectors.wecom.reply import WeComReply, dialect_of
from tests.fakes.wecom_site import SAID_AT, ScriptedVoice, answer, citation

ZONE = ZoneInfo("Asia/Shanghai")
CARD = Card(
    card_id="c1",
    text="要删除你在这里的 3 条消息吗？删除后无法恢复。",
    confirm="确认",
    cancel="取消",
    deletes=True,
    language="zh",
    expires_at=SAID_AT + timedelta(minutes=10),
    channel_id=None,
)


def _reply(voice: ScriptedVoice, *, pace_seconds: float = 0.0, delivery_seconds: float = 5.0) -> WeComReply:
    return WeComReply(
        voice=voice, language="zh", timezone=ZONE, pace_seconds=pace_seconds, delivery_seconds=delivery_seconds
    )


async def _until(reply: WeComReply, voice: ScriptedVoice, count: int) -> None:
    while len(voice.shown) < count:  # noqa: ASYNC110 - there is nothing to wait on
        await asyncio.sleep(0)


async def test_status_then_sources_then_the_words_so_far_then_exactly_the_answer() -> None:
    voice = ScriptedVoice()
    reply = _reply(voice)
    await reply.status("正在翻档案…")
    await _until(reply, voice, 1)
    await reply.sources([citation(1)])
    await _until(reply, voice, 2)
    await reply.delta("水泵周四到。[1]\n")
    await _until(reply, voice, 3)
    await reply.delta("由老王签收。\n")
    await _until(reply, voice, 4)
    await reply.finish(answer("水泵周四到。[1]", citations=[citation(1)]))
    assert voice.shown == [
        "> 正在翻档案…",
        "> 正在翻档案…\n> 找到 1 条记录\n> [1] 水泵项目·陈丽·2026-11-20 16:30",
        "水泵周四到。[1]\n\n> 找到 1 条记录 · 正在写…",
        "水泵周四到。[1]\n由老王签收。\n\n> 找到 1 条记录 · 正在写…",
    ]
    assert voice.finished == ["水泵周四到。[1]\n\n**来源**\n> [1] 水泵项目·陈丽·2026-11-20 16:30：水泵周四到货。"]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh", "> ❓ 是不是想问：「泵几号到？」照这句问我，就有核实过的标准答案。"),
        ("en", "> ❓ Did you mean: “泵几号到？” Ask me exactly this to get the verified answer."),
    ],
)
async def test_the_question_that_was_perhaps_meant_is_the_last_line(language: Language, line: str) -> None:
    voice = ScriptedVoice()
    asking_back = replace(answer("水泵周四到。[1]", citations=[citation(1)]), meant="泵几号到？", language=language)
    await _reply(voice).finish(asking_back)
    assert voice.finished[0].endswith(f"\n{line}")
    assert "❓" not in _reply(voice).markdown_of(asking_back, limit=500), "one of two to choose from asks nothing back"


async def test_frames_keep_the_pace_and_the_last_state_is_shown() -> None:
    voice = ScriptedVoice()
    reply = _reply(voice, pace_seconds=0.05)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(20):
        await reply.delta(f"第{number}句。\n")
        await asyncio.sleep(0.005)
    await _until(reply, voice, 2)
    gaps = [after - before for before, after in zip(voice.shown_at, voice.shown_at[1:], strict=False)]
    assert all(gap >= 0.045 for gap in gaps)
    assert len(voice.shown) <= 2 + (loop.time() - began) / 0.045
    await reply.finish(answer("完"))
    assert voice.calls[-1] == "finish"


async def test_a_citation_is_a_link_where_there_is_one() -> None:
    voice = ScriptedVoice()
    await _reply(voice).finish(answer("好。[1]", citations=[citation(1, permalink="https://example.org/m/1")]))
    assert "[水泵项目·陈丽·2026-11-20 16:30](https://example.org/m/1)" in voice.finished[0]


async def test_what_cannot_be_shown_meanwhile_does_not_stop_the_answer() -> None:
    voice = ScriptedVoice(show_raises=[WeComError("show", 45009), ReplyExpired(), RuntimeError("?")])
    reply = _reply(voice)
    for number in range(4):
        await reply.status(f"{number}")
        await asyncio.sleep(0.005)
    await reply.finish(answer("好"))
    assert voice.finished == ["好"]


async def test_the_end_is_tried_again_while_wecom_is_away() -> None:
    voice = ScriptedVoice(finish_raises=[WeComAway("finish", "closed")])
    await _reply(voice).finish(answer("好"))
    assert voice.finished == ["好"]


async def test_what_failed_to_be_shown_is_not_followed_by_something_else() -> None:
    voice = ScriptedVoice(finish_raises=[ReplyExpired()])
    reply = _reply(voice)
    with pytest.raises(ReplyExpired):
        await reply.finish(answer("好"))
    with pytest.raises(ReplyExpired):
        await reply.fail(Notice(code="internal", sentence="出错了。", hint=""))
    assert voice.calls == ["finish"]


async def test_an_answer_that_people_see_is_not_replaced_by_a_failure_behind_it() -> None:
    async def breaks(_: Answer) -> None:
        raise RuntimeError("the archive is away")

    voice = ScriptedVoice()
    reply = _reply(voice)
    reply.on_said = breaks
    await reply.finish(answer("好"))
    await reply.fail(Notice(code="internal", sentence="出错了。", hint=""))
    assert voice.finished == ["好"]


async def test_a_failure_has_its_code() -> None:
    voice = ScriptedVoice()
    await _reply(voice).fail(Notice(code="model_busy", sentence="现在忙。", hint="稍后再问。"))
    assert voice.finished == ["现在忙。 稍后再问。\n> 代码 model_busy"]


async def test_a_question_back_is_a_card_and_its_words_in_full() -> None:
    voice = ScriptedVoice()
    await _reply(voice).confirm(CARD)
    [card] = voice.cards
    assert card["main_title"]["title"] == "要删除你在这里的 3 条消息吗？"
    assert card["sub_title_text"] == "删除后无法恢复。"
    assert [button["text"] for button in card["button_list"]] == ["取消", "确认"]
    assert voice.calls == ["card", "finish"]
    assert voice.finished == [f"{CARD.text}\n> 请在卡片上选择。"]


async def test_without_a_card_nothing_is_changed_and_it_is_said() -> None:
    voice = ScriptedVoice(card_raises=[ReplyExpired()])
    await _reply(voice).confirm(CARD)
    assert "什么都没有改变" in voice.finished[0]


async def test_a_dropped_reply_is_silent_where_nothing_was_shown() -> None:
    silent, app, streaming = ScriptedVoice(), ScriptedVoice(streams=False), ScriptedVoice()
    await _reply(silent).drop()
    over_app = _reply(app)
    await over_app.status("…")
    await over_app.drop()
    shown = _reply(streaming)
    await shown.status("…")
    await shown.drop()
    assert (silent.calls, app.calls) == ([], [])
    assert streaming.finished, "a stream without an end would ask for ever"


async def test_an_owner_that_stops_leaves_no_task() -> None:
    reply = _reply(ScriptedVoice(), pace_seconds=60)
    await reply.status("…")
    await asyncio.sleep(0)
    await reply.closed()
    assert [task for task in asyncio.all_tasks() if task.get_name() == "wecom reply"] == []


@given(st.text(max_size=400), st.integers(1, 300), st.integers(0, 12))
@settings(max_examples=60, deadline=None)
async def test_no_frame_is_ever_longer_than_wecom_takes(text: str, times: int, sources: int) -> None:
    voice = ScriptedVoice()
    reply = _reply(voice)
    await reply.sources([citation(n, quote=text) for n in range(1, sources + 1)])
    await reply.delta(text * times)
    await _until(reply, voice, 1)
    await reply.finish(answer(text * times, citations=[citation(n, quote=text) for n in range(1, sources + 1)]))
    assert all(byte_count(shown) <= 20_480 for shown in [*voice.shown, *voice.finished])


def test_a_long_answer_over_an_app_becomes_several_messages() -> None:
    limit = dialect_of("app").limit
    parts = messages("这是一句话。\n" * (limit // 20), dialect=APP)
    assert 2 <= len(parts) <= 5
    assert all(byte_count(part) <= APP.limit for part in parts)
