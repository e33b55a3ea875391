"""The access token of one Secret: shared, fetched once for everybody who waits, renewed before it expires."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable

from connectors.wecom.errors import WeComError
from connectors.wecom.site import Json

BAD_TOKEN = frozenset({40001, 40014, 42001})
"""Codes of a call after which a new token is asked for, once."""
_MARGIN_SECONDS = 300.0
_MARGIN_SHARE = 0.1
_REFUSED_SECONDS = 10.0
_USUAL_SECONDS = 7200.0

_log = logging.getLogger(__name__)

Fetch = Callable[[], Awaitable[Json]]


class AccessToken:
    """``fetch`` asks ``gettoken``; it raises ``WeComError`` and ``WeComAway``, which everybody who waits gets.

    While a token is good WeCom hands out the same one again, so asking early is harmless.
    """

    def __init__(self, fetch: Fetch, *, now: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now = now
        self._token = ""
        self._renew_at = 0.0
        self._refused: WeComError | None = None
        self._refused_until = 0.0
        self._fetching: asyncio.Task[str] | None = None

    @property
    def shown(self) -> str:
        """What must never be shown; empty before the first fetch."""
        return self._token

    async def get(self) -> str:
        """A token that is good for some minutes."""
        if self._token and self._now() < self._renew_at:
            return self._token
        return await self._fetched()

    async def renewed(self, bad: str) -> str:
        """Another token than ``bad``, which WeCom has just refused; somebody else may have it already."""
        if self._token and self._token != bad:
            return self._token
        self._renew_at = 0.0
        return await self._fetched()

    async def close(self) -> None:
        """Stop asking."""
        fetching, self._fetching = self._fetching, None
        if fetching is not None:
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)

    async def _fetched(self) -> str:
        if self._refused is not None and self._now() < self._refused_until:
            raise WeComError(self._refused.call, self._refused.code, self._refused.message)
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._ask(), name="wecom access token")
            self._fetching.add_done_callback(_looked_at)
        # Whoever waits may be cancelled; the others go on waiting for the same answer.
        return await asyncio.shield(self._fetching)

    async def _ask(self) -> str:
        try:
            answer = await self._fetch()
        except WeComError as error:
            # A wrong Secret does not become right by asking again at once.
            self._refused, self._refused_until = error, self._now() + _REFUSED_SECONDS
            raise
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token:
            raise WeComError("gettoken", -1, "no access_token in the answer")
        good_for = float(seconds) if isinstance(seconds, int | float) and seconds > 0 else _USUAL_SECONDS
        margin = min(_MARGIN_SECONDS, good_for * _MARGIN_SHARE) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load
        self._token, self._renew_at, self._refused = token, self._now() + good_for - margin, None
        _log.debug("an access token, good for %.0f s", good_for)
        return token


def _looked_at(task: "asyncio.Task[str]") -> None:
    """An error that nobody waits for any more is no news."""
    if not task.cancelled():
        task.exception()
