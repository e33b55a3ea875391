from datetime import UTC, datetime

import pytest
from qdrant_client import models

from knowledge.passage import Audience, ChannelId, PassageFilter
from knowledge.qdrant.filters import Selection, selection

_MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def _channels(*names: str) -> frozenset[ChannelId]:
    return frozenset(map(ChannelId, names))


def _asked_channels(chosen: Selection) -> list[str]:
    [condition] = chosen.conditions
    assert isinstance(condition, models.FieldCondition)
    assert isinstance(condition.match, models.MatchAny)
    return list(condition.match.any)  # type: ignore[arg-type]  # keywords, not integers


def test_only_an_operator_reads_without_a_filter() -> None:
    assert selection(Audience.operator(), PassageFilter()) == Selection()
    assert selection(Audience.operator(), PassageFilter()).filter is None


def test_nobody_reads_nothing() -> None:
    assert selection(Audience(), PassageFilter()).empty
    assert selection(Audience(), PassageFilter(channel_ids=_channels("a"))).empty
    assert selection(Audience(), PassageFilter()).narrowed().empty


def test_a_filter_is_cut_down_to_the_audience() -> None:
    audience = Audience(channel_ids=_channels("a", "b"))

    assert _asked_channels(selection(audience, PassageFilter())) == ["a", "b"]
    assert _asked_channels(selection(audience, PassageFilter(channel_ids=_channels("b", "c")))) == ["b"]
    assert selection(audience, PassageFilter(channel_ids=_channels("c"))).empty


def test_an_operator_may_name_channels() -> None:
    assert _asked_channels(selection(Audience.operator(), PassageFilter(channel_ids=_channels("c")))) == ["c"]


def test_a_period_that_ends_before_it_begins_is_empty() -> None:
    assert selection(Audience.operator(), PassageFilter(since=_MARCH, until=_MARCH)).empty


def test_times_need_a_zone() -> None:
    naive = _MARCH.replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"):
        selection(Audience.operator(), PassageFilter(since=naive))
