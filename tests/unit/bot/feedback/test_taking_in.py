"""What is noted is taken in: at once, after a restart, and in spite of what cannot be."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import delete, select

from bot.application import Application
from bot.feedback import taking_in as module
from bot.feedback.taking_in import TakingIn
from bot.truth.intake import Intake
from bot.truth.tables import QuestionVectorRow
from knowledge.embedding import Vectors
from tests.conftest import ApplicationFactory
from tests.fakes.embedder import TinyEmbedder
from tests.unit.bot.feedback.asked import asked, judged, queue, taken_in
from tests.waiting import eventually

WIFI, PRINTER = "what is the office wifi password", "where does the blue printer stand"


@asynccontextmanager
async def _running(application: Application) -> AsyncIterator[None]:
    task = asyncio.create_task(application.taking_in.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()


async def _waiting(application: Application) -> set[str]:
    return set(await Intake(application.database).waiting(limit=100))


async def _nothing_waits(application: Application) -> None:
    async def look() -> bool:
        return not await _waiting(application)

    await eventually(look)


async def test_a_verdict_is_stored_and_in_the_queue_at_once(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_IDLE_SECONDS", 600.0)  # It does not wait for the next look at other processes.
    await asked(application, "a1", WIFI)
    async with _running(application):
        await _nothing_waits(application)
        await judged(application, "a1", "down")
        await eventually(lambda: queue(application), seconds=60)
        await judged(application, "a1", "withdrawn")

        async def is_gone() -> bool:
            return not await queue(application)

        await eventually(is_gone, seconds=60)


async def test_what_another_process_noted_is_found(application: Application, open_app: ApplicationFactory) -> None:
    async with _running(application), open_app() as other:
        await asked(other, "a1", WIFI, reason="nothing_found")
        await eventually(lambda: queue(application))


async def test_what_was_noted_before_a_crash_is_taken_in_after_it(open_app: ApplicationFactory) -> None:
    async with open_app() as application:
        await asked(application, "a1", WIFI)
        await judged(application, "a1", "down")
    async with open_app() as application:
        assert await _waiting(application) == {"a1"}
        async with _running(application):
            assert await eventually(lambda: queue(application)) == {WIFI: {"a1"}}
            await _nothing_waits(application)
    async with open_app() as application:
        assert await queue(application) == {WIFI: {"a1"}}
        assert await _waiting(application) == set()


async def test_answers_of_an_older_release_are_taken_in_at_the_start(application: Application) -> None:
    await asked(application, "a1", WIFI, reason="nothing_found")
    await asked(application, "a2", WIFI, on_command_line=True)
    await Intake(application.database).done(await Intake(application.database).waiting(limit=9))
    async with _running(application):
        assert await eventually(lambda: queue(application)) == {WIFI: {"a1"}}
        await _nothing_waits(application)
    async with application.database.read() as connection:
        assert list(await connection.scalars(select(QuestionVectorRow.answer_id))) == ["a1"]
    assert await _waiting(application) == set()


async def test_noted_again_meanwhile_is_taken_in_again(application: Application) -> None:
    await asked(application, "a1", WIFI)

    async def judge_meanwhile(_: Sequence[str]) -> None:
        if not await queue(application):
            await judged(application, "a1", "down")

    application.taking_in.listen(judge_meanwhile)
    await application.taking_in.take_in()
    assert await _waiting(application) == {"a1"}
    await application.taking_in.take_in()
    assert await queue(application) == {WIFI: {"a1"}}


async def test_listeners_are_told_and_do_not_hold_up_each_other(application: Application) -> None:
    told: list[str] = []

    async def breaks(_: Sequence[str]) -> None:
        msg = "cannot learn"
        raise ValueError(msg)

    async def hears(answer_ids: Sequence[str]) -> None:
        told.extend(answer_ids)

    application.taking_in.listen(breaks)
    application.taking_in.listen(hears)
    await asked(application, "a1", WIFI)
    await taken_in(application)
    assert told == ["a1"]
    assert await _waiting(application) == set()


async def test_one_that_cannot_be_taken_in_does_not_hold_up_others(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    file = application.taking_in._filing.file

    async def breaks(answer_id: str, *rest: object) -> None:
        tried.append(answer_id)
        if answer_id == "bad":
            msg = "broken"
            raise ValueError(msg)
        await file(answer_id, *rest)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(application.taking_in._filing, "file", breaks)
    for answer_id in ("a1", "bad", "a2"):
        await asked(application, answer_id, WIFI, reason="nothing_found")
    for _ in range(5):
        await application.taking_in.take_in()
    assert tried.count("bad") == module._ATTEMPTS
    assert await queue(application) == {WIFI: {"a1", "a2"}}
    assert await _waiting(application) == {"bad"}, "the next start tries again"
    await judged(application, "bad", "down")
    await application.taking_in.take_in()
    assert tried.count("bad") == module._ATTEMPTS + 1, "noted again, it is tried again"


async def test_it_goes_on_when_the_database_was_away(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_IDLE_SECONDS", 0.01)
    calls = 0
    take_in = application.taking_in.take_in

    async def away() -> int:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise OSError
        return await take_in()

    monkeypatch.setattr(application.taking_in, "take_in", away)
    await asked(application, "a1", WIFI, reason="nothing_found")
    async with _running(application):
        await eventually(lambda: queue(application))


class _Forgetful(TinyEmbedder):
    async def embed_query(self, text: str) -> Vectors:
        raise RuntimeError


async def test_without_an_embedding_it_is_in_the_queue_all_the_same(application: Application) -> None:
    await asked(application, "a1", WIFI, reason="nothing_found")
    broken = TakingIn(application.database, _Forgetful(), application.permissions)
    await broken.take_in()
    assert await queue(application) == {WIFI: {"a1"}}


async def test_vectors_are_made_once_and_anew_for_another_model(application: Application) -> None:
    await asked(application, "a1", WIFI)
    await asked(application, "a2", "", minutes=11)
    vectors = application.taking_in.vectors
    assert set(await vectors.of(["a1", "a2", "unknown"])) == {"a1"}
    other = TakingIn(application.database, TinyEmbedder("tiny-2"), application.permissions)
    found = await other.vectors.of(["a1"])
    assert abs(float(found["a1"] @ found["a1"]) - 1) < 1e-3
    async with application.database.begin() as connection:
        model = (await connection.execute(select(QuestionVectorRow.embedding_model))).scalar_one()
        await connection.execute(delete(QuestionVectorRow))
    assert model == "tiny-2"
    await other.note_missing()
    assert "a1" in await _waiting(application)
