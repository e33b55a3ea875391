"""Drafts of the prompts of summaries and of completed questions are tried on past ones, too."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.answering.answerer import Question
from bot.application import Application
from bot.errors import Language
from bot.llm.scripted import ScriptedModel, ScriptedRequest
from bot.prompting import Trial
from bot.prompts import PromptKey, PromptText, shipped_prompt_text
from bot.truth.conversations import conversations_of
from bot.truth.tables import ConversationSummaryRow
from knowledge.passage import Audience
from tests.builders import at, channel, deleted, posted
from tests.quick_application import archive, quick_application

DRAFT = PromptText("draft", "A draft.")
GIST = "Ann orders a new part for the broken printer for 80 euro."
FIRST_HALF = "Ann orders a new part."


def _spoken(request: ScriptedRequest) -> str:
    if request.messages[0].content == DRAFT.text:
        return "When is the launch of the fountain?" if "fountain" in request.messages[-1].content else FIRST_HALF
    return GIST if "printer" in request.messages[-1].content else "The launch moved to 8 December."


class Office:
    """An application with something to try drafts on."""

    def __init__(self, application: Application, model: ScriptedModel) -> None:
        self.application, self.model = application, model

    async def tried(self, key: PromptKey) -> Trial:
        trials = self.application.prompt_trials
        await trials.begin(key, DRAFT, choice="recent", count=5, by="mei")
        async with asyncio.timeout(20):
            while trials.is_running:  # noqa: ASYNC110 - it goes on in a task of its own
                await asyncio.sleep(0.01)
        trial = await trials.look()
        assert trial is not None
        return trial

    async def summaries(self) -> int:
        async with self.application.database.read() as connection:
            statement = select(func.count()).select_from(ConversationSummaryRow)
            return await connection.scalar(statement) or 0


@pytest_asyncio.fixture
async def office() -> AsyncIterator[Office]:
    model = ScriptedModel(_spoken)
    async with quick_application(model) as application:
        await archive(
            application,
            posted(
                1, "The printer in the hall is broken again, it eats every second sheet. What do we do?", author="Bo"
            ),
            posted(2, "I order a new part for the broken printer for 80 euro, it comes on Friday", author="Ann"),
            posted(3, "Until then the printer on the second floor is for everybody, please", author="Bo"),
            posted(4, "And I will put a note on the broken printer, so that nobody tries it", author="Ann"),
            posted(20, "the launch moved to 8 December", author="Ann", minutes=6000),
        )
        yield Office(application, model)


async def _summarise(application: Application, language: Language = "en") -> None:
    async with application.database.read() as connection:
        placed = await connection.run_sync(lambda sync: conversations_of(Session(sync), ["m1"]))
    await application.summarizer.conversation(placed["m1"], audience=Audience.operator(), language=language)


async def test_summaries_are_made_again_and_not_kept(office: Office) -> None:
    await _summarise(office.application)
    kept = await office.summaries()
    assert kept == 1
    trial = await office.tried(("summary_conversation", "en"))
    (item,) = trial.items
    assert (item.then.text, item.now.text) == (GIST, FIRST_HALF)
    assert [(piece.kind, piece.text) for piece in item.pieces if piece.kind != "same"]
    assert office.model.requests[-1].asker == "desk"
    assert await office.summaries() == kept
    await archive(office.application, deleted(2))
    look = await office.application.prompt_trials.look()
    assert look is not None
    assert (look.items, look.left_out) == ((), 1), "invariant 3: its messages are gone"


async def test_completed_questions_are_made_again_from_what_was_said_before(office: Office) -> None:
    question = Question(
        text="And when is it?",
        audience=Audience.operator(),
        channel_id=channel().channel_id,
        now=at(9000),
        searches=("launch of the fountain when",),
        context="we talked about the launch of the fountain",
    )
    await office.application.answerer.answer(question)
    trial = await office.tried(("rewrite", "en"))
    (item,) = trial.items
    assert (item.subject.question, item.subject.about) == ("And when is it?", question.context)
    assert item.then.text == "launch of the fountain when"
    assert item.now.text == "When is the launch of the fountain?"
    assert office.model.requests[-1].messages[0].content == DRAFT.text


@pytest.mark.parametrize("name", ["rewrite", "summary_conversation", "summary_reduce"])
async def test_nothing_to_try_a_draft_on_ends_at_once(office: Office, name: str) -> None:
    trial = await office.tried((name, "zh"))
    assert (trial.state, trial.total, trial.items) == ("done", 0, ())
    assert office.model.requests == []


async def test_nobody_else_is_told_by_a_draft(office: Office) -> None:
    """While a trial runs, others are answered with the prompt in force."""
    asked = Question(
        text="When is the launch?", audience=Audience.operator(), channel_id="console:launch", now=at(9000)
    )
    await office.application.answerer.answer(asked)
    answering = asyncio.create_task(office.application.answerer.answer(asked))
    await office.tried(("answer", "en"))
    await answering
    prompts = {request.asker: request.messages[0].content for request in office.model.requests}
    assert prompts["desk"] == DRAFT.text
    assert prompts[""] == shipped_prompt_text("answer", "en").text
