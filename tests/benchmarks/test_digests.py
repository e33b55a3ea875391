"""Digests by the default chat model: lines whose link leads to a message that supports them.

Of the sample archive a digest a week and channel, of a real Slack channel one a day for a week. What every line
says, and what its messages say, is written to ``~/.cache/shiguang-benchmarks/digests.txt`` for people to read.
"""

import time
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.answering.evidence import Evidence
from bot.answering.grounding import GroundingCheck
from bot.application import Application, open_application
from bot.digests.checking import LinkCheck
from bot.digests.digest import Digest, NumberedLine
from bot.digests.making import DigestMaker
from bot.digests.showing import shown
from bot.errors import Language, ModelMissing
from bot.importing.run import run_import
from bot.importing.slack import open_slack_export
from bot.models.resolve import resolve_chat_model
from bot.sample.archive import sample_events
from bot.settings import Settings
from bot.summaries.wording import said_words
from bot.truth.tables import ChannelRow, FileRow, MessageRow, PersonRow
from knowledge.lexical import normalize
from tests.benchmarks.figures import Figures
from tests.benchmarks.texts import data

pytestmark = [pytest.mark.bench, pytest.mark.model, pytest.mark.timeout(3600)]

_PROMISED = 0.95
_SECONDS = 60.0
"""Of the model, a digest."""
_WEEK = timedelta(days=7)
_SLACK_MONDAY = datetime(2017, 10, 16, tzinfo=UTC)
_READ = Path.home() / ".cache" / "shiguang-benchmarks" / "digests.txt"


@dataclass(frozen=True, slots=True)
class Judged:
    """A line, whether its link leads to a message of the digest's time and channels, and whether they support it."""

    one: NumberedLine
    links: bool
    supports: bool


@asynccontextmanager
async def _opened(home: Path) -> AsyncIterator[Application]:
    settings = Settings(home=home, timezone="Asia/Shanghai")
    try:
        resolve_chat_model(settings)
    except ModelMissing:
        pytest.skip("the chat model is not there; run: shiguang models pull")
    async with open_application(settings) as application:
        await application.model.start()
        try:
            yield application
        finally:
            await application.model.close()


async def _archive_sample(application: Application) -> datetime:
    """The sample as of the first Monday after it; returns that moment."""
    loaded_at = datetime(2026, 11, 23, tzinfo=UTC)
    await application.inbox.append(sample_events(loaded_at, application.file_store))
    await application.archivist.drain()
    return loaded_at


async def _archive_slack_week(application: Application, folder: Path) -> None:
    """A week of the large export, with what was said in the two days before."""
    week = folder / "week.zip"
    days = {f"general/{(_SLACK_MONDAY + timedelta(days=day)).date()}.json" for day in range(-2, 7)}
    with zipfile.ZipFile(data("slack-export-dev.zip")) as everything, zipfile.ZipFile(week, "w") as part:
        for name in everything.namelist():
            if "/" not in name or name in days:
                part.writestr(name, everything.read(name))
    await run_import(open_slack_export(week, None), application.inbox.append)
    await application.archivist.drain()


async def _channels(application: Application, platform: str) -> list[str]:
    async with application.database.read() as connection:
        found = select(ChannelRow.channel_id).where(ChannelRow.platform == platform).order_by(ChannelRow.channel_id)
        return list(await connection.scalars(found))


async def _made(
    application: Application, channel_id: str, since: datetime, length: timedelta, language: Language
) -> tuple[Digest, float]:
    check = LinkCheck(application.database, GroundingCheck(application.embedder, zone=application.zone))
    maker = DigestMaker(application.summarizer, check, max_lines=12, seconds=_SECONDS)
    began = time.perf_counter()
    digest = await maker.of_period(
        [channel_id], since=since, until=since + length, language=language, timezone=application.zone.key
    )
    return digest, time.perf_counter() - began


async def _measure(
    application: Application, what: str, wanted: Sequence[tuple[str, datetime, timedelta, Language]], figures: Figures
) -> None:
    judged: list[Judged] = []
    took: list[float] = []
    read: list[str] = []
    for channel_id, since, length, language in wanted:
        digest, seconds = await _made(application, channel_id, since, length, language)
        of_digest = await _judged(application, digest)
        judged += of_digest
        took.append(seconds)
        read.append(await _written(application, digest, of_digest, seconds))
    _READ.parent.mkdir(parents=True, exist_ok=True)
    with _READ.open("a", encoding="utf-8") as file:
        file.write("\n\n".join([f"===== {what}", *read, ""]))
    share = sum(one.supports for one in judged) / max(len(judged), 1)
    phrased = sum(not one.one.line.quoted for one in judged)
    note = f"{len(judged)} lines of {len(wanted)} digests, {phrased} phrased by the model"
    figures.at_least(f"digest lines with a link to a message that supports them, {what}", share, _PROMISED, note=note)
    figures.state(f"links that work, {what}", f"{sum(one.links for one in judged)}/{len(judged)}")
    figures.state(f"seconds a digest, {what}", f"median {sorted(took)[len(took) // 2]:.1f}, longest {max(took):.1f}")


