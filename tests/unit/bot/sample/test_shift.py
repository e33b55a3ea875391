from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.sample.shift import LAST_DAY, TEAM_ZONE, Shift


def test_the_last_day_becomes_the_day_before_now() -> None:
    shift = Shift.to_end_before(datetime(2027, 3, 9, 15, 30, tzinfo=TEAM_ZONE))
    last = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 17, 33, tzinfo=TEAM_ZONE)
    assert shift.moment(last) == datetime(2027, 3, 8, 17, 33, tzinfo=TEAM_ZONE)


@pytest.mark.parametrize("hour", [0, 8, 23])
def test_every_moment_of_a_day_shifts_alike(hour: int) -> None:
    noon = datetime(2026, 8, 1, 12, tzinfo=TEAM_ZONE)
    assert Shift.to_end_before(noon.replace(hour=hour)) == Shift.to_end_before(noon)


def test_the_day_is_the_teams_whatever_the_zone_of_now() -> None:
    now = datetime(2026, 8, 1, 20, tzinfo=UTC)  # the second of August in Shanghai
    assert Shift.to_end_before(now).moment(datetime(2025, 12, 5, tzinfo=TEAM_ZONE)).date().isoformat() == "2026-08-01"
    far_west = now.astimezone(timezone(-timedelta(hours=11)))
    assert Shift.to_end_before(far_west) == Shift.to_end_before(now)


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Shift.to_end_before(datetime(2026, 8, 1))  # noqa: DTZ001 - the mistake that is meant


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("{{11-28}} → {{12-08}}", "11-28 → 12-08"),
        ("{{11-28 zh}}", "11月28日"),
        ("{{12-08 en}}", "8 December"),
        ("{{11-28 周}}", "周五"),
        ("{{11-28 day}}, 18:30", "Friday, 18:30"),
        ("no date, {one} {{brace}}", "no date, {one} {{brace}}"),
    ],
)
def test_dates_in_words_as_written(written: str, shown: str) -> None:
    assert Shift(0).text(written) == shown


def test_dates_in_words_move_with_the_messages_over_the_end_of_a_year() -> None:
    shift = Shift(40)
    assert shift.text("{{11-28}} {{11-28 zh}} {{11-28 en}} {{11-28 周}} {{11-28 day}}") == (
        "01-07 1月7日 7 January 周三 Wednesday"
    )


def test_an_unknown_form_of_a_date_is_refused() -> None:
    with pytest.raises(ValueError, match="french"):
        Shift(0).text("{{11-28 french}}")
