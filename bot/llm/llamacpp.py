"""The language model in this process: llama.cpp in a thread of its own."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psutil
import structlog

from bot.errors import BadInput, ModelError, ModelMissing, ModelTimeout, ModelUnavailable
from bot.llm.handover import Handover
from bot.llm.interface import GREEDY, ChatMessage, ModelInfo, Sampling
from bot.llm.queue import FairQueue
from bot.llm.reasoning import ReasoningFilter
from bot.llm.stopping import StopFilter
from bot.llm.structure import check_schema, parse_answer

if TYPE_CHECKING:
    from bot.llm._engine import Engine


_log = structlog.get_logger(__name__)
_SPINS: Final = "1000"
"""How long OpenMP's threads wait actively for each other. By default they wait so long that other work on the machine
slows generation by a factor of 10; with this it is as fast alone and three times faster beside other work. Read when
the library is loaded."""


def physical_cores() -> int:
    """Cores that this process may use, without hyper-threads: more threads than these slow llama.cpp down."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(psutil.cpu_count(logical=False) or allowed, allowed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A LoRA adapter; ``locate`` finds its file and raises ``ModelMissing``."""

    locate: Callable[[], Path]
    scale: float = 1.0


class LlamaCppModel:
    """A GGUF file run by llama.cpp in this process, one answer at a time, everybody else in a fair queue.

    ``locate`` finds the file and may block (it checks a checksum); it runs off the loop, in ``start``. ``threads``
    is the number of physical cores unless given; ``timeout_seconds`` counts from the question, waiting included. An
    ``adapter`` that cannot be loaded is logged and done without.
    """

    def __init__(
        self,
        locate: Callable[[], Path],
        *,
        name: str,
        context_tokens: int = 4096,
        threads: int | None = None,
        gpu_layers: int = 0,
        queue_size: int = 16,
        timeout_seconds: float = 120.0,
        adapter: Adapter | None = None,
    ) -> None:
        self._locate = locate
        self._adapter = adapter
        self._name = name
        self._context_tokens = context_tokens
        self._threads = threads or physical_cores()
        self._gpu_layers = gpu_layers
        self._timeout_seconds = timeout_seconds
        self._queue = FairQueue(size=queue_size)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="llama")
        self._counter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="llama-tokens")
        self._engine: Engine | None = None
        self._running: set[asyncio.Task[None]] = set()

    @property
    def info(self) -> ModelInfo:
        """Name and context size, known after ``start``."""
        return ModelInfo(name=self._name, context_tokens=self._context_tokens)

    @property
    def waiting(self) -> int:
        """How many requests are queued or running."""
        return self._queue.length

    def position(self, asker: str) -> int:
        """How many requests are begun before the next waiting one of ``asker``."""
        return self._queue.position(asker)

    @property
    def has_adapter(self) -> bool:
        """Whether an adapter was loaded."""
        return self._engine is not None and self._engine.has_adapter

    async def start(self) -> None:
        """Load the model; raises ``ModelMissing``, ``ModelCorrupt`` or ``ModelUnavailable``."""
        if self._engine is None:
            self._engine = await asyncio.get_running_loop().run_in_executor(self._worker, self._load)
            self._context_tokens = self._engine.context_tokens

    async def close(self) -> None:
        """Stop what runs, send away who waits, free the model."""
        self._queue.close()
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        engine, self._engine = self._engine, None
        self._counter.shutdown(wait=False)
        if engine is not None:
            await asyncio.get_running_loop().run_in_executor(self._worker, engine.close)
        self._worker.shutdown(wait=False)

    async def stream(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling = GREEDY, asker: str = ""
    ) -> AsyncGenerator[str, None]:
        """Yield pieces of the answer; several tokens come as one piece when the reader is slow.

        Raises ``ModelBusy``, ``ModelTimeout``, ``ModelUnavailable``, or ``BadInput`` for a prompt that does not fit.
        """
        async with aclosing(self.stream_as(messages, sampling=sampling, asker=asker, adapted=False)) as pieces:
            async for piece in pieces:
                yield piece

    async def stream_as(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling, asker: str, adapted: bool
    ) -> AsyncGenerator[str, None]:
        """The same, with or without the adapter."""
        answer = self._answer(messages, sampling=sampling, asker=asker, grammar=None, adapted=adapted)
        async with aclosing(answer) as pieces:
            async for piece in pieces:
                yield piece

    async def generate_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any],
        sampling: Sampling = GREEDY,
        asker: str = "",
    ) -> Any:
        """One JSON value, constrained by a grammar; ``ModelOutputInvalid`` when the tokens ran out before its end."""
        check_schema(schema)
        grammar = await asyncio.get_running_loop().run_in_executor(self._counter, _grammar_of, schema)
        async with aclosing(self._answer(messages, sampling=sampling, asker=asker, grammar=grammar)) as pieces:
            return parse_answer("".join([piece async for piece in pieces]), schema=schema)

    async def count_tokens(self, text: str) -> int:
        """Exact; does not wait for a running answer."""
        count = partial(self._loaded_engine().tokenize, text, special=False)
        return len(await asyncio.get_running_loop().run_in_executor(self._counter, count))

    def _loaded_engine(self) -> "Engine":
        if self._engine is None:
            raise ModelUnavailable(self._name)
        return self._engine

    def _load(self) -> "Engine":
        if "OMP_WAIT_POLICY" not in os.environ:
            os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
        from bot.llm._engine import Engine, EngineError  # the import loads the C library: off the loop

        path = self._locate()
        if not path.is_file():
            raise ModelMissing(path.name)
        try:
            engine = Engine(
                path,
                context_tokens=self._context_tokens,
                threads=self._threads,
                batch_threads=self._threads,
                gpu_layers=self._gpu_layers,
            )
        except EngineError as error:
            raise ModelUnavailable(str(error)) from None
        if self._adapter is not None:
            self._load_adapter(engine, self._adapter)
        return engine

    def _load_adapter(self, engine: "Engine", adapter: Adapter) -> None:
        """Answers without it are better than none."""
        from bot.llm._engine import AdapterFile, EngineError

        try:
            engine.load_adapter(AdapterFile(adapter.locate(), adapter.scale))
        except (EngineError, ModelMissing) as error:
            _log.error("the adapter cannot be used: answers are made without it", adapter=str(error))

    async def _answer(
        self,
        messages: Sequence[ChatMessage],
        *,
        sampling: Sampling,
        asker: str,
        grammar: str | None,
        adapted: bool = False,
    ) -> AsyncGenerator[str, None]:
        """Generation is a task of its own, so that a slow reader never keeps the model from the next asker."""
        handover = Handover(asyncio.get_running_loop())
        generation = partial(
            self._generate, self._loaded_engine(), messages, sampling, handover, grammar=grammar, adapted=adapted
        )
        task = asyncio.create_task(self._run(generation, handover, asker=asker))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            async for piece in handover:
                yield piece
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, generation: Callable[[], None], handover: Handover, *, asker: str) -> None:
        """Wait for the turn, generate within the time limit, and hand the end or the failure to the reader."""
        try:
            async with asyncio.timeout(self._timeout_seconds), self._queue.turn(asker):
                await self._in_worker(generation, handover)
        except TimeoutError:
            handover.end(ModelTimeout(f"{self._timeout_seconds:g} s"))
        except asyncio.CancelledError:
            handover.end(ModelUnavailable(self._name))
            raise
        except Exception as error:  # noqa: BLE001  # the reader raises it in its own task
            handover.end(error)
        else:
            handover.end()

    async def _in_worker(self, generation: Callable[[], None], handover: Handover) -> None:
        """Keep the turn until the thread has really stopped, which an abort brings about within milliseconds."""
        job = self._worker.submit(generation)
        work = asyncio.wrap_future(job)
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            handover.abandon()
            if not job.cancel():
                self._loaded_engine().abort.set()
                await asyncio.wait([work])
            if not work.cancelled():
                work.exception()
            raise

    def _generate(
        self,
        engine: "Engine",
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        handover: Handover,
        *,
        grammar: str | None,
        adapted: bool,
    ) -> None:
        """Runs in the worker thread."""
        from bot.llm._engine import EngineError, PromptTooLongError

        engine.abort.clear()
        if handover.is_abandoned:  # before the flag was cleared
            return
        prompt = engine.render(messages)
        reasoning = ReasoningFilter(opens_inside=grammar is None and prompt.rstrip().endswith("<think>"))
        stopping = StopFilter(sampling.stop)
        try:
            with closing(engine.generate(prompt, sampling=sampling, grammar=grammar, adapted=adapted)) as texts:
                for text in texts:
                    handover.put(stopping.feed(reasoning.feed(text)))
                    if stopping.is_stopped or handover.is_abandoned:
                        break
        except PromptTooLongError as error:
            raise BadInput(str(error)) from None
        except EngineError as error:
            raise ModelError(str(error)) from None
        handover.put(stopping.feed(reasoning.finish()))
        handover.put(stopping.finish())


def _grammar_of(schema: Mapping[str, Any]) -> str:
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    return str(json_schema_to_gbnf(json.dumps(schema)))
