"""The language model behind any OpenAI-compatible server: llama-server, vLLM, Ollama and others."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from copy import copy
from typing import Any, Final

import structlog
from pydantic import SecretStr

from bot.errors import ModelOutputInvalid
from bot.llm._openai_server import DEFAULT_LIMITS, OpenAiServer, TimeLimits, time_limit
from bot.llm._openai_wire import FormatRefusedError, Piece, ServedModel
from bot.llm.absent import estimate_tokens
from bot.llm.interface import GREEDY, ChatMessage, ModelInfo, Sampling
from bot.llm.queue import FairQueue
from bot.llm.reasoning import ReasoningFilter
from bot.llm.server_errors import ModelNotServed
from bot.llm.special_tokens import SpecialTokens
from bot.llm.structure import check_schema, parse_answer

_log = structlog.get_logger(__name__)
_OPENS_INSIDE: Final = re.compile(r"(^|[^a-z])(r1|qwq)([^a-z0-9]|$)|think", re.IGNORECASE)


class OpenAiModel:
    """Streams ``/chat/completions``. ``concurrency`` requests run at once, because servers batch them.

    A request is tried again (``attempts`` in all, with jitter) only while nothing of its answer has been shown.
    """

    def __init__(
        self,
        base_url: str,
        *,
        model: str,
        api_key: SecretStr | None = None,
        context_tokens: int = 4096,
        queue_size: int = 16,
        concurrency: int = 8,
        limits: TimeLimits = DEFAULT_LIMITS,
        attempts: int = 3,
        longest_backoff: float = 4.0,
    ) -> None:
        self._server = OpenAiServer(
            base_url, api_key=api_key, limits=limits, attempts=attempts, longest_backoff=longest_backoff
        )
        self._model = model
        self._context_tokens = context_tokens
        self._limits = limits
        self._queue = FairQueue(size=queue_size, slots=concurrency)
        self._special_tokens = SpecialTokens()
        self._opens_inside = bool(_OPENS_INSIDE.search(model))
        self._knows_schemas = True

    @property
    def info(self) -> ModelInfo:
        """Name and context size, known after ``start``."""
        return ModelInfo(name=self._model, context_tokens=self._context_tokens)

    @property
    def waiting(self) -> int:
        """How many requests are queued or running."""
        return self._queue.length

    def position(self, asker: str) -> int:
        """How many requests are begun before the next waiting one of ``asker``."""
        return self._queue.position(asker)

    def called(self, name: str) -> "OpenAiModel":
        """Another model of the same server, in the same queue; it is closed with this one."""
        other = copy(self)
        other._model, other._opens_inside = name, bool(_OPENS_INSIDE.search(name))
        return other

    async def start(self) -> None:
        """Ask the server for its models; raises a ``ModelUnavailable`` that says which setting is wrong."""
        served = await self._server.served_models()
        if served is None:
            _log.warning("the model server has no list of models: llm.model is not checked")
            return
        model = next((served_one for served_one in served if _is_called(served_one, self._model)), None)
        if model is None and not (len(served) == 1 and served[0].owned_by == "llamacpp"):
            raise ModelNotServed(f"{self._model!r}; {', '.join(one.id for one in served[:5]) or '-'}")
        if model is not None and model.max_model_len:
            self._context_tokens = min(self._context_tokens, model.max_model_len)

    async def close(self) -> None:
        """Send away who waits and close the connections, which ends what runs."""
        self._queue.close()
        await self._server.close()

    async def stream(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling = GREEDY, asker: str = ""
    ) -> AsyncGenerator[str, None]:
        """Yield pieces of the answer; closing the iterator closes the connection, so that the server stops too."""
        deadline = asyncio.get_running_loop().time() + self._limits.total
        body = self._body(messages, sampling)
        async with AsyncExitStack() as held:
            async with time_limit(deadline):
                await held.enter_async_context(self._queue.turn(asker))
            async with aclosing(self._texts(body, deadline)) as texts:
                async for text in texts:
                    yield text

    async def generate_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any],
        sampling: Sampling = GREEDY,
        asker: str = "",
    ) -> Any:
        """One JSON value. A server that does not know ``json_schema`` gets the schema in words and is checked."""
        check_schema(schema)
        deadline = asyncio.get_running_loop().time() + self._limits.total
        async with AsyncExitStack() as held:
            async with time_limit(deadline):
                await held.enter_async_context(self._queue.turn(asker))
            if self._knows_schemas:
                wanted = {"name": "answer", "strict": True, "schema": dict(schema)}
                body = self._body(messages, sampling, response_format={"type": "json_schema", "json_schema": wanted})
                try:
                    return parse_answer(await self._whole_text(body, deadline), schema=schema)
                except FormatRefusedError:
                    self._knows_schemas = False
            told = f"Answer with one JSON value that fits this JSON schema, and nothing else:\n{json.dumps(schema)}"
            explained = [*messages[:-1], ChatMessage(messages[-1].role, f"{messages[-1].content}\n\n{told}")]
            body = self._body(explained, sampling, response_format={"type": "json_object"})
            try:
                text = await self._whole_text(body, deadline)
            except FormatRefusedError:
                del body["response_format"]
                text = await self._whole_text(body, deadline)
            return parse_answer(text, schema=schema)

    async def count_tokens(self, text: str) -> int:
        """An estimate, rather too high: a round trip for every passage would cost more than it gains."""
        return estimate_tokens(text)

    def _body(self, messages: Sequence[ChatMessage], sampling: Sampling, **more: Any) -> dict[str, Any]:
        body = {
            "model": self._model,
            "messages": [
                {"role": message.role, "content": self._special_tokens.disarm(message.content)} for message in messages
            ],
            "stream": True,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
            "max_tokens": sampling.max_tokens,
            **more,
        }
        if sampling.stop:
            body["stop"] = list(sampling.stop)
        return body

    async def _whole_text(self, body: dict[str, Any], deadline: float) -> str:
        async with aclosing(self._server.pieces(body, deadline=deadline)) as pieces:
            return "".join([piece.text async for piece in pieces])

    async def _texts(self, body: dict[str, Any], deadline: float) -> AsyncGenerator[str, None]:
        """The text of an answer without thoughts."""
        reasoning = ReasoningFilter(opens_inside=self._opens_inside)
        raw, has_shown, server_sorts, last = "", False, False, Piece()
        async with aclosing(self._server.pieces(body, deadline=deadline)) as pieces:
            async for piece in pieces:
                last = piece if piece.finish_reason else last
                raw += piece.text if not has_shown else ""
                if piece.has_reasoning and not server_sorts:
                    server_sorts = True  # the server sets thoughts apart, so the text is the answer from its beginning
                    reasoning = reasoning if has_shown else ReasoningFilter()
                if text := reasoning.feed(piece.text):
                    has_shown = True
                    yield text
                if reasoning.leaked:
                    self._opens_inside = True
                    raise ModelOutputInvalid("</think>")
        if text := reasoning.finish():
            has_shown = True
            yield text
        if not has_shown and not reasoning.saw_reasoning and last.finish_reason == "stop" and raw.strip():
            yield raw.strip()  # expected to begin with thoughts, but held none at all
        elif not has_shown and (server_sorts or reasoning.saw_reasoning or raw.strip()):
            raise ModelOutputInvalid("<think>")


def _is_called(served: ServedModel, name: str) -> bool:
    """Ollama lists ``llama3:latest`` for what is called ``llama3``."""
    return served.id in {name, f"{name}:latest"}
