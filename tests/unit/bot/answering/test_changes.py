"""Old facts beside new ones: both are told with their dates, and what no longer holds is not told alone."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.answering.answerer import Question
from bot.application import Application
from bot.llm.scripted import ScriptedModel
from connectors.connector import Answer
from knowledge.passage import Audience, ChannelId
from tests.builders import at, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import answerer_with, archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH = Audience(frozenset({ChannelId("console:launch")}))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        await archive(
            opened,
            posted(1, "发布日定在 11 月 28 日，周五见", author="王芳"),
            posted(2, "发布日从 11-28 改到 12-08", author="王芳", minutes=60 * 24),
            posted(3, "Team offsite is June 5 at the lake", author="Bo"),
            posted(4, "The team offsite is cancelled", author="Bo", minutes=60 * 24),
        )
        yield opened


async def _ask(application: Application, text: str, said: str) -> tuple[Answer, RecordingReply]:
    reply = RecordingReply()
    question = Question(text=text, audience=LAUNCH, now=at(5000))
    result = await answerer_with(application, ScriptedModel([said])).answer(question, reply)
    return result.answer, reply


async def test_a_source_that_was_replaced_is_told_with_the_new_value_and_its_date(application: Application) -> None:
    answer, _ = await _ask(application, "发布日是哪天？", "发布日定在 11 月 28 日，周五见。")
    assert answer.text == "11 月 3 日改为 12-08；此前为 11 月 28 日[1][2]。"
    assert {citation.record_id for citation in answer.citations} == {"m1", "m2"}


async def test_an_answer_with_the_new_value_tells_what_held_before(application: Application) -> None:
    answer, _ = await _ask(application, "发布日是哪天？", "发布日改到 12 月 8 日。")
    assert answer.text.startswith("发布日改到 12 月 8 日[1]。")
    assert "此前为 11 月 28 日" in answer.text


async def test_an_answer_that_tells_both_is_left_alone(application: Application) -> None:
    answer, _ = await _ask(application, "发布日是哪天？", "发布日从 11 月 28 日改到 12-08。")
    assert "此前为" not in answer.text


async def test_what_was_called_off_is_not_told_as_planned(application: Application) -> None:
    answer, _ = await _ask(application, "When is the team offsite?", "The team offsite is June 5 at the lake.")
    assert answer.text == "Called off on 3 November; before that it was June 5 [1][2]."


async def test_a_year_is_told_when_it_is_another_one(application: Application) -> None:
    question = Question(text="When is the team offsite?", audience=LAUNCH, now=at(5000))
    later = replace(question, now=at(60 * 24 * 400))
    model = ScriptedModel(["The team offsite is June 5 at the lake."])
    result = await answerer_with(application, model).answer(later, RecordingReply())
    assert "3 November 2026" in result.answer.text
