"""The connection to an OpenAI-compatible server: requests, time limits and retries."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import aiohttp
import structlog
from pydantic import SecretStr
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from bot.errors import ModelTimeout
from bot.llm._openai_wire import Piece, ServedModel, TransientError, failure, read_frame, read_models
from bot.llm.server_errors import ModelServerUnreachable
from bot.llm.sse import SseDecoder

T = TypeVar("T")
_ERROR_BODY_BYTES: Final = 4096
_DONE: Final = "[DONE]"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """In seconds. ``first_token`` is generous, because a server may queue; ``total`` counts from the question."""

    connect: float = 5.0
    first_token: float = 90.0
    between_tokens: float = 30.0
    total: float = 120.0


DEFAULT_LIMITS: Final = TimeLimits()


class OpenAiServer:
    """Sends requests and reads streams. The key goes into one header of requests to ``base_url`` and nowhere else."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: SecretStr | None,
        limits: TimeLimits,
        attempts: int,
        longest_backoff: float,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._limits = limits
        self._attempts = attempts
        self._backoff = wait_random_exponential(multiplier=longest_backoff / 8, max=longest_backoff)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections, which ends what runs."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def served_models(self) -> list[ServedModel] | None:
        """The server's list of models, or none when it keeps no list."""
        return await self._retrying(self._read_models, deadline=_now() + self._limits.total)

    async def pieces(self, body: dict[str, Any], *, deadline: float) -> AsyncGenerator[Piece, None]:
        """The frames of a streamed answer. The request is repeated only while no frame of it has come.

        Raises ``ModelTimeout`` at ``deadline`` (loop time) or after a silence, otherwise what ``failure`` made of it.
        """
        async with AsyncExitStack() as held:

            async def begin() -> tuple[AsyncGenerator[Piece, None], Piece | None]:
                async with AsyncExitStack() as attempt, time_limit(min(deadline, _now() + self._limits.first_token)):
                    frames = await attempt.enter_async_context(self._frames(body))
                    first = await anext(frames, None)
                    held.push_async_exit(attempt.pop_all())
                    return frames, first

            frames, piece = await self._retrying(begin, deadline=deadline)
            while piece is not None:
                yield piece
                try:
                    async with time_limit(min(deadline, _now() + self._limits.between_tokens)):
                        piece = await anext(frames, None)
                except TransientError as error:
                    raise error.error from None

    @asynccontextmanager
    async def _frames(self, body: dict[str, Any]) -> AsyncIterator[AsyncGenerator[Piece, None]]:
        """Send the request; leaving closes the connection, by which the server knows that it may stop."""
        with _broken_connections_are_transient():
            response = await self._open_session().post(
                f"{self._base_url}/chat/completions", json=body, headers=self._headers(), allow_redirects=False
            )
        try:
            if response.status != 200:  # OK
                with _broken_connections_are_transient():
                    said = (await response.content.read(_ERROR_BODY_BYTES)).decode(errors="replace")
                wait = response.headers.get("Retry-After", "")
                asked = "response_format" in body
                raise failure(response.status, said, wait=wait, secret=self._secret, asked_for_format=asked)
            async with aclosing(_read(response, secret=self._secret)) as frames:
                yield frames
        finally:
            response.close()

    async def _read_models(self) -> list[ServedModel] | None:
        url = f"{self._base_url}/models"
        with _broken_connections_are_transient():
            async with (
                asyncio.timeout(2 * self._limits.connect),
                self._open_session().get(url, headers=self._headers(), allow_redirects=False) as response,
            ):
                body = await response.text(errors="replace")
        if response.status in {404, 405, 501}:
            return None
        if response.status != 200:  # OK
            wait = response.headers.get("Retry-After", "")
            raise failure(response.status, body, wait=wait, secret=self._secret)
        return read_models(body)

    async def _retrying(self, work: Callable[[], Awaitable[T]], *, deadline: float) -> T:
        """Repeat what failed in passing; after the last attempt, or when the wait would be too long, raise it."""

        def wait(state: RetryCallState) -> float:
            return max(self._backoff(state), _transient(state).wait_seconds)

        def stop(state: RetryCallState) -> bool:
            return stop_after_attempt(self._attempts)(state) or _now() + state.upcoming_sleep > deadline

        def tell(state: RetryCallState) -> None:
            _log.info("model server: another try", attempt=state.attempt_number, wait_seconds=state.upcoming_sleep)

        retrying = AsyncRetrying(
            wait=wait, stop=stop, before_sleep=tell, retry=retry_if_exception_type(TransientError), reraise=True
        )
        try:
            return await retrying(work)
        except TransientError as error:
            raise error.error from None

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._secret}"} if self._secret else {}

    @property
    def _secret(self) -> str:
        return "" if self._api_key is None else self._api_key.get_secret_value()


@asynccontextmanager
async def time_limit(deadline: float) -> AsyncIterator[None]:
    """Raise ``ModelTimeout`` at ``deadline`` (loop time). Must not surround a ``yield``."""
    try:
        async with asyncio.timeout_at(deadline):
            yield
    except TimeoutError:
        raise ModelTimeout from None


async def _read(response: aiohttp.ClientResponse, *, secret: str) -> AsyncGenerator[Piece, None]:
    """Frames that hold something, until ``[DONE]``; a stream that breaks off before it is a failure."""
    decoder = SseDecoder()
    has_finished = False
    with _broken_connections_are_transient():
        async for chunk in response.content.iter_any():
            for data in decoder.feed(chunk):
                if data.strip() == _DONE:
                    return
                piece = read_frame(data, secret=secret)
                has_finished = has_finished or piece.finish_reason is not None
                if piece != Piece():
                    yield piece
        for data in decoder.finish():
            if data.strip() != _DONE:
                yield read_frame(data, secret=secret)
            has_finished = True
    if not has_finished:
        raise TransientError(ModelServerUnreachable("EOF"))


@contextmanager
def _broken_connections_are_transient() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, ConnectionError, TimeoutError, ValueError) as error:
        # the text of these errors holds the address, so only their kind is told
        raise TransientError(ModelServerUnreachable(type(error).__name__)) from None


def _transient(state: RetryCallState) -> TransientError:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, TransientError) else TransientError(ModelServerUnreachable())


def _now() -> float:
    return asyncio.get_running_loop().time()
