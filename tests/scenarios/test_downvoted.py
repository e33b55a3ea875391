"""A verdict comes to the operators' queue within seconds, leaves it when it is undone, and outlives a restart."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.application import Application
from bot.console_host import ConsoleHost
from bot.feedback.case_views import CaseAnswer
from bot.feedback.cases import Cases
from connectors.connector import Utterance
from connectors.events import MessagePosted, RecordId
from tests.builders import at, channel, opened, person, posted
from tests.conftest import ApplicationFactory
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with
from tests.waiting import eventually

ROOM, ANN, BO = channel("verdicts", "private"), person("Ann"), person("Bo")
QUESTION = "when does the Kestrel launch take place"
MOST_STORING, MOST_QUEUEING = 5.0, 15.0
"""Seconds: milliseconds and one second alone, several times as many where other work keeps the processors."""


@asynccontextmanager
async def _serving(application: Application) -> AsyncIterator[ConsoleHost]:
    taking_in = asyncio.create_task(application.taking_in.run())
    names = (
        "database",
        "inbox",
        "archivist",
        "permissions",
        "confirmations",
        "answers",
        "file_store",
        "finder",
        "zone",
    )
    try:
        yield ConsoleHost(
            **{name: getattr(application, name) for name in names},
            conversation=conversation_with(application, ["The Kestrel launch takes place on Friday [1]."] * 2),
        )
    finally:
        taking_in.cancel()
        await asyncio.gather(taking_in, return_exceptions=True)


async def _asked(application: Application, host: ConsoleHost, number: int) -> str:
    question: MessagePosted = posted(number, f"@bot {QUESTION}?", author="Ann", place=ROOM)
    await archive(application, question)
    reply = RecordingReply()
    utterance = Utterance(
        kind="mention", text=f"{QUESTION}?", channel=ROOM, person=ANN, record_id=RecordId(f"m{number}"), thread_id=None,
        said_at=at(number), language="en",
    )  # fmt: skip
    await host.converse(utterance, reply)
    return reply.answer.answer_id


async def _queue(application: Application) -> dict[str, dict[str, int]]:
    return {one.question: dict(one.causes) for one in await Cases(application.database).listed()}


async def test_from_the_tap_to_the_queue_and_back(open_app: ApplicationFactory) -> None:
    async with open_app() as application, _serving(application) as host:
        said = posted(1, "The Kestrel launch takes place on Friday", author="Bo", place=ROOM)
        await archive(application, opened(ROOM, (ANN, BO)), said)
        answer_id = await _asked(application, host, 10)

        async def is_empty() -> bool:
            return not await _queue(application)

        stored, took = [], []
        for _ in range(3):  # the best of three: other tests run beside
            began = time.monotonic()
            await host.judge(answer_id=answer_id, person=BO, verdict="down", reasons=("outdated",), comment="moved")
            stored.append(time.monotonic() - began)
            queued = await eventually(lambda: _queue(application))
            took.append(time.monotonic() - began)
            assert queued == {f"{QUESTION}?": {"down": 1}}
            await host.judge(answer_id=answer_id, person=BO, verdict="withdrawn")
            await eventually(is_empty)
        assert (min(stored) <= MOST_STORING, min(took) <= MOST_QUEUEING) == (True, True), (stored, took)
        await host.judge(answer_id=answer_id, person=BO, verdict="down")
    # Closed the moment it was stored: whether it was taken in or not, it is there after the restart.
    async with open_app() as application, _serving(application) as host:
        assert await eventually(lambda: _queue(application)) == {f"{QUESTION}?": {"down": 1}}
        again = await _asked(application, host, 12)
        await eventually(lambda: _counted(application, 2))
        detail = await _only_case(application)
        assert {(one.answer_id, one.causes) for one in detail} == {(answer_id, ("down", "asked_again"))}, again


async def _counted(application: Application, causes: int) -> bool:
    return any(len(counted) == causes for counted in (await _queue(application)).values())


async def _only_case(application: Application) -> tuple[CaseAnswer, ...]:
    [view] = await Cases(application.database).listed()
    return (await Cases(application.database).case(view.case_id)).answers
