"""Intents without a model: what rules decide, and that everything else stays a question."""

import pytest

from bot.intent import Intents
from bot.intent.intent import Intent
from tests.fakes.embedder import TinyEmbedder


async def _of(text: str) -> Intent:
    return await Intents(TinyEmbedder()).of(text)


@pytest.mark.parametrize("text", ["Who pays for the zircon valve?", "锆石阀门谁付钱", "zircon valve price", "锆石阀门"])
async def test_what_resembles_nothing_is_a_question(text: str) -> None:
    intent = await _of(text)
    assert (intent.kind, intent.rest) == ("question", text)


async def test_only_what_asks_is_surely_a_question() -> None:
    assert (await _of("Who pays for the zircon valve?")).confidence > 0.8
    assert (await _of("the zircon valve arrived")).confidence < 0.8


async def test_something_like_an_example_is_of_its_kind() -> None:
    intent = await _of("put our opinions in a few sentences")
    assert (intent.kind, intent.why) == ("summary", "like: put the opinions in a few sentences")
    assert (await _of("lets chat a bit")).kind == "talk"


async def test_a_long_text_is_a_question_whatever_it_resembles() -> None:
    assert (await _of("put our opinions in a few sentences " + "and " * 40)).kind == "question"


async def test_examples_are_embedded_once() -> None:
    embedder = TinyEmbedder()
    intents = Intents(embedder)
    await intents.of("zircon valve payment")
    count = len(embedder.embedded)
    await intents.of("zircon valve delivery")
    assert len(embedder.embedded) == count > 100
