"""Figures of use are those that one counts by hand."""

import random
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.errors import NotFound
from bot.feedback.adoption import Adoption
from bot.feedback.periods import Period
from bot.feedback.shares import Share
from bot.feedback.use import Times, Use
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, PreferenceRow, SignRow, VerdictRow
from tests.builders import START
from tests.unit.bot.feedback.use_of import answer, fill, pick, sign, verdict, write

SHANGHAI = ZoneInfo("Asia/Shanghai")
PERIOD = Period(since=START, until=START + timedelta(days=3), zone=SHANGHAI)


async def test_a_period_as_a_whole(use: Database) -> None:
    await fill(use)
    assert await Adoption(use).whole(PERIOD) == Use(
        asked=8, abstained=3, curated=1, people=3, up=3, down=2, judged=4, picked=1, opened=2, asked_again=1,
        answered_by_person=1, passed_on=1,
    )  # fmt: skip


async def test_days_add_up(use: Database) -> None:
    await fill(use)
    days = await Adoption(use).by("day", PERIOD)
    assert [(span.day.isoformat(), found.asked, found.answered, found.people) for span, found in days] == [
        ("2026-11-02", 2, 2, 2),
        ("2026-11-03", 4, 2, 3),
        ("2026-11-04", 2, 1, 2),
        ("2026-11-05", 0, 0, 0),
    ]


async def test_channels_with_direct_chats_as_one(use: Database) -> None:
    await fill(use)
    channels = await Adoption(use).by_channel(PERIOD)
    assert [(one.channel_id, one.name, one.use.asked, one.use.people, one.use.up) for one in channels] == [
        ("launch", "launch", 5, 3, 2),
        ("direct", "", 2, 2, 1),
        ("people", "people", 1, 1, 0),
    ]


async def test_one_channel_and_all_direct_chats(use: Database) -> None:
    await fill(use)
    adoption = Adoption(use)
    assert (await adoption.whole(PERIOD, channel_id="people")).asked == 1
    assert (await adoption.whole(PERIOD, channel_id="direct")).asked == 2
    for unknown in ("nowhere", "dm-ann"):
        with pytest.raises(NotFound):
            await adoption.whole(PERIOD, channel_id=unknown)


async def test_reasons_times_and_feedback_of_a_month(use: Database) -> None:
    await fill(use)
    adoption = Adoption(use)
    assert await adoption.reasons(PERIOD) == {"nothing_found": 2, "not_in_records": 1}
    assert await adoption.reasons(PERIOD, channel_id="launch") == {"not_in_records": 1, "nothing_found": 1}
    times = await adoption.times(PERIOD)
    assert times["first_token"] == Times(measured=3, median=200, p95=900)
    assert times["total"] == Times(measured=5, median=1000, p95=9000)
    assert await adoption.feedback_in_month(PERIOD.until) == 6
    assert await adoption.feedback_in_month(PERIOD.until, channel_id="direct") == 1
    assert await adoption.feedback_in_month(START + timedelta(days=40)) == 0


async def test_the_last_verdict_of_a_person_counts(use: Database) -> None:
    await fill(use)
    adoption = Adoption(use)
    async with use.begin() as connection:
        await connection.exec_driver_sql("update verdicts set kind = 'withdrawn' where answer_id = 'a3'")
    after = await adoption.whole(PERIOD)
    assert (after.up, after.down, after.judged) == (3, 1, 3)


async def test_nothing_is_nothing(use: Database) -> None:
    adoption = Adoption(use)
    assert await adoption.whole(PERIOD) == Use()
    assert await adoption.by_channel(PERIOD) == []
    assert await adoption.times(PERIOD) == {"first_token": Times.of({}), "total": Times.of({})}
    assert Use().shares()["up"].document() == {"hits": 0, "of": 0, "rate": None, "low": None, "high": None}
    empty = Period(since=START, until=START, zone=SHANGHAI)
    assert await adoption.by("day", empty) == []


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
async def test_whatever_happened_days_and_weeks_and_channels_add_up_to_the_whole(use: Database, zone: str) -> None:
    """Over a change of clocks, too."""
    chance = random.Random(zone)
    end = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
    numbers = [f"r{number}" for number in range(240)]
    await write(
        use,
        AnswerRow,
        [
            answer(one, end - timedelta(days=80) * chance.random(), who=chance.choice(("ann", "bo", "cy")),
                   where=chance.choice(("launch", "people", "dm-ann", None)),
                   **({"reason": "nothing_found"} if chance.random() < 0.3 else {}))
            for one in numbers
        ],
    )  # fmt: skip
    judged = {(chance.choice(numbers), chance.choice(("ann", "bo"))) for _ in range(150)}
    kinds = ("up", "down", "withdrawn")
    await write(use, VerdictRow, [verdict(one, who, chance.choice(kinds)) for one, who in sorted(judged)])
    seen = {(chance.choice(numbers), chance.choice(("opened", "asked_again", "quoted", "shared"))) for _ in range(200)}
    await write(use, SignRow, [sign(one, "bo", kind) for one, kind in sorted(seen)])
    picked = [pick(numbers[at], numbers[at + 1], end - timedelta(days=at)) for at in range(0, 60, 2)]
    await write(use, PreferenceRow, picked)
    adoption = Adoption(use)
    period = Period.latest(70, zone=ZoneInfo(zone), now=end)
    whole = await adoption.whole(period)
    assert whole.asked > 100
    by_day = [found for _, found in await adoption.by("day", period)]
    by_week = [found for _, found in await adoption.by("week", period)]
    by_channel = [one.use for one in await adoption.by_channel(period)]
    assert len(by_day) == 70
    for parts in (by_day, by_week, by_channel):
        for name in (field.name for field in fields(Use) if field.name != "people"):
            assert sum(getattr(part, name) for part in parts) == getattr(whole, name), name


def test_intervals_of_wilson() -> None:
    low, high = Share(8, 10).interval or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.49, 0.943)
    assert [round(edge, 3) for edge in Share(0, 5).interval or ()] == [0.0, 0.434]
    assert [round(edge, 3) for edge in Share(5, 5).interval or ()] == [0.566, 1.0]
    assert Share(0, 0).interval is None


def test_a_period_is_compared_with_as_much_before_it() -> None:
    period = Period.latest(7, zone=ZoneInfo("Europe/Berlin"), now=datetime(2026, 10, 28, 11, 0, tzinfo=UTC))
    assert period.days == 7
    assert period.since.isoformat() == "2026-10-21T22:00:00+00:00"
    before = period.before()
    assert before.days == 7
    assert before.until.isoformat() == "2026-10-21T10:00:00+00:00", "noon by the clock, which was changed in between"
    assert before.since.isoformat() == "2026-10-14T22:00:00+00:00"


def test_weeks_begin_on_monday_and_are_cut_at_the_ends() -> None:
    period = Period.latest(10, zone=SHANGHAI, now=datetime(2026, 11, 22, 4, tzinfo=UTC))
    assert [span.day.isoformat() for span in period.by("week")] == ["2026-11-13", "2026-11-16"]
    assert [span.day.weekday() for span in period.by("week")] == [4, 0]
