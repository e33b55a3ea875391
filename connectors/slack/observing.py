"""What is counted of a connector's doings."""

from typing import Literal, Protocol

DeliveryOutcome = Literal["received", "acknowledged", "known", "unhandled", "dropped_by_slack", "failed", "set_aside"]
"""``known``: delivered before. ``dropped_by_slack``: minutes for which Slack says that it dropped events.

``failed``: handling it failed and is tried again; ``set_aside``: it failed too often.
"""


class Observer(Protocol):
    """Counts; called on the event loop, must be quick."""

    def delivery(self, outcome: DeliveryOutcome) -> None:
        """Something became of a payload that Slack delivered."""
        ...

    def reconnected(self) -> None:
        """A lost or retired socket was replaced."""
        ...

    def called(self, method: str, outcome: str) -> None:
        """A request of the Web API ended with ``ok``, ``away`` or Slack's code."""
        ...


class Unobserved:
    """Counts nothing."""

    def delivery(self, outcome: DeliveryOutcome) -> None:
        """Nothing."""

    def reconnected(self) -> None:
        """Nothing."""

    def called(self, method: str, outcome: str) -> None:
        """Nothing."""
