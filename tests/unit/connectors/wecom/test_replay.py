"""A recorded callback cannot be played again; a repetition by the platform itself still comes through."""

import pytest

from connectors.wecom.crypto import CallbackMalformed
from connectors.wecom.replay import CallbackReplayed, ReplayGuard


class _Clock:
    def __init__(self) -> None:
        self.seconds = 1_790_000_000.0

    def __call__(self) -> float:
        return self.seconds


def _query(clock: _Clock, nonce: str = "1", *, name: str = "msg_signature") -> dict[str, str]:
    return {name: "s", "timestamp": str(int(clock())), "nonce": nonce}


def test_what_was_answered_is_refused_the_second_time_under_any_name_of_the_signature() -> None:
    clock = _Clock()
    guard = ReplayGuard(now=clock)
    guard.admit(_query(clock))
    guard.settle(_query(clock))
    for name in ("msg_signature", "signature"):
        with pytest.raises(CallbackReplayed) as error:
            guard.admit(_query(clock, name=name))
        assert error.value.status == 403
    guard.admit(_query(clock, "2"))


def test_a_try_that_was_not_answered_may_come_again() -> None:
    clock = _Clock()
    guard = ReplayGuard(now=clock)
    for _ in range(3):
        guard.admit(_query(clock))


@pytest.mark.parametrize("seconds", [-601, 601, 86_400])
def test_what_was_signed_far_from_now_is_refused(seconds: int) -> None:
    clock = _Clock()
    guard = ReplayGuard(now=clock)
    query = _query(clock)
    clock.seconds += seconds
    with pytest.raises(CallbackReplayed, match="clock"):
        guard.admit(query)


@pytest.mark.parametrize("timestamp", ["", "now", "-5", "1e9", "１７９０", "9" * 13, " 1790000000"])
def test_a_timestamp_that_is_none_is_refused(timestamp: str) -> None:
    with pytest.raises(CallbackMalformed):
        ReplayGuard().admit({"timestamp": timestamp, "nonce": "1"})


def test_it_forgets_only_what_the_window_refuses_anyway_or_what_is_too_many() -> None:
    clock = _Clock()
    guard = ReplayGuard(now=clock, most=3)
    first = _query(clock)
    guard.settle(first)
    clock.seconds += 1300
    for nonce in "2345":
        guard.settle(_query(clock, nonce))
    assert len(guard._settled) == 3
    with pytest.raises(CallbackReplayed):
        guard.admit(first)
    with pytest.raises(CallbackReplayed):
        guard.admit(_query(clock, "5"))


def test_every_one_of_a_thousand_replays_is_refused() -> None:
    clock = _Clock()
    guard = ReplayGuard(now=clock)
    for number in range(1000):
        query = _query(clock, str(number))
        guard.admit(query)
        guard.settle(query)
        with pytest.raises(CallbackReplayed):
            guard.admit(query)