async def _written(application: Application, digest: Digest, judged: Sequence[Judged], seconds: float) -> str:
    """A digest as posted, and under it each line with what its messages say."""
    async with application.database.read() as connection:
        answer = await connection.run_sync(lambda sync: shown(Session(sync), digest))
        rows = await connection.execute(
            select(MessageRow.record_id, MessageRow.text).where(MessageRow.record_id.in_(digest.record_ids))
        )
        texts = dict(rows.all())
    lines = [
        f"{'ok ' if one.supports else 'NO ' if one.links else 'NO LINK '}"
        f"{'quoted' if one.one.line.quoted else 'phrased'} {one.one.line.section}: {one.one.line.text}\n"
        + "\n".join(f"      < {' '.join(texts.get(record, '').split())}" for record in one.one.line.record_ids)
        for one in judged
    ]
    return "\n".join([answer.text, f"({seconds:.1f} s, {digest.model or 'without model'})", "---", *lines])


async def test_of_the_sample_archive(home: Path, figures: Figures) -> None:
    async with _opened(home) as application:
        end = await _archive_sample(application)
        weeks = [end - _WEEK * back for back in range(3, 0, -1)]
        channels = await _channels(application, "console")
        languages: dict[str, Language] = {"console:sample:launch": "zh", "console:sample:engineering": "en"}
        wanted = [
            (channel_id, week, _WEEK, languages[channel_id])
            for channel_id in channels
            if channel_id in languages
            for week in weeks
        ]
        await _measure(application, "sample archive, a week each", wanted, figures)


async def test_of_a_week_of_a_real_slack_channel(home: Path, tmp_path: Path, figures: Figures) -> None:
    async with _opened(home) as application:
        await _archive_slack_week(application, tmp_path)
        [channel_id] = await _channels(application, "slack")
        wanted: list[tuple[str, datetime, timedelta, Language]] = [
            (channel_id, _SLACK_MONDAY + timedelta(days=day), timedelta(days=1), "en") for day in range(7)
        ]
        await _measure(application, "real Slack channel, a day each", wanted, figures)


async def _judged(application: Application, digest: Digest) -> list[Judged]:
    async with application.database.read() as connection:
        rows = (
            await connection.execute(
                select(MessageRow.record_id, MessageRow.text, MessageRow.sent_at, MessageRow.channel_id, PersonRow.name)
                .join(PersonRow, PersonRow.person_id == MessageRow.author_id)
                .where(MessageRow.record_id.in_(digest.record_ids), MessageRow.deleted_at.is_(None))
            )
        ).all()
        shared = await connection.execute(
            select(FileRow.record_id, FileRow.name).where(FileRow.record_id.in_(digest.record_ids))
        )
        files = dict(shared.all())
    messages = {row.record_id: row for row in rows}
    check = GroundingCheck(application.embedder, zone=application.zone)
    judged = []
    for one in digest.lines:
        found = [messages[record_id] for record_id in one.line.record_ids if record_id in messages]
        links = len(found) == len(one.line.record_ids) and found[0].channel_id in digest.channel_ids
        # Numbers that changed tell of a message before the period, too.
        links = links and any(digest.since <= message.sent_at < digest.until for message in found)
        judged.append(Judged(one, links, links and await _supported(check, one, found, files)))
    return judged


async def _supported(check: GroundingCheck, one: NumberedLine, found: Sequence[Any], files: Mapping[str, str]) -> bool:
    """Whether the messages that a line links to, and no others, say what it says."""
    said = "\n".join(f"{message.name}: {message.text} {files.get(message.record_id, '')}" for message in found)
    words = normalize(one.line.text.split(": ", 1)[-1].strip(" …"))
    if one.line.quoted and words in normalize(" ".join([said, *said_words(said).split()])):
        return True
    first = found[0]
    evidence = Evidence(
        n=1, record_id=first.record_id, message_id=first.record_id, channel_id="", channel_name="", author=first.name,
        time=first.sent_at, text=said, excerpt="", kind="message", permalink=None,
    )  # fmt: skip
    checked = await check.check(one.line.text, question="", evidence=[evidence])
    return bool(checked.cited)
