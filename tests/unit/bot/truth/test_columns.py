"""The timeline's columns: counts under the other filters, days over a change of the clock, pages without gaps."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.truth.columns import KINDS, Columns, TimelineFilter, Told

ZONE = ZoneInfo("Europe/Berlin")
EVERY = frozenset({"a", "b", "c"})


def told(number: int, moment: datetime, **changes: object) -> Told:
    """A record; everything but number and time has a default."""
    values: dict[str, object] = {"channel_id": "a", "author_id": "p", "kinds": frozenset({"message"})}
    return Told(
        record_id=f"m{number:03}",
        moment=round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)),
        **(values | changes),  # type: ignore[arg-type]  # the values are those of the fields
    )


def some(count: int, seed: int) -> list[Told]:
    """Records of three channels, four people, all kinds and two categories; many share an instant."""
    chance = random.Random(seed)
    return [
        told(
            number,
            datetime(2026, 3, 27, tzinfo=UTC) + timedelta(minutes=30 * chance.randrange(150)),
            channel_id=chance.choice("abc"),
            author_id=chance.choice("pqrs"),
            kinds=frozenset(chance.sample(KINDS, chance.randrange(1, 4))),
            categories=frozenset(chance.sample(["decision", "number"], chance.randrange(3))),
        )
        for number in range(count)
    ]


def matches(record: Told, narrowed: TimelineFilter, *, without: str = "") -> bool:
    """The same by plain comparison."""
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=record.moment)).astimezone(ZONE).date()
    return all(
        (
            record.channel_id in narrowed.channel_ids,
            without == "channel" or narrowed.channel_id in {None, record.channel_id},
            without == "author" or not narrowed.author_ids or record.author_id in narrowed.author_ids,
            without == "kind" or narrowed.kind is None or narrowed.kind in record.kinds,
            without == "category" or narrowed.category is None or narrowed.category in record.categories,
            without == "days" or narrowed.first_day is None or day >= narrowed.first_day,
            without == "days" or narrowed.end_day is None or day < narrowed.end_day,
        )
    )


@pytest.mark.parametrize("seed", range(12))
def test_counts_and_pages_are_those_of_a_plain_comparison_and_of_readable_channels_alone(seed: int) -> None:
    """Invariant 4: a channel that may not be read is in no count and no page."""
    chance = random.Random(seed)
    records = some(300, seed)
    columns = Columns(ZONE)
    columns.put(records[:200])
    columns.put([*records[150:], *records[:10]])
    first = chance.choice([None, date(2026, 3, 28)])
    narrowed = TimelineFilter(
        channel_ids=frozenset(chance.sample(sorted(EVERY), 2)),
        channel_id=chance.choice([None, "a"]),
        author_ids=frozenset(chance.choice(["", "p", "pq"])),
        kind=chance.choice([None, *KINDS]),
        category=chance.choice([None, "decision", "unknown"]),
        first_day=first,
        end_day=chance.choice([None, date(2026, 3, 30)]),
    )
    expected = sorted((r for r in records if matches(r, narrowed)), key=lambda r: (r.moment, r.record_id), reverse=True)
    counts = columns.count(narrowed)
    assert counts.total == len(expected)
    for name, shown in (("channel", counts.channels), ("author", counts.authors)):
        counted: dict[str, int] = {}
        for record in (r for r in records if matches(r, narrowed, without=name)):
            value = getattr(record, f"{name}_id")
            counted[value] = counted.get(value, 0) + 1
        assert dict(shown) == counted
    for kind in KINDS:
        assert counts.kinds[kind] == sum(kind in r.kinds and matches(r, narrowed, without="kind") for r in records)
    for category in ("decision", "number"):
        assert counts.categories[category] == sum(
            category in r.categories and matches(r, narrowed, without="category") for r in records
        )
    assert sum(count for _, count in counts.days) == sum(matches(r, narrowed, without="days") for r in records)
    paged: list[str] = []
    before = None
    while True:
        ids, before = columns.page(narrowed, before=before, limit=7)
        paged += ids
        if before is None:
            break
    assert paged == [record.record_id for record in expected]


def test_a_day_has_the_hours_of_the_team_s_zone_when_the_clock_changes() -> None:
    # Berlin: the night to 29 March 2026 is an hour shorter; the day ends at 22:00 UTC and not at 23:00.
    columns = Columns(ZONE)
    columns.put(
        [
            told(1, datetime(2026, 3, 28, 22, 59, tzinfo=UTC)),
            told(2, datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),
            told(3, datetime(2026, 3, 29, 21, 59, tzinfo=UTC)),
            told(4, datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        ]
    )
    narrowed = TimelineFilter(channel_ids=EVERY, first_day=date(2026, 3, 29), end_day=date(2026, 3, 30))
    assert columns.page(narrowed, before=None, limit=9)[0] == ["m003", "m002"]
    assert columns.count(narrowed).days == [(date(2026, 3, 28), 1), (date(2026, 3, 29), 2), (date(2026, 3, 30), 1)]


def test_a_zone_of_a_quarter_of_an_hour() -> None:
    columns = Columns(ZoneInfo("Asia/Kathmandu"))
    columns.put([told(1, datetime(2026, 5, 1, 18, 14, tzinfo=UTC)), told(2, datetime(2026, 5, 1, 18, 15, tzinfo=UTC))])
    assert columns.count(TimelineFilter(channel_ids=EVERY)).days == [(date(2026, 5, 1), 1), (date(2026, 5, 2), 1)]


def test_nothing_at_all() -> None:
    columns = Columns(ZONE)
    for narrowed in (TimelineFilter(channel_ids=frozenset()), TimelineFilter(channel_ids=EVERY, category="x")):
        assert columns.page(narrowed, before=None, limit=5) == ([], None)
        assert columns.page(narrowed, before=(0, "m"), limit=5) == ([], None)
        assert columns.count(narrowed).total == 0


def test_a_record_without_a_kind_is_gone() -> None:
    columns = Columns(ZONE)
    columns.put([told(1, datetime(2026, 5, 1, tzinfo=UTC))])
    columns.put([told(1, datetime(2026, 5, 1, tzinfo=UTC), kinds=frozenset())])
    assert columns.page(TimelineFilter(channel_ids=EVERY), before=None, limit=5) == ([], None)
    assert columns.count(TimelineFilter(channel_ids=EVERY)).total == 0
    assert len(columns) == 1
