"""One thing that the platform told the bot, and what became of it: what the driver's methods return to tests."""

from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.wecom.refusals import Json
from tests.fakes.wecom.world import Chat

Kind = Literal["message", "refresh", "card", "enter", "feedback"]


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One HTTP try; ``status`` is None when nobody answered within the budget or at all."""

    status: int | None
    body: str = ""
    real_seconds: float = 0.0
    """How long the answer took by the wall, whatever the fake's clock says."""


@dataclass(kw_only=True)
class Sent:
    """A message, click, feedback or refresh on its way to the bot."""

    kind: Kind
    userid: str
    chat: Chat
    body: Json
    at: float
    attempts: list[Attempt] = field(default_factory=list)
    """HTTP ways only."""
    req_id: str = ""
    """Long connection only."""
    delivered: bool = False
    """True when the bot took it: a 200 over HTTP, or written to a live connection."""
    held_back: str = ""
    """Why the platform did not even try."""
    refusals: list[str] = field(default_factory=list)
    """What was wrong with the bot's passive replies to it."""
    replied: int = 0
    """How many replies were accepted."""
    recalled: bool = False

    @property
    def msgid(self) -> str:
        """The key that stays the same on every repetition."""
        return str(self.body.get("msgid", self.body.get("MsgId", "")))

    @property
    def status(self) -> int | None:
        """Of the last try."""
        return self.attempts[-1].status if self.attempts else None
