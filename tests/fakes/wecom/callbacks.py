"""Sends callbacks over HTTP as the platform does: signed, with a budget of seconds and a number of tries."""

import asyncio
import io
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from tests.fakes.wecom.clock import Clock
from tests.fakes.wecom.crypto import Envelope
from tests.fakes.wecom.sent import Attempt

BUDGET_SECONDS = 5.0
VERIFICATION_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class SignedRequest:
    """Query and body of one try; made anew for each, so that only ids inside tell a repetition."""

    query: dict[str, str]
    body: bytes
    content_type: str


def signed_query(envelope: Envelope, encrypted: str, *, timestamp: str | None = None) -> dict[str, str]:
    """Signature, timestamp (of the wall, in seconds) and nonce for an ``encrypt`` value."""
    stamp = timestamp or str(int(time.time()))
    nonce = str(secrets.randbelow(10**10))
    return {"msg_signature": envelope.sign(stamp, nonce, encrypted), "timestamp": stamp, "nonce": nonce}


class CallbackSender:
    """The platform's HTTP client. Time limits run on the fake's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._http: aiohttp.ClientSession | None = None
        self.accepted: deque[tuple[str, SignedRequest]] = deque(maxlen=1000)
        """What was answered with 200, newest last: what an attacker may have recorded."""

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()

    async def verify(self, url: str, envelope: Envelope) -> bool:
        """Check a callback address as the admin page does when it is saved: the bare plaintext within one second."""
        plain = str(secrets.randbelow(10**19))
        encrypted = envelope.seal(plain)
        query = {**signed_query(envelope, encrypted), "echostr": encrypted}
        attempt = await self._try(
            "GET", url, SignedRequest(query=query, body=b"", content_type=""), VERIFICATION_SECONDS
        )
        return attempt.status == 200 and attempt.body == plain

    async def post(
        self, url: str, make: Callable[[], SignedRequest], *, tries: int
    ) -> tuple[list[Attempt], SignedRequest | None]:
        """Post until somebody answers 200, at most ``tries`` times, five seconds apart; with the request answered."""
        attempts: list[Attempt] = []
        for number in range(tries):
            request = make()
            began = self._clock.time()
            attempts.append(await self._try("POST", url, request, BUDGET_SECONDS))
            if attempts[-1].status == 200:
                self.accepted.append((url, request))
                return attempts, request
            if number + 1 < tries:
                await self._clock.sleep(began + BUDGET_SECONDS - self._clock.time())
        return attempts, None

    async def _try(self, method: str, url: str, request: SignedRequest, budget: float) -> Attempt:
        answer = asyncio.create_task(self.send(url, request, method=method))
        limit = asyncio.create_task(self._clock.sleep(budget, is_limit=True))
        try:
            await asyncio.wait({answer, limit}, return_when=asyncio.FIRST_COMPLETED)
            return answer.result() if answer.done() else Attempt(status=None)
        finally:
            for task in (answer, limit):
                task.cancel()
            await asyncio.gather(answer, limit, return_exceptions=True)

    async def send(self, url: str, request: SignedRequest, *, method: str = "POST") -> Attempt:
        """One request, without any time limit."""
        if self._http is None:
            self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        headers = {"Content-Type": request.content_type} if request.body else {}
        began = time.perf_counter()
        try:
            async with self._http.request(
                method,
                url,
                params=request.query,
                data=io.BytesIO(request.body) if request.body else None,
                headers=headers,
                allow_redirects=False,
            ) as response:
                body = await response.text("utf-8", "replace")
                return Attempt(status=response.status, body=body, real_seconds=time.perf_counter() - began)
        except aiohttp.ClientError as error:
            return Attempt(status=None, body=type(error).__name__, real_seconds=time.perf_counter() - began)
