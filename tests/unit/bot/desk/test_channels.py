"""The page of channels: settings changed by operators, told in a sentence; nothing is removed without its name."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest_asyncio

from bot.application import Application
from bot.archive.forgetting import forgetting_of
from bot.archive.retention import Retention
from bot.desk.auditing import Auditing
from bot.desk.channels import ChannelsPart
from bot.training.consent import TrainingConsents
from bot.truth.listening import Listening
from bot.truth.tables import ChannelHistoryRow
from tests.builders import at, channel, posted
from tests.quick_application import archive, quick_application
from tests.unit.bot.desk.conftest import Browser, House

LAUNCH = "channels/console:launch"


class Office:
    """An application with three channels, and somebody at its desk."""

    def __init__(self, application: Application, retention: Retention, browser: Browser, viewer: Browser) -> None:
        self.application, self.retention, self.browser, self.viewer = application, retention, browser, viewer

    async def listed(self) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in (await self.browser.get("channels"))["channels"]}

    async def change(self, body: dict[str, Any], path: str = LAUNCH) -> dict[str, Any]:
        status, answer = await self.browser.call("PUT", path, body)
        assert status == 200, answer
        return answer


@pytest_asyncio.fixture
async def office() -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        application = await stack.enter_async_context(quick_application())
        await archive(
            application,
            posted(1, "the launch moved to 8 December"),
            posted(2, "good", minutes=3),
            posted(3, "a private word", place=channel("board", "private")),
            posted(4, "hello bot", place=channel("Ann", "direct")),
        )
        retention = Retention(application.database, forgetting_of(application), keep_days=None, zone=application.zone)
        house = House(application.database, stack)
        part = ChannelsPart(
            database=application.database,
            schedules=application.schedules,
            retention=retention,
            timezone="Asia/Shanghai",
            running={"console"},
        )
        await house.open([part])
        yield Office(application, retention, await house.sign_in(), await house.sign_in("Viv", "viewer"))


async def test_every_channel_is_listed_with_what_is_kept_and_set(office: Office) -> None:
    async with office.application.database.begin() as connection:
        table = ChannelHistoryRow.__table__
        row = {"channel_id": "console:board", "complete": False, "partial": True, "changed_at": at(5)}
        await connection.execute(table.insert().values(**row))  # type: ignore[attr-defined]  # a Table
    listed = await office.listed()
    assert list(listed) == ["Ann", "board", "launch"]
    launch = listed["launch"]
    assert (launch["messages"], launch["files"], launch["visibility"]) == (2, 0, "public")
    assert (launch["history"], listed["board"]["history"]) == ("live", "partial")
    assert (launch["answers_unasked"], launch["offers_pairs"], launch["training"]) == (False, "as_picked", False)
    assert (launch["keep_days"], launch["own_rule"], launch["digest"]) == (None, False, None)
    assert (await office.viewer.get(LAUNCH))["name"] == "launch"


async def test_what_is_changed_counts_at_once_and_is_audited(office: Office) -> None:
    answer = await office.change({"answers_unasked": True, "offers_pairs": "never", "training": True})
    assert await Listening(office.application.database).listens("console:launch")
    assert (answer["answers_unasked"], answer["offers_pairs"], answer["training"]) == (True, "never", True)
    assert "/training off" in answer["told"][0]
    consents = await TrainingConsents(office.application.database).in_force()
    assert consents.channels == {"console:launch"}
    await office.change({"offers_pairs": "as_picked"})
    changed = (await office.listed())["launch"]
    assert (changed["offers_pairs"], changed["answers_unasked"]) == ("as_picked", True), "the other stays"
    entries = await Auditing(office.application.database).listed(limit=9)
    assert [(one.action, one.target, one.detail) for one in entries][:2] == [
        ("channel_changed", "console:launch", {"offers_pairs": "as_picked"}),
        ("channel_changed", "console:launch", {"answers_unasked": True, "offers_pairs": "never", "training": True}),
    ]


async def test_nothing_is_removed_before_the_name_was_typed(office: Office) -> None:
    effect = await office.browser.get(f"{LAUNCH}/effect", keep="1")
    assert effect["removes"] == 2
    assert "2 of them now" in effect["sentence"]
    for confirm in ({}, {"confirm": "board"}):
        status, body = await office.browser.call("PUT", LAUNCH, {"keep": 1, "training": True, **confirm})
        assert (status, body["error"]["code"]) == (400, "bad_input")
        assert "launch" in body["error"]["sentence"]["en"]
    untouched = (await office.listed())["launch"]
    assert (untouched["own_rule"], untouched["training"]) == (False, False), "what is refused changes nothing"
    answer = await office.change({"keep": 1, "confirm": "launch"})
    assert (answer["keep_days"], answer["own_rule"]) == (1, True)
    (receipt,) = await office.retention.run(attend=office.application.archivist.drain)
    assert receipt.removed["messages"] == effect["removes"], "what was told is what is done"
    assert (await office.listed())["launch"]["messages"] == 0


async def test_a_limit_that_removes_nothing_needs_no_name(office: Office) -> None:
    assert (await office.change({"keep": 36_500}))["keep_days"] == 36_500
    assert "now there are none" in (await office.browser.get(f"{LAUNCH}/effect", keep="36500"))["sentence"]
    assert (await office.change({"keep": "forever"}))["own_rule"]
    answer = await office.change({"keep": "default"})
    assert (answer["own_rule"], answer["keep_days"]) == (False, None)


async def test_a_digest_is_set_up_changed_and_ended(office: Office) -> None:
    digest = {"period": "weekly", "time": "08:30", "weekday": 4, "language": "en"}
    answer = await office.change({"digest": digest})
    assert (answer["digest"]["time"], answer["digest"]["timezone"]) == ("08:30", "Asia/Shanghai")
    assert "08:30" in answer["told"][0]
    schedule = await office.application.schedules.of_channel("console:launch")
    assert schedule is not None
    assert (schedule.timing.minute_of_day, schedule.timing.weekday, schedule.created_by) == (510, 4, "operator:Ann")
    answer = await office.change({"digest": {**digest, "period": "daily", "timezone": "Europe/Berlin"}})
    assert (answer["digest"]["period"], answer["digest"]["timezone"]) == ("daily", "Europe/Berlin")
    assert (await office.change({"digest": "off"}))["digest"] is None
    assert await office.application.schedules.of_channel("console:launch") is None


async def test_what_makes_no_sense_is_refused_in_a_sentence(office: Office) -> None:
    digest = {"period": "daily", "time": "08:30"}
    direct = "channels/console:Ann"
    for path, body, words in (
        (direct, {"answers_unasked": True}, "nothing to answer unasked"),
        (direct, {"digest": digest}, "/digest"),
        (direct, {"training": True}, "everybody in it"),
        (LAUNCH, {"digest": {**digest, "time": "25:00"}}, "time"),
        (LAUNCH, {"digest": {**digest, "timezone": "Mars/Base"}}, "Mars"),
        (LAUNCH, {"keep": 0}, "keep"),
        (LAUNCH, {"keep": "tomorrow"}, "keep"),
        (LAUNCH, {"colour": "red"}, "colour"),
    ):
        status, answer = await office.browser.call("PUT", path, body)
        assert (status, answer["error"]["code"]) == (400, "bad_input"), body
        assert words in answer["error"]["sentence"]["en"]
    assert await office.browser.code("PUT", "channels/nowhere", {"training": True}) == (404, "not_found")
    assert await office.viewer.code("PUT", LAUNCH, {"training": True}) == (403, "not_permitted")
