"""The place on the timeline where a page ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from knowledge.passage import Passage
from knowledge.qdrant.payload import read_time, stored_time


@dataclass(frozen=True, slots=True)
class TimelineCursor:
    """After this point the next page begins. Newest first; what was said at the same instant is ordered by point id.

    It names a place rather than a number of points, so that nothing is shown twice or left out when the archive grows
    or shrinks between two pages.
    """

    sent_at: datetime
    point_id: str

    def __str__(self) -> str:
        return f"{stored_time(self.sent_at)}~{self.point_id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of ``str``; raises ``ValueError`` on anything else, since it comes back from a browser."""
        moment, _, point_id = text.partition("~")
        sent_at = read_time(moment)
        if sent_at.tzinfo is None:
            msg = "a cursor without a time zone"
            raise ValueError(msg)
        return cls(sent_at, str(UUID(point_id)))


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Passages, newest first, and where to go on; ``following`` is None at the end."""

    passages: tuple[Passage, ...]
    following: TimelineCursor | None
