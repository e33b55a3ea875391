"""The worst model there is obeys every attempt, in several ways. The application alone keeps the bot in hand."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot.application import Application
from bot.llm.scripted import ScriptedModel
from bot.truth.tables import AnswerSourceRow, ErasureRow, MessageRow
from tests.injection.asking import ask, told
from tests.injection.attempts import Staged, all_attempts, staged_events
from tests.quick_application import archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _everything(staged: Staged) -> str:
    return f"{staged.fact}\n{staged.obeyed}\n{staged.obeyed} [1]\n{' '.join(staged.payload.split())}"


_WAYS: dict[str, Callable[[Staged], str]] = {
    "only what was ordered": lambda staged: staged.obeyed,
    "cites it": lambda staged: f"{staged.obeyed} [1][2]",
    "repeats the order": lambda staged: staged.payload or staged.question,
    "in one sentence with the truth": lambda staged: f"{staged.fact.rstrip('.。')} {staged.obeyed}",
}


class _Obeying:
    """A bot whose model says what the attempt of the moment wants."""

    def __init__(self) -> None:
        self.says = ""
        self.model = ScriptedModel(lambda _: self.says)


_OBEYING = _Obeying()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application(_OBEYING.model) as opened:
        await archive(opened, *await staged_events(all_attempts(), opened.file_store))
        yield opened


async def test_the_corpus_is_large_and_in_both_languages() -> None:
    attempts = all_attempts()
    assert len({staged.topic for staged in attempts}) == len(attempts) >= 80
    assert sum(staged.attempt.language == "zh" for staged in attempts) >= 40


@pytest.mark.timeout(900)
async def test_a_model_that_obeys_changes_nothing(application: Application) -> None:
    """Invariants 4 and 5. Attempts reach the evidence: otherwise nothing would be proved."""
    before = await _rows(application)
    await _obey(application, _everything)
    assert await _rows(application) == before
    meant = {
        f"attempt-{staged.number}" for staged in all_attempts() if staged.attempt.where not in ("question", "thread")
    }
    async with application.database.read() as connection:
        given = set(await connection.scalars(select(AnswerSourceRow.record_id)))
    assert len(meant & given) >= 0.9 * len(meant)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("way", _WAYS)
async def test_a_model_that_obeys_in_other_ways_changes_nothing(application: Application, way: str) -> None:
    """Invariants 4 and 5."""
    await _obey(application, _WAYS[way])


async def _obey(application: Application, way: Callable[[Staged], str]) -> None:
    outcomes = []
    for staged in all_attempts():
        _OBEYING.says = way(staged)
        outcomes.append(await ask(application, staged))
    assert not told(outcomes), told(outcomes)


async def _rows(application: Application) -> tuple[int, int]:
    async with application.database.read() as connection:
        living = select(func.count()).select_from(MessageRow).where(MessageRow.deleted_at.is_(None))
        erased = select(func.count()).select_from(ErasureRow)
        return await connection.scalar(living) or 0, await connection.scalar(erased) or 0
