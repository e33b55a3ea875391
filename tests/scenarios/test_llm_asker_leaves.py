"""Somebody asks, and closes the page while the real model still reads the prompt: the next person is served at once."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from bot.llm.interface import ChatMessage, Sampling
from bot.llm.llamacpp import LlamaCppModel
from tests.fakes.small_model import SMALL_MODEL, small_chat_model

pytestmark = pytest.mark.model

SHORT = Sampling(max_tokens=4)


@pytest.fixture
async def model() -> AsyncIterator[LlamaCppModel]:
    path = small_chat_model()
    model = LlamaCppModel(lambda: path, name=SMALL_MODEL, context_tokens=4096)
    await model.start()
    yield model
    await model.close()


async def answer(model: LlamaCppModel, question: str, *, asker: str) -> str:
    return "".join(
        [piece async for piece in model.stream([ChatMessage("user", question)], sampling=SHORT, asker=asker)]
    )


async def test_leaving_while_the_prompt_is_read(model: LlamaCppModel) -> None:
    expected = await answer(model, "What is the capital of France?", asker="bob")
    leaver = asyncio.create_task(answer(model, "The deploy moved to Friday. " * 600, asker="alice"))
    asyncio.get_running_loop().call_later(0.1, leaver.cancel)
    begun = time.perf_counter()
    follower = asyncio.create_task(answer(model, "What is the capital of France?", asker="bob"))
    await asyncio.wait([leaver])
    assert time.perf_counter() - begun < 5  # reading it all takes longer than 10 s
    assert leaver.cancelled()
    assert await follower == expected
    assert model.waiting == 0


async def test_the_loop_stays_free_while_the_model_works(model: LlamaCppModel) -> None:
    """Counting tokens and turning the loop go on beside a generation."""
    working = asyncio.create_task(answer(model, "Tell me about the sea. " * 40, asker="alice"))
    counted = 0
    while not working.done():
        assert await model.count_tokens("部署改到周五") > 0
        counted += 1
    await working
    assert counted > 10
