"""Which files are to be fetched next: those of today before those of history, each once."""

import asyncio
from dataclasses import dataclass, replace

from connectors.live_host import Json
from connectors.slack.fields import Payload, is_set, number_of

MOST_WAITING = 1_000
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
    )


class FetchQueue:
    """Bounded; ``next`` waits only for those whose time has not come."""

    def __init__(self, *, most: int = MOST_WAITING) -> None:
        self._most = most
        self._jobs: dict[str, FetchJob] = {}
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def is_full(self) -> bool:
        """Whether another file would have to wait elsewhere."""
        return len(self._jobs) >= self._most

    def put(self, job: FetchJob) -> bool:
        """Take a wish, or join it with the one that waits; False when there is no room."""
        waiting = self._jobs.get(job.file_id)
        if waiting is None and self.is_full:
            return False
        self._jobs[job.file_id] = job if waiting is None else waiting.joined(job)
        self._changed.set()
        return True

    def drop(self, file_id: str) -> None:
        """It is not wanted any more."""
        self._jobs.pop(file_id, None)
        self._changed.set()

    async def next(self) -> FetchJob | None:
        """Take the most urgent one, after its pause; None when nothing waits."""
        while self._jobs:
            now = asyncio.get_running_loop().time()
            due = [job for job in self._jobs.values() if job.due <= now]
            if due:
                return self._jobs.pop(min(due, key=lambda job: job.is_history).file_id)
            self._changed.clear()
            pause = min(job.due for job in self._jobs.values()) - now
            try:
                async with asyncio.timeout(pause):
                    await self._changed.wait()
            except TimeoutError:
                continue
        return None
