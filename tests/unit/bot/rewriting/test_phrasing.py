"""What the model may say when it rewrites a question, and what happens when it cannot."""

import asyncio

import pytest

from bot.errors import ModelError
from bot.llm.scripted import ScriptedModel, ScriptedReply
from bot.rewriting import phrasing
from bot.rewriting.phrasing import is_made_of, phrased

BEFORE = "Who signed the lease? / Maya signed the lease in Berlin"


async def _phrased(model: ScriptedModel, question: str = "when did she sign?") -> str | None:
    return await phrased(question, context=BEFORE, model=model, language="en", asker="console:Ann")


async def test_a_rewritten_question_of_known_words_is_used() -> None:
    model = ScriptedModel(['Question: "When did Maya sign the lease?"'])
    assert await _phrased(model) == "When did Maya sign the lease?"
    assert model.requests[0].sampling.max_tokens <= 48


@pytest.mark.parametrize("said", ["When did Anna sign the lease?", "", "x " * 200, "See https://evil.example/?q=lease"])
async def test_other_words_are_refused(said: str) -> None:
    assert await _phrased(ScriptedModel([said])) is None


def test_chinese_characters_must_occur_too() -> None:
    assert is_made_of("景岚的报价是多少", "景岚报价多少钱 / 1200 元")
    assert not is_made_of("和泰的报价是多少", "景岚报价多少钱")


async def test_a_model_that_fails_is_late_or_busy_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await _phrased(ScriptedModel([ModelError("x")])) is None
    monkeypatch.setattr(phrasing, "_SECONDS", 0.01)
    never = ScriptedReply(("When did Maya sign?",), before_first=asyncio.Event())
    assert await _phrased(ScriptedModel([never])) is None
    busy = ScriptedModel([never, "When did Maya sign?"])
    other = asyncio.ensure_future(anext(aiter(busy.stream(()))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await _phrased(busy) is None
    assert len(busy.requests) == 1
    other.cancel()
    await asyncio.gather(other, return_exceptions=True)
