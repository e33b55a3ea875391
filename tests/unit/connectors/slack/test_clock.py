from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from connectors.slack.clock import SlackClock

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Machine:
    """A machine whose own clock is an hour ahead."""

    def __init__(self) -> None:
        self.elapsed = 1000.0
        self.clock = SlackClock(elapsed=lambda: self.elapsed, own=lambda: NOON + timedelta(hours=1))

    @property
    def minutes(self) -> float:
        """After noon."""
        return (self.clock.now() - NOON).total_seconds() / 60


def test_it_is_the_machines_own_clock_until_slack_tells() -> None:
    assert Machine().minutes == 60


def test_slacks_time_goes_on_by_what_elapses_here() -> None:
    machine = Machine()
    machine.clock.heard(format_datetime(NOON))
    machine.elapsed += 120
    assert machine.minutes == 2


def test_the_latest_that_was_told_counts() -> None:
    machine = Machine()
    machine.clock.heard(format_datetime(NOON))
    machine.clock.happened(NOON + timedelta(seconds=30))
    machine.clock.happened(NOON - timedelta(hours=3))
    assert machine.minutes == 0.5


def test_an_event_of_the_far_future_is_not_believed() -> None:
    machine = Machine()
    machine.clock.heard(format_datetime(NOON))
    machine.clock.happened(NOON + timedelta(days=300))
    assert machine.minutes == 0


def test_what_was_told_long_ago_is_corrected_by_what_is_told_now() -> None:
    """The machine's quartz runs fast: after half an hour it is a minute ahead."""
    machine = Machine()
    machine.clock.heard(format_datetime(NOON))
    for minutes in range(1, 31):
        machine.elapsed += 62
        machine.clock.heard(format_datetime(NOON + timedelta(minutes=minutes)))
    assert 30 <= machine.minutes < 30.7


@pytest.mark.parametrize("header", ["", "noon", "Mon, 99 Nov 2026 12:00:00 GMT"])
def test_a_broken_header_tells_nothing(header: str) -> None:
    machine = Machine()
    machine.clock.heard(header)
    assert machine.minutes == 60
