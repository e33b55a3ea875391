"""A sentence is judged by the passages it cites, and by no others."""

import pytest

from bot.answering.grounding import Checked, CheckedSentence, GroundingCheck
from bot.answering.sentences import split_sentences
from bot.evaluation.support import sentences_as_read, shown_sentences
from tests.builders import evidence
from tests.fakes.embedder import TinyEmbedder

PASSAGES = [
    evidence(1, "The launch moved to 8 December because of the pump"),
    evidence(2, "The poster is printed in Ningbo for 3,200 yuan"),
]


async def _judged(text: str) -> list[tuple[tuple[int, ...], bool]]:
    found = await shown_sentences(
        GroundingCheck(TinyEmbedder()),
        split_sentences(text),
        question="When is the launch, and what of the poster?",
        passages=PASSAGES,
    )
    return [(tuple(item.n for item in sentence.cited), sentence.is_supported) for sentence in found]


async def test_each_sentence_against_what_it_cites() -> None:
    text = "The launch moved to 8 December [1]. The poster is printed in Ningbo for 3,200 yuan [2]."
    assert await _judged(text) == [((1,), True), ((2,), True)]


async def test_another_passage_does_not_help() -> None:
    assert await _judged("The poster is printed in Ningbo for 3,200 yuan [1].") == [((1,), False)]
    assert await _judged("The poster is printed in Ningbo for 3,200 yuan [1][2].") == [((1, 2), True)]


async def test_a_figure_of_its_own_is_not_supported() -> None:
    assert await _judged("The launch moved to 9 December [1].") == [((1,), False)]


@pytest.mark.parametrize(
    ("text", "is_supported"),
    [
        ("Li Wei wrote on 2026-11-02: “The launch moved to 8 December … of the pump” [1]", True),
        ("Li Wei 在 2026-11-02 写道：“The launch moved to 8 December” [1]", True),
        ("Li Wei wrote on 2026-11-02: “The launch moved to 9 December” [1]", False),
        ("Li Wei wrote on 2026-11-02: “The poster is printed in Ningbo … for the pump” [2]", False),
        ("Ann wrote on 2026-11-02: “The launch moved to 8 December” [1]", False),
        ("Li Wei wrote on 2026-11-02: “The launch moved to 8 December” [2]", False),
    ],
)
async def test_a_quotation_is_held_word_for_word_by_what_it_cites(text: str, is_supported: bool) -> None:
    [found] = await shown_sentences(
        # All of it stands in the question: the check would take it for no answer.
        GroundingCheck(TinyEmbedder()),
        [text],
        question=f"Who wrote {text}",
        passages=PASSAGES,
    )
    assert found.is_supported is is_supported


async def test_no_mark_or_one_that_leads_nowhere_is_no_support() -> None:
    assert await _judged("The launch moved to 8 December.") == [((), False)]
    assert await _judged("The launch moved to 8 December [1][7].") == [((1,), False)]


DROPPED = CheckedSentence("The moon is green.", (), "no passage says this")
QUOTATION = CheckedSentence("Ann wrote on 2026-11-02: “It broke. Who knew? The launch moved.”", (1,))
CHANGE = CheckedSentence("Changed to 8 December on 2 November; before that it was 28 November.", (1, 2))
TIME = "Nothing from 2008-01-01 … 2008-12-31 (“2008”); these are from other times.\n"


@pytest.mark.parametrize("before", ["", TIME])
def test_quotations_and_notes_of_changes_are_one_sentence_and_a_time_is_no_claim(before: str) -> None:
    kept = [DROPPED, QUOTATION, CHANGE]
    assert sentences_as_read(before + Checked(tuple(kept)).text, kept) == [
        "Ann wrote on 2026-11-02: “It broke. Who knew? The launch moved.” [1]",
        "Changed to 8 December on 2 November; before that it was 28 November [1][2].",
    ]


@pytest.mark.parametrize("before", ["It is so. ", "It is so.\nThe moon is green.\n"])
def test_what_the_application_did_not_keep_is_a_sentence_without_a_mark(before: str) -> None:
    kept = [CheckedSentence("It moved to 8 December.", (1,))]
    found = sentences_as_read(before + Checked(tuple(kept)).text, kept)
    assert (found[0], found[-1]) == ("It is so.", "It moved to 8 December [1].")
    assert sentences_as_read("It moved. It did.", []) == ["It moved.", "It did."]
