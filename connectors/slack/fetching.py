"""Fetches the bytes of shared files in the background, and tells the archive what came of each.

A note (``fetch:<file id>``) is written before a file waits and removed when its ``FileFetched`` is stored, so that a
restart goes on where it was. Every attempt is limited in time and size; what fails for now is tried again after a
growing pause, and once more at the next start.
"""

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp

from connectors.events import Event, FileFetched, FileRemoved
from connectors.slack.downloading import Download, FileHostAway, FileRefused
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fetch_queue import FetchJob, FetchQueue, job_of_note
from connectors.slack.fields import Payload, number_of, object_of, objects_of, text_of, texts_of
from connectors.slack.file_reasons import MENDABLE, is_stub, why_never_fetched, why_refused
from connectors.slack.file_refs import file_caption, file_name, media_type
from connectors.slack.ids import file_id as our_file_id
from connectors.slack.site import Site

_log = logging.getLogger(__name__)

_NOTE = "fetch:"
_NEEDED = ("id", "mode", "file_access", "is_external", "size", "mimetype", "url_private", "url_private_download")
_WORKERS = 4
"""One of them is left to the files of today, however long those of history take."""
_PAUSES_SECONDS = (2.0, 15.0, 120.0, 900.0)
"""Before each further try; after the last one the file is given up until the next start."""


