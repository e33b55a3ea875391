"""What is there already, in other words or other punctuation, is not taken again; other figures are other facts."""

import pytest

from bot.training.ballots import Ballots
from bot.training.duplicates import Duplicates

LONG = (
    "The launch of the new warehouse in Rotterdam is planned for the second week of December after the inspection of "
    "the fire brigade and the training of the night shift by Maya and her colleagues from the logistics department"
)


@pytest.mark.parametrize(
    ("again", "found"),
    [
        (LONG, "duplicate"),
        (LONG.upper(), "duplicate"),
        (f"{LONG}!", "alike"),
        (LONG.replace("the fire brigade and the", "the fire brigade, and the"), "alike"),
        (f"{LONG} at 9:30", None),
        ("The party is in the large room on the third floor", None),
    ],
)
def test_same_alike_and_different(again: str, found: str | None) -> None:
    duplicates = Duplicates()
    assert duplicates.take("When?", LONG) is None
    assert duplicates.take("When?", again) == found


def test_short_answers_that_differ_in_one_word_are_different() -> None:
    duplicates = Duplicates()
    for place in ("Berlin", "Paris", "上海", "北京"):
        assert duplicates.take("Where is the meeting?", f"It is in {place}.") is None


def test_figures_tell_apart_what_is_alike() -> None:
    duplicates = Duplicates()
    assert duplicates.take("When?", f"{LONG} at 9:30") is None
    assert duplicates.take("When?", f"{LONG} at 9:45") is None


def test_everybody_votes_once_and_their_last_word_counts() -> None:
    ballots = Ballots()
    ballots.cast(1, "Ann", 1)
    ballots.cast(1, "Ann", 1)
    ballots.cast(1, "Bo", -1)
    assert ballots.outcome(1) == 0
    ballots.cast(1, "Ann", -1)
    assert ballots.outcome(1) == -1
    assert ballots.outcome(2) == 0
