"""Posted words go with what they rest on (invariant 3): connectors are told, whatever fails or restarts in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import revising
from bot.application import Application
from bot.digests.keeping import KeptDigests
from bot.revising import Revising
from bot.truth.answers import StoredAnswer, StoredSource
from bot.truth.tables import MessageEditRow, MessageRow, RevisionRow
from bot.truth.workspaces import Workspaces
from connectors.connector import Revision
from connectors.events import ChannelId, ChannelRef, Event, MessagePosted, RecordId
from tests.builders import at, deleted, edited, posted
from tests.quick_application import archive
from tests.unit.bot.digests.building import digest, line
from tests.waiting import AwaitedEvent, eventually

PLACE = ChannelRef(
    channel_id=ChannelId("slack:C1"), platform="slack", name="general", visibility="private", workspace_id="T1"
)


class Platform:
    """A connector that remembers what it was told to revise, and fails as often as it is asked to."""

    def __init__(self, *, failures: int = 0) -> None:
        self.revisions: list[Revision] = []
        self.failures = failures
        self.attempts = 0
        self.slow: asyncio.Event | None = None

    async def revise(self, revision: Revision) -> None:
        self.attempts += 1
        if self.slow is not None:
            await self.slow.wait()
        if self.attempts <= self.failures:
            raise ConnectionError
        self.revisions.append(revision)


@asynccontextmanager
async def _watching(application: Application, platform: Platform) -> AsyncIterator[Revising]:
    connectors: Any = {"slack": platform}
    watcher = Revising(database=application.database, archivist=application.archivist, connectors=connectors)
    task = asyncio.create_task(watcher.run())
    try:
        yield watcher
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _shown(number: int, answer_id: str, text: str, *, minutes: float | None = None) -> MessagePosted:
    return posted(number, text, place=PLACE, answer_id=answer_id, author="bot", minutes=minutes)


async def _answered(application: Application, *extra: Event) -> None:
    """A question about two messages, answered and posted as message 9."""
    await archive(application, posted(1, "launch is on Friday", place=PLACE), posted(2, "in hall 4", place=PLACE))
    sources = tuple(
        StoredSource(n=n, record_id=f"m{n}", file_id=None, chunk=0, page=None, channel_id=PLACE.channel_id,
                     quote="q", cited=n == 1)
        for n in (1, 2)
    )  # fmt: skip
    assert await application.answers.store(
        StoredAnswer(
            answer_id="a1", asked_at=at(6), channel_id=PLACE.channel_id, person_id=None, question_record_id=None,
            question="什么时候发布？", language="zh", text="周五 [1]。", abstained=False, reason=None, model="m",
            prompt_version="v", sources=sources,
        )
    )  # fmt: skip
    await archive(application, *extra)


async def _queued(application: Application) -> list[str]:
    async with application.database.read() as connection:
        return list(await connection.scalars(select(RevisionRow.answer_id)))


@pytest.mark.parametrize("change", [deleted(2), edited(1, "launch is on Monday", minutes=30)])
async def test_a_posted_answer_says_that_its_source_is_gone(application: Application, change: Event) -> None:
    await _answered(application, _shown(9, "a1", "周五 [1]。"))
    platform = Platform()
    async with _watching(application, platform):
        await archive(application, change)
        await _emptied(application)
    (revision,) = platform.revisions
    assert (revision.answer_id, revision.record_id, revision.language) == ("a1", "m9", "zh")
    assert revision.channel == PLACE
    assert "周五" not in revision.text
    assert revision.text
    assert revision.citations == ()


async def _is(seen: object) -> bool:
    return bool(seen)


async def _emptied(application: Application) -> None:
    """Wait until nothing is queued: what was told leaves the queue a moment after the platform took it."""

    async def empty() -> bool:
        return not await _queued(application)

    await eventually(empty)


async def test_it_is_told_again_until_it_is_taken_and_survives_a_restart(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revising, "_FIRST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(revising, "_LOOK_SECONDS", 0.05)
    await _answered(application, _shown(9, "a1", "周五 [1]。"))
    await archive(application, deleted(1))
    away = Platform(failures=1000)
    async with _watching(application, away):
        await eventually(lambda: _is(away.attempts >= 3))
    assert await _queued(application) == ["a1"]
    back = Platform(failures=1)
    async with _watching(application, back):
        await _emptied(application)
    assert len(back.revisions) == 1


async def test_after_a_week_it_is_given_up(application: Application) -> None:
    await _answered(application, _shown(9, "a1", "周五 [1]。"), deleted(1))
    async with application.database.begin() as connection:
        await connection.execute(update(RevisionRow).values(queued_at=datetime.now(UTC) - timedelta(days=8)))
    async with _watching(application, Platform(failures=9)):
        await _emptied(application)


async def test_what_goes_while_the_platform_is_told_is_told_once_more(application: Application) -> None:
    await _answered(application, _shown(9, "a1", "周五 [1]。"), deleted(1))
    platform = Platform()
    platform.slow = asyncio.Event()
    async with _watching(application, platform):
        await eventually(lambda: _is(platform.attempts))
        async with application.database.begin() as connection:
            await connection.execute(update(RevisionRow).values(ticket="another"))
        platform.slow.set()
        await _emptied(application)
    assert len(platform.revisions) == 2


async def test_a_source_that_goes_before_the_answer_is_posted_is_not_forgotten(application: Application) -> None:
    await _answered(application, deleted(1))
    assert await _queued(application) == []
    await archive(application, _shown(9, "a1", "周五 [1]。"))
    assert await _queued(application) == ["a1"]
    platform = Platform()
    async with _watching(application, platform):
        await _emptied(application)
        # What the platform says then comes back as an event, which must not begin it all over again.
        said = platform.revisions[0].text
        again = _shown(9, "a1", said).model_copy(update={"event_id": "revised", "edited_at": at(90)})
        await archive(application, again, edited(9, said, minutes=91))
        assert await _queued(application) == []
    assert len(platform.revisions) == 1


async def test_nothing_is_told_of_messages_that_are_gone_and_to_workspaces_that_are(application: Application) -> None:
    await _answered(application, _shown(9, "a1", "周五 [1]。"), deleted(9), deleted(1))
    assert await _queued(application) == []
    workspaces = Workspaces(application.database)
    await workspaces.gone("slack", "T1", reason="app_uninstalled", at=at(99))
    await application.answers.store(
        StoredAnswer(
            answer_id="a2", asked_at=at(6), channel_id=PLACE.channel_id, person_id=None, question_record_id=None,
            question="?", language="en", text="In hall 4 [1].", abstained=False, reason=None, model="m",
            prompt_version="v",
            sources=(
                StoredSource(n=1, record_id="m2", file_id=None, chunk=0, page=None, channel_id=PLACE.channel_id,
                             quote="q", cited=True),
            ),
        )
    )  # fmt: skip
    await archive(application, _shown(10, "a2", "In hall 4 [1]."), deleted(2))
    assert await _queued(application) == ["a2"]
    platform = Platform()
    async with _watching(application, platform) as watcher:
        assert await watcher.begin() == 0
        await workspaces.back("slack", "T1")
        await eventually(lambda: _is(platform.revisions))
    assert platform.revisions[0].record_id == RecordId("m10")


async def test_what_an_answer_said_while_it_was_written_is_kept_nowhere(application: Application) -> None:
    partial = posted(9, "周", place=PLACE, author="bot")
    await _answered(application, partial, edited(9, "周五", minutes=20))
    final = _shown(9, "a1", "周五 [1]。").model_copy(update={"event_id": "final", "edited_at": at(21)})
    await archive(application, final, edited(9, "周五。", minutes=22), deleted(1))
    async with application.database.read() as connection:
        assert (
            await connection.scalars(select(MessageEditRow.text).where(MessageEditRow.record_id == "m9"))
        ).all() == []
        assert await connection.scalar(select(MessageRow.text).where(MessageRow.record_id == "m9")) == ""


async def test_a_posted_digest_keeps_the_lines_that_still_stand(application: Application) -> None:
    await archive(application, posted(1, "Friday it is", place=PLACE), posted(2, "hall 4 is booked", place=PLACE))
    place = str(PLACE.channel_id)
    both = digest(line(1, "Launch on Friday", place=place), line(2, "Hall 4", place=place), channel_ids=(place,))
    await KeptDigests(application.database).keep(replace(both, made_at=datetime.now(UTC)), "posted")
    shown = _shown(9, "d1", "Launch on Friday [1] Hall 4 [2]")
    await archive(application, shown, shown.model_copy(update={"event_id": "d-again", "edited_at": at(10)}))
    platform = Platform()
    async with _watching(application, platform):
        await archive(application, deleted(1))
        await eventually(lambda: _is(platform.revisions))
        await archive(application, edited(9, platform.revisions[0].text, minutes=99), deleted(2))
        await eventually(lambda: _is(len(platform.revisions) == 2))
    first, second = platform.revisions
    assert "Hall 4 [2]" in first.text
    assert "Launch" not in first.text
    assert [citation.n for citation in first.citations] == [2]
    assert "Hall" not in second.text
    assert second.text
    async with application.database.read() as connection:
        assert await connection.scalar(select(MessageRow.text).where(MessageRow.record_id == "m9")) == ""


async def test_it_ends_when_it_is_cancelled_in_the_moment_in_which_it_was_woken(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = Revising(database=application.database, archivist=application.archivist, connectors={})
    monkeypatch.setattr(watcher, "_wake", woken := AwaitedEvent())
    running = asyncio.create_task(watcher.run())
    await woken.is_awaited.wait()
    woken.set()
    await asyncio.sleep(0)  # it runs on, and has not come far
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=20)
    assert done
    assert running.cancelled()
