"""30 messages a minute and 1000 an hour in a chat, and room for what must be said."""

import asyncio

import pytest

from connectors.wecom.chat_budget import ChatBudget
from connectors.wecom.errors import WeComAway


class _Clock:
    def __init__(self) -> None:
        self.seconds = 5_000.0

    def __call__(self) -> float:
        return self.seconds


async def test_frames_in_between_leave_room_for_the_last_one() -> None:
    clock = _Clock()
    budget = ChatBudget(now=clock)
    assert sum(budget.take_if_room("group") for _ in range(40)) == 20
    for _ in range(10):
        await budget.take("group", patience=0)
    with pytest.raises(WeComAway):
        await budget.take("group", patience=59)
    assert budget.take_if_room("another group")
    clock.seconds += 60
    await budget.take("group", patience=0)


async def test_no_more_than_a_thousand_in_an_hour() -> None:
    clock = _Clock()
    budget = ChatBudget(now=clock)
    for _ in range(1000):
        await budget.take("group", patience=0)
        clock.seconds += 3
    with pytest.raises(WeComAway):
        await budget.take("group", patience=100)
    clock.seconds += 600
    await budget.take("group", patience=0)


async def test_frames_come_slower_when_there_is_less_room() -> None:
    budget = ChatBudget(now=_Clock())
    assert budget.pause_before_next("group") == 2.0
    for _ in range(10):
        budget.take_if_room("group")
    assert budget.pause_before_next("group") == 4.0


async def test_who_is_refused_waits_a_minute() -> None:
    clock = _Clock()
    budget = ChatBudget(now=clock)
    budget.refused("group")
    assert not budget.take_if_room("group")
    with pytest.raises(WeComAway):
        await budget.take("group", patience=59)
    clock.seconds += 61
    assert budget.take_if_room("group")


async def test_what_must_be_said_waits_for_its_turn() -> None:
    budget = ChatBudget(per_minute=1, blocked_seconds=0.05)
    budget.refused("group")
    async with asyncio.timeout(20):
        await budget.take("group", patience=1)
