"""Bytes that arrive by themselves: for every share, before or after it, in any order (invariants 2 and 3)."""

from collections.abc import AsyncIterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import Session

from bot.application import Application
from bot.truth.applier import Applier
from bot.truth.inbox import Lane, Received
from bot.truth.tables import Base, FetchedFileRow, FileRow, FileTextRow
from connectors.events import (
    FILE_NOT_FETCHED_YET,
    Event,
    FileFetched,
    FileRef,
    FileRemoved,
    RecordId,
)
from tests.builders import at, deleted, posted

F1 = RecordId("slack:F1")
PLAN = FileRef(file_id=F1, name="plan.txt", media_type="text/plain", unavailable_reason=FILE_NOT_FETCHED_YET)
OLD, NEW = "a" * 64, "b" * 64


def fetched(
    minutes: float, sha256: str | None = None, reason: str | None = None, name: str | None = None
) -> FileFetched:
    return FileFetched(
        event_id=f"fetched-{minutes}-{sha256}-{reason}-{name}", occurred_at=at(minutes), file_id=F1, sha256=sha256,
        size_bytes=3 if sha256 else None, unavailable_reason=reason, name=name,
        media_type="text/plain" if name else None, caption="" if name else None,
    )  # fmt: skip


class Applied:
    """The truth after some events, each applied as a batch of its own."""

    def __init__(self, *events: Event) -> None:
        self._engine = create_engine("sqlite://")
        Base.metadata.create_all(self._engine)
        self._connection = self._engine.connect()
        self._seq = 0
        self.unreferenced: set[str] = set()
        self.take(*events)

    def take(self, *events: Event) -> "Applied":
        for event in events:
            self._seq += 1
            session = Session(self._connection)
            applier = Applier(session)
            applier.apply([Received(self._seq, Lane.LIVE, event, 0)])
            session.commit()
            self.unreferenced |= applier.applied.unreferenced
        return self

    @property
    def files(self) -> dict[str, tuple[Any, ...]]:
        rows = Session(self._connection).scalars(select(FileRow).order_by(FileRow.file_id))
        return {
            row.record_id: (row.name, row.sha256, row.status, row.reason) if row.removed_at is None else ("removed",)
            for row in rows
        }

    @property
    def waiting(self) -> dict[str, tuple[Any, ...]]:
        rows = Session(self._connection).scalars(select(FetchedFileRow))
        return {row.platform_file_id: (row.sha256, row.unavailable_reason, row.name) for row in rows}

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


def _files(*events: Event) -> dict[str, tuple[Any, ...]]:
    applied = Applied(*events)
    files = applied.files
    applied.close()
    return files


def test_a_file_that_is_being_fetched_is_pending_and_not_failed() -> None:
    assert _files(posted(1, "see", files=(PLAN,))) == {"m1": ("plan.txt", None, "pending", FILE_NOT_FETCHED_YET)}


def test_bytes_count_for_every_share_before_and_after_them() -> None:
    events: list[Event] = [posted(1, "see", files=(PLAN,)), fetched(2, NEW), posted(3, "again", files=(PLAN,))]
    expected = {"m1": ("plan.txt", NEW, "pending", None), "m3": ("plan.txt", NEW, "pending", None)}
    assert _files(*events) == expected
    assert _files(*reversed(events)) == expected


def test_the_newest_bytes_stand_and_the_former_ones_go() -> None:
    for order in ([fetched(2, OLD), fetched(5, NEW)], [fetched(5, NEW), fetched(2, OLD)]):
        applied = Applied(posted(1, "see", files=(PLAN,)), *order)
        assert applied.files["m1"] == ("plan.txt", NEW, "pending", None)
        assert OLD in applied.unreferenced
        assert NEW not in applied.unreferenced
        applied.close()


def test_a_reason_is_told_until_bytes_come_and_takes_none_away() -> None:
    shared = posted(1, "see", files=(PLAN,))
    assert _files(shared, fetched(2, reason="file_too_large"))["m1"][2:] == ("failed", "file_too_large")
    assert _files(fetched(2, reason="file_too_large"), shared)["m1"][2:] == ("failed", "file_too_large")
    assert _files(shared, fetched(2, NEW), fetched(3, reason="file_access_denied"))["m1"][1] == NEW
    assert _files(shared, fetched(3, reason="file_access_denied"), fetched(2, NEW))["m1"][1] == NEW


