"""Files of archived messages: fetched piece by piece, after a kill too, and told to the application."""

import asyncio
import contextlib
import heapq
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.events import FileFetched, FileRef, RecordId
from connectors.live_host import Json, LiveHost
from connectors.wecom.ids import message_id
from connectors.wecom.message_archive.contents import MediaFile
from connectors.wecom.message_archive.fields import number_of, text_of
from connectors.wecom.message_archive.frames import Words
from connectors.wecom.message_archive.partial import Partial, forget_others
from connectors.wecom.message_archive.process import WorkerAway, WorkerGone, WorkerProcess
from connectors.wecom.message_archive.standing import RETRIED, Standing
from connectors.wecom.message_archive.timing import Timing

_NOTE = "file:"
_RECALLED = "recalled:"
_RECALLED_FOR = timedelta(days=30)
"""Far longer than WeCom has a message that may come after it was taken back."""
_MOST_TRIES = 6
_MOST_WAITING = 1_000
"""Beyond it files wait in the notes alone, and are read from there when these are done."""
_REFUSALS = {10005: "file_expired", 10010: "file_expired"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    file_id: RecordId
    sdk_file_id: str
    size_bytes: int | None
    md5: str
    at: datetime
    """When it was sent."""
    tries: int = 0

    def note(self) -> Json:
        return {
            "file": self.sdk_file_id,
            "size": self.size_bytes,
            "md5": self.md5,
            "at": self.at.isoformat(),
            "tries": self.tries,
        }


@dataclass(order=True, slots=True)
class _Waiting:
    due: float
    rank: float
    job: _Job = field(compare=False)


class _Refused(Exception):
    """There is no file to be had; ``code`` is one of ``texts.FILE_REASONS``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Later(Exception):
    """Worth another try; ``code`` counts when there have been enough."""

    def __init__(self, code: str, *, counts: bool = True) -> None:
        super().__init__(code)
        self.code = code
        self.counts = counts


class Fetching:
    """Each file that is wanted is a note until it was told what became of it. ``run`` until cancelled."""

    def __init__(
        self,
        *,
        host: LiveHost,
        source: str,
        worker: WorkerProcess,
        standing: Standing,
        folder: Path,
        max_file_bytes: int,
        timing: Timing,
    ) -> None:
        self._host = host
        self._source = source
        self._worker = worker
        self._standing = standing
        self._folder = folder
        self._max_file_bytes = max_file_bytes
        self._timing = timing
        self._queue: list[_Waiting] = []
        self._queued: set[RecordId] = set()
        self._left_out = True
        """Whether there may be notes of files that are not in the queue."""
        self._recalled: set[RecordId] = set()
        """Files that were taken back while they were waiting or being fetched."""
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()

    async def want(self, ref: FileRef, media: MediaFile, *, at: datetime) -> None:
        """Remember durably that a file is to be fetched; not one whose message was taken back before."""
        msgid = str(ref.file_id).removeprefix("wecom:").rpartition(":")[0]
        if await self._host.notebook.read(self._source, f"{_RECALLED}{msgid}") is not None:
            return
        job = _Job(
            file_id=ref.file_id,
            sdk_file_id=media.sdk_file_id,
            size_bytes=media.size_bytes,
            md5=media.md5,
            at=at,
        )
        await self._host.notebook.write(self._source, f"{_NOTE}{job.file_id}", job.note())
        self._put(job)

    async def recall(self, msgid: str) -> None:
        """A message was taken back: its files are not fetched, and nothing of them stays."""
        await self._host.notebook.write(self._source, f"{_RECALLED}{msgid}", {"at": datetime.now(UTC).isoformat()})
        for key in await self._host.notebook.all(self._source, f"{_NOTE}{message_id(msgid)}:"):
            file_id = RecordId(key.removeprefix(_NOTE))
            self._recalled.add(file_id)
            await self._host.notebook.write(self._source, key, None)
            await asyncio.to_thread(Partial(self._folder, file_id).remove)

    async def run(self) -> None:
        """Fetch what is wanted, the newest messages first and then the oldest, which expire."""
        wanted = await self._host.notebook.all(self._source, _NOTE)
        await asyncio.to_thread(forget_others, self._folder, [key.removeprefix(_NOTE) for key in wanted])
        await self._forget_recalled()
        self._left_out = True
        while True:
            self._changed.clear()
            await self._read_notes()
            waiting = self._queue[0] if self._queue else None
            now = asyncio.get_running_loop().time()
            if waiting is None or waiting.due > now:
                if waiting is None:
                    self._idle.set()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(None if waiting is None else waiting.due - now):
                        await self._changed.wait()
                continue
            heapq.heappop(self._queue)
            self._queued.discard(waiting.job.file_id)
            await self._fetch(waiting.job)

    async def _forget_recalled(self) -> None:
        before = datetime.now(UTC) - _RECALLED_FOR
        for key, note in (await self._host.notebook.all(self._source, _RECALLED)).items():
            if _moment(note, otherwise=before) <= before:
                await self._host.notebook.write(self._source, key, None)

    async def idle(self) -> None:
        """Until nothing waits to be fetched."""
        await self._idle.wait()

    def _put(self, job: _Job, *, pause: float = 0.0) -> None:
        self._idle.clear()
        if job.file_id in self._queued:
            return
        if len(self._queue) >= _MOST_WAITING:
            self._left_out = True
            return
        self._recalled.discard(job.file_id)
        is_recent = datetime.now(UTC) - job.at < timedelta(seconds=self._timing.recent)
        rank = -job.at.timestamp() if is_recent else job.at.timestamp()
        heapq.heappush(self._queue, _Waiting(asyncio.get_running_loop().time() + pause, rank, job))
        self._queued.add(job.file_id)
        self._changed.set()

    async def _read_notes(self) -> None:
        if self._queue or not self._left_out:
            return
        self._left_out = False
        for key, note in (await self._host.notebook.all(self._source, _NOTE)).items():
            self._put(_job_of(RecordId(key.removeprefix(_NOTE)), note))

    async def _fetch(self, job: _Job) -> None:
        if self._is_recalled(job):
            self._recalled.discard(job.file_id)
            return
        try:
            sha256, size = await self._fetched(job)
        except _Refused as refused:
            await self._tell(job, None, None, refused.code)
        except _Later as later:
            await self._again(job, later)
        except WorkerGone as gone:
            await self._again(job, _Later("file_unreachable", counts=gone.how != "killed"))
        except WorkerAway:
            await self._again(job, _Later("file_unreachable", counts=False))
        except Exception:  # noqa: BLE001 - one file must not end the fetching of all others
            _log.exception("a file of the message archive could not be fetched")
            await self._again(job, _Later("file_unreachable"))
        else:
            await self._tell(job, sha256, size, None)

    async def _fetched(self, job: _Job) -> tuple[str, int]:
        """Every piece, then the whole; raises ``_Refused`` and ``_Later``."""
        partial = Partial(self._folder, job.file_id)
        await asyncio.to_thread(partial.open)
        while not partial.is_whole:
            data, index, is_last = await self._piece(job, partial)
            if self._is_recalled(job):
                raise _Refused("file_expired")
            if partial.size + len(data) > self._max_file_bytes:
                raise _Refused("file_too_large")
            if not is_last and (not data or not index or index == partial.index):
                raise _Later("file_incomplete")
            await asyncio.to_thread(lambda: partial.add(data, index, is_last=is_last))  # noqa: B023 - runs at once
        is_whole = job.size_bytes in (None, 0, partial.size) and (
            not job.md5 or await asyncio.to_thread(partial.md5) == job.md5
        )
        if not is_whole or not partial.size:
            await asyncio.to_thread(partial.remove)
            raise _Later("file_incomplete")
        try:
            return await self._host.store_file(partial.pieces())
        except ValueError as error:  # the store's own limit
            raise _Refused("file_too_large") from error

    async def _piece(self, job: _Job, partial: Partial) -> tuple[bytes, str, bool]:
        heard: list[tuple[Words, bytes]] = []

        async def take(words: Words, data: bytes) -> None:
            heard.append((words, data))

        await self._worker.ask({"do": "media", "file": job.sdk_file_id, "index": partial.index}, take)
        words, data = heard[-1]
        code = int(words.get("code") or 0)
        if code in _REFUSALS:
            raise _Refused(_REFUSALS[code])
        if code:
            self._standing.set_refused(code)
            if code not in RETRIED:
                # Perhaps it does not know where to go on.
                await asyncio.to_thread(partial.remove)
            # What concerns everything, such as an address that is not allowed, says nothing of this file.
            raise _Later("file_unreachable", counts=code not in (10009, 10011))
        self._standing.answered()
        return data, str(words.get("index") or ""), bool(words.get("is_last"))

    async def _again(self, job: _Job, later: _Later) -> None:
        tries = job.tries + 1 if later.counts else job.tries
        if tries >= _MOST_TRIES:
            await self._tell(job, None, None, later.code)
        elif not self._is_recalled(job):
            job = replace(job, tries=tries)
            await self._host.notebook.write(self._source, f"{_NOTE}{job.file_id}", job.note())
            pause = min(self._timing.first_pause * 2 ** max(tries, 1), self._timing.longest_pause)
            self._put(job, pause=pause)

    async def _tell(self, job: _Job, sha256: str | None, size: int | None, reason: str | None) -> None:
        """Tell what became of a file, and only then forget that it was wanted."""
        if not self._is_recalled(job):
            event = FileFetched(
                event_id=f"{job.file_id}:fetched:{sha256 or reason}",
                occurred_at=datetime.now(UTC),
                file_id=job.file_id,
                sha256=sha256,
                size_bytes=size,
                unavailable_reason=reason,
            )
            await self._host.accept([event])
        self._recalled.discard(job.file_id)
        await self._host.notebook.write(self._source, f"{_NOTE}{job.file_id}", None)
        await asyncio.to_thread(Partial(self._folder, job.file_id).remove)

    def _is_recalled(self, job: _Job) -> bool:
        return job.file_id in self._recalled


def _job_of(file_id: RecordId, note: Json) -> _Job:
    return _Job(
        file_id=file_id,
        sdk_file_id=text_of(note, "file"),
        size_bytes=number_of(note, "size"),
        md5=text_of(note, "md5"),
        at=_moment(note, otherwise=datetime.now(UTC)),
        tries=number_of(note, "tries") or 0,
    )


def _moment(note: Json, *, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(text_of(note, "at"))
    except ValueError:
        return otherwise
