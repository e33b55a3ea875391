"""Everything the bot said to the platform, in order, with what the platform answered."""

from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.wecom.clock import Clock
from tests.fakes.wecom.refusals import Json, Refusal

Surface = Literal["api", "callback", "long_connection", "media", "response_url", "webhook"]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, frame or passive reply; ``errcode`` 0 when it was accepted."""

    at: float
    surface: Surface
    name: str
    body: Json
    errcode: int = 0
    detail: str = ""


@dataclass(kw_only=True)
class Ledger:
    """The record that tests read."""

    clock: Clock
    calls: list[Call] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """What the platform accepts without a word and then does not show, or shows cut."""

    def note(self, surface: Surface, name: str, body: Json, refusal: Refusal | None = None) -> None:
        """Write down one call."""
        code, detail = (refusal.code, refusal.detail) if refusal else (0, "")
        self.calls.append(
            Call(at=self.clock.time(), surface=surface, name=name, body=body, errcode=code, detail=detail)
        )

    def named(self, name: str) -> list[Call]:
        """The calls of this name (an API path, a frame's ``cmd``, ``webhook/send``, ``passive reply``)."""
        return [call for call in self.calls if call.name == name]

    @property
    def refusals(self) -> list[Call]:
        """The calls that were refused: a correct bot leaves none that the test did not provoke."""
        return [call for call in self.calls if call.errcode]
