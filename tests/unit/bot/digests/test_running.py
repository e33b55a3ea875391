"""Exactly once through restarts, missed times and platforms that are away; nothing that its readers may not read."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, update

from bot.application import Application
from bot.digests.posting import ATTEMPTS
from bot.truth.tables import DigestRow, DigestScheduleRow, MessageRow
from connectors.connector import PostRefused
from connectors.events import ChannelDeleted, ChannelRef, MembershipChanged
from tests.builders import at, channel, deleted, edited, opened, person, posted
from tests.quick_application import archive
from tests.unit.bot.digests.building import line
from tests.unit.bot.digests.staging import DAILY, Fuse, Killed, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
_numbers = iter(range(1000, 10**6, 100))


@pytest_asyncio.fixture(loop_scope="module")
async def stage(application: Application) -> Stage:
    """A day after the start of the story, at the time of the daily digest; other tests' schedules are gone."""
    async with application.database.begin() as connection:
        await connection.execute(delete(DigestRow))
        await connection.execute(delete(DigestScheduleRow))
    return Stage(application, now=at(24 * 60))


async def _place(stage: Stage, name: str) -> tuple[ChannelRef, int]:
    """A channel with Li Wei in it and three messages, of which the first has the number returned."""
    first = next(_numbers)
    place = channel(name, "private")
    await archive(
        stage.application,
        opened(place, (person(), person("bot", is_bot=True))),
        *(posted(first + one, f"{name} {one}", place=place, minutes=one + 1) for one in range(3)),
    )
    stage.summaries.lines = [line(first + one, f"{name} line {one}", place=place.channel_id) for one in range(3)]
    return place, first


async def test_a_digest_is_made_and_posted_once(stage: Stage) -> None:
    place, _ = await _place(stage, "once")
    await stage.daily(place)
    stage.pass_time(hours=23)
    await stage.run()
    assert await stage.messages(place) == []
    stage.pass_time(hours=1)
    for _ in range(3):
        await stage.run()
    [row] = await stage.rows()
    assert (row.state, row.since, row.until) == ("posted", at(24 * 60), at(48 * 60))
    assert await stage.messages(place) == [row.posted_record_id]
    assert len(stage.platform.posts) == len(stage.summaries.asked) == 1


async def test_the_next_one_begins_where_the_last_one_ended(stage: Stage) -> None:
    place, _ = await _place(stage, "next")
    await stage.daily(place)
    for _ in range(3):
        stage.pass_time(days=1)
        await stage.run()
    rows = await stage.rows()
    assert [row.since for row in rows[1:]] == [row.until for row in rows[:-1]]
    assert len(await stage.messages(place)) == 3


async def test_killed_at_any_step_it_is_posted_exactly_once(stage: Stage) -> None:
    """Invariants 1 and 2, for what the bot says by itself."""
    step, killed = 0, 0
    while True:
        step += 1
        place, _ = await _place(stage, f"killed-{step}")
        await stage.daily(place)
        stage.pass_time(days=1)
        fuse = Fuse(after=step)
        try:
            await stage.run(fuse)
        except Killed:
            killed += 1
            for _ in range(2):
                await stage.run()
        assert len(await stage.messages(place)) == 1, f"killed at step {step}"
        [row] = [row for row in await stage.rows() if row.target_channel_id == place.channel_id]
        assert row.state == "posted"
        await stage.application.schedules.end_for_channel(place, by=person())
        if fuse.steps < step:
            break
    assert killed > 12


async def test_what_was_missed_is_told_in_one(stage: Stage) -> None:
    place, _ = await _place(stage, "missed")
    await stage.daily(place)
    stage.pass_time(days=2, hours=3)
    await stage.run()
    [row] = await stage.rows()
    assert (row.since, row.until) == (at(24 * 60), at(72 * 60))


async def test_missed_by_half_a_day_it_waits_for_the_next(stage: Stage) -> None:
    place, _ = await _place(stage, "late")
    await stage.daily(place)
    stage.pass_time(days=1, hours=13)
    await stage.run()
    assert await stage.rows() == []
    stage.pass_time(hours=11)
    await stage.run()
    [row] = await stage.rows()
    assert (row.since, row.until) == (at(24 * 60), at(72 * 60))


async def test_made_before_a_long_stop_it_is_told_by_the_next(stage: Stage) -> None:
    place, _ = await _place(stage, "stopped")
    await stage.daily(place)
    stage.pass_time(days=1)
    await stage.run(away=True)
    stage.pass_time(days=1, hours=1)
    await stage.run()
    first, second = await stage.rows()
    assert (first.state, first.error) == ("failed", "too_late")
    assert (second.state, second.since, second.until) == ("posted", at(24 * 60), at(72 * 60))
    assert len(await stage.messages(place)) == 1


