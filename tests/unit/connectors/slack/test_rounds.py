"""Steps in turn: lanes share, the least served comes first, what fails comes again, and nothing is left behind."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from connectors.events import ChannelId
from connectors.owned_tasks import OwnedTasks
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.rounds import Rounds, growing_pause

A, B, C = ChannelId("a"), ChannelId("b"), ChannelId("c")


class _Board:
    """What was done, in order."""

    def __init__(self, *, workers: int = 1) -> None:
        self.tasks = OwnedTasks()
        self.rounds = Rounds(self.tasks, workers=workers, pause=lambda failures: 0.0)
        self.done: list[str] = []
        self.closed: list[str] = []

    async def steps(self, name: str, count: int) -> AsyncGenerator[None]:
        try:
            for number in range(count):
                self.done.append(f"{name}{number}")
                await asyncio.sleep(0)
                yield
        finally:
            self.closed.append(name)


async def test_lanes_go_in_turn() -> None:
    board = _Board()
    for channel in (A, B):
        board.rounds.add("history", channel, lambda channel=channel: board.steps(f"h{channel}", 2))  # type: ignore[misc]  # a lambda
    board.rounds.add("gap", C, lambda: board.steps("g", 4))
    await board.tasks.idle()
    assert [name[0] for name in board.done] == ["g", "h", "g", "h", "g", "h", "g", "h"]


async def test_in_a_lane_with_costs_the_least_served_comes_first() -> None:
    board = _Board()

    async def late() -> AsyncGenerator[None]:
        for _ in range(3):
            yield
        board.rounds.add("history", B, lambda: board.steps("small", 3), cost=1.0)

    board.rounds.add("history", A, lambda: board.steps("huge", 8), cost=1.0)
    board.rounds.add("gap", C, late)
    await board.tasks.idle()
    begun = board.done.index("small0")
    assert board.done[begun : begun + 3] == ["small0", "small1", "small2"]
    assert board.done[-1] == "huge7"


async def test_in_a_lane_without_costs_the_lowest_rank_is_done_first() -> None:
    board = _Board()
    board.rounds.add("gap", A, lambda: board.steps("old", 2), rank=-1.0)
    board.rounds.add("gap", B, lambda: board.steps("new", 2), rank=-5.0)
    await board.tasks.idle()
    assert board.done == ["new0", "new1", "old0", "old1"]


async def test_the_same_again_waits_or_is_done_once_more() -> None:
    board = _Board()
    for _ in range(5):
        board.rounds.add("gap", A, lambda: board.steps("a", 2))
    assert board.rounds.is_under_way("gap", A)

    async def again() -> AsyncGenerator[None]:
        board.done.append("again")
        yield

    async def first() -> AsyncGenerator[None]:
        yield
        for _ in range(3):
            board.rounds.add("gap", B, again)
        yield

    board.rounds.add("gap", B, first)
    await board.tasks.idle()
    assert board.done == ["a0", "a1", "again"]
    assert not board.rounds.is_under_way("gap", A)


async def test_slack_being_away_never_ends_it() -> None:
    board, attempts = _Board(), 0

    async def unlucky() -> AsyncGenerator[None]:
        nonlocal attempts
        attempts += 1
        yield
        if attempts < 50:
            raise SlackAway("conversations.history", "TimeoutError")

    board.rounds.add("history", A, unlucky)
    await board.tasks.idle()
    assert attempts == 50


async def test_a_mistake_ends_it_after_some_tries_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    board, attempts = _Board(), 0

    async def broken() -> AsyncGenerator[None]:
        nonlocal attempts
        attempts += 1
        if attempts:
            msg = "a bug"
            raise ValueError(msg)
        yield

    board.rounds.add("history", A, broken)
    board.rounds.add("history", B, lambda: board.steps("b", 3))
    await board.tasks.idle()
    assert attempts == 6
    assert board.done == ["b0", "b1", "b2"]
    assert "a bug" in caplog.text


async def test_a_refusal_ends_it_at_once() -> None:
    board, attempts = _Board(), 0

    async def refused() -> AsyncGenerator[None]:
        nonlocal attempts
        attempts += 1
        if attempts:
            raise SlackError("conversations.history", "missing_scope")
        yield

    board.rounds.add("history", A, refused)
    await board.tasks.idle()
    assert attempts == 1


async def test_what_is_dropped_takes_no_further_step() -> None:
    board = _Board()

    async def dropping() -> AsyncGenerator[None]:
        yield
        board.rounds.drop(A)
        yield

    board.rounds.add("history", A, lambda: board.steps("a", 100))
    board.rounds.add("gap", B, dropping)
    await board.tasks.idle()
    assert len(board.done) < 5
    assert board.closed == ["a"]


async def test_what_is_dropped_can_be_added_again() -> None:
    board = _Board()
    board.rounds.add("history", A, lambda: board.steps("a", 2))
    board.rounds.drop(A)
    board.rounds.add("history", A, lambda: board.steps("b", 2))
    await board.tasks.idle()
    assert board.done == ["b0", "b1"]


async def test_closing_leaves_nothing_open() -> None:
    board = _Board(workers=2)
    for channel in (A, B, C):
        board.rounds.add("history", channel, lambda channel=channel: board.steps(channel, 1_000), cost=1.0)  # type: ignore[misc]  # a lambda
    while len(board.done) < 10:  # noqa: ASYNC110 - each turn of the loop is a step
        await asyncio.sleep(0)
    await board.tasks.close()
    assert sorted(board.closed) == [A, B, C]


def test_pauses_grow_to_five_minutes() -> None:
    assert 1 <= growing_pause(1) <= 2
    assert 150 <= growing_pause(50) <= 300
