"""What was found is about the question or not, and may be plain enough to be quoted."""

from dataclasses import replace
from datetime import UTC

import pytest

from bot.answering.answerable import is_about, speaks_for_itself
from bot.answering.claims import EvidencePassage, passage_of
from bot.answering.grounding import GroundingCheck
from bot.answering.phrasing import Asked, Phrasing
from bot.answering.prompt import answer_prompt
from bot.llm.scripted import ScriptedModel
from knowledge.embedding import EmbeddingSpec
from tests.builders import at, evidence
from tests.fakes.embedder import TinyEmbedder


def _passages(*said: tuple[str, str]) -> list[EvidencePassage]:
    return [passage_of(evidence(n, text, author=author), UTC) for n, (author, text) in enumerate(said, start=1)]


@pytest.mark.parametrize(
    ("question", "said", "close", "about"),
    [
        ("When does the pump arrive?", "The pump arrives on Monday", 0.3, True),  # all its words
        ("When does the pump arrive?", "Lunch is at noon", 0.25, False),
        ("When does the pump arrive?", "Delivery of the device: Monday", 0.55, True),  # by meaning alone
        ("水泵什么时候到货？", "午饭十二点", 0.4, False),
        ("水泵什么时候到货？", "水泵周一到货", 0.3, True),
        ("水泵什么时候到货？", "The pump arrives on Monday", 0.35, True),  # in the other language
        ("水泵什么时候到货？", "Lunch is at noon", 0.2, False),
        ("And when?", "Lunch is at noon", 0.15, True),  # no words of its own: nothing to judge by
    ],
)
def test_a_passage_is_about_a_question_by_its_words_or_its_meaning(
    question: str, said: str, close: float, about: bool
) -> None:
    assert is_about(question, _passages(("Bob", said)), [close]) is about


def test_the_name_of_who_speaks_is_no_word_of_the_question() -> None:
    passages = _passages(("Bob", "Lunch is at noon"))
    assert not is_about("Bob pump", passages, [0.25])


def test_what_plainly_answers_is_quoted_unless_it_asks_or_speaks_of_somebody_else() -> None:
    sure, unsure = 0.6, 0.3
    told = _passages(("Ann", "I ordered the pump on Monday"))
    assert speaks_for_itself("When was the pump ordered?", told, [sure]) == told[0]
    assert speaks_for_itself("When was the pump ordered?", told, [unsure]) is None
    asking = _passages(("Ann", "When was the pump ordered?"))
    assert speaks_for_itself("When was the pump ordered?", asking, [0.9]) is None
    of_two = _passages(("Ann", "I ordered the pump on Monday"), ("Bob", "Lunch"))
    assert speaks_for_itself("When did Ann order the pump?", of_two, [sure, 0.0]) == of_two[0]
    assert speaks_for_itself("When did Bob order the pump?", of_two, [sure, 0.0]) is None


class _Calibrated(TinyEmbedder):
    @property
    def spec(self) -> EmbeddingSpec:
        return replace(super().spec, name="multilingual-e5-small-of-tests")


async def test_the_model_is_not_asked_about_what_was_not_found_and_a_timid_one_is_helped() -> None:
    async def phrase(question: str) -> tuple[str, bool, int]:
        model = ScriptedModel(["NOT FOUND"])
        found = [evidence(1, "The pump was ordered on Monday", author="Ann")]
        prompt = answer_prompt(question=question, person="", evidence=found, now=at(1), zone=UTC, language="en")
        asked = Asked(text=question, prompt=prompt, evidence=found, language="en", now=at(1))
        phrasing = Phrasing(model=model, check=GroundingCheck(_Calibrated()), zone=UTC)

        shown: list[str] = []

        async def show(text: str) -> None:
            shown.append(text.strip())

        draft = await phrasing.phrase(asked, show=show, mark=lambda name: None)
        assert shown == ([] if draft.abstained else [draft.text.removesuffix(" [1]")])
        return draft.text, draft.abstained, len(model.requests)

    text, abstained, requests = await phrase("Was the pump ordered on Monday?")
    assert (text, abstained, requests) == ("Ann wrote on 2026-11-02: “The pump was ordered on Monday” [1]", False, 1)
    text, abstained, requests = await phrase("Who paints the garden fence?")
    assert (abstained, requests) == (True, 0)
    assert text.startswith("The records do not answer this directly.")
