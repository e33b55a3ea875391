"""Logging in at the desk: the token once, then a cookie that only the desk is sent."""

from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic

from aiohttp import web

from bot.desk.operators import Operators, session_key
from bot.desk.route import Operator
from bot.errors import NotSignedIn, TooManyAttempts, WrongToken

COOKIE = "shiguang_desk"
PATH = "/admin"
_SECONDS = 14 * 24 * 3600
_FAILURES_A_MINUTE = 10
_PLACES = 1000


class Sessions:
    """A session is the operator's row: it ends when they are removed or get another token."""

    def __init__(self, operators: Operators, *, clock: Callable[[], float] = monotonic) -> None:
        self._operators = operators
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    async def operator(self, request: web.Request) -> Operator:
        """Who sent the request; raises ``NotSignedIn``."""
        key = request.cookies.get(COOKIE, "")
        operator = await self._operators.by_session(key) if key else None
        if operator is None:
            raise NotSignedIn
        return operator

    async def login(self, request: web.Request, token: str) -> tuple[Operator, web.Response]:
        """Exchange the token for the cookie; raises ``WrongToken``, and ``TooManyAttempts`` after ten a minute."""
        place = request.remote or ""
        self._check_pace(place)
        key = session_key(token)
        operator = await self._operators.by_session(key)
        if operator is None:
            self._failures.setdefault(place, deque(maxlen=_FAILURES_A_MINUTE)).append(self._clock())
            raise WrongToken
        response = web.json_response({"name": operator.name, "role": operator.role})
        response.set_cookie(
            COOKIE,
            key,
            max_age=_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=request.secure or request.headers.get("X-Forwarded-Proto") == "https",
            path=PATH,
        )
        return operator, response

    @staticmethod
    def logout() -> web.Response:
        """Take the cookie back."""
        response = web.json_response({})
        response.del_cookie(COOKIE, path=PATH)
        return response

    def _check_pace(self, place: str) -> None:
        failures = self._failures.get(place)
        if failures and len(failures) == failures.maxlen and self._clock() - failures[0] < 60:
            raise TooManyAttempts
        while len(self._failures) > _PLACES:
            self._failures.popitem(last=False)
