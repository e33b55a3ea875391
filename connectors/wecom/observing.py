"""What whoever runs the bot may count."""

from typing import Literal, Protocol

from connectors.wecom.site import Way

PostWay = Literal["webhook", "robot", "app"]
PostOutcome = Literal["posted", "refused"]


class Observer(Protocol):
    """Must be quick and never raise."""

    def heard(self, way: Way) -> None:
        """Somebody said something to a robot or app."""
        ...

    def posted(self, way: PostWay, outcome: PostOutcome) -> None:
        """A digest or the like was posted whole, or this way will never take it."""
        ...


class Unobserved:
    """Counts nothing."""

    def heard(self, way: Way) -> None:
        """Nothing."""

    def posted(self, way: PostWay, outcome: PostOutcome) -> None:
        """Nothing."""
