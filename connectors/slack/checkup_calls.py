"""Asking Slack once, without patience: what ``shiguang doctor slack`` learns from an answer or its absence."""

import json
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypedDict

import aiohttp
from yarl import URL

from connectors.proxying import proxy_for
from connectors.slack.configuration import SlackConfiguration
from connectors.slack.fields import Payload, text_of

_SECONDS = 10.0


class _Options(TypedDict):
    proxy: str | None
    timeout: aiohttp.ClientTimeout


class Unreachable(Exception):
    """No answer of Slack's came; ``reason`` is a key or text of ``checkup_texts.reason_text`` and names no token."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"{host}: {reason}")
        self.host = host
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answered:
    """What a method said: ``code`` is empty when it worked."""

    body: Payload
    code: str
    scopes: frozenset[str] | None
    """None when there was no such header."""
    date: datetime | None


class PlainCalls:
    """One request each, no retries."""

    def __init__(self, session: aiohttp.ClientSession, configuration: SlackConfiguration) -> None:
        self._session = session
        self._configuration = configuration

    async def method(self, name: str, token: str, **arguments: str) -> Answered:
        """Call a method of the Web API. Raises ``Unreachable``."""
        url = self._configuration.base_url + name
        host = URL(url).host or url
        try:
            async with self._session.post(
                url, data=arguments, headers={"Authorization": f"Bearer {token}"}, **self._options(url)
            ) as response:
                text = await response.text()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Unreachable(host, _reason(error)) from error
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Unreachable(host, f"HTTP {response.status}, {response.content_type}")
        scopes = response.headers.get("X-OAuth-Scopes")
        return Answered(
            body=body,
            code="" if body.get("ok") is True else text_of(body, "error") or f"http_{response.status}",
            scopes=None if scopes is None else frozenset(part.strip() for part in scopes.split(",") if part.strip()),
            date=_date(response.headers.get("Date", "")),
        )

    async def hello(self, url: str) -> Payload:
        """The first message of a socket, which is closed again. Raises ``Unreachable``."""
        host = URL(url).host or "Slack"
        try:
            async with self._session.ws_connect(
                url, proxy=proxy_for(url, self._configuration.proxy), timeout=aiohttp.ClientWSTimeout(ws_close=2.0)
            ) as socket:
                body = json.loads(await socket.receive_str(timeout=_SECONDS))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, TypeError) as error:
            raise Unreachable(host, _reason(error)) from error
        if not isinstance(body, dict) or text_of(body, "type") != "hello":
            raise Unreachable(host, (text_of(body, "reason") if isinstance(body, dict) else "") or "no_hello")
        return body

    async def reach(self, url: str) -> None:
        """Ask for a page without any token; whatever the answer is will do. Raises ``Unreachable``."""
        try:
            async with self._session.get(url, allow_redirects=False, **self._options(url)):
                return
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Unreachable(URL(url).host or url, _reason(error)) from error

    def proxy(self, url: str) -> str | None:
        """The proxy on the way there, without its password."""
        proxy = proxy_for(url, self._configuration.proxy)
        return str(URL(proxy).with_user(None)) if proxy else None

    def _options(self, url: str) -> _Options:
        return {
            "proxy": proxy_for(url, self._configuration.proxy),
            "timeout": aiohttp.ClientTimeout(total=_SECONDS),
        }


def _reason(error: Exception) -> str:
    """Never the text of the error: it may hold addresses with tickets."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "name"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return "certificate"
        case aiohttp.ClientProxyConnectionError():
            return "proxy"
        case aiohttp.ClientHttpProxyError() | aiohttp.WSServerHandshakeError():
            return f"HTTP {error.status}"
        case aiohttp.ClientConnectorError():
            return "connection"
        case TimeoutError():
            return "time"
    return type(error).__name__


def _date(header: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return date if date.tzinfo is not None else None
