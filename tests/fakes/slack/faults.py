"""Answers that go wrong on request: an error, a server fault, a lost or a late answer."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass

from tests.fakes.slack.errors import Json


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A Slack error, or a bare HTTP status, or ``loses_answer``: done, and cut off before the answer."""

    error: str | None = None
    fields: Json | None = None
    status: int = 200
    loses_answer: bool = False


class Faults:
    """By method, each used once."""

    def __init__(self) -> None:
        self._planned: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._held: dict[str, asyncio.Event] = {}

    def refuse_next(self, method: str, error: str, *, times: int = 1, **fields: object) -> None:
        """Answer ``{"ok": false, "error": …}``, and do nothing."""
        self._planned[method].extend([Fault(error=error, fields=dict(fields))] * times)

    def break_next(self, method: str, *, status: int = 503, times: int = 1) -> None:
        """Answer a bare HTTP error, and do nothing."""
        self._planned[method].extend([Fault(status=status)] * times)

    def lose_next_answer(self, method: str, *, times: int = 1) -> None:
        """Do what was asked and cut the connection: the caller cannot know."""
        self._planned[method].extend([Fault(loses_answer=True)] * times)

    def hold(self, method: str) -> None:
        """Do what is asked but keep the answers back until ``release``."""
        self._held[method] = asyncio.Event()

    def release(self, method: str) -> None:
        """Let the answers go."""
        self._held.pop(method).set()

    def next(self, method: str) -> Fault | None:
        """The fault planned for this call, if any."""
        planned = self._planned[method]
        return planned.popleft() if planned else None

    async def wait_if_held(self, method: str) -> None:
        """Returns at once, or when released."""
        held = self._held.get(method)
        if held is not None:
            await held.wait()
