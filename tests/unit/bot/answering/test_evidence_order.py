"""People read [1] [2]: cited passages come first and are numbered as they are mentioned."""

from bot.answering.evidence import cited_first
from bot.answering.grounding import Checked, CheckedSentence
from tests.builders import evidence


def test_marks_and_passages_are_numbered_alike() -> None:
    given = [evidence(n, f"passage {n}") for n in range(1, 8)]
    checked = Checked(
        (
            CheckedSentence("First.", (7,)),
            CheckedSentence("Dropped.", (), "no passage says this"),
            CheckedSentence("Second.", (2, 7)),
        )
    )
    assert checked.renumbered().text == "First [1]. Second [1][2]."
    ordered = cited_first(given, checked.cited)
    assert [item.text for item in ordered[:2]] == ["passage 7", "passage 2"]
    assert [item.n for item in ordered] == list(range(1, 8))
    assert sorted(item.text for item in ordered) == sorted(item.text for item in given)
