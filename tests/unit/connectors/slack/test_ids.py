from datetime import UTC, datetime

import pytest

from connectors.slack.ids import channel_id, file_id, message_id, moment, person_id


def test_ids_are_those_of_live_events() -> None:
    assert channel_id("C1") == "slack:C1"
    assert person_id("U1") == "slack:U1"
    assert file_id("F1") == "slack:F1"
    assert message_id("C1", "1790000000.000100") == "slack:C1:1790000000.000100"


def test_a_ts_names_a_moment_to_the_microsecond() -> None:
    assert moment("1700000000.000100") == datetime(2023, 11, 14, 22, 13, 20, 100, tzinfo=UTC)
    assert moment("1700000000") == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert moment("1700000000.5") == datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)
    assert moment("99999999999.999999") is not None


@pytest.mark.parametrize("ts", ["", "x", "-1", "1.", ".5", "1e9", "123456789012", "1700000000.0000001", "１７", " 1"])
def test_anything_else_names_none(ts: str) -> None:
    assert moment(ts) is None
