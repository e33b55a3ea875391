"""Which callbacks were answered already, so that a recorded one cannot be played again."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from connectors.wecom.crypto import CallbackMalformed, CallbackRefused

WINDOW_SECONDS = 600.0
MOST_REMEMBERED = 100_000


class CallbackReplayed(CallbackRefused):
    """Signed long ago, or answered before."""

    status = 403


class ReplayGuard:
    """Refuses what is older than the window, and within it what was answered with success before.

    A try of the platform that got no answer may come again, byte for byte, and passes. What was answered before a
    restart passes too while it is fresh: ``msgid`` decides then, as for every repetition.
    """

    def __init__(
        self,
        *,
        window_seconds: float = WINDOW_SECONDS,
        most: int = MOST_REMEMBERED,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._window = window_seconds
        self._most = most
        self._now = now
        self._settled: OrderedDict[tuple[str, str], float] = OrderedDict()

    def admit(self, query: Mapping[str, str]) -> None:
        """Look at the query of a callback whose signature is right. Raises ``CallbackRefused``."""
        timestamp = query.get("timestamp", "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise CallbackMalformed("the timestamp is no number of seconds")
        if abs(self._now() - int(timestamp)) > self._window:
            raise CallbackReplayed("the timestamp is too far from now: is the clock of this machine right?")
        if _key(query) in self._settled:
            raise CallbackReplayed("this callback was answered before")

    def settle(self, query: Mapping[str, str]) -> None:
        """Remember that this callback was answered with success."""
        now = self._now()
        self._settled[_key(query)] = now
        while len(self._settled) > self._most or next(iter(self._settled.values())) < now - 2 * self._window:
            self._settled.popitem(last=False)


def _key(query: Mapping[str, str]) -> tuple[str, str]:
    """Timestamp and nonce are covered by the signature; the signature itself may come under several names."""
    return query.get("timestamp", ""), query.get("nonce", "")
