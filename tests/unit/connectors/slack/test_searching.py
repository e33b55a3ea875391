"""Searching in a form, over the fake Slack."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.connector import Answer, Reply, Utterance
from connectors.slack.searching import Searching
from tests.fakes.slack.views import View
from tests.fakes.slack_desk import Desk, at_desk, words_of


def found(text: str) -> Answer:
    return Answer(
        answer_id="s1",
        question="",
        text=text,
        abstained=False,
        reason="said",
        citations=(),
        model="",
        language="zh",
    )


@pytest.fixture
async def desk() -> AsyncIterator[Desk[Searching]]:
    async def finds(utterance: Utterance, reply: Reply) -> None:
        await reply.finish(found(f"“{utterance.text}”的结果：…"))

    async with at_desk(Searching) as desk:
        desk.it.app.shortcuts["search_archive"] = "global"
        desk.it.host.conversing = finds
        yield desk


async def opened(desk: Desk[Searching]) -> View:
    desk.it.slack.hands.use_shortcut(desk.it.ann, desk.it.installation, "search_archive")
    await desk.it.slack.journal.until(lambda: desk.it.slack.views.open)
    [view] = desk.it.slack.views.open.values()
    return view


def words(query: str) -> dict[str, Any]:
    return {"query": {"query": {"type": "plain_text_input", "value": query}}}


async def test_results_come_into_the_form_and_it_searches_again(desk: Desk[Searching]) -> None:
    view = await opened(desk)
    for query, command in (("预算 2026", "/找 预算 2026"), ("budget", "/find budget")):
        desk.it.slack.hands.submit(desk.it.ann, desk.it.installation, view, words(query))
        await desk.quiet()
        assert [utterance.text for utterance in desk.it.host.utterances][-1] == command
        assert f"{query}”的结果" in words_of(view.content)
        assert view.content["blocks"][0]["element"]["initial_value"] == query
    assert {utterance.channel.visibility for utterance in desk.it.host.utterances} == {"direct"}
    assert {utterance.kind for utterance in desk.it.host.utterances} == {"command"}
    assert not desk.refusals()


async def test_an_earlier_search_that_ends_later_is_not_shown(desk: Desk[Searching]) -> None:
    go_on = asyncio.Event()

    async def slowly(utterance: Utterance, reply: Reply) -> None:
        if "慢" in utterance.text:
            await go_on.wait()
        await reply.finish(found(utterance.text))

    desk.it.host.conversing = slowly
    view = await opened(desk)
    desk.it.slack.hands.submit(desk.it.ann, desk.it.installation, view, words("慢"))
    await desk.it.slack.journal.until(lambda: "正在翻档案" in words_of(view.content))
    desk.it.slack.hands.submit(desk.it.ann, desk.it.installation, view, words("快"))
    await desk.it.slack.journal.until(lambda: "找 快" in words_of(view.content))
    go_on.set()
    await desk.quiet()
    assert "找 快" in words_of(view.content)


async def test_a_form_that_was_closed_meanwhile_is_let_be(desk: Desk[Searching]) -> None:
    view = await opened(desk)

    async def closes(_: Utterance, reply: Reply) -> None:
        await desk.it.slack.journal.until(lambda: "正在翻档案" in words_of(view.content))
        desk.it.slack.hands.close(desk.it.ann, desk.it.installation, view)
        await reply.finish(found("…"))

    desk.it.host.conversing = closes
    desk.it.slack.hands.submit(desk.it.ann, desk.it.installation, view, words("预算"))
    await desk.quiet()
    assert [refusal.error for refusal in desk.refusals()] == ["not_found"]


async def test_nothing_to_search_for(desk: Desk[Searching]) -> None:
    view = await opened(desk)
    delivery = desk.it.slack.hands.submit(desk.it.ann, desk.it.installation, view, words(" "))
    await desk.quiet()
    assert delivery.answer == {"response_action": "errors", "errors": {"query": "这里不能空着。"}}
    assert not desk.refusals()
