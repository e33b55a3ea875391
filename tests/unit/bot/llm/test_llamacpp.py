"""The in-process model around its engine: turns, limits, thoughts, people who leave. The engine here is a fake."""

import asyncio
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.errors import (
    BadInput,
    ModelBusy,
    ModelError,
    ModelMissing,
    ModelOutputInvalid,
    ModelTimeout,
    ModelUnavailable,
    ShiguangError,
)
from bot.llm._engine import EngineError, PromptTooLongError
from bot.llm.interface import ChatMessage, LanguageModel, Sampling
from bot.llm.llamacpp import LlamaCppModel, physical_cores

QUESTION = [ChatMessage("user", "When?")]


class FakeAbort:
    """An abort flag that wakes whoever waits for a gate."""

    def __init__(self, gate: threading.Event) -> None:
        self._gate = gate
        self.is_set = False

    def set(self) -> None:
        self.is_set = True
        self._gate.set()

    def clear(self) -> None:
        self.is_set = False


class FakeEngine:
    """Says its pieces; waits for ``gate`` before the piece ``"WAIT"``, as a long evaluation would."""

    context_tokens = 2048

    def __init__(self, *pieces: str | Exception, prompt: str = "prompt") -> None:
        self._pieces = pieces
        self._prompt = prompt
        self.gate = threading.Event()
        self.waits = threading.Event()
        self.abort = FakeAbort(self.gate)
        self.prompts = 0
        self.finished = 0
        self.is_closed = False
        self.grammars: list[str | None] = []

    def render(self, messages: Sequence[ChatMessage]) -> str:
        del messages
        return self._prompt

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        del special
        return list(range(len(text.split())))

    def generate(
        self, prompt: str, *, sampling: Sampling, grammar: str | None, adapted: bool
    ) -> Generator[str, None, None]:
        del prompt, sampling, adapted
        self.prompts += 1
        self.grammars.append(grammar)
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            if piece == "WAIT":
                self.waits.set()
                self.gate.wait(60)
                if self.abort.is_set:
                    return
            else:
                yield piece
        self.finished += 1

    def close(self) -> None:
        self.is_closed = True


class FakeLlamaCppModel(LlamaCppModel):
    """The real class with a fake engine."""

    def __init__(self, engine: FakeEngine, **options: Any) -> None:
        super().__init__(lambda: Path("none.gguf"), name="fake", **options)
        self._fake_engine = engine

    def _load(self) -> Any:
        return self._fake_engine


async def started(engine: FakeEngine, **options: Any) -> FakeLlamaCppModel:
    model = FakeLlamaCppModel(engine, **options)
    await model.start()
    return model


async def answer(model: LanguageModel, **options: Any) -> str:
    return "".join([piece async for piece in model.stream(QUESTION, **options)])


async def in_thread(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 60)


async def test_an_answer() -> None:
    model = await started(FakeEngine("On ", "Friday.", "\n\nUser:"))
    assert await answer(model) == "On Friday.\n\nUser:"
    assert await answer(model, sampling=Sampling(stop=("\n\n",))) == "On Friday."
    assert model.info.context_tokens == 2048
    assert await model.count_tokens("one two three") == 3
    await model.close()


async def test_pieces_come_while_the_engine_still_works() -> None:
    engine = FakeEngine("On ", "WAIT", "Friday.")
    model = await started(engine)
    pieces = model.stream(QUESTION)
    assert await anext(pieces) == "On "
    assert model.waiting == 1
    engine.gate.set()
    assert [piece async for piece in pieces] == ["Friday."]
    assert model.waiting == 0
    await model.close()


@pytest.mark.parametrize(
    ("prompt", "pieces"),
    [
        ("prompt", ["<think>h", "m</th", "ink>\nYes"]),
        ("…assistant\n<think>\n", ["hm", "</think>", "Yes"]),
        ("…assistant\n<think>\n\n</think>\n\n", ["Yes"]),
    ],
)
async def test_thoughts_are_not_shown(prompt: str, pieces: list[str]) -> None:
    model = await started(FakeEngine(*pieces, prompt=prompt))
    assert await answer(model) == "Yes"
    await model.close()


@pytest.mark.parametrize("way", ["aclose", "cancel"])
async def test_when_the_asker_leaves_the_engine_stops(way: str) -> None:
    engine = FakeEngine("On ", "WAIT", "Friday.")
    model = await started(engine)
    pieces = model.stream(QUESTION)
    assert await anext(pieces) == "On "
    await in_thread(engine.waits)
    if way == "aclose":
        await pieces.aclose()
    else:
        task = asyncio.create_task(answer(model))
        await asyncio.sleep(0)
        task.cancel()
        await pieces.aclose()
        await asyncio.wait([task])
    assert engine.finished == 0
    assert model.waiting == 0
    engine.gate.set()
    assert await answer(model) == "On Friday."
    await model.close()


