"""Retention: what is older than its channel keeps goes, with everything that forgetting reaches."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.application import Application
from bot.archive.forgetting import forgetting_of
from bot.archive.receipt import Receipt
from bot.archive.retention import Retention
from bot.truth.tables import ForgottenRow
from connectors.events import ChannelRef, MessagePosted
from knowledge.passage import Audience
from tests.builders import channel, posted
from tests.quick_application import archive

Run = Callable[[], Awaitable[list[Receipt]]]


def _ago(
    number: int, text: str, *, days: float, place: ChannelRef | None = None, thread: int | None = None
) -> MessagePosted:
    message = posted(number, text, place=place or channel(), thread=thread)
    return message.model_copy(update={"occurred_at": datetime.now(UTC) - timedelta(days=days)})


def _retention(application: Application, keep_days: int | None = None) -> Retention:
    return Retention(
        application.database, forgetting_of(application), keep_days=keep_days, zone=ZoneInfo("Asia/Shanghai")
    )


async def _found(application: Application, words: str) -> set[str]:
    return {item.record_id for item in await application.finder.search(words, audience=Audience.operator(), limit=50)}


async def _run(application: Application, retention: Retention) -> list[Receipt]:
    return await retention.run(attend=application.archivist.drain)


async def test_channels_keep_as_long_as_their_rule_or_the_setting_says(application: Application) -> None:
    await archive(
        application,
        _ago(1, "old launch", days=50),
        _ago(2, "new launch", days=5),
        _ago(3, "old food", days=50, place=channel("food")),
        _ago(4, "ancient law", days=500, place=channel("law")),
    )
    retention = _retention(application, keep_days=90)
    await retention.set("console:launch", 30, by="test")
    await retention.set("console:law", None, by="test")
    assert [(rule.channel, rule.keep_days, rule.own) for rule in await retention.rules()] == [
        ("food", 90, False), ("launch", 30, True), ("law", None, True),
    ]  # fmt: skip
    [receipt] = await _run(application, retention)
    assert (receipt.requested_by, receipt.scope.channel_id) == ("retention", "console:launch")
    assert receipt.removed["messages"] == 1
    assert await _found(application, "old new ancient launch food law") == {"m2", "m3", "m4"}
    assert await _run(application, retention) == [], "a second run finds nothing"


async def test_a_younger_reply_stays_when_its_head_goes(application: Application) -> None:
    await archive(application, _ago(1, "head", days=50), _ago(2, "reply", days=5, thread=1))
    [receipt] = await _run(application, _retention(application, keep_days=30))
    assert receipt.removed["messages"] == 1
    assert await _found(application, "head reply") == {"m2"}


async def test_what_is_too_old_when_it_arrives_is_not_taken_in_until_the_limit_grows(
    application: Application,
) -> None:
    await archive(application, _ago(1, "young", days=1))
    assert await _run(application, _retention(application, keep_days=30)) == []
    await archive(application, _ago(2, "imported late", days=40))
    assert await _found(application, "imported late young") == {"m1"}
    assert await _run(application, _retention(application)) == []
    async with application.database.read() as connection:
        assert (await connection.scalars(select(ForgottenRow.rule_id))).all() == []
    await archive(application, _ago(3, "imported later", days=40))
    assert await _found(application, "imported later") >= {"m3"}


async def test_the_limit_is_a_midnight_in_the_zone_of_the_team(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    retention = _retention(application, keep_days=1)
    limit = retention._limit(datetime(2026, 11, 22).date(), 1)  # noqa: DTZ001 - a day has no zone
    assert limit == datetime(2026, 11, 20, 16, tzinfo=UTC)


async def test_a_run_finishes_what_was_interrupted(application: Application) -> None:
    from bot.truth.erasing import Scope

    await archive(application, _ago(1, "to be forgotten", days=1))
    await forgetting_of(application).note(Scope(before=datetime.now(UTC)), requested_by="command line")
    [receipt] = await _run(application, _retention(application))
    assert receipt.requested_by == "command line"
    assert await _found(application, "forgotten") == set()