async def test_a_platform_that_fails_is_tried_again_later(stage: Stage) -> None:
    place, _ = await _place(stage, "retry")
    await stage.daily(place)
    stage.pass_time(days=1)
    stage.platform.fails = [ConnectionError(), TimeoutError()]
    await stage.run()
    [row] = await stage.rows()
    assert (row.state, row.error, row.attempts) == ("posting", "ConnectionError", 1)
    await stage.run()
    assert (await stage.rows())[0].attempts == 1  # its time has not come
    for _ in range(2):
        stage.pass_time(minutes=2)
        await stage.run()
    [row] = await stage.rows()
    assert (row.state, row.error, row.attempts) == ("posted", None, 3)


async def test_after_enough_attempts_it_is_given_up_and_told_by_the_next(stage: Stage) -> None:
    place, _ = await _place(stage, "given-up")
    await stage.daily(place)
    stage.pass_time(days=1)
    stage.platform.fails = [ConnectionError() for _ in range(ATTEMPTS)]
    for _ in range(ATTEMPTS):
        await stage.run()
        stage.pass_time(hours=1)
    [row] = await stage.rows()
    assert (row.state, row.error, row.attempts) == ("failed", "ConnectionError", ATTEMPTS)
    assert stage.metrics.digests.labels("failed")._value.get() == 1
    stage.pass_time(hours=24 - ATTEMPTS)
    await stage.run()
    assert [(row.state, row.since) for row in await stage.rows()][1:] == [("posted", at(24 * 60))]


async def test_what_a_platform_refuses_is_not_tried_again(stage: Stage) -> None:
    place, _ = await _place(stage, "refused")
    await stage.daily(place)
    stage.pass_time(days=1)
    stage.platform.fails = [PostRefused("channel_archived")]
    await stage.run()
    stage.pass_time(hours=1)
    await stage.run()
    [row] = await stage.rows()
    assert (row.state, row.error) == ("failed", "channel_archived")


async def test_what_could_not_be_made_is_made_later(stage: Stage) -> None:
    place, _ = await _place(stage, "not-made")
    await stage.daily(place)
    stage.pass_time(days=1)
    stage.summaries.fails = 1
    digests, poster = stage.digests()
    await digests.make_due()
    await digests.make_due()
    assert await stage.rows() == []
    stage.pass_time(minutes=1)
    await digests.make_due()
    await poster.post_waiting()
    assert [row.state for row in await stage.rows()] == ["posted"]


async def test_those_due_together_share_the_time_of_the_model(stage: Stage) -> None:
    first, _ = await _place(stage, "share-1")
    second, _ = await _place(stage, "share-2")
    await stage.daily(first)
    stage.pass_time(days=1)
    await stage.run()
    await stage.daily(second)
    stage.pass_time(days=1)
    await stage.run()
    assert stage.summaries.seconds == [60, 30, 30]


async def test_a_quiet_day_is_one_line_or_nothing(stage: Stage) -> None:
    place, _ = await _place(stage, "quiet")
    stage.summaries.lines, stage.summaries.messages = [], 0
    await stage.daily(place)
    stage.pass_time(days=1)
    await stage.run()
    assert "Nobody said anything." in stage.platform.posts[0].text
    await stage.daily(place, skip_quiet=True)
    stage.pass_time(days=1)
    await stage.run()
    assert [row.state for row in await stage.rows()] == ["posted", "empty"]
    assert len(await stage.messages(place)) == 1
    schedule = await stage.application.schedules.of_channel(place.channel_id)
    assert schedule is not None
    assert schedule.covered_until == at(72 * 60)


async def _personal(stage: Stage, *channel_ids: str) -> None:
    await stage.application.schedules.set_for_person(
        person(),
        workspace_id="",
        channel_ids=channel_ids,
        timing=DAILY,
        language="en",
        skip_quiet=False,
        now=stage.now,
    )


async def test_a_personal_digest_goes_to_the_direct_chat(stage: Stage) -> None:
    place, first = await _place(stage, "mine")
    await _personal(stage, place.channel_id)
    stage.pass_time(days=1)
    await stage.run()
    [post] = stage.platform.posts
    assert (post.channel, post.person) == (None, person())
    assert [one.record_id for one in post.citations] == [f"m{first + one}" for one in range(3)]
    [row] = await stage.rows()
    audience = await stage.application.permissions.of_person(person().person_id, platform="console")
    view = await stage.application.permissions.of_person(person("Zhao").person_id, platform="console")
    async with stage.application.database.read() as connection:
        found = await connection.execute(
            MessageRow.__table__.select().where(MessageRow.record_id == row.posted_record_id)
        )
        direct = found.one().channel_id
    assert direct in audience.channel_ids
    assert direct not in view.channel_ids


