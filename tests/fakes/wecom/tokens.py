"""``gettoken``: one token for corp and secret, the same until it expires, early when the platform likes."""

import secrets
from dataclasses import dataclass, field

from tests.fakes.wecom.clock import Clock
from tests.fakes.wecom.refusals import Json, Refusal
from tests.fakes.wecom.world import World

EXPIRES_SECONDS = 7200


@dataclass(kw_only=True)
class Tokens:
    """Hands out access tokens and knows which are good."""

    world: World
    clock: Clock
    of_archive: bool = False
    """For the Secret of the message archive instead of that of the app."""
    handed_out: int = 0
    """How many *different* tokens were made."""
    asked: int = 0
    """How often somebody asked."""
    _current: str = ""
    _until: float = 0.0
    _expired: set[str] = field(default_factory=set)

    def get(self, corpid: str, secret: str) -> Json:
        """The answer of ``gettoken``. Raises 40013 and 40001."""
        self.asked += 1
        if corpid != self.world.corpid:
            raise Refusal(40013)
        if secret != (self.world.archive_secret if self.of_archive else self.world.app.secret):
            raise Refusal(40001)
        now = self.clock.time()
        if not self._current or now >= self._until:
            if self._current:
                self._expired.add(self._current)
            self._current = secrets.token_urlsafe(160)
            self._until = now + EXPIRES_SECONDS
            self.handed_out += 1
        return {"errcode": 0, "errmsg": "ok", "access_token": self._current, "expires_in": int(self._until - now)}

    def check(self, token: str | None) -> None:
        """Raise 41001, 40014 or 42001."""
        if not token:
            raise Refusal(41001)
        if token in self._expired or (token == self._current and self.clock.time() >= self._until):
            raise Refusal(42001)
        if token != self._current:
            raise Refusal(40014)

    def expire(self) -> None:
        """The token expires before its time: 42001 from now on, and ``gettoken`` gives a new one."""
        self._expired.add(self._current)
        self._current = ""

    def revoke(self) -> None:
        """The token is not known any more: 40014 from now on."""
        self._current = ""
