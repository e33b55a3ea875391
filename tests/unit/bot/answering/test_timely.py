"""Order by time, only where a question asks for it."""

from datetime import timedelta

from bot.answering.timely import inside_first, newer_first
from knowledge.passage import ChannelId, Passage, PersonId, RecordId, ScoredPassage
from tests.builders import START


def hit(name: str, score: float = 1.0, days: float = 0) -> ScoredPassage:
    passage = Passage(
        record_id=RecordId(name), chunk=0, kind="message", channel_id=ChannelId("c"), author_id=PersonId("p"),
        sent_at=START + timedelta(days=days), text=name,
    )  # fmt: skip
    return ScoredPassage(passage=passage, score=score)


def names(found: list[ScoredPassage]) -> list[str]:
    return [str(each.passage.record_id) for each in found]


def test_of_results_about_as_good_the_newer_is_first() -> None:
    assert names(newer_first([hit("old", 10, 0), hit("new", 9.5, 100)])) == ["new", "old"]


def test_a_much_better_old_result_stays_first() -> None:
    assert names(newer_first([hit("old", 10, 0), hit("new", 7, 100)])) == ["old", "new"]
    assert newer_first([]) == []


def test_what_was_said_then_comes_first_and_a_few_places_are_for_other_times() -> None:
    inside = [hit(f"in{number}") for number in range(12)]
    others = [inside[3], *(hit(f"out{number}") for number in range(5))]
    assert names(inside_first(inside, others, limit=12)) == [
        *(f"in{number}" for number in range(8)), "out0", "out1", "in8", "in9",
    ]  # fmt: skip


def test_few_inside_are_followed_by_the_others_and_nothing_is_lost() -> None:
    others = [hit(f"out{number}") for number in range(5)]
    assert names(inside_first([hit("in")], others, limit=5)) == ["in", "out0", "out1", "out2", "out3"]
    assert names(inside_first([], others, limit=5)) == names(others)
    assert names(inside_first([hit("in")], others, limit=1)) == ["in"]
