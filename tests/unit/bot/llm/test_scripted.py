"""The model for tests does what it is told."""

import asyncio

import pytest

from bot.errors import ModelBusy, ModelError, ModelOutputInvalid, ModelUnavailable
from bot.llm import ChatMessage, LanguageModel, Sampling, ScriptedModel, ScriptedReply, ScriptedRequest

QUESTION = [ChatMessage("user", "When?")]


async def test_replies_come_in_order_and_word_by_word() -> None:
    model = ScriptedModel(["On Friday [1].", "Yes"])
    shared: LanguageModel = model
    assert [piece async for piece in shared.stream(QUESTION, sampling=Sampling(max_tokens=3), asker="a")] == [
        "On ",
        "Friday ",
        "[1].",
    ]
    assert [piece async for piece in shared.stream(QUESTION)] == ["Yes"]
    assert model.requests[0] == ScriptedRequest(tuple(QUESTION), Sampling(max_tokens=3), "a", None)
    with pytest.raises(ModelError, match="2 replies"):
        await anext(model.stream(QUESTION))


async def test_a_function_sees_the_request() -> None:
    model = ScriptedModel(lambda request: request.messages[-1].content.upper())
    assert [piece async for piece in model.stream(QUESTION)] == ["WHEN?"]


async def test_failures() -> None:
    model = ScriptedModel([ModelUnavailable(), ScriptedReply(("On ",), error=ModelUnavailable())])
    with pytest.raises(ModelUnavailable):
        await anext(model.stream(QUESTION))
    seen: list[str] = []
    with pytest.raises(ModelUnavailable):
        async for piece in model.stream(QUESTION):
            seen.append(piece)
    assert seen == ["On "]


async def test_json_is_checked() -> None:
    schema = {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]}
    model = ScriptedModel(['{"day": "Friday"}', "{}", ModelUnavailable()])
    assert await model.generate_json(QUESTION, schema=schema) == {"day": "Friday"}
    assert model.requests[0].schema == schema
    with pytest.raises(ModelOutputInvalid):
        await model.generate_json(QUESTION, schema=schema)
    with pytest.raises(ModelUnavailable):
        await model.generate_json(QUESTION, schema=schema)


async def test_a_slow_model_is_busy_and_can_be_stopped() -> None:
    gate = asyncio.Event()
    model = ScriptedModel(
        [ScriptedReply(("a", "b"), before_last=gate), ScriptedReply(("c",), before_first=gate)], slots=1, queue_size=1
    )
    first = model.stream(QUESTION, asker="a")
    assert await anext(first) == "a"
    second = asyncio.create_task(anext(model.stream(QUESTION, asker="b")))
    await asyncio.sleep(0)  # one turn of the loop is enough to join the queue
    assert model.position("b") == 1
    with pytest.raises(ModelBusy):
        await anext(model.stream(QUESTION, asker="c"))
    await first.aclose()
    assert model.stopped == 1
    await model.asked(2)
    gate.set()
    assert await second == "c"


async def test_start_and_close() -> None:
    model = ScriptedModel(name="toy", context_tokens=99)
    await model.start()
    was_running = model.is_running
    assert (model.info.name, model.info.context_tokens, await model.count_tokens("abc")) == ("toy", 99, 1)
    await model.close()
    assert (was_running, model.is_running) == (True, False)
    with pytest.raises(ModelUnavailable):
        await anext(model.stream(QUESTION))
