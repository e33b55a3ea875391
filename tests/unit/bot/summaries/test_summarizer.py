"""Summaries of conversations, threads, topics and periods."""

from collections.abc import AsyncIterator, Sequence
from datetime import date

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot.application import Application
from bot.errors import ModelBusy
from bot.llm.scripted import Reply, ScriptedModel
from bot.summaries.lines import PeriodSummary, Section, SummaryLine
from bot.summaries.summarizer import Summarizer
from bot.truth.tables import ConversationSummaryRow
from connectors.events import ChannelRef, FileRef, FileRemoved, MessagePosted, RecordId
from knowledge.passage import Audience, ChannelId
from tests.builders import at, channel, edited, posted
from tests.quick_application import archive, quick_application, summarizer_with

pytestmark = pytest.mark.asyncio(loop_scope="module")

GIST = "Ann and Bo move the launch of the portal to December 8 because the pump supplier is late."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        yield opened


def with_model(application: Application, script: Sequence[Reply] = (GIST,)) -> tuple[Summarizer, ScriptedModel]:
    model = ScriptedModel(list(script))
    summarizer = summarizer_with(application, model)
    return summarizer, model


def launch(place: ChannelRef, first: int) -> list[MessagePosted]:
    """A conversation with everything in it."""
    return [
        posted(first, "Morning all, the pump supplier is late by a week. What do we do about the launch of the portal?",
               author="Ann", place=place),
        posted(first + 1, "Then the launch date of the portal does not hold, the pump is needed for it", author="Bo",
               place=place),
        posted(first + 2, "We agreed with sales: the launch of the portal moves to December 8", author="Ann",
               place=place),
        posted(first + 3, "I will send the new plan to sales by Friday", author="Bo", place=place),
        posted(first + 4, "thanks!", author="Ann", place=place),
    ]  # fmt: skip


async def told(
    summarizer: Summarizer, place: ChannelRef, *, seconds: float = 60.0, audience: Audience | None = None
) -> PeriodSummary:
    return await summarizer.period(
        [place.channel_id],
        since=at(-1000),
        until=at(100_000),
        audience=audience or Audience.operator(),
        language="en",
        seconds=seconds,
    )


def of_section(section: Section, summary: PeriodSummary) -> list[SummaryLine]:
    return [line for line in summary.lines if line.section == section]


async def test_a_period_tells_the_gist_decisions_and_what_is_to_be_done(application: Application) -> None:
    place = channel("told")
    await archive(application, *launch(place, 100))
    summarizer, model = with_model(application)
    summary = await told(summarizer, place)
    (gist,) = of_section("talk", summary)
    assert gist.text == GIST
    assert "m102" in gist.record_ids
    assert [line.record_ids for line in of_section("decision", summary)] == [("m102",)]
    (action,) = of_section("action", summary)
    assert (action.text, action.owner, action.due) == (
        "Bo: I will send the new plan to sales by Friday", "Bo", date(2026, 11, 6),
    )  # fmt: skip
    assert summary.messages == 5
    assert (summary.model, summary.extractive, summary.quiet) == (model.info.name, None, False)


async def test_it_is_made_once_until_something_changes(application: Application) -> None:
    place = channel("once")
    await archive(application, *launch(place, 200))
    summarizer, model = with_model(application, [GIST, GIST.replace("December 8", "December 9")])
    first = await told(summarizer, place)
    assert (await told(summarizer, place)).lines == first.lines
    assert len(model.requests) == 1
    await archive(application, edited(202, "We agreed with sales: the launch of the portal moves to December 9",
                                      minutes=300))  # fmt: skip
    (gist,) = of_section("talk", await told(summarizer, place))
    assert "December 9" in gist.text
    assert len(model.requests) == 2
    async with application.database.read() as connection:
        kept = await connection.scalar(
            select(func.count()).where(ConversationSummaryRow.channel_id == place.channel_id)
        )
    assert kept == 1


async def test_nothing_is_kept_of_a_file_that_was_removed_while_others_were_summarised(
    application: Application,
) -> None:
    """Invariant 3: the removal found nothing to take away yet."""
    place = channel("removed")
    file = FileRef(file_id=RecordId("f250"), name="tangerine.xlsx", unavailable_reason="too_large")
    first, *others = launch(place, 250)
    await archive(application, first.model_copy(update={"files": (file,)}), *others)
    removed = FileRemoved(event_id="removed-f250", occurred_at=at(900), file_id=file.file_id)

    async def progress(_: int, __: int) -> None:
        await archive(application, removed)

    summarizer, _ = with_model(application)
    summary = await summarizer.period(
        [place.channel_id], since=at(0), until=at(9000), audience=Audience.operator(), language="en", progress=progress
    )
    assert "tangerine" not in str(summary.lines)
    async with application.database.read() as connection:
        kept = select(ConversationSummaryRow.lines).where(ConversationSummaryRow.channel_id == place.channel_id)
        assert (await connection.scalars(kept)).all() == []


async def test_what_the_messages_do_not_say_is_not_shown(application: Application) -> None:
    place = channel("invented")
    await archive(application, *launch(place, 300))
    summarizer, _ = with_model(application, ["Ann and Bo agree to fire the pump supplier for 9,000 euro."])
    summary = await told(summarizer, place)
    assert "9,000" not in " ".join(line.text for line in summary.lines)
    assert summary.lines
    assert all(line.quoted for line in summary.lines)


@pytest.mark.parametrize(("script", "seconds", "why"), [
    ([ModelBusy("3")], 60.0, "model_busy"),
    ([GIST], 0.0, "no_time"),
])  # fmt: skip
async def test_without_the_model_it_quotes_and_says_so(
    application: Application, script: Sequence[Reply], seconds: float, why: str
) -> None:
    place = channel(f"quoted-{why}")
    await archive(application, *launch(place, 400 if why == "no_time" else 450))
    summarizer, _ = with_model(application, script)
    summary = await told(summarizer, place, seconds=seconds)
    assert summary.extractive == why
    assert summary.model == ""
    assert summary.lines
    assert all(line.quoted for line in summary.lines)


async def test_only_what_the_audience_may_read_is_used(application: Application) -> None:
    """Invariant 4."""
    open_place, closed = channel("open"), channel("closed", "private")
    await archive(application, *launch(closed, 500), posted(510, "lunch is at noon today in the canteen, all welcome",
                                                             place=open_place))  # fmt: skip
    summarizer, model = with_model(application)
    readable = Audience(frozenset({ChannelId(open_place.channel_id)}))
    assert (await told(summarizer, closed, audience=readable)).quiet
    everything = await summarizer.period([], since=at(0), until=at(9000), audience=readable, language="en", seconds=60)
    assert {line.channel_id for line in everything.lines} == {open_place.channel_id}
    assert await summarizer.conversation("m500", audience=readable, language="en") is None
    assert model.requests == []


async def test_chatter_alone_is_quiet(application: Application) -> None:
    place = channel("chatter")
    await archive(application, posted(600, "good morning!", place=place), posted(601, "hi", place=place, author="Bo"))
    summarizer, _ = with_model(application)
    summary = await told(summarizer, place)
    assert summary.quiet
    assert summary.messages == 2
