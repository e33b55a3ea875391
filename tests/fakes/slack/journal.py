"""What happened: every request with its answer, every refusal, every download, in order."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.slack.clock import Clock
from tests.fakes.slack.errors import Json


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call of the Web API, a response_url, the file host or a ticket."""

    number: int
    at: float
    surface: str
    """``api``, ``response_url``, ``files``, ``upload`` or ``link``."""
    name: str
    """The method's name, or the path."""
    verb: str
    token: str
    arguments: Json
    response: Json
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def error(self) -> str | None:
        """Why it was refused; None when it was not."""
        return None if self.response.get("ok", True) else str(self.response.get("error"))


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Something the app did that Slack would not accept, on any surface."""

    at: float
    surface: str
    name: str
    error: str
    detail: str = ""


class Journal:
    """The record that tests ask, and the one place to wait for something to happen."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.requests: list[Request] = []
        self.refusals: list[Refusal] = []
        self._stirred = asyncio.Event()

    def record(
        self,
        surface: str,
        name: str,
        *,
        verb: str = "POST",
        token: str = "",
        arguments: Json | None = None,
        response: Json | None = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Write a request down, and the refusal if it was one."""
        request = Request(
            number=len(self.requests) + 1,
            at=self._clock.now(),
            surface=surface,
            name=name,
            verb=verb,
            token=token,
            arguments=arguments or {},
            response=response or {},
            status=status,
            headers=headers or {},
        )
        self.requests.append(request)
        if request.error is not None:
            self.refuse(surface, name, request.error, str(request.response.get("response_metadata", "")))
        self.stir()

    def refuse(self, surface: str, name: str, error: str, detail: str = "") -> None:
        """Write a refusal down that has no response, such as an acknowledgement of nothing."""
        self.refusals.append(Refusal(at=self._clock.now(), surface=surface, name=name, error=error, detail=detail))
        self.stir()

    def calls(self, name: str) -> list[Request]:
        """The requests of this method (or path), in order, refused ones too."""
        return [request for request in self.requests if request.name == name]

    def stir(self) -> None:
        """Wake whoever waits in ``until``."""
        stirred, self._stirred = self._stirred, asyncio.Event()
        stirred.set()

    async def until(self, condition: Callable[[], object], *, seconds: float = 30.0) -> None:
        """Wait until the condition is true, looked at whenever something happened here; TimeoutError otherwise."""
        async with asyncio.timeout(seconds):
            while not condition():
                await self._stirred.wait()

    def clear(self) -> None:
        """Forget what was recorded so far."""
        self.requests.clear()
        self.refusals.clear()
