"""Signs that nobody gives by a button: asked again, answered by somebody else, linked to."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.application import Application
from bot.feedback.cases import Cases
from bot.truth.tables import SignRow
from connectors.events import MessagePosted
from tests.builders import at, channel, opened, person, posted
from tests.quick_application import archive
from tests.unit.bot.feedback.asked import asked, judged, queue, taken_in

ROOM = channel("room", "private")
ANN, BO, BOT = person("Ann"), person("Bo"), person("Bot", is_bot=True)
WIFI, PRINTER = "what is the office wifi password", "where does the blue printer stand"
TOLD = "It is printed on the back of the router"


async def _signs(application: Application) -> set[tuple[str, str, str, str]]:
    async with application.database.read() as connection:
        rows = await connection.execute(select(SignRow.answer_id, SignRow.person_id, SignRow.kind, SignRow.record_id))
        return {(row[0], row[1], row[2], row[3]) for row in rows}


async def test_the_same_asked_again_within_minutes(application: Application) -> None:
    await asked(application, "a1", WIFI, minutes=0)
    await asked(application, "a2", f"{WIFI}?", minutes=9)
    await taken_in(application)
    assert await _signs(application) == {("a1", ANN.person_id, "asked_again", "")}
    [view] = await Cases(application.database).listed()
    assert view.causes == {"asked_again": 1}
    await taken_in(application)
    assert len(await _signs(application)) == 1


@pytest.mark.parametrize(
    "former",
    [
        {"question": PRINTER},
        {"question": WIFI, "by": "Bo"},
        {"question": WIFI, "place": channel("elsewhere")},
        {"question": WIFI, "minutes": -1.5},
        {"question": WIFI, "minutes": 9},
        {"question": WIFI, "record_id": "m2"},
        {"question": f"{WIFI} of floor 4"},
        {"question": WIFI, "on_command_line": True},
    ],
    ids=["another", "somebody else", "elsewhere", "long ago", "try again", "edited", "a number", "command line"],
)
async def test_what_is_not_asking_again(application: Application, former: dict[str, object]) -> None:
    await asked(application, "a1", **{"minutes": 3, **former})  # type: ignore[arg-type]  # parameters of a table
    await asked(application, "a2", WIFI, minutes=9, record_id="m2")
    await taken_in(application)
    assert await _signs(application) == set()


async def test_who_liked_the_answer_asked_again_for_another_reason(application: Application) -> None:
    await asked(application, "a1", WIFI, minutes=0)
    await judged(application, "a1", "up", "Ann")
    await asked(application, "a2", WIFI, minutes=5)
    await taken_in(application)
    assert await _signs(application) == set()


async def _failed_in_a_thread(application: Application) -> None:
    await archive(
        application,
        opened(ROOM, (ANN, BO, BOT)),
        posted(1, f"@bot {WIFI}", author="Ann", place=ROOM),
        posted(2, "I found nothing.", author="Bot", place=ROOM, thread=1, answer_id="a1"),
    )
    await asked(application, "a1", WIFI, reason="nothing_found", record_id="m1", minutes=1, place=ROOM)
    await taken_in(application)


async def test_a_colleague_who_tells_it_instead(application: Application) -> None:
    await _failed_in_a_thread(application)
    await archive(
        application,
        posted(3, "did you look at the router?", author="Bo", place=ROOM, thread=1),
        posted(4, "thanks a lot for looking it up", author="Ann", place=ROOM, thread=1),
        posted(5, TOLD, author="Bo", place=ROOM, thread=1),
        posted(6, "hm", author="Bo", place=ROOM, thread=1),
        posted(7, "Another day, another thread starts here", author="Bo", place=ROOM),
        posted(8, "I tell this two days after it was asked", author="Bo", place=ROOM, thread=1, minutes=3000),
    )
    for _ in range(2):
        await application.taking_in.watching.look(now=at(60))
    assert await _signs(application) == {("a1", BO.person_id, "answered_by_person", "m5")}
    await taken_in(application)
    [view] = await Cases(application.database).listed()
    assert view.causes == {"abstained": 1, "answered_by_person": 1}
    [answer] = (await Cases(application.database).case(view.case_id)).answers
    [reply] = answer.replies
    assert (reply.text, reply.person_name) == (TOLD, "Bo")


async def test_what_was_told_before_it_was_judged_down(application: Application) -> None:
    await archive(
        application,
        opened(ROOM, (ANN, BO)),
        posted(1, f"@bot {WIFI}", author="Ann", place=ROOM),
        posted(3, TOLD, author="Bo", place=ROOM, thread=1),
    )
    await asked(application, "a1", WIFI, record_id="m1", minutes=1, place=ROOM)
    await taken_in(application)
    await application.taking_in.watching.look(now=at(60))
    assert await _signs(application) == set()
    await judged(application, "a1", "down", "Ann")
    await taken_in(application)
    assert await _signs(application) == {("a1", BO.person_id, "answered_by_person", "m3")}


def _linking(number: int, author: str, address: str) -> MessagePosted:
    return posted(number, f"see {address} for it", author=author, place=channel("open"))


async def test_a_message_that_links_to_an_answer(application: Application) -> None:
    address = "https://team.example/archives/C1/p17000001?thread_ts=1700000.000100"
    shown = posted(2, "on Friday", author="Bot", place=ROOM, answer_id="a1")
    await archive(application, opened(ROOM, (ANN, BO)), shown.model_copy(update={"permalink": address}))
    await asked(application, "a1", WIFI, minutes=1, place=ROOM)
    # Shown after it was stored, as always.
    await archive(application, shown.model_copy(update={"permalink": address, "event_id": "again"}))
    await archive(
        application,
        opened(channel("open"), (ANN, BO, person("Cy"))),
        _linking(3, "Bo", address.partition("?")[0]),
        _linking(4, "Cy", address),  # who cannot see it (invariant 4)
        _linking(5, "Bo", "https://team.example/archives/C1/p17000002"),
    )
    now = datetime.now(UTC)
    assert await application.taking_in.watching.quoted(at(60)) == 1
    assert await application.taking_in.watching.quoted(now) == 0
    assert await _signs(application) == {("a1", BO.person_id, "quoted", "m3")}
    assert await queue(application) == {}
