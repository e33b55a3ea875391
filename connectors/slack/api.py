"""The Web API, called the one way that Slack wants it to be: at its pace, with a limit in time, again when it helps."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_any,
    stop_before_delay,
    wait_random_exponential,
)

from connectors.proxying import proxy_for
from connectors.slack.clock import SlackClock
from connectors.slack.configuration import BASE_URL
from connectors.slack.errors import RATE_LIMITED, SlackAway, SlackError
from connectors.slack.fields import Payload, text_of
from connectors.slack.pacing import Pacing

BAD_TOKEN = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
"""Codes after which no call with this token can succeed."""

SDK_LOG = logging.getLogger(f"{__name__}.sdk")
"""For the SDK's own parts: what they say below warnings has payloads and addresses with tickets in it."""
SDK_LOG.setLevel(logging.WARNING)

_FOREGROUND_SECONDS = 10.0
_FOREGROUND_ATTEMPTS = 5
_BACKGROUND_ATTEMPT_SECONDS = 30.0
_BACKGROUND_ATTEMPTS = 30
_PASSING = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
_HARMLESS_TWICE = (
    *(".get", ".getPermalink", ".history", ".info", ".list", ".members", ".replies", ".test", ".conversations"),
    *("chat.update", "chat.delete", "conversations.join", "conversations.open", "views.publish", "threads.setStatus"),
    *("apps.connections.open", "threads.setTitle", "threads.setSuggestedPrompts", "sessions.setStatus"),
)

BadToken = Callable[[str], None]
Observed = Callable[[str, str], None]


