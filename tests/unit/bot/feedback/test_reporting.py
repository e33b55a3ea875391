"""The weekly report: once, in time, and with no words that its readers may not read."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.application import Application
from bot.curating.standard_answer import StandardSource
from bot.curating.standard_answers import StandardAnswers
from bot.errors import BadInput, Language, NotFound
from bot.feedback.report import ReportMaker
from bot.feedback.report_text import ReportNumbers
from bot.feedback.reporting import Reporting, WeeklyReport
from bot.feedback.use import Use
from bot.truth.views import shown_answer
from connectors.connector import PostRefused
from connectors.events import ChannelRef
from tests.builders import at, channel, deleted, opened, person, posted
from tests.quick_application import archive
from tests.unit.bot.digests.staging import Stage
from tests.unit.bot.feedback.asked import asked, judged, taken_in

LAUNCH, PEOPLE = channel("launch"), channel("people", "private")
WEEK = 7 * 24 * 60
VPN = "How do I get into the VPN?"
RAISE = "Who decides about raises?"


@pytest.fixture
async def stage(application: Application) -> Stage:
    """A week after the start: five questions in two groups and a direct chat, three of them not answered."""
    team = (person("Ann"), person("Bo"), person("bot", is_bot=True))
    alone = channel("dm", "direct")
    await archive(
        application,
        opened(LAUNCH, team),
        opened(PEOPLE, team),
        opened(alone, (person("Ann"), person("bot", is_bot=True))),
        posted(1, VPN, author="Ann", place=LAUNCH),
        posted(2, RAISE, author="Bo", place=PEOPLE),
        posted(3, "When do we launch?", author="Ann", place=LAUNCH),
    )
    await asked(application, "a1", VPN, by="Ann", place=LAUNCH, record_id="m1", reason="nothing_found")
    await asked(application, "a2", RAISE, by="Bo", place=PEOPLE, record_id="m2", reason="not_in_records")
    await asked(application, "a3", "When do we launch?", by="Ann", place=LAUNCH, record_id="m3")
    await asked(application, "a4", "May I take Friday off?", by="Ann", place=alone, reason="nothing_found")
    await asked(application, "a5", "When do we launch?", by="Bo", place=LAUNCH, standard_answer_id="s1")
    await judged(application, "a3", "up", by="Ann")
    await judged(application, "a3", "down", by="Bo")
    await taken_in(application)
    return Stage(application, now=at(0))


def weekly(place: ChannelRef = LAUNCH, *, language: Language = "en", enabled: bool = True) -> WeeklyReport:
    """Mondays at the time of the story's start."""
    return WeeklyReport(
        enabled=enabled, channel_id=place.channel_id, weekday=0, minute_of_day=17 * 60, timezone="Asia/Shanghai",
        language=language,
    )  # fmt: skip


def reporting(stage: Stage) -> Reporting:
    """As a process that has just started."""
    application = stage.application
    maker = ReportMaker(application.database, application.permissions)
    return Reporting(application.database, maker, now=lambda: stage.now)


async def post(stage: Stage) -> list[str]:
    """Let digests be posted; texts that have been posted so far."""
    _, poster = stage.digests()
    await poster.post_waiting()
    return [one.text for one in stage.platform.posts]


async def test_it_is_posted_once_whatever_is_restarted(stage: Stage) -> None:
    await reporting(stage).set(weekly(), operator="olga")
    stage.now = at(WEEK - 1)
    assert not await reporting(stage).make_due()
    stage.now = at(WEEK)
    assert await reporting(stage).make_due()
    assert not await reporting(stage).make_due()
    [text] = await post(stage)
    stage.now = at(WEEK + 60)
    assert not await reporting(stage).make_due()
    assert await post(stage) == [text]
    assert text.splitlines() == [
        "Shiguang this week · Mon 2 Nov – Sun 8 Nov",
        "2 people asked 5 questions; 2 of them were answered (40 %). 5 more than the week before.",
        "👍 1, 👎 1.",
        "Standard answers were given 1 time.",
        "",
        "▸ Still without an answer (2)",
        f"• {VPN} [1]",
        "If you know one of these, say it here, and I can answer it next time.",
    ]
    [made] = await reporting(stage).latest()
    assert (made.state, made.error, made.channel_id) == ("posted", None, LAUNCH.channel_id)


async def test_in_chinese(stage: Stage) -> None:
    stage.now = at(WEEK)
    assert (await reporting(stage).preview(weekly(language="zh"))).splitlines() == [
        "拾光这一周 · 11月2日 周一 – 11月8日 周日",
        "2 个人问了 5 个问题，答上了 2 个（40%）。比上一周多 5 个问题。",
        "👍 1 个，👎 1 个。",
        "标准答案用了 1 次。",
        "",
        "▸ 还没有答案的问题（2 类）",
        f"• {VPN} [1]",
        "知道的人在群里说一句，下次我就能答上。",
    ]


