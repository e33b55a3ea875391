"""Votes move the order of search, and whatever takes them back takes that back, too."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.application import Application, make_learning
from bot.feedback.inspecting import Inspecting
from bot.feedback.learning import Learning
from bot.feedback.signs import Signs
from bot.truth.preferences import Preferences
from bot.truth.tables import VerdictRow
from knowledge.passage import Audience, ChannelId, PassageFilter, ScoredPassage
from knowledge.priors import LEARNED
from knowledge.search import SearchQuery
from tests.builders import at, channel, deleted, edited, opened, person, posted
from tests.quick_application import archive
from tests.unit.bot.feedback.asked import asked, judged, taken_in

QUESTION = "when is the launch of the pump"
OTHER = "who paid for the lunch"
NEARER, FITTING = "m1", "m2"
ROOM = channel("room", "private")
ANN, BO = person("Ann"), person("Bo")


@pytest.fixture
async def world(application: Application) -> Application:
    """Search finds ``NEARER`` before ``FITTING``."""
    await archive(
        application,
        opened(channel(), (ANN, BO)),
        posted(1, "the launch of the pump was when we met the launch team"),
        posted(2, "pump goes out on Friday"),
        posted(3, "lunch was paid by Cy"),
        *(posted(number, f"something else {number}") for number in range(4, 8)),
    )
    return application


async def _found(application: Application, question: str = QUESTION) -> list[ScoredPassage]:
    return await application.searcher.search(SearchQuery(text=question, audience=Audience.operator(), limit=5))


async def _order(application: Application, question: str = QUESTION) -> list[str]:
    return [str(hit.passage.record_id) for hit in await _found(application, question)]


async def _told(application: Application, answer_id: str, source: str, kind: str, by: str = "Ann") -> None:
    await asked(application, answer_id, QUESTION, sources=(source,))
    await judged(application, answer_id, kind, by=by)
    await taken_in(application)


async def test_votes_put_what_helped_before_what_did_not(world: Application) -> None:
    assert (await _order(world))[0] == NEARER
    elsewhere = await _order(world, OTHER)
    await _told(world, "a1", NEARER, "down")
    await _told(world, "a2", FITTING, "up", by="Bo")
    hits = await _found(world)
    assert str(hits[0].passage.record_id) == FITTING
    assert hits[0].signals[LEARNED] > 0 > next(hit for hit in hits if hit.passage.record_id == NEARER).signals[LEARNED]
    assert await _order(world, OTHER) == elsewhere


async def test_an_undone_verdict_leaves_the_scores_as_they_were(world: Application) -> None:
    before = [(hit.passage.record_id, hit.score, hit.signals) for hit in await _found(world)]
    await _told(world, "a1", NEARER, "down")
    assert [(hit.passage.record_id, hit.score, hit.signals) for hit in await _found(world)] != before
    await judged(world, "a1", "withdrawn", by="Ann")
    await taken_in(world)
    assert [(hit.passage.record_id, hit.score, hit.signals) for hit in await _found(world)] == before


async def test_a_restart_remembers(world: Application) -> None:
    await _found(world)
    await _told(world, "a1", FITTING, "up")
    known = {one: len(votes) for one, votes in world.learning.memory.passages().items()}
    world.learning.memory.keep_only(())
    await world.learning.load()
    assert {one: len(votes) for one, votes in world.learning.memory.passages().items()} == known != {}


async def test_a_server_begins_to_load_and_who_needs_it_waits_for_that(world: Application) -> None:
    await _told(world, "a1", FITTING, "up")
    starting = make_learning(world.settings, world.database, world.embedder)
    loads: list[str] = []

    async def load() -> None:
        loads.append("once")
        await Learning.load(starting)

    starting.load = load  # type: ignore[method-assign]  # to count
    starting.begin()
    starting.begin()
    await starting.ready()
    starting.begin()
    await starting.close()
    assert (loads, len(starting.memory)) == (["once"], 1)


async def test_what_was_edited_or_deleted_takes_its_votes_along(world: Application) -> None:
    """Invariant 3: nothing is learnt from an answer whose source is not what it was."""
    await _told(world, "a1", FITTING, "up")
    await _told(world, "a2", NEARER, "down", by="Bo")
    await archive(world, deleted(2), edited(1, "the pump is late", minutes=500))
    await world.learning.load()
    assert len(world.learning.memory) == 0


async def test_an_erased_question_is_forgotten_at_the_next_look(world: Application) -> None:
    """Invariant 3."""
    await archive(world, posted(9, QUESTION))
    await asked(world, "a1", QUESTION, sources=(FITTING,), record_id="m9")
    await judged(world, "a1", "up")
    await taken_in(world)
    await world.learning.load()
    assert len(world.learning.memory) == 1
    await archive(world, deleted(9))
    await world.learning.look()
    assert len(world.learning.memory) == 0


async def test_what_was_learnt_is_shown_to_nobody_who_may_not_read_it(world: Application) -> None:
    """Invariant 4: a passage that helped elsewhere is fetched with the audience and the filters of who asks now."""
    await archive(world, opened(ROOM, (ANN,)), posted(20, "zebra", place=ROOM))
    await asked(world, "a1", QUESTION, sources=("m20",), place=ROOM)
    for who in ("Ann", "Bo", "Cy"):
        await judged(world, "a1", "up", by=who)
    await taken_in(world)
    assert "m20" in await _order(world), "it is considered, though no word of it fits"
    outside = SearchQuery(text=QUESTION, audience=Audience(frozenset({ChannelId("console:launch")})), limit=20)
    narrowed = SearchQuery(text=QUESTION, audience=Audience.operator(), where=PassageFilter(until=at(15)), limit=20)
    for query in (outside, narrowed):
        assert "m20" not in [str(hit.passage.record_id) for hit in await world.searcher.search(query)]


async def test_picks_and_opened_sources_count_a_little(world: Application) -> None:
    await asked(world, "a1", QUESTION, sources=(NEARER,))
    await asked(world, "a2", QUESTION, sources=(FITTING,))
    await Preferences(world.database).keep(chosen="a2", other="a1", first_shown="a1", person_id="console:Ann")
    await Signs(world.database).see(answer_id="a2", person_id="console:Bo", kind="opened", record_id=FITTING)
    await taken_in(world)
    learned = {str(hit.passage.record_id): hit.signals.get(LEARNED, 0.0) for hit in await _found(world)}
    assert learned[FITTING] > 0 > learned[NEARER]


async def test_votes_in_another_process_are_noticed(world: Application) -> None:
    await _found(world)
    await asked(world, "a1", QUESTION, sources=(FITTING,))
    await judged(world, "a1", "up")
    await world.learning.look()
    assert len(world.learning.memory) == 1


async def test_old_votes_have_faded(world: Application) -> None:
    await _told(world, "a1", FITTING, "up")
    [fresh] = [hit.signals[LEARNED] for hit in await _found(world) if hit.passage.record_id == FITTING]
    async with world.database.begin() as connection:
        await connection.execute(update(VerdictRow).values(judged_at=datetime.now(UTC) - timedelta(days=750)))
    await world.learning.load()
    [old] = [hit.signals[LEARNED] for hit in await _found(world) if hit.passage.record_id == FITTING]
    assert 0 < old < fresh / 50


async def test_operators_see_what_was_learnt_and_reset_it(world: Application) -> None:
    inspecting = Inspecting(world.database, world.learning)
    await _told(world, "a1", FITTING, "up")
    await _told(world, "a2", NEARER, "down", by="Bo")
    best, worst = await inspecting.passages()
    assert (best.record_id, best.up, best.down, best.people, best.questions) == (FITTING, 1, 0, 1, 1)
    assert (best.text, best.channel_name) == ("pump goes out on Friday", "launch")
    assert 0 < best.bonus <= inspecting.bound
    assert -inspecting.bound <= worst.bonus < 0
    assert [one.record_id for one in await inspecting.passages(worst_first=True, limit=1)] == [NEARER]
    [question] = await inspecting.questions(FITTING)
    assert (question.question, question.answer_ids) == (QUESTION, ("a1",))
    await inspecting.reset(FITTING, "olga")
    assert [one.record_id for one in await inspecting.passages()] == [NEARER]
    await inspecting.reset(None, "olga")
    summary = await inspecting.summary()
    assert (summary.answers, summary.votes) == (0, 0)
    assert summary.last_reset_at is not None
    await _told(world, "a3", FITTING, "up")
    assert [one.record_id for one in await inspecting.passages()] == [FITTING], "new votes count again"
