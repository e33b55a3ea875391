"""Message shortcuts and their forms, over the fake Slack."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.connector import Answer, Language, Reply, Utterance
from connectors.events import PersonRef, RecordId
from connectors.live_host import CategoryView
from connectors.slack.answer_blocks import answer_messages
from connectors.slack.ids import message_id, person_id
from connectors.slack.shortcuts import Shortcuts
from tests.fakes.slack import Channel, Message
from tests.fakes.slack.views import View
from tests.fakes.slack_desk import Desk, at_desk, words_of

ANSWER = Answer(
    answer_id="a1",
    question="发布日期？",
    text="11 月 30 日 [1]。",
    abstained=False,
    reason=None,
    citations=(),
    model="m",
    language="zh",
)


@pytest.fixture
async def desk() -> AsyncIterator[Desk[Shortcuts]]:
    async def answers(_: Utterance, reply: Reply) -> None:
        await reply.finish(replace(ANSWER, answer_id="a2"))

    async with at_desk(Shortcuts) as desk:
        for name in ("ask_about_thread", "keep_under_category", "make_standard_answer"):
            desk.it.app.shortcuts[name] = "message"
        desk.it.host.conversing = answers
        yield desk


def general(desk: Desk[Shortcuts], *, with_bot: bool = True) -> Channel:
    members = [desk.it.ann, desk.it.bot] if with_bot else [desk.it.ann]
    return desk.it.workspace.add_channel("general", members=members, kind="public" if with_bot else "private")


def said(desk: Desk[Shortcuts], text: str, channel: Channel | None = None, thread: Message | None = None) -> Message:
    return desk.it.slack.people.post(desk.it.ann, channel or general(desk), text, thread=thread, quietly=True)


async def opened(desk: Desk[Shortcuts], message: Message, name: str) -> View:
    desk.it.slack.hands.use_message_shortcut(desk.it.ann, desk.it.installation, message, name)
    await desk.quiet()
    await desk.it.slack.journal.until(lambda: desk.it.slack.views.open)
    [view] = desk.it.slack.views.open.values()
    assert not desk.refusals()
    return view


async def send(desk: Desk[Shortcuts], view: View, values: dict[str, Any]) -> dict[str, Any]:
    delivery = desk.it.slack.hands.submit(desk.it.ann, desk.it.installation, view, values)
    await desk.quiet()
    return delivery.answer or {}


def question(text: str, where: str = "me") -> dict[str, Any]:
    return {
        "question": {"text": {"type": "plain_text_input", "value": text}},
        "where": {"where": {"type": "radio_buttons", "selected_option": {"value": where}}},
    }


async def test_a_question_about_a_thread_is_answered_to_who_asked(desk: Desk[Shortcuts]) -> None:
    root = said(desk, "发布延期吗？")
    reply = said(desk, "是的，密语", root.channel, root)
    view = await opened(desk, reply, "ask_about_thread")
    assert "密语" not in view.content["private_metadata"]
    assert await send(desk, view, question("最后怎么定的？")) == {}
    [utterance] = desk.it.host.utterances
    assert (utterance.kind, utterance.text) == ("command", "/问 最后怎么定的？")
    assert utterance.thread_id == message_id(root.channel.id, root.ts)
    [shown] = desk.whispers_to(desk.it.ann)
    assert "11 月 30 日" in words_of(shown)
    assert "分享到频道" in words_of(shown)
    assert not desk.it.slack.views.open
    assert not desk.refusals()


async def test_a_question_about_a_thread_is_answered_in_it(desk: Desk[Shortcuts]) -> None:
    root = said(desk, "发布延期吗？")
    view = await opened(desk, root, "ask_about_thread")
    await send(desk, view, question("最后怎么定的？", "everybody"))
    [utterance] = desk.it.host.utterances
    assert (utterance.kind, utterance.text) == ("mention", "最后怎么定的？")
    assert utterance.thread_id == message_id(root.channel.id, root.ts)
    [asked, answered] = root.channel.threads[root.ts].values()
    assert f"<@{desk.it.ann.id}> 问：最后怎么定的？" in words_of(asked)
    assert "11 月 30 日" in words_of(answered)
    assert not desk.refusals()


async def test_where_the_bot_is_not_it_cannot_answer_everybody(desk: Desk[Shortcuts]) -> None:
    root = said(desk, "…", general(desk, with_bot=False))
    view = await opened(desk, root, "ask_about_thread")
    await send(desk, view, question("?", "everybody"))
    assert "/invite" in desk.whispers_to(desk.it.ann)[0].text
    assert not desk.it.host.utterances


async def test_an_empty_question_is_asked_for_under_its_field(desk: Desk[Shortcuts]) -> None:
    view = await opened(desk, said(desk, "…"), "ask_about_thread")
    answer = await send(desk, view, question("  "))
    assert answer == {"response_action": "errors", "errors": {"question": "这里不能空着。"}}
    assert not desk.refusals()


def category(value: str = "decision") -> dict[str, Any]:
    return {"category": {"category": {"type": "static_select", "selected_option": {"value": value}}}}


async def test_a_message_is_kept_under_a_category(desk: Desk[Shortcuts]) -> None:
    message = said(desk, "就这么定了，密语")
    view = await opened(desk, message, "keep_under_category")
    assert "密语" not in str(view.content)
    await send(desk, view, category())
    record = message_id(message.channel.id, message.ts)
    assert desk.it.host.categorized == [(person_id(desk.it.ann.id), record, "decision")]
    assert "已归入“决定”" in words_of(view.content)
    assert not desk.refusals()


@pytest.mark.parametrize(("error", "words"), [(PermissionError(), "看不到"), (LookupError(), "不在档案里")])
async def test_what_cannot_be_filed_is_told_under_the_field(
    desk: Desk[Shortcuts], error: Exception, words: str
) -> None:
    async def categorize(person: PersonRef, record_id: RecordId, category_id: str) -> None:
        raise error

    desk.it.host.categorize = categorize  # type: ignore[method-assign]  # refuses
    answer = await send(desk, await opened(desk, said(desk, "…"), "keep_under_category"), category())
    assert words in answer["errors"]["category"]
    assert not desk.refusals()


@pytest.mark.parametrize("count", [0, 130])
async def test_no_categories_and_too_many(desk: Desk[Shortcuts], count: int) -> None:
    async def categories(language: Language) -> list[CategoryView]:
        return [CategoryView(category_id=f"c{number}", name="类" * 100) for number in range(count)]

    desk.it.host.categories = categories  # type: ignore[method-assign]  # others
    view = await opened(desk, said(desk, "…"), "keep_under_category")
    assert ("还没有分类" in words_of(view.content)) == (count == 0)


def standard(text: str, asked: str = "发布日期？") -> dict[str, Any]:
    return {
        "question": {"question": {"type": "plain_text_input", "value": asked}},
        "text": {"text": {"type": "plain_text_input", "value": text}},
    }


async def test_a_message_is_proposed_as_a_standard_answer(desk: Desk[Shortcuts]) -> None:
    message = said(desk, f"<@{desk.it.ann.id}> 发布日期是 11 月 30 日 &amp; 不改")
    await desk.it.site.directory.person(desk.it.ann.id)
    view = await opened(desk, message, "make_standard_answer")
    assert view.content["blocks"][1]["element"]["initial_value"] == "@Ann 发布日期是 11 月 30 日 & 不改"
    assert "11 月" not in view.content["private_metadata"]
    await send(desk, view, standard("11 月 30 日"))
    record = message_id(message.channel.id, message.ts)
    assert desk.it.host.proposals == [(person_id(desk.it.ann.id), "发布日期？", "11 月 30 日", record, None)]
    assert "proposed" in words_of(view.content)
    assert not desk.refusals()


async def test_an_answer_of_the_bot_is_corrected(desk: Desk[Shortcuts]) -> None:
    [shown] = answer_messages(ANSWER)
    message = desk.post(general(desk), shown.text, list(shown.blocks))
    desk.it.host.answers["a1"] = ANSWER

    async def answer_shown_in(record_id: RecordId) -> str | None:
        return "a1"

    desk.it.host.answer_shown_in = answer_shown_in  # type: ignore[method-assign]  # this one
    view = await opened(desk, message, "make_standard_answer")
    asked, text = (block["element"]["initial_value"] for block in view.content["blocks"])
    assert (asked, text) == ("发布日期？", "11 月 30 日。")
    await send(desk, view, standard("12 月 7 日。"))
    assert desk.it.host.proposals == [(person_id(desk.it.ann.id), "发布日期？", "12 月 7 日。", None, "a1")]


async def test_both_fields_are_needed(desk: Desk[Shortcuts]) -> None:
    view = await opened(desk, said(desk, "…"), "make_standard_answer")
    answer = await send(desk, view, standard(" ", " "))
    assert set(answer["errors"]) == {"question", "text"}
    assert not desk.refusals()


async def test_a_very_long_message_fits_the_form(desk: Desk[Shortcuts]) -> None:
    view = await opened(desk, said(desk, "长" * 9000), "make_standard_answer")
    assert len(view.content["blocks"][1]["element"]["initial_value"]) == 3000


async def test_a_form_that_comes_too_late_is_told(desk: Desk[Shortcuts]) -> None:
    person, looked_up = desk.it.site.directory.person, asyncio.Event()

    async def late(user_id: str) -> PersonRef:
        found = await person(user_id)
        await desk.it.slack.acknowledged()
        desk.it.slack.clock.advance(4)
        looked_up.set()
        return found

    desk.it.site.directory.person = late  # type: ignore[method-assign]  # slow
    desk.it.slack.hands.use_message_shortcut(desk.it.ann, desk.it.installation, said(desk, "…"), "ask_about_thread")
    await looked_up.wait()
    await desk.it.slack.journal.until(lambda: desk.whispers_to(desk.it.ann))
    assert "再试" in desk.whispers_to(desk.it.ann)[0].text
    assert [refusal.error for refusal in desk.refusals()] == ["expired_trigger_id"]


async def test_a_form_opens_although_slack_is_slow_to_say_who_pressed(desk: Desk[Shortcuts]) -> None:
    async def slow(user_id: str) -> PersonRef:
        await asyncio.Event().wait()
        raise AssertionError

    desk.it.site.directory.person = slow  # type: ignore[method-assign]  # never answers
    view = await opened(desk, said(desk, "…"), "ask_about_thread")
    assert "What do you want to know?" in words_of(view.content)
