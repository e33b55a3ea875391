"""What people do besides judging: kept once, of answers that they may see (invariant 4), and gone with them."""

import pytest
from sqlalchemy import select

from bot.application import Application
from bot.archive.forgetting import forgetting_of
from bot.console_host import ConsoleHost
from bot.errors import NotFound, NotPermitted
from bot.feedback.signs import SignKind, Signs
from bot.live_host import ApplicationLiveHost
from bot.truth.erasing import Scope
from bot.truth.intake import Intake
from bot.truth.tables import SignRow
from connectors.events import RecordId
from tests.builders import at, channel, deleted, opened, person, posted
from tests.quick_application import archive
from tests.unit.bot.feedback.asked import asked, judged, queue, taken_in

ROOM = channel("room", "private")
ANN, BO, CY = person("Ann"), person("Bo"), person("Cy")
SOURCE = RecordId("m1")


async def _signs(application: Application) -> set[tuple[str, str, str, str]]:
    async with application.database.read() as connection:
        rows = await connection.execute(select(SignRow.answer_id, SignRow.person_id, SignRow.kind, SignRow.record_id))
        return {(row[0], row[1], row[2], row[3]) for row in rows}


@pytest.fixture
async def world(application: Application) -> Application:
    """Ann and Bo are in the room, where an answer was given from what Bo had said."""
    await archive(application, opened(ROOM, (ANN, BO)), posted(1, "on Friday", author="Bo", place=ROOM))
    await asked(application, "a1", "when is the launch", place=ROOM, sources=("m1",))
    return application


def _console(application: Application) -> ConsoleHost:
    names = ("database", "inbox", "archivist", "permissions", "conversation", "confirmations", "answers", "file_store")
    return ConsoleHost(
        **{name: getattr(application, name) for name in names}, finder=application.finder, zone=application.zone
    )


def _live(application: Application) -> ApplicationLiveHost:
    names = ("database", "inbox", "archivist", "permissions", "conversation", "confirmations", "answers", "file_store")
    parts = {name: getattr(application, name) for name in names}
    return ApplicationLiveHost(**parts, schedules=application.schedules)


async def test_an_opened_source_is_kept_once(world: Application) -> None:
    host = _console(world)
    for _ in range(2):
        await host.source_opened(answer_id="a1", record_id=SOURCE, person=ANN)
    assert await _signs(world) == {("a1", ANN.person_id, "opened", "m1")}
    assert await Signs(world.database).counted("a1") == {"opened": 1}
    with pytest.raises(NotFound):
        await host.source_opened(answer_id="a1", record_id=RecordId("m404"), person=ANN)
    with pytest.raises(NotFound):
        await host.source_opened(answer_id="unknown", record_id=SOURCE, person=ANN)


async def test_who_cannot_see_the_answer_gives_no_sign(world: Application) -> None:
    with pytest.raises(NotPermitted):
        await _console(world).source_opened(answer_id="a1", record_id=SOURCE, person=CY)
    with pytest.raises(NotPermitted):
        await _live(world).shared(answer_id="a1", person=CY, channel_id=ROOM.channel_id)
    assert await _signs(world) == set()


async def test_a_shared_answer(world: Application) -> None:
    await _live(world).shared(answer_id="a1", person=ANN, channel_id=ROOM.channel_id)
    assert await _signs(world) == {("a1", ANN.person_id, "shared", ROOM.channel_id)}


async def test_a_sign_is_noted_to_be_taken_in(world: Application) -> None:
    await taken_in(world)
    await Signs(world.database).see(answer_id="a1", person_id=BO.person_id, kind="shared")
    assert set(await Intake(world.database).waiting(limit=9)) == {"a1"}


async def test_signs_of_a_deleted_message_go(world: Application) -> None:
    """Invariant 3: the answer of a colleague that was deleted answers nobody any more."""
    signs = Signs(world.database)
    await archive(world, posted(2, "it is on Monday", author="Bo", place=ROOM))
    kinds: tuple[SignKind, ...] = ("answered_by_person", "quoted")
    for kind in kinds:
        await signs.see(answer_id="a1", person_id=BO.person_id, kind=kind, record_id="m2")
    await judged(world, "a1", "down")
    await taken_in(world)
    await archive(world, deleted(2))
    assert await _signs(world) == set()
    await taken_in(world)
    assert await queue(world) == {"when is the launch": {"a1"}}


async def test_of_a_forgotten_person_no_sign_is_left(world: Application) -> None:
    """Invariant 3: neither those that they gave nor those on answers to them; the receipt counts them."""
    signs = Signs(world.database)
    await asked(world, "a2", "who brings the cake", by="Cy", place=ROOM)
    await asked(world, "a3", "where is the key", by="Ann", place=ROOM)
    await signs.see(answer_id="a3", person_id=CY.person_id, kind="shared", at=at(20))
    await signs.see(answer_id="a2", person_id=ANN.person_id, kind="shared", at=at(20))
    await signs.see(answer_id="a1", person_id=ANN.person_id, kind="shared", at=at(20))
    await judged(world, "a2", "down")
    await judged(world, "a3", "down", "Cy")
    await taken_in(world)
    assert set(await queue(world)) == {"who brings the cake", "where is the key"}
    forgetting = forgetting_of(world)
    await forgetting.note(Scope(before=at(100_000_000), person_id=CY.person_id), requested_by="test")
    [receipt] = await forgetting.carry_out(attend=world.archivist.drain)
    assert (receipt.removed["signs"], receipt.removed["question_vectors"]) == (2, 1)
    assert await _signs(world) == {("a1", ANN.person_id, "shared", "")}
    await taken_in(world)
    assert await queue(world) == {}, "what they judged down is no case any more, nor what they asked"
