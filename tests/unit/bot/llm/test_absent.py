"""Search without a model."""

import pytest

from bot.llm.absent import AbsentModel, NoModelChosen, estimate_tokens
from bot.llm.interface import ChatMessage, LanguageModel


async def test_every_question_says_that_only_search_is_on() -> None:
    model: LanguageModel = AbsentModel()
    await model.start()
    with pytest.raises(NoModelChosen) as caught:
        await anext(aiter(model.stream([ChatMessage("user", "?")])))
    with pytest.raises(NoModelChosen):
        await model.generate_json([ChatMessage("user", "?")], schema={})
    assert "只能搜索" in caught.value.sentence("zh")
    assert "only search" in caught.value.sentence("en")
    assert caught.value.hint("zh") != caught.value.hint("en")
    assert model.waiting == 0
    assert model.info.name == "none"
    assert await model.count_tokens("部署 on Friday") == 6
    await model.close()


def test_an_estimate_of_tokens() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("部署改到周五") == 6
    assert estimate_tokens("abcd") == 2