async def test_leaving_the_queue_does_not_stop_who_is_served() -> None:
    engine = FakeEngine("On ", "WAIT", "Friday.")
    model = await started(engine)
    first = model.stream(QUESTION, asker="a")
    assert await anext(first) == "On "
    second = asyncio.create_task(answer(model, asker="b"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the generation is a task of its own
    assert (model.waiting, model.position("b")) == (2, 1)
    second.cancel()
    await asyncio.wait([second])
    assert not engine.abort.is_set
    engine.gate.set()
    assert [piece async for piece in first] == ["Friday."]
    assert engine.prompts == 1
    await model.close()


async def test_a_slow_reader_does_not_keep_the_model() -> None:
    model = await started(FakeEngine("On ", "Friday."))
    slow = model.stream(QUESTION, asker="slow")
    await anext(slow)
    assert await answer(model, asker="other") == "On Friday."
    await slow.aclose()
    await model.close()


async def test_a_full_queue_refuses() -> None:
    engine = FakeEngine("WAIT", "Friday.")
    model = await started(engine, queue_size=1)
    waiting = [asyncio.create_task(answer(model, asker=asker)) for asker in "ab"]
    await in_thread(engine.waits)
    with pytest.raises(ModelBusy):
        await answer(model, asker="c")
    engine.gate.set()
    assert await asyncio.gather(*waiting) == ["Friday.", "Friday."]
    await model.close()


async def test_the_time_limit_stops_the_engine() -> None:
    engine = FakeEngine("On ", "WAIT", "Friday.")
    model = await started(engine, timeout_seconds=0.05)
    with pytest.raises(ModelTimeout):
        await answer(model)
    assert (engine.finished, model.waiting) == (0, 0)
    await model.close()


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (PromptTooLongError(tokens=9000, limit=4000), BadInput),
        (EngineError("llama_decode: -1"), ModelError),
        (ModelUnavailable(), ModelUnavailable),
    ],
)
async def test_failures_of_the_engine(raised: Exception, told: type[ShiguangError]) -> None:
    model = await started(FakeEngine("On ", raised))
    with pytest.raises(told):
        await answer(model)
    assert model.waiting == 0
    await model.close()


async def test_json_is_constrained_by_a_grammar() -> None:
    schema = {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]}
    engine = FakeEngine('{"day": ', '"Friday"}')
    model = await started(engine)
    assert await model.generate_json(QUESTION, schema=schema) == {"day": "Friday"}
    assert "day" in (engine.grammars[0] or "")
    with pytest.raises(ValueError, match="open"):
        await model.generate_json(QUESTION, schema={"type": "object"})
    await model.close()


async def test_json_that_was_cut_off() -> None:
    schema = {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]}
    model = await started(FakeEngine('{"day": "Fri'))
    with pytest.raises(ModelOutputInvalid):
        await model.generate_json(QUESTION, schema=schema)
    await model.close()


async def test_closing_stops_everything() -> None:
    engine = FakeEngine("On ", "WAIT", "Friday.")
    model = await started(engine)
    running = model.stream(QUESTION, asker="a")
    await anext(running)
    queued = asyncio.create_task(answer(model, asker="b"))
    await in_thread(engine.waits)
    await model.close()
    assert engine.is_closed
    for failing in (anext(running), queued):
        with pytest.raises(ModelUnavailable):
            await failing
    with pytest.raises(ModelUnavailable):
        await answer(model)


async def test_a_model_that_was_not_started_is_unavailable() -> None:
    model = FakeLlamaCppModel(FakeEngine())
    with pytest.raises(ModelUnavailable):
        await answer(model)
    with pytest.raises(ModelUnavailable):
        await model.count_tokens("a")
    await model.close()


async def test_a_file_that_is_absent_or_no_model(tmp_path: Path) -> None:
    absent = LlamaCppModel(lambda: tmp_path / "absent.gguf", name="absent")
    with pytest.raises(ModelMissing, match=r"absent\.gguf"):
        await absent.start()
    await absent.close()
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + b"\0" * 100)
    broken = LlamaCppModel(lambda: tmp_path / "broken.gguf", name="broken")
    with pytest.raises(ModelUnavailable, match=r"broken\.gguf"):
        await broken.start()
    await broken.close()


def test_physical_cores() -> None:
    assert physical_cores() >= 1
