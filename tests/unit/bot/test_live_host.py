"""What live platforms are offered: history that waits, answers as they may be seen, rights (invariant 4)."""

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import live_host
from bot.application import Application
from bot.errors import BadInput, NotFound, NotPermitted
from bot.live_host import ApplicationLiveHost
from bot.truth.answers import StoredAnswer, StoredSource
from bot.truth.categories import categories_of
from bot.truth.tables import PreferenceRow
from connectors.connector import VerdictKind
from connectors.events import ChannelRef, RecordId
from connectors.live_host import LiveHost
from tests.builders import at, channel, deleted, opened, person, posted
from tests.quick_application import archive, quick_application

OPEN = channel("open", "public")
ROOM, BOARD = channel("room", "private"), channel("board", "private")


def _host(application: Application) -> ApplicationLiveHost:
    names = ("database", "inbox", "archivist", "permissions", "schedules", "conversation", "confirmations")
    parts = {name: getattr(application, name) for name in (*names, "answers", "file_store")}
    return ApplicationLiveHost(**parts)


async def _answer(application: Application, answer_id: str, *records: str, place: ChannelRef = ROOM) -> None:
    places = {"m1": OPEN, "m2": ROOM, "m3": BOARD}
    await application.answers.store(
        StoredAnswer(
            answer_id=answer_id, asked_at=at(6), channel_id=place.channel_id, person_id=None, question_record_id=None,
            question="when?", language="en", text="Friday [1].", abstained=False, reason=None, model="m",
            prompt_version="v",
            sources=tuple(
                StoredSource(n=n, record_id=record_id, file_id=None, chunk=0, page=None,
                             channel_id=places[record_id].channel_id, quote="q", cited=n == 1)
                for n, record_id in enumerate(records, start=1)
            ),
        )
    )  # fmt: skip


@pytest.fixture
async def world(application: Application) -> Application:
    """Ann and Bo are in the room, Ann alone on the board."""
    await archive(
        application,
        opened(OPEN, ()),
        opened(ROOM, (person("Ann"), person("Bo"))),
        opened(BOARD, (person("Ann"),)),
        posted(1, "launch on Friday", place=OPEN),
        posted(2, "in hall 4", place=ROOM),
        posted(3, "it costs 4711", place=BOARD),
    )
    return application


async def test_history_is_not_read_far_ahead_of_the_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_host, "_MOST_WAITING", 1)
    monkeypatch.setattr(live_host, "_LOOK_AGAIN_SECONDS", 0.01)
    async with quick_application() as application:
        host = _host(application)
        await host.accept_history([posted(1, "one")])
        reading = asyncio.create_task(host.accept_history([posted(2, "two")]))
        done, _ = await asyncio.wait([reading], timeout=0.1)
        assert not done
        await application.archivist.drain()
        await reading


async def test_history_goes_on_when_the_archive_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_host, "_MOST_WAITING", 0)
    monkeypatch.setattr(live_host, "_ROOM_SECONDS", 0.05)
    async with quick_application() as application:
        await _host(application).accept_history([posted(1, "one")])
        assert await application.inbox.untried() == 1


async def test_what_is_accepted_to_count_counts_when_it_returns(application: Application) -> None:
    host = _host(application)
    await application.archivist.start()
    try:
        await host.accept_and_apply([opened(ROOM, (person("Ann"),))])
        assert await application.permissions.is_member(person("Ann").person_id, ROOM.channel_id)
        await host.accept_and_apply([opened(ROOM, (person("Ann"),))])  # known already
        await host.accept_and_apply([])
    finally:
        await application.archivist.close()


async def test_who_waits_for_what_nobody_applies_is_told(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_host, "_APPLY_SECONDS", 0.05)
    with pytest.raises(TimeoutError):
        await _host(application).accept_and_apply([posted(1, "hello")])
    assert await application.inbox.untried() == 1  # it is kept all the same


