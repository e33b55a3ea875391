"""The page of one person: what they may read, the latest first, in their language (invariants 4 and 9)."""

from datetime import UTC, datetime

import pytest

from bot.application import Application
from bot.digests.times import Timing
from bot.home import Home
from bot.truth.histories import Histories
from bot.truth.listening import Listening
from connectors.connector import Language
from connectors.events import (
    ChannelChanged,
    ChannelId,
    ChannelRef,
    FileRef,
    MessageDeleted,
    MessagePosted,
    PersonChanged,
    PersonId,
    PersonRef,
    RecordId,
    Visibility,
)
from connectors.live_host import HomeView
from tests.builders import at
from tests.quick_application import archive

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAILY = Timing(period="daily", minute_of_day=540, weekday=0, timezone="Asia/Shanghai")


def _place(name: str, visibility: Visibility = "private", workspace: str = "T1") -> ChannelRef:
    return ChannelRef(
        channel_id=ChannelId(f"slack:{name}"), platform="slack", name=name, visibility=visibility,
        workspace_id=workspace,
    )  # fmt: skip


def _person(name: str, *, is_guest: bool = False) -> PersonRef:
    return PersonRef(person_id=PersonId(f"slack:{name}"), platform="slack", name=name, is_guest=is_guest)


ANN, BO, GUEST = _person("Ann"), _person("Bo"), _person("Gus", is_guest=True)
PLAZA, BOARD, CHAT, FAR = (
    _place("plaza", "public"),
    _place("board"),
    _place("chat", "direct"),
    _place("far", workspace="T2"),
)


def _said(
    number: int, place: ChannelRef, *files: str, system: bool = False, answer_id: str | None = None
) -> MessagePosted:
    return MessagePosted(
        event_id=f"m{number}", occurred_at=at(number), record_id=RecordId(f"m{number}"), channel=place, author=BO,
        text="words", permalink=f"https://x.example/{number}", system=system, answer_id=answer_id,
        files=tuple(FileRef(file_id=RecordId(name), name=name, unavailable_reason="x") for name in files),
    )  # fmt: skip


@pytest.fixture
async def world(application: Application) -> Application:
    await archive(
        application,
        *(
            ChannelChanged(event_id=f"c-{place.name}", occurred_at=at(0), channel=place, members=members)
            for place, members in (
                (PLAZA, (BO, GUEST)), (BOARD, (ANN, BO)), (CHAT, (ANN,)), (FAR, (ANN,)), (_place("silent"), (ANN,)),
            )
        ),
        _said(1, PLAZA, "a.pdf"), _said(2, PLAZA), _said(3, PLAZA, system=True), _said(4, PLAZA, answer_id="a1"),
        _said(5, BOARD, "b.pdf", "c.pdf"), _said(6, BOARD), _said(7, CHAT, "mine.pdf"), _said(8, FAR, "far.pdf"),
        MessageDeleted(event_id="d2", occurred_at=at(9), record_id=RecordId("m2")),
    )  # fmt: skip
    return application


async def _view(application: Application, who: PersonRef, *, language: Language = "en", channels: int = 20) -> HomeView:
    home = Home(database=application.database, permissions=application.permissions, schedules=application.schedules)
    return await home.view(who, workspace_id="T1", language=language, channels=channels)


async def test_channels_that_the_person_may_read_the_latest_first(world: Application) -> None:
    await Histories(world.database).reached(BOARD.channel_id, reached=None, complete=True, at=at(9))
    await Listening(world.database).change(PLAZA.channel_id, answers_unasked=True, by="x")
    view = await _view(world, ANN)
    assert [(one.name, one.messages, one.files, one.since) for one in view.channels] == [
        ("board", 2, 2, at(5)), ("plaza", 1, 1, at(1)),
    ]  # fmt: skip
    board, plaza = view.channels
    assert (board.complete, board.answers_unasked, board.may_change) == (True, False, True)
    assert (plaza.complete, plaza.answers_unasked, plaza.may_change) == (False, True, False)
    assert view.channels_left_out == 0
    shorter = await _view(world, ANN, channels=1)
    assert ([one.name for one in shorter.channels], shorter.channels_left_out) == (["board"], 1)


async def test_the_latest_files_and_whose_they_are(world: Application) -> None:
    files = (await _view(world, ANN)).files
    assert [(one.name, one.channel_name, one.author) for one in files] == [
        ("b.pdf", "board", "Bo"), ("c.pdf", "board", "Bo"), ("a.pdf", "plaza", "Bo"),
    ]  # fmt: skip
    assert (files[2].shared_at, files[2].permalink) == (at(1), "https://x.example/1")
    await archive(world, *(_said(20 + number, PLAZA, f"n{number}.pdf") for number in range(6)))
    assert [one.name for one in (await _view(world, ANN)).files] == [f"n{number}.pdf" for number in (5, 4, 3, 2, 1)]


async def test_a_guest_sees_only_their_channels_and_who_has_left_the_company_nothing(world: Application) -> None:
    view = await _view(world, GUEST)
    assert [one.name for one in view.channels] == ["plaza"]
    assert [one.name for one in view.files] == ["a.pdf"]
    await archive(world, PersonChanged(event_id="p", occurred_at=at(10), person=ANN, active=False))
    assert await _view(world, ANN) == HomeView(channels=(), channels_left_out=0, digests=(), files=())
    assert await _view(world, _person("Nobody")) == HomeView(channels=(), channels_left_out=0, digests=(), files=())


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("日报", "每天 09:00")), ("en", ("daily digest", "every day at 09:00"))]
)
async def test_digests_that_come_to_the_person_or_to_their_channels(
    world: Application, language: Language, words: tuple[str, str]
) -> None:
    schedules = world.schedules
    for place, by in ((BOARD, ANN), (PLAZA, BO)):
        await schedules.set_for_channel(place, by=by, timing=DAILY, language="en", skip_quiet=False, now=NOW)
    await schedules.set_for_person(
        ANN, workspace_id="T1", channel_ids=[], timing=DAILY, language="en", skip_quiet=False, now=NOW
    )
    view = await _view(world, ANN, language=language)
    assert len(view.digests) == 2  # that of the plaza, where she only reads along, is not hers
    assert all(word in line for line in view.digests for word in words)
    assert any("#board" in line for line in view.digests)
    board, plaza = view.channels
    assert all(word in one.digest for one in (board, plaza) for word in words)
    assert (await _view(world, GUEST, language=language)).channels[0].digest
    bo = await _view(world, BO, language=language)
    assert len(bo.digests) == 2
