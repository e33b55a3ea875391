"""A workspace that has thrown the bot out: nothing of it is shown, and in time nothing of it is left (invariant 3)."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.application import Application
from bot.archive.forgetting import Forgetting, forgetting_of
from bot.archive.receipt import Receipt
from bot.archive.retention import Retention
from bot.digests.times import Timing
from bot.truth.answers import StoredAnswer, StoredSource
from bot.truth.erasing import Scope
from bot.truth.histories import Histories
from bot.truth.mailbox import MAX_ATTEMPTS, Mailbox
from bot.truth.notebook import Notebook
from bot.truth.tables import ChannelRow, GoneWorkspaceRow, InboxRow, LetterRow, MessageRow, PersonRow
from bot.truth.workspaces import Workspaces
from connectors.events import (
    ChannelChanged,
    ChannelId,
    ChannelRef,
    Event,
    FileRef,
    MessagePosted,
    PersonId,
    PersonRef,
    ReactionChanged,
    RecordId,
    Visibility,
)
from knowledge.passage import Audience
from tests.builders import at, posted
from tests.quick_application import archive

NOW = datetime.now(UTC)
SECRET = "tangerine"


def _channel(name: str, workspace: str, visibility: Visibility = "private") -> ChannelRef:
    return ChannelRef(
        channel_id=ChannelId(f"slack:{name}"), platform="slack", name=f"{SECRET}-{name}", workspace_id=workspace,
        visibility=visibility,
    )  # fmt: skip


def _person(name: str) -> PersonRef:
    return PersonRef(person_id=PersonId(f"slack:{name}"), platform="slack", name=f"{name} {SECRET}")


BOARD, PLAZA, OTHER = _channel("C1", "T1"), _channel("C2", "T1", "public"), _channel("C9", "T2")
ANN, BO = _person("U1"), _person("U2")


def _said(ts: int, text: str, place: ChannelRef, author: PersonRef, *files: FileRef) -> MessagePosted:
    bare = place.channel_id.removeprefix("slack:")
    return MessagePosted(
        event_id=f"slack:{bare}:{ts}:0", occurred_at=at(ts), record_id=RecordId(f"slack:{bare}:{ts}"), channel=place,
        author=author, text=text, files=files,
    )  # fmt: skip


def _opened(place: ChannelRef, *members: PersonRef) -> Event:
    bare = place.channel_id.removeprefix("slack:")
    return ChannelChanged(event_id=f"slack:channel:{bare}:1", occurred_at=at(0), channel=place, members=members)


def _retention(application: Application) -> Retention:
    return Retention(
        application.database, forgetting_of(application), keep_days=None, zone=ZoneInfo("Asia/Shanghai"),
        purge_after_days=10,
    )  # fmt: skip


async def _run(application: Application) -> list[Receipt]:
    return await _retention(application).run(attend=application.archivist.drain)


async def _gone(application: Application, *, days: float) -> None:
    workspaces = Workspaces(application.database)
    await workspaces.gone("slack", "T1", reason="app_uninstalled", at=NOW - timedelta(days=days))


async def _found(application: Application, words: str) -> set[str]:
    """Of the workspace that goes: a search by meaning finds something else in any case."""
    found = await application.finder.search(words, audience=Audience.operator(), limit=50)
    return {item.record_id for item in found if item.channel_id in (BOARD.channel_id, PLAZA.channel_id)}


@pytest.fixture
async def world(application: Application) -> Application:
    """Two workspaces; in T1 everything that a workspace can have."""

    async def chunks() -> AsyncIterator[bytes]:
        yield f"the {SECRET} supplier".encode()

    sha256, _ = await application.file_store.put(chunks())
    file = FileRef(file_id=RecordId("slack:F1"), name=f"{SECRET}.txt", media_type="text/plain", sha256=sha256)
    await archive(
        application,
        _opened(BOARD, ANN, BO),
        _opened(PLAZA),
        _opened(OTHER, BO),
        _said(1, f"the {SECRET} is ripe https://{SECRET}.example/x", BOARD, ANN, file),
        _said(2, f"who has {SECRET}?", PLAZA, _person("U3")),
        _said(3, "the hall is booked", OTHER, BO),
        ReactionChanged(
            event_id="slack:C1:1:reaction:tada:U2", occurred_at=at(5), record_id=RecordId("slack:C1:1"), person=BO,
            emoji="tada", present=True,
        ),
        posted(1, "the console is here"),
    )  # fmt: skip
    for answer_id, channel_id, source, place in (
        ("a1", "slack:C1", "slack:C1:1", "slack:C1"),
        ("a2", "console:launch", "slack:C2:2", "slack:C2"),
    ):
        await application.answers.store(
            StoredAnswer(
                answer_id=answer_id, asked_at=at(6), channel_id=channel_id, person_id="slack:U1",
                question_record_id=None, question="ripe?", language="en", text=f"{SECRET} [1]", abstained=False,
                reason=None, model="m", prompt_version="v", trace={"raw": SECRET},
                sources=(
                    StoredSource(n=1, record_id=source, file_id=None, chunk=0, page=None, channel_id=place,
                                 quote=SECRET, cited=True),
                ),
            )
        )  # fmt: skip
    mailbox, notebook = Mailbox(application.database), Notebook(application.database)
    for source in ("slack:T1", "slack:T2"):
        await mailbox.keep(source, "Ev1", {"text": SECRET if source == "slack:T1" else "peach"})
        await notebook.write(source, "asking:C1:1", {"channel": SECRET if source == "slack:T1" else "peach"})
    await Histories(application.database).reached(BOARD.channel_id, reached=at(0), complete=True, at=at(1))
    await application.schedules.set_for_channel(
        BOARD, by=ANN, timing=Timing(period="daily", minute_of_day=540, weekday=0, timezone="UTC"), language="en",
        skip_quiet=False, now=NOW,
    )  # fmt: skip
    return application


def _rows_with(application: Application, word: str) -> list[str]:
    connection = sqlite3.connect(application.settings.home / "truth.db")
    try:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type='table'")]
        return [
            f"{table}: {row}"
            for table in tables
            for row in connection.execute(f'select * from "{table}"')  # noqa: S608 - names come from the schema
            if word in str(row)
        ]
    finally:
        connection.close()


async def test_when_its_time_is_up_nothing_is_left_of_it_and_everything_of_others(world: Application) -> None:
    assert await _found(world, SECRET)
    await _gone(world, days=11)
    [receipt] = await _run(world)
    assert receipt.requested_by == "workspace gone"
    assert (receipt.scope.platform, receipt.scope.workspace_id) == ("slack", "T1")
    removed = {name: count for name, count in receipt.removed.items() if count}
    assert {
        "messages": 2, "files": 1, "bytes_removed": 1, "letters": 1, "notes": 1, "answers": 1, "answers_withdrawn": 2,
        "schedules": 1, "channels": 2, "people": 2,
    }.items() <= removed.items()  # fmt: skip
    assert not {"places", "membership"} & set(receipt.not_reached)
    assert "T1" in receipt.text("zh")
    assert await _found(world, SECRET) == set()
    # What is left of the word are the names of a person and a channel of the other workspace.
    assert sorted(row.split(",")[0] for row in _rows_with(world, SECRET)) == [
        "channels: ('slack:C9'", "people: ('slack:U2'",
    ]  # fmt: skip
    assert not [row for row in _rows_with(world, "slack:C1") if not row.startswith("erasures")]
    others = await world.finder.search("hall booked", audience=Audience.operator(), limit=50)
    assert {item.record_id for item in others} == {"slack:C9:3", "m1"}
    assert await Mailbox(world.database).keep("slack:T2", "Ev1", {}) is False
    assert await Notebook(world.database).all("slack:T2", "") == {"asking:C1:1": {"channel": "peach"}}
    assert await _run(world) == []


async def test_until_then_it_is_hidden_and_it_may_come_back(world: Application) -> None:
    await _gone(world, days=9)
    assert await _run(world) == []
    audience = await world.permissions.of_person(ANN.person_id, platform="slack")
    assert audience == Audience()
    await Workspaces(world.database).back("slack", "T1")
    await _gone(world, days=1)  # thrown out once more: the clock starts anew
    assert await _run(world) == []
    await Workspaces(world.database).back("slack", "T1")
    audience = await world.permissions.of_person(ANN.person_id, platform="slack")
    assert audience.channel_ids == {"slack:C1", "slack:C2"}
    assert await _found(world, SECRET)


async def test_hearing_of_it_again_does_not_put_it_off(world: Application) -> None:
    await _gone(world, days=11)
    await _gone(world, days=0)
    assert len(await _run(world)) == 1


async def test_who_installs_again_begins_anew_with_the_same_history(world: Application) -> None:
    await _gone(world, days=11)
    await _run(world)
    await Workspaces(world.database).back("slack", "T1")
    await archive(world, _opened(BOARD, ANN, BO), _said(1, f"the {SECRET} is ripe", BOARD, ANN))
    audience = await world.permissions.of_person(ANN.person_id, platform="slack")
    assert audience.channel_ids == {"slack:C1"}
    assert await _found(world, SECRET) == {"slack:C1:1"}


async def test_an_interrupted_erasure_is_carried_out_by_the_next_run(
    world: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _gone(world, days=11)

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("_erase", "_leave", "_rewrite"):
        with monkeypatch.context() as broken:
            broken.setattr(Forgetting, name, killed)
            with pytest.raises(KeyboardInterrupt):
                await _run(world)
    [receipt] = await _run(world)
    assert receipt.removed["messages"] == 2
    assert receipt.removed["channels"] == 2
    async with world.database.read() as connection:
        assert await connection.scalar(select(GoneWorkspaceRow.erasure_id)) == receipt.erasure_id


async def test_what_comes_back_while_it_is_erased_keeps_its_channels_and_people(
    world: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _gone(world, days=11)

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Forgetting, "_leave", killed)
        with pytest.raises(KeyboardInterrupt):
            await _run(world)
    await Workspaces(world.database).back("slack", "T1")
    later = _said(9, "we are back", BOARD, ANN).model_copy(update={"occurred_at": datetime.now(UTC)})
    await archive(world, later)
    await _run(world)
    async with world.database.read() as connection:
        texts = (await connection.scalars(select(MessageRow.text).where(MessageRow.channel_id == "slack:C1"))).all()
        channels = set(await connection.scalars(select(ChannelRow.channel_id)))
        people = set(await connection.scalars(select(PersonRow.person_id)))
    assert texts == ["we are back"]
    assert {"slack:C1", "slack:C2"} <= channels
    assert {"slack:U1", "slack:U2"} <= people


async def test_deliveries_that_nobody_could_handle_go_with_what_is_forgotten(application: Application) -> None:
    mailbox = Mailbox(application.database)
    for key in ("aside", "waiting"):
        await mailbox.keep("slack:T1", key, {"text": SECRET})
    for _ in range(MAX_ATTEMPTS):
        await mailbox.failed("slack:T1", "aside", "ValueError")
    await archive(application, posted(1, "hello"))
    forgetting = forgetting_of(application)
    later = datetime.now(UTC) + timedelta(minutes=1)
    await forgetting.note(Scope(before=later, channel_id="console:launch"), requested_by="test")
    [receipt] = await forgetting.carry_out(attend=application.archivist.drain)
    assert receipt.removed["letters"] == 1
    assert [letter.key for letter in await mailbox.waiting("slack:T1", limit=9)] == ["waiting"]


async def test_retention_forgets_old_deliveries(application: Application) -> None:
    mailbox = Mailbox(application.database)
    await mailbox.keep("slack:T1", "Ev1", {})
    await mailbox.done("slack:T1", ["Ev1"])
    async with application.database.begin() as connection:
        await connection.execute(update(LetterRow).values(handled_at=NOW - timedelta(days=4)))
    await _run(application)
    assert await mailbox.keep("slack:T1", "Ev1", {})


async def test_events_of_others_stay_known(world: Application) -> None:
    await _gone(world, days=11)
    await _run(world)
    async with world.database.read() as connection:
        known = set(await connection.scalars(select(InboxRow.event_id)))
    assert known == {"slack:channel:C9:1", "slack:C9:3:0", "posted-1"}
