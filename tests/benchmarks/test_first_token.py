"""First token, tokens a second and loop lag: our interface beside llama.cpp itself, with the same prompt.

Each figure is the best of some rounds, and the two sides take turns, so that other work on the machine hits both.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.llm.interface import ChatMessage, Sampling
from bot.llm.llamacpp import LlamaCppModel, physical_cores
from tests.benchmarks.figures import Figures
from tests.fakes.small_model import SMALL_MODEL, small_chat_model

pytestmark = [pytest.mark.bench, pytest.mark.model]

ROUNDS = 4
TOKENS = 24
CONTEXT = 2048
SYSTEM = "You answer from the numbered passages and cite them like [1]. " * 6
PASSAGES = "\n".join(
    f"[{n}] 2026-03-{n:02d} 王伟: the deploy moved to Friday, 部署改到周五 ({n})" for n in range(1, 11)
)


def prompt(round_number: int, *, question: str) -> list[ChatMessage]:
    """A new number in front makes a prompt cold; a new question behind leaves the beginning warm."""
    return [ChatMessage("system", f"{round_number}. {SYSTEM}"), ChatMessage("user", f"{PASSAGES}\n\n{question}")]


class LagMeter:
    """The longest time in seconds that the event loop did not turn."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def run(self) -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.002)
            self.longest = max(self.longest, time.perf_counter() - begun - 0.002)


def load_raw(path: Path) -> Any:
    import llama_cpp.llama_cpp

    from bot.llm._engine import has_broken_amx

    default_params = llama_cpp.llama_cpp.llama_model_default_params

    def without_extra_buffers() -> Any:
        params = default_params()
        params.use_extra_bufts = False
        return params

    if has_broken_amx():  # llama-cpp-python has no option for it, and would crash at the first prompt
        llama_cpp.llama_cpp.llama_model_default_params = without_extra_buffers
    return llama_cpp.Llama(
        str(path),
        n_ctx=CONTEXT,
        n_threads=physical_cores(),
        n_threads_batch=physical_cores(),
        verbose=False,
    )


def ask_raw(llama: Any, messages: list[ChatMessage]) -> tuple[float, float]:
    """Seconds to the first token, and tokens a second after it, of llama-cpp-python's own chat completion."""
    begun = time.perf_counter()
    marks = [
        time.perf_counter()
        for chunk in llama.create_chat_completion(
            [{"role": message.role, "content": message.content} for message in messages],
            stream=True,
            temperature=0.0,
            repeat_penalty=1.0,
            max_tokens=TOKENS,
        )
        if chunk["choices"][0]["delta"].get("content")
    ]
    return marks[0] - begun, (len(marks) - 1) / (marks[-1] - marks[0])


async def ask_ours(model: LlamaCppModel, messages: list[ChatMessage]) -> tuple[float, float]:
    """The same through our interface."""
    begun = time.perf_counter()
    marks: list[float] = []
    text = ""
    async for piece in model.stream(messages, sampling=Sampling(max_tokens=TOKENS)):
        marks.append(time.perf_counter())
        text += piece
    tokens = await model.count_tokens(text)
    return marks[0] - begun, (tokens - 1) / (marks[-1] - marks[0])


def best(figures: list[tuple[float, float]]) -> tuple[float, float]:
    return min(first for first, _ in figures), max(rate for _, rate in figures)


async def test_first_token(figures: Figures) -> None:
    path = small_chat_model()
    meter = LagMeter()
    metering = asyncio.create_task(meter.run())
    model = LlamaCppModel(lambda: path, name=SMALL_MODEL, context_tokens=CONTEXT)
    await model.start()
    load_lag, meter.longest = meter.longest, 0.0
    raw = await asyncio.to_thread(load_raw, path)

    async def on_raw(messages: list[ChatMessage]) -> tuple[float, float]:
        return await asyncio.to_thread(ask_raw, raw, messages)

    async def on_ours(messages: list[ChatMessage]) -> tuple[float, float]:
        return await ask_ours(model, messages)

    sides: dict[str, Callable[[list[ChatMessage]], Any]] = {"ours": on_ours, "llama.cpp": on_raw}
    cold: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    warm: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    work_lag = 0.0
    for number in range(ROUNDS):
        for name in sorted(sides, reverse=bool(number % 2)):
            meter.longest = 0.0
            cold[name].append(await sides[name](prompt(number, question="When is the deploy?")))
            warm[name].append(await sides[name](prompt(number, question="部署改到哪一天？")))
            work_lag = max(work_lag, meter.longest if name == "ours" else 0.0)
    metering.cancel()
    with suppress(asyncio.CancelledError):
        await metering
    await model.close()
    raw.close()
    for name, ours, theirs in (("cold", cold["ours"], cold["llama.cpp"]), ("warm", warm["ours"], warm["llama.cpp"])):
        (first, rate), (raw_first, raw_rate) = best(ours), best(theirs)
        figures.state(f"tokens a second, {name} prefix", f"{rate:.1f}  (llama.cpp {raw_rate:.1f})")
        note = f"{first:.2f} s, llama.cpp {raw_first:.2f} s"
        figures.at_most(f"first token, {name} prefix: times llama.cpp's own", first / raw_first, 1.2, note=note)
    figures.state("event loop lag", f"{load_lag * 1000:.0f} ms while loading, {work_lag * 1000:.0f} ms while answering")
