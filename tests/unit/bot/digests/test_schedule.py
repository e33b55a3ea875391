"""Who may set up which digest, and where the next one begins after a change."""

from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import delete

from bot.application import Application
from bot.digests.schedule import Schedule, Schedules, zone_named
from bot.digests.times import Timing
from bot.errors import BadInput, NotPermitted
from bot.truth.tables import DigestScheduleRow
from connectors.events import ChannelRef, PersonRef
from tests.builders import at, channel, opened, person
from tests.quick_application import archive
from tests.unit.bot.digests.staging import DAILY

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRIVATE, PUBLIC, OTHER = channel("private", "private"), channel("public"), channel("other", "private")
NOON = at(3 * 60)
"""Three hours after the time of ``DAILY``, whose day begins with the story."""


@pytest_asyncio.fixture(loop_scope="module")
async def schedules(application: Application) -> Schedules:
    """Ann is in a private and a public channel, Bo in another private one; nothing is set up."""
    await archive(application, opened(PRIVATE, (person("Ann"),)), opened(PUBLIC, (person("Ann"),)))
    await archive(application, opened(OTHER, (person("Bo"),)))
    async with application.database.begin() as connection:
        await connection.execute(delete(DigestScheduleRow))
    return application.schedules


async def _set(
    schedules: Schedules, place: ChannelRef = PRIVATE, *, by: PersonRef | None = None, timing: Timing = DAILY,
    minutes: float = 180,
) -> Schedule:  # fmt: skip
    return await schedules.set_for_channel(
        place, by=by or person("Ann"), timing=timing, language="en", skip_quiet=False, now=at(minutes)
    )


async def test_a_new_one_begins_with_a_whole_period(schedules: Schedules) -> None:
    schedule = await _set(schedules)
    assert (schedule.covered_until, schedule.changed_at) == (at(0), NOON)
    assert await schedules.enabled() == [schedule]


async def test_another_time_goes_on_where_it_told_last(schedules: Schedules) -> None:
    await _set(schedules)
    later = await _set(schedules, timing=replace(DAILY, minute_of_day=19 * 60), minutes=60)
    assert later.covered_until == at(0)
    assert await schedules.enabled() == [later]


async def test_another_period_or_a_pause_begins_with_a_whole_period(schedules: Schedules) -> None:
    await _set(schedules)
    weekly = await _set(schedules, timing=replace(DAILY, period="weekly", weekday=0))
    assert weekly.covered_until == at(0)
    assert await schedules.end_for_channel(PRIVATE, by=person("Ann"))
    assert await schedules.enabled() == []
    again = await _set(schedules, minutes=5 * 24 * 60 + 10)
    assert again.covered_until == at(5 * 24 * 60)


async def test_members_alone_set_up_and_end_a_channel_s(schedules: Schedules) -> None:
    with pytest.raises(NotPermitted):
        await _set(schedules, by=person("Bo"))
    await _set(schedules)
    with pytest.raises(NotPermitted):
        await schedules.end_for_channel(PRIVATE, by=person("Bo"))
    assert await _set(schedules, PUBLIC, by=person("Bo")), "public channels of the console are everybody's"


async def test_a_person_s_is_of_channels_that_they_may_read(schedules: Schedules) -> None:
    async def mine(*places: ChannelRef) -> Schedule:
        return await schedules.set_for_person(
            person("Ann"),
            workspace_id="",
            channel_ids=[place.channel_id for place in places],
            timing=DAILY,
            language="en",
            skip_quiet=False,
            now=NOON,
        )

    with pytest.raises(NotPermitted):
        await mine(PRIVATE, OTHER)
    assert (await mine(PRIVATE)).channel_ids == (PRIVATE.channel_id,)
    readable, unreadable = await schedules.readable(await mine())
    assert {PRIVATE.channel_id, PUBLIC.channel_id} <= readable
    assert OTHER.channel_id not in readable
    assert unreadable == 0


async def test_those_who_listen_are_told(schedules: Schedules) -> None:
    told: list[int] = []
    schedules.listen(lambda: told.append(1))
    await _set(schedules)
    await schedules.end_for_channel(PRIVATE, by=person("Ann"))
    assert len(told) == 2


async def test_a_zone_that_is_none() -> None:
    with pytest.raises(BadInput):
        zone_named("Mars/Base")
