"""Which files are to be fetched next: those of today before those of history, each once."""

import asyncio
from dataclasses import dataclass, replace

from connectors.live_host import Json
from connectors.slack.fields import Payload, is_set, number_of, text_of

MOST_WAITING = 10_000
"""Beyond it files wait in the notes alone, and are read from there when these are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchJob:
    """A file to fetch. The file object itself is only remembered until a restart: it holds names."""

    file_id: str
    is_history: bool = False
    is_changed: bool = False
    """Whether bytes that are here already are out of date."""
    is_doubtful: bool = False
    """Whether it must be looked up first if any place where it is shared is archived."""
    tries: int = 0
    told: str = ""
    """Why it was given up in a former run: the same is not told twice."""
    file: Payload | None = None
    due: float = 0.0
    """In the time of the event loop."""

    def note(self) -> Json:
        """What must survive a restart."""
        return {
            "history": self.is_history,
            "changed": self.is_changed,
            "doubtful": self.is_doubtful,
            "tries": self.tries,
            "told": self.told,
        }

    def joined(self, other: "FetchJob") -> "FetchJob":
        """This wish and a newer one for the same file."""
        return replace(
            other,
            is_history=self.is_history and other.is_history,
            is_changed=self.is_changed or other.is_changed,
            is_doubtful=self.is_doubtful and other.is_doubtful,
            file=other.file or (None if other.is_changed else self.file),
        )


def job_of_note(file_id: str, note: Json) -> FetchJob:
    """A wish as it was before the restart."""
    return FetchJob(
        file_id=file_id,
        is_history=is_set(note, "history"),
        is_changed=is_set(note, "changed"),
        is_doubtful=is_set(note, "doubtful"),
        tries=number_of(note, "tries") or 0,
        told=text_of(note, "told"),
    )


class FetchQueue:
    """Bounded; ``next`` waits only for those whose time has not come."""

    def __init__(self, *, most: int = MOST_WAITING) -> None:
        self._most = most
        self._today: dict[str, FetchJob] = {}
        self._history: dict[str, FetchJob] = {}
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._today) + len(self._history)

    def put(self, job: FetchJob) -> bool:
        """Take a wish, or join it with the one that waits; False when there is no room."""
        waiting = self._taken(job.file_id)
        if waiting is None and len(self) >= self._most:
            return False
        job = job if waiting is None else waiting.joined(job)
        (self._history if job.is_history else self._today)[job.file_id] = job
        self._changed.set()
        return True

    def drop(self, file_id: str) -> None:
        """It is not wanted any more."""
        self._taken(file_id)
        self._changed.set()

    async def next(self, *, history: bool = True) -> FetchJob | None:
        """Take the most urgent one, after its pause; None when nothing waits, or only ``history`` that is not asked."""
        while self._today or (history and self._history):
            lanes = (self._today, self._history) if history else (self._today,)
            now = asyncio.get_running_loop().time()
            # Nearly always the very first one is due, however many wait.
            due = next((job for lane in lanes for job in lane.values() if job.due <= now), None)
            if due is not None:
                return self._taken(due.file_id)
            self._changed.clear()
            try:
                async with asyncio.timeout(min(job.due for lane in lanes for job in lane.values()) - now):
                    await self._changed.wait()
            except TimeoutError:
                continue
        return None

    def _taken(self, file_id: str) -> FetchJob | None:
        return self._today.pop(file_id, None) or self._history.pop(file_id, None)