async def test_an_answer_is_seen_as_it_may_be_seen_now(world: Application) -> None:
    host: LiveHost = _host(world)
    await _answer(world, "a1", "m2", "m1")
    await archive(world, posted(9, "Friday [1].", place=ROOM, answer_id="a1"))
    seen = await host.answer("a1")
    assert seen is not None
    assert (seen.text, [citation.record_id for citation in seen.citations]) == ("Friday [1].", ["m2"])
    assert await host.answer_shown_in(RecordId("m9")) == "a1"
    assert await host.answer_shown_in(RecordId("m2")) is None
    await archive(world, deleted(1))
    withdrawn = await host.answer("a1")
    assert withdrawn is not None
    assert (withdrawn.abstained, withdrawn.reason, withdrawn.citations) == (True, "source_deleted", ())
    assert "Friday" not in withdrawn.text
    assert withdrawn.text


async def test_everybody_must_be_able_to_read_every_source_of_a_shared_answer(world: Application) -> None:
    host = _host(world)
    for answer_id, records in {"open": ("m1",), "room": ("m1", "m2"), "board": ("m2", "m3"), "none": ()}.items():
        await _answer(world, answer_id, *records)
    shareable = {
        (answer_id, place.name)
        for answer_id in ("open", "room", "board", "none", "unknown")
        for place in (OPEN, ROOM, BOARD, channel("nowhere"))
        if await host.may_share(answer_id, place.channel_id)
    }
    # A passage that the model was given counts, although the answer does not cite it.
    assert shareable == {("open", "open"), ("open", "room"), ("open", "board"), ("room", "room")}
    await archive(world, deleted(1))
    assert not await host.may_share("open", OPEN.channel_id)


async def test_a_verdict_is_this_persons(world: Application) -> None:
    host = _host(world)
    await _answer(world, "a1", "m2")
    kinds: tuple[VerdictKind, ...] = ("up", "down", "withdrawn")
    for kind in kinds:
        await host.judge(answer_id="a1", person=person("Ann"), verdict=kind)
        assert await host.verdict("a1", person("Ann")) == kind
    assert await host.verdict("a1", person("Bo")) is None


async def test_the_last_pick_of_a_person_on_a_pair_counts(world: Application) -> None:
    host = _host(world)
    for answer_id in ("a1", "a2"):
        await _answer(world, answer_id, "m2")
    await _answer(world, "secret", "m3", place=BOARD)
    await host.prefer(chosen="a1", other="a2", first_shown="a1", person=person("Ann"))
    await host.prefer(chosen="a2", other="a1", first_shown="a1", person=person("Ann"))
    await host.prefer(chosen="a1", other="a2", first_shown="a2", person=person("Bo"))
    async with world.database.read() as connection:
        rows = await connection.execute(
            select(PreferenceRow.person_id, PreferenceRow.chosen, PreferenceRow.other, PreferenceRow.channel_id)
        )
        assert set(map(tuple, rows)) == {
            ("console:Ann", "a2", "a1", "console:room"), ("console:Bo", "a1", "a2", "console:room"),
        }  # fmt: skip
    with pytest.raises(NotPermitted):
        await host.prefer(chosen="a1", other="secret", first_shown="a1", person=person("Bo"))
    with pytest.raises(NotFound):
        await host.prefer(chosen="a1", other="unknown", first_shown="a1", person=person("Bo"))
    for other, first in (("a1", "a1"), ("a2", "a3")):
        with pytest.raises(BadInput):
            await host.prefer(chosen="a1", other=other, first_shown=first, person=person("Bo"))


async def test_a_record_is_put_under_a_category_by_who_may_read_it(world: Application) -> None:
    host = _host(world)
    await host.categorize(person("Bo"), RecordId("m2"), "decision")
    async with world.database.read() as connection:
        given = await connection.run_sync(lambda sync: categories_of(Session(sync), ["m2"]))
    assert given == {"m2": ["decision"]}
    with pytest.raises(PermissionError):
        await host.categorize(person("Bo"), RecordId("m3"), "decision")
    for record, category in (("m404", "decision"), ("m2", "nonsense")):
        with pytest.raises(LookupError):
            await host.categorize(person("Bo"), RecordId(record), category)


async def test_of_a_workspace_that_has_gone_no_answer_is_shared(world: Application) -> None:
    host = _host(world)
    await _answer(world, "a1", "m1")
    assert await host.may_share("a1", ROOM.channel_id)
    await host.workspace_gone("console", "", reason="app_uninstalled", at=at(9))
    assert not await host.may_share("a1", ROOM.channel_id)
    await host.workspace_back("console", "")
    assert await host.may_share("a1", ROOM.channel_id)