@pytest.mark.parametrize(("late", "is_made"), [(timedelta(days=2, hours=23), True), (timedelta(days=3), False)])
async def test_one_that_was_missed_comes_within_three_days(stage: Stage, late: timedelta, is_made: bool) -> None:
    await reporting(stage).set(weekly(), operator="olga")
    stage.now = at(WEEK) + late
    assert await reporting(stage).make_due() is is_made
    assert len(await post(stage)) == is_made


async def test_what_is_set_now_is_not_made_up_for(stage: Stage) -> None:
    stage.now = at(WEEK + 30)
    await reporting(stage).set(weekly(), operator="olga")
    assert not await reporting(stage).make_due()
    stage.now = at(2 * WEEK)
    await reporting(stage).set(weekly(enabled=False), operator="olga")
    stage.now = at(3 * WEEK)
    assert not await reporting(stage).make_due(), "it was switched off"
    assert await reporting(stage).setting() == weekly(enabled=False)


async def test_invariant_4_words_only_of_that_channel_and_public_ones(stage: Stage) -> None:
    stage.now = at(WEEK)
    in_public = await reporting(stage).preview(weekly(LAUNCH))
    assert VPN in in_public
    assert RAISE not in in_public
    among_themselves = await reporting(stage).preview(weekly(PEOPLE))
    assert VPN in among_themselves
    assert RAISE in among_themselves
    for text in (in_public, among_themselves):
        assert "Friday" not in text, "asked alone with the bot"
        assert "2 people asked 5 questions" in text


async def test_invariant_3_a_deleted_question_leaves_the_report(stage: Stage) -> None:
    await reporting(stage).set(weekly(), operator="olga")
    stage.now = at(WEEK)
    await reporting(stage).make_due()
    await post(stage)
    [made] = await reporting(stage).latest()
    await archive(stage.application, deleted(1))
    async with stage.application.database.read() as connection:
        left = await connection.run_sync(lambda sync: shown_answer(Session(sync), made.report_id))
    assert left is not None
    assert VPN not in left.text
    assert "2 people asked 5 questions" in left.text
    assert left.citations == ()


async def test_a_refused_one_is_told_at_the_desk(stage: Stage) -> None:
    stage.now = at(WEEK)
    stage.platform.fails = [PostRefused("archived")]
    report_id = await reporting(stage).post_now(weekly())
    assert await post(stage) == []
    [made] = await reporting(stage).latest()
    assert (made.report_id, made.state, made.error) == (report_id, "failed", "archived")


async def test_posted_now_and_again(stage: Stage) -> None:
    stage.now = at(WEEK)
    await reporting(stage).post_now(weekly())
    await reporting(stage).post_now(weekly())
    assert len(await post(stage)) == 2


async def test_where_and_when_make_sense(stage: Stage) -> None:
    for nowhere in (channel("unknown"), channel("dm", "direct")):
        with pytest.raises(NotFound):
            await reporting(stage).set(weekly(nowhere), operator="olga")
        with pytest.raises(NotFound):
            await reporting(stage).preview(weekly(nowhere))
    with pytest.raises(BadInput):
        WeeklyReport(enabled=True, channel_id="c", weekday=0, minute_of_day=0, timezone="Nowhere/Else", language="en")
    with pytest.raises(BadInput):
        WeeklyReport(enabled=True, channel_id="c", weekday=7, minute_of_day=0, timezone="UTC", language="en")


async def test_a_week_without_questions(stage: Stage) -> None:
    stage.now = at(3 * WEEK)
    assert (await reporting(stage).preview(weekly())).splitlines() == [
        "Shiguang this week · Mon 16 Nov – Sun 22 Nov",
        "Nobody asked anything this week. Mention me and ask about something the team talked about.",
    ]


async def test_a_new_standard_answer_is_told_to_those_who_may_be_given_it(stage: Stage) -> None:
    kept = StandardAnswers(stage.application.database)
    added = await kept.propose(
        question="What is our launch day?", text="Friday [1].", proposed_by="olga", channel_ids=[PEOPLE.channel_id],
        sources=[StandardSource(n=1, record_id="m2")],
    )  # fmt: skip
    await kept.approve(added, owner="olga", valid_until=None)
    stage.now = datetime.now(UTC) + timedelta(days=1)
    assert "▸ New standard answers (1)\n• What is our launch day? [1]" in await reporting(stage).preview(weekly(PEOPLE))
    assert "launch day" not in await reporting(stage).preview(weekly(LAUNCH)), "it rests on a private channel"


def test_numbers_are_kept_as_they_are() -> None:
    numbers = ReportNumbers(now=Use(asked=3), before=Use(), new_standard=1, gaps=2, mended=3, helped=4)
    assert ReportNumbers.of(numbers.document()) == numbers
