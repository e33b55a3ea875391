"""Trouble on demand: error codes, broken gateways, lost connections and calls that hang.

A name is an API path without ``/cgi-bin/`` (``message/send``, ``webhook/send``, ``aibot/response``, ``gettoken``) or a
``cmd`` of the long connection.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.wecom.ledger import Ledger, Surface
from tests.fakes.wecom.refusals import Refusal

_PREFIX = "/cgi-bin/"
_SURFACES: dict[str, Surface] = {"webhook": "webhook", "aibot": "response_url"}


@dataclass(kw_only=True)
class Faults:
    """What shall go wrong next; each entry is used once."""

    ledger: Ledger
    _codes: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    _statuses: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    _cuts: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    _may_go_on: dict[str, asyncio.Event] = field(default_factory=dict)

    def refuse_next(self, name: str, *codes: int) -> None:
        """Answer the next calls with these error codes instead of doing anything."""
        self._codes[name].extend(codes)

    def break_next(self, name: str, *statuses: int) -> None:
        """Answer the next HTTP calls with a gateway's page and status; 0 drops the connection instead."""
        self._statuses[name].extend(statuses)

    def cut_next(self, name: str, *sizes: int) -> None:
        """Break off the next HTTP answers of a name after so many bytes of their body."""
        self._cuts[name].extend(sizes)

    def stall(self, name: str) -> asyncio.Event:
        """Answer no HTTP call until the returned event is set."""
        return self._may_go_on.setdefault(name, asyncio.Event())

    def take(self, name: str) -> None:
        """Raise the next error code for a name, if there is one."""
        if self._codes[name]:
            raise Refusal(self._codes[name].popleft())

    @web.middleware
    async def middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Go wrong, or hand over to the API."""
        name = request.path.removeprefix(_PREFIX)
        if name in self._may_go_on:
            await self._may_go_on[name].wait()
        if self._statuses[name]:
            status = self._statuses[name].popleft()
            if status == 0 and request.transport is not None:
                request.transport.abort()
            return web.Response(status=status or 502, text="<html>Bad Gateway</html>", content_type="text/html")
        try:
            self.take(name)
        except Refusal as refusal:
            self.ledger.note(_SURFACES.get(name.partition("/")[0], "api"), name, {}, refusal)
            return web.json_response(refusal.answer(request.remote or ""))
        answer = await handler(request)
        return await self._cut(request, answer, self._cuts[name].popleft()) if self._cuts[name] else answer

    @staticmethod
    async def _cut(request: web.Request, answer: web.StreamResponse, size: int) -> web.StreamResponse:
        assert isinstance(answer, web.Response) and isinstance(answer.body, bytes), "only whole answers can be cut"
        begun = web.StreamResponse(status=answer.status, headers=answer.headers)
        begun.content_length = len(answer.body)
        await begun.prepare(request)
        await begun.write(answer.body[:size])
        if request.transport is not None:
            request.transport.abort()
        return begun
