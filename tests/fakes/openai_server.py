"""A server that speaks OpenAI's chat protocol on a real loopback socket and misbehaves on command."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True, kw_only=True)
class FakeAnswer:
    """What the server does with one request: it writes bytes, waits for events, and perhaps breaks off."""

    parts: Sequence[bytes | asyncio.Event] = ()
    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    breaks_off: bool = False


def frame(text: str | None = None, *, finish: str | None = None, **delta: Any) -> bytes:
    """One event of a streamed answer."""
    content = delta if text is None else {"content": text, **delta}
    choice = {"index": 0, "delta": content, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice]}, ensure_ascii=False)}\n\n".encode()


DONE = b"data: [DONE]\n\n"


def streamed(*texts: str, finish: str = "stop") -> FakeAnswer:
    """A complete answer in these pieces."""
    return FakeAnswer(parts=(*(frame(text) for text in texts), frame(finish=finish), DONE))


def refused(status: int, body: str = "{}", **headers: str) -> FakeAnswer:
    """An answer with an error status; ``Retry_After="1"`` becomes a header."""
    return FakeAnswer(status=status, body=body, headers={name.replace("_", "-"): headers[name] for name in headers})


class OpenAiServerFake:
    """Gives its answers in order, the last one again and again; keeps what it was asked."""

    def __init__(self, *answers: FakeAnswer, models: dict[str, Any] | None = None, models_status: int = 200) -> None:
        self._answers = list(answers)
        self._models = {"data": [{"id": "tiny", "object": "model"}]} if models is None else models
        self._models_status = models_status
        self.bodies: list[dict[str, Any]] = []
        self.authorizations: list[str] = []
        self.client_left = asyncio.Event()
        self.was_asked = asyncio.Event()
        self.base_url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["OpenAiServerFake"]:
        """Listen on a free port of 127.0.0.1 until the block ends."""
        application = web.Application()
        application.router.add_post("/v1/chat/completions", self._chat)
        application.router.add_get("/v1/models", self._list_models)
        runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            self.base_url = f"http://{host}:{port}/v1"
            yield self
        finally:
            await runner.cleanup()

    async def _list_models(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers.get("Authorization", ""))
        return web.json_response(self._models, status=self._models_status)

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        self.authorizations.append(request.headers.get("Authorization", ""))
        self.bodies.append(await request.json())
        self.was_asked.set()
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if answer.status != 200:
            return web.Response(status=answer.status, text=answer.body, headers=answer.headers)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **answer.headers})
        try:
            await response.prepare(request)
            for part in answer.parts:
                if isinstance(part, asyncio.Event):
                    await part.wait()
                else:
                    await response.write(part)
        except (asyncio.CancelledError, ConnectionError):
            self.client_left.set()
            raise
        if answer.breaks_off and request.transport is not None:
            request.transport.abort()
        return response
