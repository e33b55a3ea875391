"""Summaries made while nobody asks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.application import Application
from bot.llm.interface import ChatMessage
from bot.llm.scripted import ScriptedModel, ScriptedReply
from bot.summaries.idle import IdleSummaries
from bot.truth.tables import ConversationSummaryRow
from tests.builders import at, channel, posted
from tests.quick_application import archive, quick_application, summarizer_with
from tests.unit.bot.summaries.test_summarizer import GIST, launch

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENDED = at(104) + timedelta(hours=4)


@pytest_asyncio.fixture(loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        yield opened


def idle(application: Application, model: ScriptedModel, *, per_hour: int = 12) -> IdleSummaries:
    return IdleSummaries(
        database=application.database,
        summarizer=summarizer_with(application, model),
        model=model,
        per_hour=per_hour,
        look_seconds=0.01,
    )


async def summarised(application: Application) -> set[str]:
    async with application.database.read() as connection:
        return set(await connection.scalars(select(ConversationSummaryRow.conversation_id)))


async def make_all(summaries: IdleSummaries, now: datetime) -> None:
    while await summaries.make_one(now):
        pass


async def test_a_conversation_that_has_ended_is_summarised_once(application: Application) -> None:
    await archive(application, *launch(channel(), 100))
    model = ScriptedModel([GIST])
    summaries = idle(application, model)
    assert not await summaries.make_one(at(110))  # it may go on
    await make_all(summaries, ENDED)
    assert await summarised(application) == {"m100"}
    await make_all(summaries, ENDED)
    assert len(model.requests) == 1


async def test_chatter_and_short_talk_are_passed_over(application: Application) -> None:
    await archive(application, *(posted(100 + number, "hi there") for number in range(4)))
    model = ScriptedModel([])
    await make_all(idle(application, model), ENDED)
    assert model.requests == []


async def test_no_more_are_made_in_an_hour_than_is_allowed(application: Application) -> None:
    for number in range(3):
        await archive(application, *launch(channel(f"c{number}"), 100 + 10 * number))
    summaries = idle(application, ScriptedModel([GIST] * 3), per_hour=2)
    later = ENDED + timedelta(hours=1)
    await make_all(summaries, later)
    assert len(await summarised(application)) == 2
    await make_all(summaries, later + timedelta(hours=1))
    assert len(await summarised(application)) == 3
    assert not await idle(application, ScriptedModel([]), per_hour=0).make_one(later)


async def test_it_gives_way_to_whoever_asks(application: Application) -> None:
    await archive(application, *launch(channel(), 100))
    never = asyncio.Event()
    model = ScriptedModel([ScriptedReply(pieces=("a",), before_first=never), "an answer"], slots=1)
    making = asyncio.create_task(idle(application, model).make_one(ENDED))
    async with asyncio.timeout(20):
        await model.asked(1)
        said = "".join([piece async for piece in model.stream([ChatMessage("user", "a question")], asker="Ann")])
    assert said == "an answer"
    assert await making is False
    assert await summarised(application) == set()


async def test_it_does_not_begin_while_somebody_is_answered(application: Application) -> None:
    await archive(application, *launch(channel(), 100))
    never = asyncio.Event()
    model = ScriptedModel([ScriptedReply(pieces=("a",), before_first=never)])

    async def ask() -> None:
        async for _ in model.stream([ChatMessage("user", "a question")], asker="Ann"):
            pass

    asking = asyncio.create_task(ask())
    await model.asked(1)
    assert not await idle(application, model).make_one(ENDED)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


async def test_cancelled_while_the_model_speaks_it_leaves_nothing_running(application: Application) -> None:
    await archive(application, *launch(channel(), 100))
    model = ScriptedModel([ScriptedReply(pieces=("a",), before_first=asyncio.Event())])
    making = asyncio.create_task(idle(application, model).make_one(ENDED))
    await model.asked(1)
    making.cancel()
    assert isinstance((await asyncio.gather(making, return_exceptions=True))[0], asyncio.CancelledError)
    assert "idle-summary" not in {task.get_name() for task in asyncio.all_tasks()}
