"""One HTTP exchange with WeCom: a time limit, a JSON object back, and no address with a token in any error."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Literal

import aiohttp

from connectors.proxying import proxy_for
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.site import Json

MOST_ANSWER_BYTES = 8 * 1024 * 1024
"""Far above a list of every member of a large company."""


class WeComUnreached(WeComAway):
    """The request never got there: asking again cannot do anything twice."""


async def exchange(
    session: aiohttp.ClientSession,
    method: Literal["GET", "POST"],
    url: str,
    *,
    name: str,
    seconds: float,
    params: Mapping[str, str],
    body: Json | None = None,
    form: aiohttp.FormData | None = None,
    proxy: str | None = None,
) -> dict[str, Any]:
    """Ask and return the answer, whatever its ``errcode``; ``name`` is what errors call it.

    Raises ``WeComUnreached``, and ``WeComAway`` when the request may have arrived.
    """
    try:
        async with (
            asyncio.timeout(seconds),
            session.request(
                method, url, params=params, json=body, data=form, proxy=proxy_for(url, proxy), allow_redirects=False
            ) as response,
        ):
            content = await response.content.read(MOST_ANSWER_BYTES + 1)
            while len(content) <= MOST_ANSWER_BYTES and (more := await response.content.read(MOST_ANSWER_BYTES)):
                content += more
    except aiohttp.ClientConnectorError as error:
        # The causes of these errors are cut off: some name the address, and with it a token or key.
        raise WeComUnreached(name, type(error).__name__) from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise WeComAway(name, type(error).__name__) from None
    return read_answer(name, response.status, content)


def read_answer(name: str, status: int, content: bytes) -> dict[str, Any]:
    """The JSON object of an answer. Raises ``WeComAway`` for a gateway's page and whatever else it is not."""
    try:
        answer = json.loads(content, strict=False) if len(content) <= MOST_ANSWER_BYTES else None
    except (ValueError, RecursionError):
        answer = None
    if status != 200 or not isinstance(answer, dict):
        raise WeComAway(name, f"http_{status}" if status != 200 else "no JSON object")
    return answer


def check(name: str, answer: Json, *, secrets: tuple[str, ...]) -> None:
    """HTTP 200 is no success: raise ``WeComError`` for any ``errcode`` but 0, without secrets in its message."""
    code = answer.get("errcode", 0)
    if code == 0:
        return
    message = str(answer.get("errmsg", ""))[:500]
    for secret in secrets:
        if secret:
            message = message.replace(secret, "…")
    raise WeComError(name, code if isinstance(code, int) else -1, message)
