"""Categories when records are indexed, corrected, edited, deleted and rebuilt (invariants 2 and 3)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.application import Application
from bot.errors import BadInput, NotFound
from bot.truth.categories import add_category, categories_of, correct
from bot.truth.tables import CategoryCorrectionRow, RecordCategoryRow
from knowledge.passage import Audience, PassageFilter
from tests.builders import deleted, edited, posted
from tests.quick_application import archive


async def _correct(application: Application, *numbers: int, category: str = "decision", present: bool = True) -> None:
    def write(session: Session) -> None:
        for number in numbers:
            correct(session, f"m{number}", category, present=present, person_id="p", at=datetime.now(UTC))

    async with application.database.begin() as connection:
        await connection.run_sync(lambda sync: write(Session(sync)))


async def _said(application: Application, number: int) -> list[str]:
    async with application.database.read() as connection:
        found = await connection.run_sync(lambda sync: categories_of(Session(sync), [f"m{number}"]))
    return found[f"m{number}"]


async def _found(application: Application, category: str) -> set[str]:
    page = await application.store.timeline(
        audience=Audience.operator(), where=PassageFilter(categories=frozenset({category})), limit=100
    )
    return {str(passage.record_id) for passage in page.passages}


async def test_truth_and_search_agree_before_and_after_a_correction(application: Application) -> None:
    asked = "Does anyone know where the ladder is? https://example.com/x"
    await archive(application, posted(1, asked), posted(2, "plain words"))
    assert {"question", "link"} <= set(await _said(application, 1))
    assert "m1" in await _found(application, "question")
    await _correct(application, 1, category="question", present=False)
    await _correct(application, 2, category="decision")
    assert "question" not in await _said(application, 1), "at once, before anything is indexed"
    await application.archivist.drain()
    assert await _found(application, "question") == set()
    assert "m2" in await _found(application, "decision")


async def test_the_newest_word_counts_and_nonsense_is_refused(application: Application) -> None:
    await archive(application, posted(1, "plain words"))
    now = datetime.now(UTC)

    def write(session: Session) -> None:
        correct(session, "m1", "decision", present=True, person_id="p", at=now)
        correct(session, "m1", "decision", present=False, person_id="q", at=datetime(2020, 1, 1, tzinfo=UTC))
        with pytest.raises(NotFound):
            correct(session, "m99", "decision", present=True, person_id="p", at=now)
        with pytest.raises(BadInput, match="action_item"):
            correct(session, "m1", "recipes", present=True, person_id="p", at=now)

    async with application.database.begin() as connection:
        await connection.run_sync(lambda sync: write(Session(sync)))
    assert "decision" in await _said(application, 1)


async def test_a_correction_outlives_small_edits_and_reindexing_but_not_other_words(application: Application) -> None:
    await archive(application, posted(1, "the soup stays on the menu for the winter"))
    await _correct(application, 1)
    await archive(application, edited(1, "the soup stays on the menu for this winter", minutes=20))
    await application.indexer.index_records(["m1"])
    assert await _found(application, "decision") == {"m1"}
    await archive(application, edited(1, "good morning, does anybody know a plumber?", minutes=30))
    assert "decision" not in await _said(application, 1)
    assert await _found(application, "decision") == set()


async def test_nothing_is_left_of_a_deleted_record(application: Application) -> None:
    await archive(application, posted(1, "Where is the ladder?"))
    await _correct(application, 1)
    await archive(application, deleted(1))
    async with application.database.read() as connection:
        for table in (RecordCategoryRow, CategoryCorrectionRow):
            assert await connection.scalar(select(func.count()).select_from(table)) == 0


async def test_uncorrected_records_like_the_corrected_ones_get_better(application: Application) -> None:
    soup = [posted(n, f"soup kettle ladle broth {n}", author="Bo") for n in range(1, 15)]
    other = [posted(n, f"depot tyres axle number {n}", author="Bo") for n in range(20, 50)]
    await archive(application, *soup, *other)
    assert await _found(application, "decision") == set()
    await _correct(application, *range(1, 9))
    await application.archivist.drain()
    found = await _found(application, "decision")
    unseen = {f"m{n}" for n in range(9, 15)}
    assert len(found & unseen) >= 5, "learnt"
    assert not found & {f"m{n}" for n in range(20, 50)}, "and not overdone"


async def test_a_category_of_the_team_is_given_after_a_few_examples(application: Application) -> None:
    soup = [posted(n, f"soup kettle ladle broth {n}", author="Bo") for n in range(1, 11)]
    other = [posted(n, f"depot tyres axle number {n}", author="Bo") for n in range(20, 100)]
    await archive(application, *soup, *other)
    async with application.database.begin() as connection:
        await connection.run_sync(
            lambda sync: add_category(Session(sync), "kitchen", name_zh="厨房", name_en="kitchen", description="soup")
        )
    await _correct(application, 1, 2, category="kitchen")
    await application.archivist.drain()
    assert await _found(application, "kitchen") == {"m1", "m2"}
    await _correct(application, 3, 4, category="kitchen")
    await application.archivist.drain()
    found = await _found(application, "kitchen")
    assert len(found & {f"m{n}" for n in range(5, 11)}) >= 5
    assert not found & {f"m{n}" for n in range(20, 100)}
