"""A question that leans on what was said before in its thread, or lately in a direct chat."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.application import Application
from bot.llm.scripted import ScriptedModel
from bot.truth.tables import AnswerRow, AnswerSourceRow
from connectors.connector import Utterance
from connectors.events import ChannelRef, MessagePosted, RecordId
from tests.builders import at, channel, deleted, opened, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEASE = "Who signed the lease of the Hamburg office?"
HERE, BOARD, DIRECT = channel("rent"), channel("board", "private"), channel("dm-ann", "direct")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as running:
        ann, bo, bot = person("Ann"), person("Bo"), person("bot", is_bot=True)
        await archive(
            running,
            opened(HERE, (ann, bo)),
            opened(BOARD, (ann,)),
            opened(DIRECT, (ann, bot)),
            posted(1, "Maya signed the lease of the Hamburg office", author="Maya", place=HERE),
            posted(2, "The lease of the Hamburg office starts on 1 March", author="Maya", place=HERE),
            posted(3, "The zeppelin lands at noon", place=HERE),
            posted(4, "The board pays Walter 9,000 yuan", place=BOARD),
        )
        yield running


async def _ask(
    application: Application,
    number: int,
    text: str,
    model: ScriptedModel,
    *,
    thread: int | None = None,
    place: ChannelRef = HERE,
) -> RecordingReply:
    """Post a question of Ann's and answer it, as a connector does."""
    question = posted(number, text, author="Ann", place=place, thread=thread)
    await archive(application, question)
    utterance = Utterance(
        kind="mention", text=text, channel=place, person=person("Ann"), record_id=question.record_id,
        thread_id=question.thread_id, said_at=at(number),
    )  # fmt: skip
    reply = RecordingReply()
    await conversation_with(application, model).converse(utterance, reply)
    answer = reply.answer
    said = MessagePosted(
        event_id=f"said-{number}", occurred_at=at(number + 0.5), record_id=RecordId(f"b{number}"), channel=place,
        author=person("bot", is_bot=True), text=answer.text, thread_id=question.thread_id or question.record_id,
        answer_id=answer.answer_id,
    )  # fmt: skip
    if place.visibility == "direct":
        said = said.model_copy(update={"thread_id": None})
    await archive(application, said)
    return reply


def _searched(reply: RecordingReply) -> str:
    return next(str(value) for name, value in reply.steps if name == "status")


async def _stored(application: Application, reply: RecordingReply) -> Any:
    async with application.database.read() as connection:
        statement = select(AnswerRow).where(AnswerRow.answer_id == reply.answer.answer_id)
        return (await connection.execute(statement)).one()


async def test_a_half_question_is_searched_with_the_topic_and_the_model_sees_what_was_said(
    application: Application,
) -> None:
    await _ask(application, 100, LEASE, ScriptedModel(["Maya signed the lease of the Hamburg office."]))
    model = ScriptedModel(["The lease of the Hamburg office starts on 1 March."])
    reply = await _ask(application, 102, "and when does it start?", model, thread=100)
    assert _searched(reply) == "Searched for “when does it start? signed lease Hamburg office” …"
    assert "m2" in [citation.record_id for citation in reply.answer.citations]
    prompt = model.requests[-1].messages[-1].content
    assert "Maya signed the lease of the Hamburg office" in prompt
    assert "and when does it start?" in prompt
    assert (await _stored(application, reply)).question == "and when does it start?"


async def test_a_pronoun_is_the_only_person_who_was_named(application: Application) -> None:
    await _ask(application, 110, LEASE, ScriptedModel(["Maya signed the lease of the Hamburg office."]))
    reply = await _ask(application, 112, "what did she say?", ScriptedModel(["NOT FOUND"]), thread=110)
    assert _searched(reply).startswith("Searched for “what did Maya say?")


async def test_another_thread_and_the_channel_know_nothing_of_it(application: Application) -> None:
    reply = await _ask(application, 120, "and when does it start?", ScriptedModel(["NOT FOUND"]))
    assert _searched(reply) == "Searching the archive…"


async def test_a_direct_chat_remembers_half_an_hour(application: Application) -> None:
    first = LEASE
    await _ask(application, 200, first, ScriptedModel(["NOT FOUND"]), place=DIRECT)
    soon = await _ask(application, 210, "and when?", ScriptedModel(["NOT FOUND"]), place=DIRECT)
    assert "lease Hamburg office" in _searched(soon)
    late = await _ask(application, 300, "and when?", ScriptedModel(["NOT FOUND"]), place=DIRECT)
    assert _searched(late) == "Searching the archive…"


async def test_a_question_of_two_parts_is_two_searches(application: Application) -> None:
    question = "Who signed the lease and when does the zeppelin land?"
    reply = await _ask(application, 130, question, ScriptedModel(["NOT FOUND"]))
    assert _searched(reply) == "Searched for “Who signed the lease / when does the zeppelin land?” …"
    assert {"m1", "m3"} <= {citation.record_id for citation in reply.steps[1][1]}


async def test_deleting_the_first_question_takes_the_follow_up_with_it(application: Application) -> None:
    """Invariant 3: what was made of a deleted message goes with it."""
    await _ask(application, 140, "Who flies the zeppelin of Hamburg?", ScriptedModel(["NOT FOUND"]))
    reply = await _ask(application, 142, "and when?", ScriptedModel(["NOT FOUND"]), thread=140)
    assert "zeppelin" in str((await _stored(application, reply)).trace)
    await archive(application, deleted(140))
    row = await _stored(application, reply)
    assert (row.text, row.trace) == ("", {})
    async with application.database.read() as connection:
        rows = await connection.execute(select(AnswerSourceRow).where(AnswerSourceRow.answer_id == row.answer_id))
        assert all("flies" not in source.quote for source in rows)


async def test_an_answer_from_a_channel_that_is_closed_meanwhile_is_not_used(application: Application) -> None:
    """Invariant 4: a turn that rests on what not everybody here may read is as if it were not there."""
    model = ScriptedModel(["The board pays Walter 9,000 yuan."])
    secret = await _ask(application, 150, "How much does the board pay Walter?", model, place=BOARD)
    assert secret.answer.citations
    moved = MessagePosted(
        event_id="moved", occurred_at=at(151), record_id=RecordId("b151"), channel=HERE,
        author=person("bot", is_bot=True), text=secret.answer.text, thread_id=RecordId("m152"),
        answer_id=secret.answer.answer_id,
    )  # fmt: skip
    await archive(application, posted(152, "hm", place=HERE, minutes=150), moved)
    model = ScriptedModel(["NOT FOUND"])
    await _ask(application, 154, "why?", model, thread=152)
    assert "Walter" not in model.requests[-1].messages[-1].content


async def test_no_prompt_holds_a_secret_that_is_asked_about(application: Application) -> None:
    """Invariant 8: also not the prompt that completes a question."""
    await _ask(application, 160, LEASE, ScriptedModel(["NOT FOUND"]))
    model = ScriptedModel(["When did he change it?", "NOT FOUND"])
    await _ask(application, 162, "when did he change password: hunter2x?", model, thread=160)
    prompts = [message.content for request in model.requests for message in request.messages]
    assert any("password hidden" in prompt for prompt in prompts)
    assert "hunter2x" not in str(prompts)