def test_the_name_that_was_looked_up_last_counts() -> None:
    shared = posted(1, "see", files=(PLAN,))
    expected = ("renamed.txt", NEW, "pending", None)
    assert _files(shared, fetched(2, NEW, name="stub.txt"), fetched(3, name="renamed.txt"))["m1"] == expected
    assert _files(fetched(3, name="renamed.txt"), fetched(2, NEW, name="stub.txt"), shared)["m1"] == expected


def test_a_removed_file_stays_removed_and_its_bytes_go() -> None:
    removed = FileRemoved(event_id="x", occurred_at=at(9), file_id=F1)
    orders: tuple[list[Event], ...] = (
        [posted(1, "see", files=(PLAN,)), fetched(2, NEW), removed],
        [removed, fetched(2, NEW), posted(1, "see", files=(PLAN,))],
        [fetched(2, NEW), removed, posted(1, "see", files=(PLAN,)), fetched(10, OLD, name="again")],
    )
    for order in orders:
        applied = Applied(*order)
        assert applied.files == {"m1": ("removed",)}
        assert applied.waiting == {}
        assert NEW in applied.unreferenced
        applied.close()


def test_bytes_go_with_the_last_message_that_shares_them() -> None:
    applied = Applied(
        posted(1, "see", files=(PLAN,)), posted(2, "too", files=(PLAN,)), fetched(3, NEW, name="plan.txt")
    )
    applied.take(deleted(1))
    assert applied.files["m2"][1] == NEW
    assert NEW not in applied.unreferenced
    applied.take(deleted(2))
    assert applied.waiting == {}
    assert NEW in applied.unreferenced
    applied.take(fetched(4, OLD))
    assert applied.waiting == {}
    assert OLD in applied.unreferenced
    applied.close()


def test_of_a_message_that_was_deleted_before_it_came_nothing_is_kept() -> None:
    applied = Applied(deleted(1), fetched(2, NEW, name="secret.txt"))
    assert applied.waiting == {F1: (NEW, None, "secret.txt")}
    applied.take(posted(1, "see", files=(PLAN,)))
    assert (applied.files, applied.waiting, applied.unreferenced) == ({}, {}, {NEW})
    applied.close()


STORY: list[Event] = [
    posted(1, "see", files=(PLAN,)),
    posted(2, "again", files=(PLAN,)),
    fetched(3, reason="file_incomplete", name="stub"),
    fetched(4, OLD),
    fetched(5, NEW, name="plan v2.txt"),
    fetched(6, reason="file_access_denied"),
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(range(len(STORY))), again=st.lists(st.integers(0, len(STORY) - 1), max_size=4))
def test_any_order_and_any_repetition_end_in_the_same_state(order: list[int], again: list[int]) -> None:
    assert _files(*[STORY[number] for number in [*order, *again]]) == _files(*STORY)


async def test_fetched_bytes_are_read_and_found_and_a_crash_leaves_none_behind(application: Application) -> None:
    async def put(content: bytes) -> str:
        async def chunks() -> AsyncIterator[bytes]:
            yield content

        return (await application.file_store.put(chunks()))[0]

    early, never, late = await put(b"the gasket supplier is Norwood"), await put(b"for nobody"), await put(b"too late")
    await application.inbox.append([fetched(1, early)])
    await application.archivist.drain()
    assert await application.file_store.exists(early)
    await application.inbox.append([posted(1, "the file", files=(PLAN,))])
    await application.archivist.drain()
    async with application.database.read() as connection:
        (status,) = (await connection.scalars(select(FileRow.status))).all()
        pages = (await connection.scalars(select(FileTextRow.pages))).all()
    assert status == "read"
    assert "Norwood" in str(pages)

    await application.inbox.append([deleted(1), fetched(3, late)])
    await application.archivist.drain()
    assert not await application.file_store.exists(early)
    assert not await application.file_store.exists(late)

    await application.inbox.append([fetched(4, never).model_copy(update={"file_id": RecordId("slack:F2")})])
    await application.archivist.drain()
    async with application.database.begin() as connection:
        await connection.execute(update(FetchedFileRow).values(applied_at=at(0)))
    await application.archivist.leftovers.sweep()
    async with application.database.read() as connection:
        assert (await connection.scalars(select(FetchedFileRow.sha256))).all() == []
