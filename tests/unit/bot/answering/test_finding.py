"""Finding with a time in the words: that time first, the others after, and people are told."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.answering.finding import Found
from bot.application import Application
from knowledge.passage import NO_FILTER, Audience, ChannelId, PassageFilter
from tests.builders import at, channel, deleted, posted
from tests.quick_application import archive

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 18, 15, 30, tzinfo=SHANGHAI)
EVERYTHING = Audience.operator()
DAY = 24 * 60


async def find(application: Application, text: str, where: PassageFilter = NO_FILTER, limit: int = 5) -> Found:
    return await application.finder.find(text, audience=EVERYTHING, where=where, limit=limit, now=NOW)


def ids(found: Found) -> list[str]:
    return [item.record_id for item in found.results]


async def test_what_was_said_then_comes_first_and_the_others_follow(application: Application) -> None:
    await archive(
        application,
        posted(1, "预算表发在群里了，请看", minutes=0),
        posted(2, "预算表 v2", minutes=9 * DAY),  # Wednesday of last week
        posted(3, "午饭吃什么", minutes=9 * DAY + 5),
    )
    found = await find(application, "上周三谁发了预算表")
    assert ids(found)[0] == "m2"
    assert "m1" in ids(found)
    assert found.understood.told("zh", SHANGHAI) == "时间：“上周三” = 2026-11-11"


async def test_nothing_inside_is_said_and_nothing_is_lost(application: Application) -> None:
    await archive(application, posted(1, "The budget is approved", minutes=0))
    found = await find(application, "budget last week")
    assert ids(found) == ["m1"]
    assert found.understood.outside
    assert found.understood.told("en", SHANGHAI) == (
        "Nothing from 2026-11-09 … 2026-11-15 (“last week”); these are from other times."
    )


async def test_explicit_filters_are_hard(application: Application) -> None:
    await archive(application, posted(1, "The budget is approved", minutes=0), posted(2, "budget v2", minutes=9 * DAY))
    found = await find(application, "budget last week", PassageFilter(until=at(DAY)))
    assert ids(found) == ["m1"]
    assert found.understood.outside


async def test_a_time_alone_lists_what_was_said_then_newest_first(application: Application) -> None:
    await archive(
        application,
        posted(1, "alpha", minutes=0),
        posted(2, "beta", minutes=9 * DAY),
        posted(3, "gamma", minutes=10 * DAY),
    )
    assert ids(await find(application, "what happened last week?")) == ["m3", "m2"]


async def test_since_an_event_counts_from_the_message_that_told_of_it(application: Application) -> None:
    await archive(
        application,
        posted(1, "The payment page shows an error", minutes=0),
        posted(2, "We launched the payment page today, it is live", minutes=DAY),
        posted(3, "An error again on the payment page", minutes=2 * DAY),
    )
    found = await find(application, "which error since the launch")
    assert ids(found)[0] == "m3"
    assert found.understood.event is not None
    assert found.understood.event.record_id == "m2"
    assert "Li Wei" in found.understood.told("en", SHANGHAI)


async def test_no_leak_an_event_is_looked_for_among_what_the_audience_may_read(application: Application) -> None:
    """Invariant 4."""
    secret = channel("board", visibility="private")
    await archive(
        application,
        posted(1, "The payment page shows an error", minutes=0),
        posted(2, "We launched the payment page today, it is live", minutes=DAY, place=secret),
    )
    audience = Audience(channel_ids=frozenset({ChannelId(channel().channel_id)}))
    found = await application.finder.find("which error since the launch", audience=audience, now=NOW)
    assert found.understood.event is None
    assert found.understood.told("en", SHANGHAI) == ""


async def test_the_newest_of_equals_comes_first_only_when_asked(application: Application) -> None:
    await archive(
        application,
        *(posted(number, "the poster price is known", minutes=number * DAY) for number in range(1, 6)),
    )
    assert ids(await find(application, "latest poster price"))[0] == "m5"


async def test_a_replaced_fact_is_marked_and_comes_after_the_new_one(application: Application) -> None:
    await archive(
        application,
        posted(1, "The product launch is on Thursday", minutes=0),
        posted(2, "Lunch at noon?", minutes=1),
        posted(3, "Product launch moved to Friday", minutes=2),
    )
    found = await find(application, "on which day is the product launch")
    by_id = {item.record_id: item for item in found.results}
    replacement = by_id["m1"].outdated_by
    assert replacement is not None
    assert (replacement.record_id, replacement.time) == ("m3", at(2))
    assert ids(found).index("m3") < ids(found).index("m1")
    assert [item.n for item in found.results] == list(range(1, len(found.results) + 1))
    assert by_id["m3"].outdated_by is None
    assert by_id["m1"].citation().outdated_by == "m3"
    assert "(outdated, see 2026-11-02 17:02)" in by_id["m1"].as_record(SHANGHAI, "en")
    assert "(已过时，见 2026-11-02 17:02)" in by_id["m1"].as_record(SHANGHAI, "zh")


async def test_a_deleted_message_and_one_of_another_channel_replace_nothing(application: Application) -> None:
    """Invariants 3 and 4."""
    await archive(
        application,
        posted(1, "The product launch is on Thursday", minutes=0),
        posted(2, "Product launch moved to Friday", minutes=1),
        posted(3, "Product launch moved to Friday", minutes=2, place=channel("board", visibility="private")),
        deleted(2, minutes=3),
    )
    found = await find(
        application, "product launch Thursday", PassageFilter(channel_ids=frozenset({ChannelId("console:launch")}))
    )
    assert [(item.record_id, item.outdated_by) for item in found.results] == [("m1", None)]


async def test_what_the_person_named_said_comes_first_among_equals(application: Application) -> None:
    await archive(
        application,
        posted(1, "I think the pumps should be blue", author="Bo"),
        posted(2, "I think the pumps should be green", author="Maya Chen"),
    )
    scores = {item.record_id: item.score for item in (await find(application, "which pumps did Maya want")).results}
    nobody = {item.record_id: item.score for item in (await find(application, "which pumps did one want")).results}
    assert scores["m2"] - scores["m1"] > nobody["m2"] - nobody["m1"] + 0.5


async def test_several_searches_take_turns_and_nothing_comes_twice(application: Application) -> None:
    await archive(
        application,
        posted(1, "海报模板在共享盘", minutes=0),
        posted(2, "海报模板下周更新", minutes=10),
        posted(3, "水泵报价 1,200 元", minutes=20),
        posted(4, "水泵报价上周三给了客户", minutes=9 * DAY),
    )
    find_all = partial(application.finder.find_all, audience=EVERYTHING, limit=3, now=NOW)
    found = await find_all(["海报模板", "上周三的水泵报价"])
    assert {ids(found)[0], ids(found)[2]} <= {"m1", "m2"}
    assert ids(found)[1] == "m4"
    assert [item.n for item in found.results] == [1, 2, 3]
    assert found.understood.timed
    twice = await find_all(["海报模板", "海报 模板"])
    assert len(set(ids(twice))) == len(ids(twice))
    assert await find_all(["海报模板"]) == await find(application, "海报模板", limit=3)
