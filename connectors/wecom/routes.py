"""Addresses that WeCom posts to: a limit for bodies, refusals as 4xx, and nothing of either in the log."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from connectors.wecom.crypto import LARGEST_BODY_BYTES, CallbackRefused, CallbackTooLarge

Handler = Callable[[web.Request], Awaitable[web.Response]]
_CHUNK_BYTES = 64 * 1024

_log = logging.getLogger(__name__)


def callback_routes(path: str, *, verify: Handler, receive: Handler) -> list[web.RouteDef]:
    """GET verifies the address, POST delivers; ``CallbackRefused`` becomes its status and a sentence without values."""
    return [
        web.get(path, _guarded(verify), allow_head=False),
        web.post(path, _guarded(receive)),
    ]


async def body_of(request: web.Request) -> bytes:
    """The body. Raises ``CallbackTooLarge`` without reading more than a callback can have."""
    if (request.content_length or 0) > LARGEST_BODY_BYTES:
        raise CallbackTooLarge(f"the body has more than {LARGEST_BODY_BYTES} bytes")
    body = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            raise CallbackTooLarge(f"the body has more than {LARGEST_BODY_BYTES} bytes")
    return bytes(body)


def _guarded(handler: Handler) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except CallbackRefused as refused:
            _log.info("a callback was refused (%d): %s", refused.status, refused)
            response = web.Response(status=refused.status, text=str(refused))
            if isinstance(refused, CallbackTooLarge):
                # The rest of the body is not worth reading.
                response.force_close()
            return response

    return answer