async def test_who_has_left_a_channel_gets_nothing_of_it(stage: Stage) -> None:
    """Invariant 4: what a person may read is asked at every run, and again when it is posted."""
    place, _ = await _place(stage, "left")
    other, _ = await _place(stage, "stayed")
    await _personal(stage, place.channel_id, other.channel_id)
    left = MembershipChanged(event_id="left-1", occurred_at=at(2000), channel=place, person=person(), present=False)
    await archive(stage.application, left)
    stage.pass_time(days=1)
    await stage.run()
    [(asked, _, _, audience)] = stage.summaries.asked
    assert asked == {other.channel_id} == set(map(str, audience.channel_ids))
    assert "you can no longer read" in stage.platform.posts[0].text


async def test_who_leaves_between_making_and_posting_gets_nothing_of_it(stage: Stage) -> None:
    place, _ = await _place(stage, "leaving")
    await _personal(stage, place.channel_id)
    stage.pass_time(days=1)
    await stage.run(away=True)
    left = MembershipChanged(event_id="left-2", occurred_at=at(2000), channel=place, person=person(), present=False)
    await archive(stage.application, left)
    stage.pass_time(minutes=2)
    await stage.run()
    [post] = stage.platform.posts
    assert "leaving line" not in post.text
    assert "you can no longer read and that are left out: 1." in post.text
    assert "deleted" not in post.text
    assert post.citations == ()
    assert await stage.application.schedules.of_person(person().person_id) is None


async def test_who_is_in_no_channel_yet_keeps_the_digest_of_all_their_channels(stage: Stage) -> None:
    """Invariant 6: it does not end without a word."""
    place, zhao = channel("zhao-left", "private"), person("Zhao")
    left = MembershipChanged(event_id="left-3", occurred_at=at(5), channel=place, person=zhao, present=False)
    await archive(stage.application, opened(place, (zhao,)), left)
    stage.summaries.lines, stage.summaries.messages = [], 0
    await stage.application.schedules.set_for_person(
        zhao, workspace_id="", channel_ids=(), timing=DAILY, language="en", skip_quiet=False, now=stage.now
    )
    for _ in range(2):
        stage.pass_time(days=1)
        await stage.run()
    assert [post.text.endswith("Nobody said anything.") for post in stage.platform.posts] == [True, True]


async def test_a_deleted_or_edited_message_is_not_told_even_if_it_went_while_the_digest_was_made(stage: Stage) -> None:
    """Invariant 3."""
    place, first = await _place(stage, "going")
    await stage.daily(place)
    stage.pass_time(days=1)
    say = stage.summaries.period

    async def meanwhile(*args: Any, **options: Any) -> Any:
        said = await say(*args, **options)
        await archive(stage.application, deleted(first), edited(first + 1, "other words", minutes=3000))
        return said

    stage.summaries.period = meanwhile  # type: ignore[method-assign]  # a test's own
    await stage.run()
    assert "going line 2" in stage.platform.posts[0].text
    assert "going line 0" not in stage.platform.posts[0].text
    assert "going line 1" not in stage.platform.posts[0].text


async def test_a_channel_that_is_gone_ends_its_schedule(stage: Stage) -> None:
    place, _ = await _place(stage, "closed")
    await stage.daily(place)
    await archive(
        stage.application, ChannelDeleted(event_id="closed", occurred_at=at(1500), channel_id=place.channel_id)
    )
    stage.pass_time(days=1)
    await stage.run()
    assert await stage.application.schedules.of_channel(place.channel_id) is None
    assert stage.platform.posts == []


async def test_ended_between_making_and_posting_it_is_not_posted(stage: Stage) -> None:
    place, _ = await _place(stage, "ended")
    await stage.daily(place)
    stage.pass_time(days=1)
    await stage.run(away=True)
    await stage.application.schedules.end_for_channel(place, by=person())
    stage.pass_time(minutes=2)
    await stage.run()
    assert stage.platform.posts == []


async def test_what_another_process_made_is_posted(stage: Stage) -> None:
    place, _ = await _place(stage, "by-hand")
    digests, poster = stage.digests()
    made = await digests._maker.of_period(
        [place.channel_id], since=at(0), until=at(24 * 60), language="en", timezone="UTC"
    )
    stage.now = made.made_at + timedelta(minutes=1)
    await stage.kept.keep(replace(made, target_channel_id=place.channel_id))
    await poster.post_waiting()
    assert len(await stage.messages(place)) == 1
    async with stage.application.database.begin() as connection:
        await connection.execute(update(DigestRow).values(state="made"))
    stage.pass_time(days=1)
    await poster.post_waiting()
    assert [row.error for row in await stage.rows()] == ["too_late"]
