"""What whoever runs the bot may count."""

from collections import Counter
from typing import Literal, Protocol

from connectors.wecom.site import Way

_MOST_KINDS = 100
_LONGEST_KIND = 60
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


def count_kind(kinds: Counter[str], kind: str) -> None:
    """Count a kind of callback that means nothing here; whatever comes, there are not many kinds."""
    kind = kind[:_LONGEST_KIND]
    kinds[kind if kind in kinds or len(kinds) < _MOST_KINDS else "other"] += 1
