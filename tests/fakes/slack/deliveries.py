"""Payloads on their way to the app: sent, acknowledged within three seconds, or sent again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from tests.fakes.slack.app import App, Installation
from tests.fakes.slack.clock import Clock, Timer
from tests.fakes.slack.errors import Json
from tests.fakes.slack.ids import Ids
from tests.fakes.slack.journal import Journal

Kind = Literal["events_api", "slash_commands", "interactive"]
ACK_SECONDS = 3.0
RETRY_DELAYS_S = (0.0, 60.0, 300.0)
"""At once, after a minute, after five."""


@dataclass(kw_only=True, eq=False)
class Attempt:
    """One sending; each has its own envelope id."""

    number: int
    envelope_id: str
    reason: str
    sent_at: float
    started: float
    deadline: Timer | None = None
    failure: str = ""
    took_s: float | None = None
    """Real seconds until the acknowledgement."""


@dataclass(kw_only=True, eq=False)
class Delivery:
    """One payload. ``state`` is ``failed`` when Slack has given it up."""

    installation: Installation
    kind: Kind
    payload: Json
    accepts_response: bool
    on_answer: Callable[[Json], None] | None = None
    attempts: list[Attempt] = field(default_factory=list)
    state: Literal["sent", "waiting", "acknowledged", "failed"] = "sent"
    answer: Json | None = None

    @property
    def name(self) -> str:
        """The inner event's type, the command, or the type of interaction."""
        event = self.payload.get("event")
        return str(event["type"] if event else self.payload.get("command") or self.payload.get("type"))

    @property
    def event(self) -> Json:
        """The inner event."""
        event: Json = self.payload["event"]
        return event


class Line(Protocol):
    """A way to an app: its sockets, or its request URL."""

    def send(self, delivery: Delivery, attempt: Attempt) -> bool:
        """Send it off without waiting; False when there is nobody to send to."""


class Deliveries:
    """Keeps ``log``, every delivery in order."""

    def __init__(
        self, *, clock: Clock, ids: Ids, journal: Journal, retry_delays: Sequence[float] = RETRY_DELAYS_S
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._journal = journal
        self.retry_delays = tuple(retry_delays)
        self.socket_line: Line | None = None
        self.webhook_line: Line | None = None
        self.log: list[Delivery] = []
        self._open: dict[int, Delivery] = {}
        self._by_envelope: dict[str, tuple[Delivery, Attempt]] = {}
        self._held_back: list[Delivery] | None = None

    def send(
        self,
        installation: Installation,
        kind: Kind,
        payload: Json,
        *,
        accepts_response: bool = False,
        on_answer: Callable[[Json], None] | None = None,
    ) -> Delivery:
        """A new payload on its way."""
        delivery = Delivery(
            installation=installation,
            kind=kind,
            payload=payload,
            accepts_response=accepts_response,
            on_answer=on_answer,
        )
        self.log.append(delivery)
        if self._held_back is None:
            self._attempt(delivery, "")
        else:
            self._open[id(delivery)] = delivery
            self._held_back.append(delivery)
        return delivery

    def hold_back(self) -> None:
        """Send nothing new until ``let_go``."""
        self._held_back = []

    def let_go(self, *, backwards: bool = False) -> None:
        """Send what was held back, the last first if wanted: order is not promised."""
        held, self._held_back = self._held_back or [], None
        for delivery in reversed(held) if backwards else held:
            self._attempt(delivery, "")

    def repeat(self, delivery: Delivery) -> None:
        """Send it again although it was acknowledged, as Slack does when an acknowledgement got lost."""
        delivery.state = "sent"
        self._attempt(delivery, "timeout")

    def events(self, kind: str) -> list[Delivery]:
        """The deliveries of this inner event type, in order."""
        return [delivery for delivery in self.log if delivery.kind == "events_api" and delivery.name == kind]

    @property
    def acknowledgement_seconds(self) -> list[float]:
        """Real seconds from sending to acknowledgement, of every attempt that was acknowledged, shortest first."""
        attempts = [attempt for delivery in self.log for attempt in delivery.attempts]
        return sorted(attempt.took_s for attempt in attempts if attempt.took_s is not None)

    @property
    def unsettled(self) -> list[Delivery]:
        """Neither acknowledged nor given up."""
        return list(self._open.values())

    def acknowledge(self, app: App, envelope_id: str, answer: Json | None) -> None:
        """The app has said that it has it; nonsense is refused, and lateness does not count."""
        found = self._by_envelope.get(envelope_id)
        if found is None or found[0].installation.app is not app:
            self._journal.refuse("ack", envelope_id, "unknown_envelope")
            return
        delivery, attempt = found
        if attempt.took_s is not None:
            self._journal.refuse("ack", delivery.name, "already_acknowledged", envelope_id)
            return
        attempt.took_s = time.monotonic() - attempt.started
        if attempt.failure:
            self._journal.refuse("ack", delivery.name, "acknowledged_too_late", f"{attempt.took_s:.3f} s")
            return
        if attempt.deadline is not None:
            attempt.deadline.cancel()
        self._settle(delivery, "acknowledged")
        if answer and not delivery.accepts_response:
            self._journal.refuse("ack", delivery.name, "payload_not_accepted", str(answer)[:200])
        elif delivery.on_answer is not None:
            delivery.answer = answer or {}
            delivery.on_answer(delivery.answer)
        self._journal.stir()

    def fail(self, delivery: Delivery, attempt: Attempt, reason: str, *, may_retry: bool = True) -> None:
        """This attempt came to nothing; events are tried again, what a person waits for is not."""
        if attempt.failure or attempt.took_s is not None:
            return
        attempt.failure = reason
        if attempt.deadline is not None:
            attempt.deadline.cancel()
        if delivery.kind != "events_api":
            self._settle(delivery, "failed")
            self._journal.refuse("ack", delivery.name, "operation_timeout", reason)
        elif attempt.number < len(self.retry_delays) and may_retry:
            delivery.state = "waiting"
            delay = self.retry_delays[attempt.number]
            if delay == 0:
                self._attempt(delivery, reason)
            else:
                self._clock.call_later(delay, lambda: self._attempt(delivery, reason))
        else:
            self._settle(delivery, "failed")
            self._journal.refuse("ack", delivery.name, "delivery_given_up", reason)
        self._journal.stir()

    def _settle(self, delivery: Delivery, state: Literal["acknowledged", "failed"]) -> None:
        delivery.state = state
        self._open.pop(id(delivery), None)

    def _attempt(self, delivery: Delivery, reason: str) -> None:
        if delivery.installation.is_uninstalled:
            self._settle(delivery, "failed")
            return
        self._open[id(delivery)] = delivery
        attempt = Attempt(
            number=len(delivery.attempts),
            envelope_id=self._ids.envelope(),
            reason=reason,
            sent_at=self._clock.now(),
            started=time.monotonic(),
        )
        delivery.attempts.append(attempt)
        delivery.state = "sent"
        self._by_envelope[attempt.envelope_id] = (delivery, attempt)
        is_http = delivery.installation.app.request_url is not None
        line = self.webhook_line if is_http else self.socket_line
        if line is None or not line.send(delivery, attempt):
            self.fail(delivery, attempt, "connection_failed")
            return
        overdue = "http_timeout" if is_http else "timeout"
        patience = ACK_SECONDS * self._clock.patience
        attempt.deadline = self._clock.call_later(patience, lambda: self.fail(delivery, attempt, overdue))
        self._journal.stir()
