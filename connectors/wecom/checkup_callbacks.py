"""Whether a callback's keys fit, and whether its address is answered by us, here and from outside."""

import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp

from connectors.wecom.checkup_findings import Finding, Voice
from connectors.wecom.crypto import CallbackCrypto, CallbackRefused

_SECONDS = 5.0
_LONGEST_ANSWER = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The server of this home."""

    is_running: bool
    base: str
    """Its address on this machine, such as ``http://127.0.0.1:8710``."""
    public_url: str = ""
    state: str = ""
    """What it says of WeCom; empty when it is not asked."""


async def callback_findings(
    session: aiohttp.ClientSession,
    say: Voice,
    *,
    path: str,
    keys: tuple[str, str, str],
    advice: str,
    served: Served,
) -> AsyncIterator[Finding]:
    """``keys`` are token, EncodingAESKey and receive id. Verifies as WeCom does when the address is saved."""
    token, aes_key, receive_id = keys
    word = str(secrets.randbits(62))
    try:
        crypto = CallbackCrypto(token=token, encoding_aes_key=aes_key, receive_id=receive_id)
        crypto.echo(crypto.verification(word))
    except (ValueError, CallbackRefused) as error:
        yield say.failed("callback keys", "keys_wrong", advice=advice, told=error)
        return
    yield say.ok("callback keys", "keys_fit")
    if not served.is_running:
        yield say.warning("callback", "callback_not_served", advice="serve_first")
        return
    yield await _asked(
        session, say, "callback", served.base + path, crypto.verification(word), word, "serve_first", path
    )
    if served.public_url:
        url = served.public_url + path
        yield await _asked(session, say, "public callback", url, crypto.verification(word), word, "reverse_proxy", path)
    else:
        yield say.warning("public callback", "callback_public", advice="public_url", path=path)


async def _asked(
    session: aiohttp.ClientSession,
    say: Voice,
    check: str,
    url: str,
    query: dict[str, str],
    word: str,
    advice: str,
    path: str,
) -> Finding:
    begun = time.monotonic()
    try:
        async with session.get(
            url, params=query, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=_SECONDS)
        ) as response:
            text = (await response.content.read(_LONGEST_ANSWER)).decode("utf-8", "replace")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return say.failed(check, "callback_down", advice=advice, url=url, told=type(error).__name__, path=path)
    if text != word:
        return say.failed(check, "callback_other", advice=advice, url=url, told=f"HTTP {response.status}", path=path)
    return say.ok(check, "callback_here", url=url, milliseconds=round((time.monotonic() - begun) * 1000))
