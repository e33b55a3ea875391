"""Numbers that changed."""

from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.application import Application
from bot.summaries.changes import changes
from bot.summaries.talk import Wanted, read_talks
from connectors.events import ChannelRef
from knowledge.passage import Audience
from tests.builders import at, channel, posted
from tests.quick_application import archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY = 24 * 60


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        yield opened


async def changed(application: Application, place: ChannelRef) -> list[tuple[str, tuple[str, ...]]]:
    """Of what was said from the third day on."""
    wanted = Wanted(
        audience=Audience.operator(), channel_ids=frozenset({place.channel_id}), since=at(2 * DAY), until=at(9 * DAY)
    )
    talks = await read_talks(application.database, wanted)
    lines = await changes(application.database, talks, ZoneInfo("Asia/Shanghai"))
    return [(line.text, line.record_ids) for line in lines]


async def test_a_change_is_told_with_what_was_said_before_and_both_days(application: Application) -> None:
    place = channel("changed")
    await archive(
        application,
        posted(1, "Hi. The customer demo of the portal is on Thursday.", place=place),
        posted(2, "The customer demo of the portal is moved from Thursday to Friday.", author="Bo", place=place,
               minutes=3 * DAY),
    )  # fmt: skip
    before, after = "11-02 The customer demo of the portal is on Thursday.", "11-05 Bo: The customer demo of the portal"
    assert await changed(application, place) == [
        (f"{before} → {after} is moved from Thursday to Friday.", ("m2", "m1"))
    ]


async def test_what_was_said_before_is_told_without_its_secrets(application: Application) -> None:
    """Invariant 8."""
    place = channel("secretive")
    await archive(
        application,
        posted(5, "The review of the portal is on Thursday, the password is Tulip-42x.", place=place),
        posted(6, "The review of the portal is moved from Thursday to Friday.", place=place, minutes=3 * DAY),
    )
    [(text, _)] = await changed(application, place)
    assert "the password is [password hidden]" in text
    assert "Tulip" not in text


async def test_what_another_channel_said_is_not_told(application: Application) -> None:
    """Invariant 4."""
    await archive(
        application,
        posted(11, "The board dinner of the sales team is on Thursday.", place=channel("hidden", "private")),
        posted(12, "The board dinner of the sales team is moved from Thursday to Friday.", place=channel("seen"),
               minutes=3 * DAY),
    )  # fmt: skip
    assert await changed(application, channel("seen")) == []


async def test_what_only_speaks_of_a_change_is_none(application: Application) -> None:
    place = channel("unchanged")
    await archive(
        application,
        posted(21, "The team lunch is on Thursday.", place=place),
        posted(22, "Could the team lunch be moved to Friday?", place=place, minutes=3 * DAY),
    )
    assert await changed(application, place) == []