class SlackApi:
    """``connectors.slack.site.Api`` with one token.

    ``on_bad_token`` is told the code when Slack does not take the token any more; ``observed`` is told the method and
    the outcome of each request: ``ok``, ``away`` or Slack's code. The session is the caller's and is not closed here.
    """

    def __init__(
        self,
        *,
        token: str,
        session: aiohttp.ClientSession,
        base_url: str = BASE_URL,
        proxy: str | None = None,
        pacing: Pacing | None = None,
        on_bad_token: BadToken = lambda code: None,
        observed: Observed = lambda method, outcome: None,
    ) -> None:
        self.client = web_client(token=token, session=session, base_url=base_url, proxy=proxy)
        """For Bolt, which wants one; calls through it are neither paced nor retried."""
        self.scopes: frozenset[str] = frozenset()
        """What the token may do, as the last answer said."""
        self.clock = SlackClock()
        self.on_bad_token = on_bad_token
        self._session = session
        self._pacing = pacing or Pacing()
        self._observed = observed

    async def call(self, method: str, /, *, background: bool = False, **arguments: Any) -> Payload:
        """Call a method; see ``connectors.slack.site.Api``. Arguments that are None are left out."""
        form = {name: _as_text(value) for name, value in arguments.items() if value is not None}
        channel = form.get("channel") or form.get("channel_id") or ""
        is_harmless = method.endswith(_HARMLESS_TWICE)
        give_up_at = float("inf") if background else asyncio.get_running_loop().time() + _FOREGROUND_SECONDS
        async for attempt in _retrying(background=background):
            with attempt:
                patience = give_up_at - asyncio.get_running_loop().time()
                return await self._paced(method, channel, form, background, patience, is_harmless)
        raise AssertionError("tenacity raises or tries again")

    async def respond(self, response_url: str, **message: Any) -> None:
        """Post to a ``response_url`` of a command or an interaction. Raises as ``call``.

        Bolt's own ``respond`` would go through the proxy of the environment whatever ``NO_PROXY`` says.
        """
        method = "response_url"
        try:
            async with (
                asyncio.timeout(_FOREGROUND_SECONDS),
                self._session.post(
                    response_url, json=message, proxy=self.client.proxy, allow_redirects=False
                ) as response,
            ):
                body = await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            self._observed(method, "away")
            raise SlackAway(method, type(error).__name__) from error
        if response.status != 200:
            code = body.strip() if body.strip().replace("_", "").isalnum() else f"http_{response.status}"
            self._observed(method, code[:100])
            raise SlackError(method, code[:100])
        self._observed(method, "ok")

    async def _paced(
        self, method: str, channel: str, form: Mapping[str, str], background: bool, patience: float, is_harmless: bool
    ) -> Payload:
        try:
            await self._pacing.turn(method, channel, background=background, patience=patience)
        except TimeoutError as error:
            raise SlackAway(method, RATE_LIMITED) from error
        seconds = _BACKGROUND_ATTEMPT_SECONDS if background else _FOREGROUND_SECONDS
        try:
            async with asyncio.timeout(seconds):
                response = await self.client.api_call(method, data=dict(form))
        except SlackApiError as error:
            raise self._refused(method, channel, error, is_harmless=is_harmless) from error
        except aiohttp.ClientConnectorError as error:
            raise self._away(method, error, again=True) from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, AttributeError) as error:
            # The SDK raises AttributeError for a plain text with status 200, as some proxies answer.
            raise self._away(method, error, again=is_harmless) from error
        self._observed(method, "ok")
        self.clock.heard(response.headers.get("Date") or "")
        granted = response.headers.get("X-OAuth-Scopes")
        if granted is not None:
            self.scopes = frozenset(scope.strip() for scope in granted.split(",") if scope.strip())
        return response.data if isinstance(response.data, dict) else {}

    def _away(self, method: str, error: Exception, *, again: bool) -> SlackAway:
        self._observed(method, "away")
        return (_AwayForNow if again else SlackAway)(method, type(error).__name__)

    def _refused(self, method: str, channel: str, error: SlackApiError, *, is_harmless: bool) -> Exception:
        response: Any = error.response
        body = getattr(response, "data", None)
        status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
        code = text_of(body, "error") if isinstance(body, Mapping) else ""
        self._observed(method, code or f"http_{status}")
        if status == 429 or code in _RATE_LIMITED:
            retry_after = _retry_after(response.headers)
            self._pacing.refused(method, channel, retry_after=retry_after)
            return _RateLimited(method, retry_after)
        if code in BAD_TOKEN:
            self.on_bad_token(code)
        if code in _PASSING or not code:
            return (_AwayForNow if is_harmless else SlackAway)(method, code or f"http_{status}")
        return SlackError(method, code, needed=text_of(body, "needed") if isinstance(body, Mapping) else "")


class _AwayForNow(SlackAway):
    """Worth another try."""


class _RateLimited(SlackAway):
    """Worth another try after a pause."""

    def __init__(self, method: str, retry_after: float) -> None:
        super().__init__(method, RATE_LIMITED)
        self.retry_after = retry_after


def web_client(*, token: str, session: aiohttp.ClientSession, base_url: str, proxy: str | None) -> AsyncWebClient:
    """The SDK's client with nothing of the environment in it and no retries of its own."""
    client = AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[], logger=SDK_LOG)
    client.proxy = proxy_for(base_url, proxy)
    return client


def _retrying(*, background: bool) -> AsyncRetrying:
    most = stop_after_attempt(_BACKGROUND_ATTEMPTS if background else _FOREGROUND_ATTEMPTS)
    return AsyncRetrying(
        retry=retry_if_exception_type((_AwayForNow, _RateLimited)),
        wait=_pause,
        stop=most if background else stop_any(most, stop_before_delay(_FOREGROUND_SECONDS)),
        reraise=True,
    )


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    jittered: float = wait_random_exponential(multiplier=0.3, max=20)(state)
    return error.retry_after + min(jittered, 0.3) if isinstance(error, _RateLimited) else jittered


def _retry_after(headers: Any) -> float:
    try:
        return max(0.0, min(float(headers.get("Retry-After") or 1), 3600.0))
    except (TypeError, ValueError):
        return 1.0


def _as_text(value: Any) -> str:
    """A form has only strings: structures go as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping | list | tuple) else str(value)
