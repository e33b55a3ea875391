"""What was read later wins, whoever writes first."""

from bot.archive.precedence import Precedence


def test_a_slow_batch_must_not_overwrite_what_a_later_reader_wrote() -> None:
    order = Precedence()
    slow, quick = order.begin(), order.begin()
    order.wrote(quick, ["m1", "m2"])
    order.end(quick)
    assert order.outdated(slow, ["m1", "m3"]) == {"m1"}


def test_a_later_reader_overwrites_what_an_earlier_one_wrote_last() -> None:
    order = Precedence()
    first, second = order.begin(), order.begin()
    order.wrote(first, ["m1"])
    assert order.outdated(second, ["m1"]) == set()


def test_nothing_is_kept_when_nobody_needs_it() -> None:
    order = Precedence()
    oldest, middle, newest = order.begin(), order.begin(), order.begin()
    order.wrote(middle, ["m1"])
    order.wrote(newest, ["m2"])
    order.end(oldest)
    assert order.outdated(middle, ["m1", "m2"]) == {"m2"}
    order.end(middle)
    order.end(newest)
    following = order.begin()
    order.wrote(following, ["m3"])
    assert order._written_by == {}
