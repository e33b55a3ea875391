"""When a second answer is put beside the first unasked."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.orm import Session

from bot.feedback.offering import PairOffers
from bot.truth.answers import Answers, StoredAnswer, StoredSource
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, ChannelSettingsRow, MessageRow

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
WHO: dict[str, Any] = {"person_id": "ann", "channel_id": "c1"}


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite+aiosqlite:///{tmp_path / 'truth.db'}")
    await made.migrate()
    yield made
    await made.close()


async def _add(database: Database, *rows: object) -> None:
    def add(session: Session) -> None:
        session.add_all(rows)
        session.flush()

    async with database.begin() as connection:
        await connection.run_sync(lambda sync: add(Session(sync)))


@pytest_asyncio.fixture
async def answered(database: Database) -> Database:
    """Answers a1 … a9 to ann in c1, b1 to bo, and kinds that are never put beside another."""
    common: dict[str, Any] = {"version_at": NOW, "applied_at": NOW, "edited": False, "system": False}
    channel = ChannelRow(
        channel_id="c1", platform="slack", workspace_id="T", name="c", visibility="public", changed_at=NOW
    )
    message = MessageRow(record_id="r1", channel_id="c1", author_id="maya", text="18 days", sent_at=NOW, **common)
    await _add(database, channel, message)
    kinds: list[tuple[str, dict[str, Any]]] = [
        *((f"a{n}", {}) for n in range(1, 10)),
        ("b1", {"person_id": "bo"}),
        ("abstained", {"abstained": True, "reason": "nothing_found"}),
        ("standard", {"standard_answer_id": "s1"}),
        ("without", {"sources": ()}),
    ]
    for name, more in kinds:
        source = StoredSource(
            n=1, record_id="r1", file_id=None, chunk=0, page=None, channel_id="c1", quote="18 days", cited=True
        )
        values: dict[str, Any] = {
            "answer_id": name, "asked_at": NOW, "question_record_id": None, "question": "How long?", "language": "en",
            "text": "18 days", "abstained": False, "reason": None, "model": "m", "prompt_version": "p",
            "sources": (source,), **WHO,
        }  # fmt: skip
        await Answers(database).store(StoredAnswer(**(values | more)))
    return database


def _offers(database: Database, *, every: int = 1, idle: bool = True) -> PairOffers:
    return PairOffers(database, every=every, is_idle=lambda: idle)


async def test_an_answer_with_sources_is_wanted(answered: Database) -> None:
    assert await _offers(answered).wanted("a1", **WHO, now=NOW)


@pytest.mark.parametrize("answer_id", ["abstained", "standard", "without", "unknown", "b1"])
async def test_what_there_is_no_choice_about_is_not(answered: Database, answer_id: str) -> None:
    assert not await _offers(answered).wanted(answer_id, **WHO, now=NOW)


async def test_never_when_switched_off_or_while_others_wait(answered: Database) -> None:
    assert not await _offers(answered, every=0).wanted("a1", **WHO, now=NOW)
    assert not await _offers(answered, idle=False).wanted("a1", **WHO, now=NOW)


async def _offer(offers: PairOffers, first: str, second: str, at: datetime) -> None:
    """Unasked, until it is shown."""
    assert await offers.wanted(first, **WHO, now=at)
    await offers.made(first=first, second=second, **WHO)
    await offers.shown(first=first, second=second, person_id="ann")


async def test_one_in_so_many(answered: Database) -> None:
    offers = _offers(answered, every=3)
    weeks = [NOW + timedelta(days=8 * n) for n in range(9)]
    wanted = [await offers.wanted(f"a{n}", **WHO, now=weeks[n - 1]) for n in range(1, 10)]
    assert 0 < sum(wanted) < 9


async def test_yes_is_said_once(answered: Database) -> None:
    """Whoever hears it twice, as after a restart, makes no second pair."""
    offers = _offers(answered)
    assert await offers.wanted("a1", **WHO, now=NOW)
    assert not await offers.wanted("a1", **WHO, now=NOW)


async def test_once_a_week_to_a_person_and_once_a_day_in_a_channel(answered: Database) -> None:
    offers = _offers(answered)
    await _offer(offers, "a1", "a2", NOW)
    bo = {"person_id": "bo", "channel_id": "c1"}
    assert not await offers.wanted("a3", **WHO, now=NOW + timedelta(days=6))
    assert not await offers.wanted("b1", **bo, now=NOW + timedelta(hours=23))
    assert await offers.wanted("b1", **bo, now=NOW + timedelta(hours=25))
    assert await offers.wanted("a3", **WHO, now=NOW + timedelta(days=8))


async def test_what_somebody_asked_for_does_not_count(answered: Database) -> None:
    offers = _offers(answered)
    await offers.made(first="a1", second="a2", **WHO, now=NOW)
    assert await offers.wanted("a3", **WHO, now=NOW + timedelta(minutes=1))


async def _let_pass(offers: PairOffers, *firsts: int) -> None:
    for week, n in enumerate(firsts):
        await _offer(offers, f"a{n}", f"a{n + 1}", NOW + timedelta(days=8 * week))


async def test_not_where_three_in_a_row_were_let_pass(answered: Database) -> None:
    offers = _offers(answered)
    await _let_pass(offers, 1, 3)
    await _offer(offers, "a5", "a6", NOW + timedelta(days=17))
    await offers.ended(first="a5", second="a6", person_id="ann", outcome="declined")
    assert not await offers.wanted("a9", **WHO, now=NOW + timedelta(days=40))


async def test_what_was_never_shown_was_not_let_pass(answered: Database) -> None:
    """The second answer said the same, or came too late: nobody was asked to pick."""
    offers = _offers(answered)
    for week, n in enumerate((1, 3, 5)):
        assert await offers.wanted(f"a{n}", **WHO, now=NOW + timedelta(days=8 * week))
        await offers.made(first=f"a{n}", second=f"a{n + 1}", **WHO)
    assert await offers.wanted("a9", **WHO, now=NOW + timedelta(days=40))


async def test_one_pick_and_it_is_liked_again(answered: Database) -> None:
    offers = _offers(answered)
    await _let_pass(offers, 1, 3, 5)
    await offers.ended(first="a6", second="a5", person_id="ann", outcome="picked")
    await offers.ended(first="a5", second="a6", person_id="ann", outcome="declined")
    assert await offers.wanted("a9", **WHO, now=NOW + timedelta(days=40))


@pytest.mark.parametrize(("allowed", "wanted"), [(True, True), (False, False)])
async def test_what_the_channel_was_set_to_counts_first(answered: Database, allowed: bool, wanted: bool) -> None:
    offers, later = _offers(answered), NOW + timedelta(days=40)
    if allowed:
        await _let_pass(offers, 1, 3, 5)
    await _add(
        answered,
        ChannelSettingsRow(channel_id="c1", answers_unasked=False, offers_pairs=allowed, changed_at=NOW, changed_by=""),
    )
    assert await offers.wanted("a9", **WHO, now=later) is wanted
