"""A language model that says what it was told to: for tests, and for trying the application without a model."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import ModelError
from bot.llm.absent import estimate_tokens
from bot.llm.interface import GREEDY, ChatMessage, ModelInfo, Sampling
from bot.llm.queue import FairQueue
from bot.llm.structure import check_schema, parse_answer


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """One reply: its pieces, what must happen before the first and before the last of them, how it ends."""

    pieces: tuple[str, ...] = ()
    before_first: asyncio.Event | None = None
    before_last: asyncio.Event | None = None
    error: Exception | None = None
    """Raised after the pieces."""


@dataclass(frozen=True, slots=True)
class ScriptedRequest:
    """What the model was asked."""

    messages: tuple[ChatMessage, ...]
    sampling: Sampling
    asker: str
    schema: Mapping[str, Any] | None


Reply = str | ScriptedReply | Exception
Script = Sequence[Reply] | Callable[[ScriptedRequest], Reply]


class ScriptedModel:
    """Gives the replies of a script, one a request, or those of a function; keeps what it was asked::

        model = ScriptedModel(["It is 42 [1]."])
        model = ScriptedModel(lambda request: request.messages[-1].content.upper())

    A string comes word by word. ``slots`` and ``queue_size`` work as in the real models, so that a busy model can
    be played with replies that wait for an event. After the script's end it raises ``ModelError``.
    """

    def __init__(
        self,
        script: Script = (),
        *,
        name: str = "scripted",
        context_tokens: int = 4096,
        queue_size: int = 16,
        slots: int = 16,
    ) -> None:
        self._script = script
        self._next = 0
        self._info = ModelInfo(name=name, context_tokens=context_tokens)
        self._queue = FairQueue(size=queue_size, slots=slots)
        self._asked = asyncio.Condition()
        self.requests: list[ScriptedRequest] = []
        """What was asked, in the order in which it was begun."""
        self.stopped = 0
        """How many streams were closed or cancelled before their end."""
        self.is_running = False

    @property
    def info(self) -> ModelInfo:
        """The name and context size given."""
        return self._info

    @property
    def waiting(self) -> int:
        """How many requests are queued or running."""
        return self._queue.length

    def position(self, asker: str) -> int:
        """How many requests are begun before the next waiting one of ``asker``."""
        return self._queue.position(asker)

    async def start(self) -> None:
        """Nothing to load."""
        self.is_running = True

    async def close(self) -> None:
        """Send away who waits."""
        self.is_running = False
        self._queue.close()

    async def asked(self, times: int) -> None:
        """Wait until so many requests have begun."""
        async with self._asked:
            await self._asked.wait_for(lambda: len(self.requests) >= times)

    async def stream(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling = GREEDY, asker: str = ""
    ) -> AsyncGenerator[str, None]:
        """Yield the pieces of the next reply."""
        request = ScriptedRequest(tuple(messages), sampling, asker, None)
        async with self._queue.turn(asker):
            reply = await self._begin(request)
            is_complete = False
            try:
                for number, piece in enumerate(reply.pieces, start=1):
                    if number == 1 and reply.before_first is not None:
                        await reply.before_first.wait()
                    if number == len(reply.pieces) and reply.before_last is not None:
                        await reply.before_last.wait()
                    yield piece
                is_complete = True
            finally:
                self.stopped += not is_complete
            if reply.error is not None:
                raise reply.error

    async def generate_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any],
        sampling: Sampling = GREEDY,
        asker: str = "",
    ) -> Any:
        """The next reply as JSON; raises ``ModelOutputInvalid`` when it does not fit the schema."""
        check_schema(schema)
        async with self._queue.turn(asker):
            reply = await self._begin(ScriptedRequest(tuple(messages), sampling, asker, schema))
            for event in (reply.before_first, reply.before_last):
                if event is not None:
                    await event.wait()
            if reply.error is not None:
                raise reply.error
            return parse_answer("".join(reply.pieces), schema=schema)

    async def count_tokens(self, text: str) -> int:
        """An estimate."""
        return estimate_tokens(text)

    async def _begin(self, request: ScriptedRequest) -> ScriptedReply:
        self.requests.append(request)
        async with self._asked:
            self._asked.notify_all()
        if callable(self._script):
            return _as_reply(self._script(request))
        if self._next == len(self._script):
            msg = f"the script has {len(self._script)} replies"
            raise ModelError(msg)
        self._next += 1
        return _as_reply(self._script[self._next - 1])


def _as_reply(reply: Reply) -> ScriptedReply:
    if isinstance(reply, ScriptedReply):
        return reply
    if isinstance(reply, Exception):
        return ScriptedReply(error=reply)
    words = reply.split(" ")
    return ScriptedReply((*(f"{word} " for word in words[:-1]), words[-1]))
