"""Who may reach the console: the token, the Host and Origin checks, the headers, and errors as JSON.

Without a token the console is for this machine only, so the Host header must be a loopback name: a page of another
site that resolves its name to 127.0.0.1 (DNS rebinding) is refused. With a token the cookie does that work, because
a browser gives it to this host alone. Requests that change something must come from the console's own pages.
"""

import hashlib
import hmac
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from time import monotonic

from aiohttp import web
from yarl import URL

from connectors.console.errors import ConsoleError, SpokenError, spoken_response

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOG = logging.getLogger(__name__)
_COOKIE = "shiguang_console"
_COOKIE_SECONDS = 30 * 24 * 3600
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_LOGINS_A_MINUTE = 20
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """Wraps handlers. Other pages of the same application may use it too::

    guard = Guard(token="…")
    web.get("/admin", guard.closed(handler))
    """

    def __init__(self, *, token: str | None, allowed_hosts: Collection[str] = ()) -> None:
        self._token = token
        self._allowed_hosts = _LOOPBACK | frozenset(host.lower() for host in allowed_hosts)
        self._failures: deque[float] = deque(maxlen=_LOGINS_A_MINUTE)

    def open(self, handler: Handler) -> Handler:
        """For everybody who can reach the address: the login form and what it is made of."""

        async def wrapped(request: web.Request) -> web.StreamResponse:
            return await self._answer(request, handler)

        return wrapped

    def closed(self, handler: Handler) -> Handler:
        """Only for browsers that gave the token, when there is one."""

        async def checked(request: web.Request) -> web.StreamResponse:
            if not self.knows(request):
                raise ConsoleError("login_required")
            return await handler(request)

        return self.open(checked)

    def knows(self, request: web.Request) -> bool:
        """Whether the request carries the cookie that the token earned."""
        if self._token is None:
            return True
        return hmac.compare_digest(request.cookies.get(_COOKIE, "").encode(), self._cookie(self._token).encode())

    def login(self, request: web.Request, token: str) -> web.Response:
        """Exchange the token for the cookie; raises ``ConsoleError`` for a wrong one, and for too many."""
        if self._token is None:
            return web.json_response({})
        now = monotonic()
        if len(self._failures) == self._failures.maxlen and now - self._failures[0] < 60:
            raise ConsoleError("too_many_logins")
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            self._failures.append(now)
            raise ConsoleError("wrong_token")
        response = web.json_response({})
        response.set_cookie(
            _COOKIE,
            self._cookie(self._token),
            max_age=_COOKIE_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=request.secure or request.headers.get("X-Forwarded-Proto") == "https",
            path="/",
        )
        return response

    @staticmethod
    def _cookie(token: str) -> str:
        return hmac.new(token.encode(), b"shiguang console session", hashlib.sha256).hexdigest()

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            self._check_host(request)
            self._check_origin(request)
            response = await handler(request)
        except ConsoleError as problem:
            response = problem.response()
        except PermissionError:
            response = ConsoleError("not_permitted").response()
        except LookupError:
            response = ConsoleError("not_found").response()
        except web.HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 -- the edge: nothing raw reaches a person
            if isinstance(error, SpokenError):
                response = spoken_response(error)
            else:
                _LOG.exception("console request failed: %s", request.path)
                response = ConsoleError("internal").response()
        if not response.prepared:
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _check_host(self, request: web.Request) -> None:
        if self._token is None and _host_name(request.host) not in self._allowed_hosts:
            raise ConsoleError("forbidden_host")

    @staticmethod
    def _check_origin(request: web.Request) -> None:
        upgrades = request.headers.get("Upgrade", "").lower() == "websocket"
        if request.method in _READING and not upgrades:
            return
        origin = request.headers.get("Origin")
        if origin is None:
            if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
                raise ConsoleError("forbidden_origin")
            return
        if _origin_authority(origin) != request.host.lower():
            raise ConsoleError("forbidden_origin")


def _host_name(host: str) -> str:
    try:
        return (URL(f"http://{host}").host or "").lower()
    except ValueError:
        return ""


def _origin_authority(origin: str) -> str:
    _, separator, authority = origin.lower().partition("://")
    return authority if separator else ""
