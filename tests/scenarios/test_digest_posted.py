"""A digest was posted in a channel: its lines link to their messages, and go with them (invariant 3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.digests.digest import Digest, Facts, chosen
from bot.digests.keeping import KeptDigests
from bot.digests.posting import Poster
from bot.digests.running import catch_up_rules
from bot.metrics import Metrics
from bot.settings import DigestsSettings
from bot.truth.tables import DigestRow, DigestSourceRow, MessageRow
from connectors.connector import Post, Revision
from connectors.console.posting import Posting
from connectors.events import ChannelRef, RecordId
from knowledge.passage import Audience
from tests.builders import at, channel, deleted, edited, posted
from tests.scenarios.stage import Stage
from tests.unit.bot.digests.building import line

pytestmark = pytest.mark.asyncio(loop_scope="module")


class _Console:
    """The console's posting, without its pages."""

    name = "console"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def start(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    async def post(self, post: Post) -> RecordId | None:
        """Post, and wait until it is there."""
        record = await Posting(self._stage.host).post(post)
        await self._stage.application.archivist.drain()
        return record

    async def revise(self, revision: Revision) -> None:
        """The console shows what the archive has."""


async def _posted(stage: Stage, place: ChannelRef, first: int) -> RecordId:
    """Three messages and a digest of them; returns the message that shows it."""
    await stage.tell(*(posted(first + one, f"zirconium {first + one}", place=place) for one in range(3)))
    lines = chosen([line(first + one, f"digest of {first + one}", place=place.channel_id) for one in range(3)], 12)
    made = Digest(
        digest_id=f"digest-{first}",
        schedule_id=None,
        target_channel_id=place.channel_id,
        person_id=None,
        channel_ids=(place.channel_id,),
        since=at(0),
        until=at(2000),
        language="en",
        lines=lines,
        facts=Facts(timezone="UTC", messages=3, conversations=1, told=3),
        made_at=datetime.now(UTC),
    )
    kept, database = KeptDigests(stage.application.database), stage.application.database
    await kept.keep(made)
    poster = Poster(
        database=database,
        permissions=stage.application.permissions,
        schedules=stage.application.schedules,
        kept=kept,
        connectors={"console": _Console(stage)},
        rules=catch_up_rules(DigestsSettings()),
        metrics=Metrics(),
        now=lambda: datetime.now(UTC),
    )
    await poster.post_waiting()
    record = await kept.posted_as(made.digest_id)
    assert record is not None
    return RecordId(record)


async def test_it_is_shown_with_links_and_its_words_are_kept_in_its_lines_alone(stage: Stage) -> None:
    place = channel("digest-shown")
    record = await _posted(stage, place, 100)
    view = await stage.view(record)
    assert view.answer is not None
    assert "• digest of 100 [1]" in view.answer.text
    assert view.text == view.answer.text
    assert [(one.n, one.record_id) for one in view.answer.citations] == [(1, "m100"), (2, "m101"), (3, "m102")]
    async with stage.application.database.read() as connection:
        assert await connection.scalar(select(MessageRow.text).where(MessageRow.record_id == record)) == ""


async def test_it_is_neither_searched_nor_summarised_again(stage: Stage) -> None:
    place = channel("digest-talk")
    record = await _posted(stage, place, 200)
    assert record not in await stage.with_words("digest")
    assert record not in await stage.found("digest of 200")
    assert record not in await stage.timeline(place)
    summary = await stage.application.summarizer.period(
        [place.channel_id],
        since=at(0),
        until=datetime.now(UTC) + timedelta(days=1),
        audience=Audience.operator(),
        language="en",
    )
    assert summary.messages == 3
    assert not any(record in line.record_ids for line in summary.lines)


async def test_lines_go_with_deleted_and_edited_messages_and_numbers_stay(stage: Stage) -> None:
    place = channel("digest-gone")
    record = await _posted(stage, place, 300)
    await stage.tell(deleted(300))
    view = await stage.view(record)
    assert view.answer is not None
    assert "digest of 300" not in view.answer.text
    assert "• digest of 301 [2]" in view.answer.text
    await stage.tell(edited(301, "something else", minutes=5000))
    view = await stage.view(record)
    assert view.answer is not None
    assert "digest of 301" not in view.text
    assert [one.record_id for one in view.answer.citations] == ["m302"]
    await stage.tell(deleted(302))
    view = await stage.view(record)
    assert "nothing is left" in view.text
    async with stage.application.database.read() as connection:
        row = (await connection.execute(select(DigestRow).where(DigestRow.digest_id == "digest-300"))).one()
        sources = await connection.scalars(
            select(DigestSourceRow.record_id).where(DigestSourceRow.digest_id == "digest-300")
        )
        assert list(sources) == []
    assert (row.lines, row.state) == ([], "withdrawn")


async def test_one_that_was_not_posted_yet_loses_its_lines_as_well(stage: Stage) -> None:
    place = channel("digest-waiting")
    await stage.tell(posted(400, "one", place=place), posted(401, "two", place=place))
    kept = KeptDigests(stage.application.database)
    record = await _posted(stage, channel("digest-other"), 500)
    assert record
    lines = chosen([line(400, "of one", place=place.channel_id), line(401, "of two", place=place.channel_id)], 12)
    async with stage.application.database.read() as connection:
        row = (await connection.execute(select(DigestRow).where(DigestRow.digest_id == "digest-500"))).one()
    made = replace(
        Digest.of(DigestRow(**row._mapping)), digest_id="digest-400", target_channel_id=place.channel_id, lines=lines
    )
    await kept.keep(made)
    await stage.tell(deleted(400))
    handed = await kept.hand_over("digest-400", readable=frozenset({str(place.channel_id)}))
    assert handed is not None
    assert [one.line.text for one in handed.lines] == ["of two"]
