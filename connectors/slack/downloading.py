"""Downloading the bytes of one file: the token goes to Slack's file hosts only, and a sign-in page is no file."""

import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import aiohttp
from yarl import URL

from connectors.proxying import proxy_for
from connectors.slack.configuration import SlackConfiguration
from connectors.slack.fields import Payload, first_text, number_of, text_of

_MOST_REDIRECTS = 5
_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 30.0
_PIECE_BYTES = 1 << 16
_PAGE_STARTS = (b"<!doctype", b"<html")
_SNIFFED_BYTES = 64
_BOM = b"\xef\xbb\xbf"

Store = Callable[[AsyncIterator[bytes]], Awaitable[tuple[str, int]]]


class FileRefused(Exception):
    """There is no file to be had here; ``code`` is one of ``file_reasons``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class FileHostAway(Exception):
    """Worth another try; ``pause`` is how many seconds the host asks to wait, or 0."""

    def __init__(self, code: str, *, pause: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.pause = pause


class Download:
    """One attempt at one file; ``stop`` ends it from outside, and nothing of it is kept."""

    def __init__(
        self, file: Payload, *, token: str, session: aiohttp.ClientSession, configuration: SlackConfiguration
    ) -> None:
        self._file = file
        self._token = token
        self._session = session
        self._configuration = configuration
        self._response: aiohttp.ClientResponse | None = None
        self.is_stopped = False

    def stop(self) -> None:
        """The file was deleted: stop reading it at once. Bytes that are complete already are still reported."""
        self.is_stopped = True
        if self._response is not None:
            self._response.close()

    async def into(self, store: Store) -> tuple[str, int]:
        """Stream the bytes into ``store``; returns their sha256 and size.

        Raises ``FileRefused``, or ``FileHostAway`` when another try may help. The caller limits the time.
        """
        url = first_text(self._file, "url_private_download", "url_private")
        if not url:
            raise FileRefused("file_access_denied")
        try:
            self._response = await self._opened(_parsed(url))
            try:
                return await store(self._checked(self._response))
            except ValueError as error:  # the store's own limit
                raise FileRefused("file_too_large") from error
            finally:
                self._response.close()
        except (aiohttp.ClientError, TimeoutError) as error:
            if self.is_stopped:
                raise FileRefused("file_gone_from_slack") from error
            raise FileHostAway("file_unreachable") from error

    async def _opened(self, url: URL) -> aiohttp.ClientResponse:
        """The answer with the bytes, after redirects within the same host."""
        for _ in range(_MOST_REDIRECTS):
            response = await self._asked(url)
            if response.status not in (301, 302, 303, 307, 308):
                return _accepted(response)
            response.close()
            target = _redirected(url, response.headers.get("Location", ""))
            if _is_sign_in(target):
                raise FileRefused("file_login_page")
            if target.origin() != url.origin():
                raise FileRefused("file_redirected")
            url = target
        raise FileRefused("file_redirected")

    async def _asked(self, url: URL) -> aiohttp.ClientResponse:
        if not may_have_token(url, self._configuration.file_hosts):
            raise FileRefused("file_host_not_allowed")
        return await self._session.get(
            url,
            # Compressed on the way, the length that is announced would not be that of the file.
            headers={"Authorization": f"Bearer {self._token}", "Accept-Encoding": "identity"},
            allow_redirects=False,
            # A proxy would read what goes to a loopback address without encryption, and does not reach it anyway.
            proxy=None if _is_loopback(url) else proxy_for(str(url), self._configuration.proxy),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_SILENCE_SECONDS),
        )

    async def _checked(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        """The bytes as they come. Raises before the end when they are not the file, so that nothing is stored."""
        size, most = number_of(self._file, "size"), self._configuration.max_file_bytes
        if (response.content_length or 0) > most:
            raise FileRefused("file_too_large")
        is_page_by_type = response.content_type == "text/html"
        if is_page_by_type and "html" not in text_of(self._file, "mimetype"):
            raise FileRefused("file_login_page")
        begin, received = b"", 0
        async for piece in response.content.iter_chunked(_PIECE_BYTES):
            if self.is_stopped:
                raise FileRefused("file_gone_from_slack")
            received += len(piece)
            if received > most:
                raise FileRefused("file_too_large")
            if len(begin) < _SNIFFED_BYTES:
                begin += piece[:_SNIFFED_BYTES]
            if size is not None and received > size:
                break
            yield piece
        if size is None and _is_page(begin):
            raise FileRefused("file_login_page")
        if size is not None and received != size:
            raise FileRefused("file_login_page") if _is_page(begin) else FileHostAway("file_incomplete")


def may_have_token(url: URL, hosts: Sequence[str]) -> bool:
    """Whether the token may be sent there: one of ``hosts`` by HTTPS, or by HTTP when it is this very machine."""
    if url.host is None or url.user is not None or url.password is not None:
        return False
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url)):
        return False
    return any(_matches(url, pattern) for pattern in hosts)


def _matches(url: URL, pattern: str) -> bool:
    name, colon, port = pattern.rpartition(":")
    if not colon or not port.isdigit():
        name, port = pattern, ""
    if url.port != (int(port) if port else URL.build(scheme=url.scheme, host="x").port):
        return False
    host, name = (url.host or "").lower().rstrip("."), name.strip("[]").lower()
    return host.endswith(name[1:]) and len(host) >= len(name) if name.startswith("*.") else host == name


def _is_loopback(url: URL) -> bool:
    if url.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(url.host or "").is_loopback
    except ValueError:
        return False


def _parsed(url: str) -> URL:
    try:
        return URL(url)
    except ValueError as error:
        raise FileRefused("file_host_not_allowed") from error


def _redirected(url: URL, location: str) -> URL:
    if not location:
        raise FileRefused("file_redirected")
    try:
        target = url.join(URL(location))
        target.origin()
    except ValueError as error:
        raise FileRefused("file_redirected") from error
    return target


def _is_sign_in(url: URL) -> bool:
    """Where Slack sends who has no right: the workspace's address with the way back in ``redir``."""
    return "redir" in url.query or url.path.rstrip("/").endswith(("/login", "/signin", "/sign_in"))


def _accepted(response: aiohttp.ClientResponse) -> aiohttp.ClientResponse:
    if response.status == 200:
        return response
    response.close()
    if response.status in (404, 410):
        raise FileRefused("file_gone_from_slack")
    if response.status in (401, 403):
        raise FileRefused("file_access_denied")
    raise FileHostAway("file_unreachable", pause=_pause(response) if response.status in (429, 503) else 0.0)


def _pause(response: aiohttp.ClientResponse) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), 3600.0) if asked.isdigit() else 0.0


def _is_page(begin: bytes) -> bool:
    return begin.removeprefix(_BOM).lstrip().lower().startswith(_PAGE_STARTS)
