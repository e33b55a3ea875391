"""A sentence is judged by the passages it cites, and by no others."""

from bot.answering.grounding import GroundingCheck
from bot.evaluation.support import shown_sentences
from tests.builders import evidence
from tests.fakes.embedder import TinyEmbedder

PASSAGES = [
    evidence(1, "The launch moved to 8 December because of the pump"),
    evidence(2, "The poster is printed in Ningbo for 3,200 yuan"),
]


async def _judged(text: str) -> list[tuple[tuple[int, ...], bool]]:
    found = await shown_sentences(
        GroundingCheck(TinyEmbedder()), text, question="When is the launch, and what of the poster?", passages=PASSAGES
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


async def test_no_mark_or_one_that_leads_nowhere_is_no_support() -> None:
    assert await _judged("The launch moved to 8 December.") == [((), False)]
    assert await _judged("The launch moved to 8 December [1][7].") == [((1,), False)]