class Fetching:
    """The files of one workspace."""

    def __init__(
        self,
        site: Site,
        *,
        token: str,
        session: aiohttp.ClientSession,
        queue: FetchQueue | None = None,
        pauses_seconds: Sequence[float] = _PAUSES_SECONDS,
    ) -> None:
        self._site = site
        self._token = token
        self._session = session
        self._queue = queue or FetchQueue()
        self._pauses = tuple(pauses_seconds)
        self._under_way: dict[str, Download | None] = {}
        self._again: dict[str, FetchJob] = {}
        """Files that changed while they were fetched."""
        self._workers = 0
        self._history_under_way = 0
        self._more_in_notes = False

    async def start(self) -> None:
        """Go on with what a former run left, files that were given up included."""
        for key, note in (await self._site.host.notebook.all(self._site.source, _NOTE)).items():
            self._enqueue(replace(job_of_note(key.removeprefix(_NOTE), note), tries=0))

    async def want(self, files: Sequence[Payload], *, history: bool) -> None:
        """See to it that the bytes of these (as in ``files`` of a message) come, unless they are here already.

        Only for messages that are archived. Returns when this survives a restart; the bytes come later.
        """
        wanted = {text_of(file, "id"): file for file in files if self._is_worth_a_try(file)}
        if not wanted:
            return
        kept = await self._site.host.files_kept([our_file_id(file_id) for file_id in wanted])
        for file_id, file in wanted.items():
            size = kept.get(our_file_id(file_id))
            if size is None or number_of(file, "size") not in (None, size):
                await self._want(
                    FetchJob(file_id=file_id, is_history=history, is_changed=size is not None, file=_complete(file))
                )

    async def heard(self, event: Payload, body: Payload) -> None:
        """Messages with files, and whatever happens to files afterwards (``connectors.slack.site.Listener``)."""
        file_id = text_of(event, "file_id") or text_of(object_of(event, "file"), "id")
        match text_of(event, "type"):
            case "message":
                message = object_of(event, "message") or event
                files = list(objects_of(message, "files"))
                if files and await self._is_archived(text_of(event, "channel")):
                    await self.want(files, history=False)
            case "file_shared" if file_id and await self._is_archived(text_of(event, "channel_id")):
                await self.want([{"id": file_id}], history=False)
            case "file_change" if file_id:
                await self._want(FetchJob(file_id=file_id, is_changed=True, is_doubtful=True))
            case "file_public" | "file_unshared" if file_id:
                await self._want(FetchJob(file_id=file_id, is_doubtful=True))
            case "file_deleted" if file_id:
                await self._forget(file_id)

    def _is_worth_a_try(self, file: Payload) -> bool:
        most = self._site.configuration.max_file_bytes
        return bool(text_of(file, "id")) and (is_stub(file) or why_never_fetched(file, max_bytes=most) is None)

    async def _is_archived(self, slack_channel_id: str) -> bool:
        directory = self._site.directory
        return bool(slack_channel_id) and directory.is_archived_here(await directory.channel(slack_channel_id))

    async def _want(self, job: FetchJob) -> None:
        await self._site.host.notebook.write(self._site.source, _NOTE + job.file_id, job.note())
        self._enqueue(job)

    def _enqueue(self, job: FetchJob) -> None:
        if job.file_id in self._under_way:
            if job.is_changed:
                self._again[job.file_id] = job
            return
        if not self._queue.put(job):
            self._more_in_notes = True
        if self._workers < _WORKERS:
            self._workers += 1
            self._site.tasks.spawn(self._work(), name="fetching files")

    async def _forget(self, file_id: str) -> None:
        self._queue.drop(file_id)
        self._again.pop(file_id, None)
        download = self._under_way.get(file_id)
        if download is not None:
            download.stop()
        await self._site.host.notebook.write(self._site.source, _NOTE + file_id, None)

    async def _work(self) -> None:
        try:
            while True:
                job = await self._queue.next(history=self._history_under_way < _WORKERS - 1)
                if job is not None:
                    self._history_under_way += job.is_history
                    try:
                        await self._fetch(job)
                    finally:
                        self._history_under_way -= job.is_history
                elif self._more_in_notes and not len(self._queue):
                    await self._read_notes()
                else:
                    return
        finally:
            self._workers -= 1

    async def _read_notes(self) -> None:
        """What there was no room for, unless somebody gave it up."""
        self._more_in_notes = False
        for key, note in (await self._site.host.notebook.all(self._site.source, _NOTE)).items():
            job = job_of_note(key.removeprefix(_NOTE), note)
            if job.tries <= len(self._pauses):
                self._enqueue(job)

    async def _fetch(self, job: FetchJob) -> None:
        """One try at one file, and what follows from it."""
        self._under_way[job.file_id] = None
        try:
            event = await self._outcome(job)
        except (FileHostAway, SlackAway) as error:
            await self._try_again(job, error)
        except Exception:  # noqa: BLE001  # a full disk, a database that is away: the file waits for another try
            _log.exception("a file of Slack cannot be stored")
            await self._try_again(job, FileHostAway("file_unreachable"))
        else:
            await self._finish(job, event)
        finally:
            self._under_way.pop(job.file_id, None)
            again = self._again.pop(job.file_id, None)
            if again is not None:
                self._enqueue(again)

    async def _outcome(self, job: FetchJob) -> Event | None:
        """What became of the file; None when it is none of ours, or is here already.

        Raises ``FileHostAway`` or ``SlackAway`` when another try may help.
        """
        at = datetime.now(UTC)
        file = job.file if not job.tries else None
        looked_up: Payload | None = None
        try:
            if file is None:
                looked_up = file = await self._looked_up(job)
                if file is None:
                    return None
            sha256, size = await self._downloaded(job, file)
        except FileRefused as refused:
            if looked_up is None and job.file is not None and refused.code != "file_too_large":
                # What the message said of it may be out of date.
                raise FileHostAway(refused.code) from refused
            return _fetched(job.file_id, at, looked_up, reason=refused.code)
        except _Deleted:
            removed = our_file_id(job.file_id)
            return FileRemoved(event_id=f"{removed}:found_deleted", occurred_at=at, file_id=removed)
        return _fetched(job.file_id, at, looked_up, sha256=sha256, size=size)

    async def _downloaded(self, job: FetchJob, file: Payload) -> tuple[str, int]:
        configuration = self._site.configuration
        reason = why_never_fetched(file, max_bytes=configuration.max_file_bytes)
        if reason is not None:
            raise FileRefused(reason)
        download = Download(file, token=self._token, session=self._session, configuration=configuration)
        self._under_way[job.file_id] = download
        try:
            async with asyncio.timeout(configuration.file_seconds):
                return await download.into(self._site.host.store_file)
        except TimeoutError as error:
            raise FileHostAway("file_too_slow") from error

    async def _looked_up(self, job: FetchJob) -> Payload | None:
        """The file object as it is now; None when no place that is archived has it, or nothing changed.

        Raises ``FileRefused``, ``_Deleted`` or ``SlackAway``.
        """
        try:
            answer = await self._site.api.call("files.info", background=job.is_history, file=job.file_id)
        except SlackError as error:
            if error.code == "file_deleted":
                raise _Deleted from error
            code = why_refused(error.code)
            if code is None:
                raise FileHostAway("file_unreachable") from error
            if job.is_doubtful:
                return None
            raise FileRefused(code) from error
        file = object_of(answer, "file")
        if text_of(file, "mode") == "tombstone":
            raise _Deleted
        if not job.is_doubtful:
            return file
        our_id = our_file_id(job.file_id)
        kept = (await self._site.host.files_kept([our_id])).get(our_id)
        if kept is not None:
            return file if job.is_changed or number_of(file, "size") not in (None, kept) else None
        places = [place for key in ("channels", "groups", "ims") for place in texts_of(file, key)]
        return file if any([await self._is_archived(place) for place in places]) else None

    async def _try_again(self, job: FetchJob, error: FileHostAway | SlackAway) -> None:
        """After a pause; too often is given up, with the note kept for the next start."""
        if job.tries >= len(self._pauses):
            code = error.code if isinstance(error, FileHostAway) else "file_unreachable"
            await self._finish(job, _fetched(job.file_id, datetime.now(UTC), None, reason=code))
            return
        asked = error.pause if isinstance(error, FileHostAway) else 0.0
        pause = max(asked, self._pauses[job.tries] * random.uniform(0.7, 1.3))  # noqa: S311  # jitter
        due = asyncio.get_running_loop().time() + pause
        again = replace(job, tries=job.tries + 1, due=due)
        await self._site.host.notebook.write(self._site.source, _NOTE + job.file_id, again.note())
        self._under_way.pop(job.file_id, None)
        self._enqueue(again)

    async def _finish(self, job: FetchJob, event: Event | None) -> None:
        host = self._site.host
        reason = event.unavailable_reason if isinstance(event, FileFetched) else None
        if reason is not None:
            _log.warning("a file of Slack was not fetched: %s", reason)
        if event is not None and (reason is None or reason != job.told):
            await (host.accept_history if job.is_history else host.accept)([event])
        if job.file_id not in self._again:
            given_up = replace(job, tries=len(self._pauses) + 1, told=reason or "")
            note = given_up.note() if reason in MENDABLE else None
            await host.notebook.write(self._site.source, _NOTE + job.file_id, note)


class _Deleted(Exception):
    """Slack says that the file was deleted, and nobody told us."""


def _complete(file: Payload) -> Payload | None:
    """What a download needs of the object, for thousands may wait; None when it must be looked up."""
    has_address = bool(text_of(file, "url_private_download") or text_of(file, "url_private"))
    return {key: file[key] for key in _NEEDED if key in file} if has_address and not is_stub(file) else None


def _fetched(
    slack_id: str,
    at: datetime,
    looked_up: Payload | None,
    *,
    sha256: str | None = None,
    size: int | None = None,
    reason: str | None = None,
) -> FileFetched:
    ours = our_file_id(slack_id)
    return FileFetched(
        event_id=f"{ours}:{sha256[:16] if sha256 else reason}:{at.timestamp():.3f}",
        occurred_at=at,
        file_id=ours,
        sha256=sha256,
        size_bytes=size,
        unavailable_reason=reason,
        name=file_name(slack_id, looked_up) if looked_up is not None else None,
        media_type=media_type(looked_up) if looked_up is not None else None,
        caption=file_caption(looked_up) if looked_up is not None else None,
    )
