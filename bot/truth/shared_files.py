"""Files as shared with messages: taking them in, and removing every copy."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.truth.categories import forget_categories
from bot.truth.inbox import Lane
from bot.truth.resting import contest_those_on, empty_those_on
from bot.truth.tables import (
    AnswerSourceRow,
    FetchedFileRow,
    FileRow,
    FileTextRow,
    MessageRow,
    RemovedFileRow,
    StandardAnswerSourceRow,
)
from bot.truth.working_set import LONG_AGO, WorkingSet
from connectors.events import FILE_NOT_FETCHED_YET, FileFetched, FileRef, FileRemoved

_AT_ONCE = 500
"""Ids a statement; SQLite has a limit."""


class SharedFiles:
    """The files of the messages of a batch."""

    def __init__(self, work: WorkingSet) -> None:
        self._work = work

    def replace(self, row: MessageRow, files: Iterable[FileRef], lane: Lane, *, only_new: bool = False) -> None:
        """Make the files of a message these; with ``only_new`` none is taken away."""
        present = {shared_file_id(row.record_id, file.file_id): file for file in files}
        if not present and row.record_id in self._work.new_records:
            return
        rows = {
            known.file_id: known
            for known in self._work.session.scalars(select(FileRow).where(FileRow.record_id == row.record_id))
        }
        if not only_new:
            for file_id, known in rows.items():
                if file_id not in present and known.removed_at is None:
                    self.forget(known, row.version_at, lane)
        for file_id, file in present.items():
            known_row = rows.get(file_id)
            if known_row is None:
                known_row = _file_row(file_id, file, row, self._work.now)
                self._work.session.add(known_row)
                self._describe(known_row, file, lane)
                removed = self._work.session.get(RemovedFileRow, file.file_id)
                if removed is not None:
                    self.forget(known_row, removed.removed_at, lane)
            elif known_row.removed_at is None:
                known_row.channel_id, known_row.applied_at = row.channel_id, self._work.now
                self._describe(known_row, file, lane)
            self._work.index(file_id, lane)

    def _describe(self, row: FileRow, file: FileRef | None, lane: Lane) -> None:
        """Bring a share up to what its message (None: unchanged) and the fetched file say; the latter counts more."""
        fetched = self._work.session.get(FetchedFileRow, row.platform_file_id)
        name, caption, media_type = (
            (row.name, row.caption, row.media_type) if file is None else (file.name, file.caption, file.media_type)
        )
        if fetched is not None:
            name = name if fetched.name is None else fetched.name
            caption = caption if fetched.caption is None else fetched.caption
            media_type = media_type if fetched.media_type is None else fetched.media_type
        if (row.name, row.caption) != (name, caption):
            self._work.words_changed.add(row.record_id)
            self._work.index(row.record_id, lane)
        row.name, row.caption, row.media_type, row.applied_at = name, caption, media_type, self._work.now
        sha256 = (fetched.sha256 if fetched is not None else None) or (file.sha256 if file is not None else None)
        if sha256 is not None and sha256 != row.sha256:
            before, row.sha256, row.status, row.reason = row.sha256, sha256, "pending", None
            if before is not None:
                contest_those_on(self._work.session, StandardAnswerSourceRow.file_id == row.file_id, self._work.now)
            self._release_bytes(before, besides=row.file_id)
            if fetched is not None and fetched.size_bytes is not None:
                row.size_bytes = fetched.size_bytes
        elif row.sha256 is None:
            told = fetched.unavailable_reason if fetched is not None else None
            row.reason = told or (file.unavailable_reason or "no_bytes" if file is not None else row.reason)
            row.status = "pending" if row.reason == FILE_NOT_FETCHED_YET else "failed"

    def fetch(self, event: FileFetched, lane: Lane) -> None:
        """What came of fetching a file counts for every message that shares it, those that arrive later included.

        Bytes once fetched are not given up for a later reason why there are none; the newest name counts.
        """
        session = self._work.session
        session.flush()
        shares = session.scalars(select(FileRow).where(FileRow.platform_file_id == event.file_id)).all()
        living = [file for file in shares if file.removed_at is None]
        if session.get(RemovedFileRow, event.file_id) is not None or (shares and not living):
            self._refuse_bytes(event.sha256)
            return
        row = session.get(FetchedFileRow, event.file_id)
        if row is None:
            row = FetchedFileRow(platform_file_id=event.file_id, fetched_at=LONG_AGO, applied_at=self._work.now)
            session.add(row)
        refused: str | None = None
        if event.sha256 is not None or event.unavailable_reason is not None:
            if (event.sha256 is not None, event.occurred_at) >= (row.sha256 is not None, row.fetched_at):
                refused = row.sha256 if row.sha256 != event.sha256 else None
                row.fetched_at, row.sha256, row.size_bytes = event.occurred_at, event.sha256, event.size_bytes
                row.unavailable_reason = event.unavailable_reason
            else:
                refused = event.sha256 if event.sha256 != row.sha256 else None
        if event.name is not None and (row.named_at is None or event.occurred_at >= row.named_at):
            row.name, row.media_type, row.caption = event.name, event.media_type, event.caption
            row.named_at = event.occurred_at
        row.applied_at = self._work.now
        session.flush()
        for file in living:
            self._describe(file, None, lane)
            self._work.index(file.file_id, lane)
            self._work.changed(file.channel_id, file.record_id)
        session.flush()
        self._refuse_bytes(refused)

    def refuse(self, files: Iterable[FileRef]) -> None:
        """Files of a message that was deleted before it came: what was fetched of them alone is not kept."""
        for file in files:
            self._refuse_bytes(file.sha256)
            self._drop_fetched(file.file_id)

    def _drop_fetched(self, platform_file_id: str) -> None:
        """What was fetched of a file goes with the last message that shares it."""
        fetched = self._work.session.get(FetchedFileRow, platform_file_id)
        if fetched is None:
            return
        living = select(FileRow.file_id).where(
            FileRow.platform_file_id == platform_file_id, FileRow.removed_at.is_(None)
        )
        if self._work.session.scalar(living.limit(1)) is None:
            sha256 = fetched.sha256
            self._work.session.delete(fetched)
            self._work.session.flush()
            self._refuse_bytes(sha256)

    def _refuse_bytes(self, sha256: str | None) -> None:
        if sha256 is not None:
            self._release_bytes(sha256, besides="")

    def forget(self, file: FileRow, at: datetime, lane: Lane) -> None:
        """Remove one share, and the bytes with the last one."""
        file.removed_at, file.name, file.caption, file.applied_at = at, "", "", self._work.now
        sha256, file.sha256 = file.sha256, None
        self._work.session.flush()
        self._release_bytes(sha256, besides=file.file_id)
        self._drop_fetched(file.platform_file_id)
        self._work.withdraw_answers(AnswerSourceRow.file_id == file.file_id, at)
        empty_those_on(self._work.session, StandardAnswerSourceRow.file_id == file.file_id, self._work.now)
        forget_categories(self._work.session, [file.file_id])
        self._work.index(file.file_id, lane)
        # Its message, and what stands around that, carried its name.
        self._work.words_changed.add(file.record_id)
        self._work.index(file.record_id, lane)

    def _release_bytes(self, sha256: str | None, *, besides: str) -> None:
        if sha256 is None:
            return
        others = select(FileRow.file_id).where(
            FileRow.sha256 == sha256, FileRow.removed_at.is_(None), FileRow.file_id != besides
        )
        if self._work.session.scalar(others.limit(1)) is None:
            self._work.session.execute(delete(FileTextRow).where(FileTextRow.sha256 == sha256))
            self._work.applied.unreferenced.add(sha256)

    def remove(self, event: FileRemoved, lane: Lane) -> None:
        """Remove the file from every message that shared it, those that arrive later included.

        Taken out of one channel, it goes from the messages that had shared it there until then.
        """
        shares = select(FileRow).where(FileRow.platform_file_id == event.file_id, FileRow.removed_at.is_(None))
        if event.channel_id is not None:
            sent_until_then = select(MessageRow.record_id).where(MessageRow.sent_at <= event.occurred_at)
            shares = shares.where(FileRow.channel_id == event.channel_id, FileRow.record_id.in_(sent_until_then))
        elif self._work.session.get(RemovedFileRow, event.file_id) is None:
            self._work.session.add(RemovedFileRow(platform_file_id=event.file_id, removed_at=event.occurred_at))
        for file in self._work.session.scalars(shares).all():
            self.forget(file, event.occurred_at, lane)
            self._work.changed(file.channel_id, file.record_id)
        if event.channel_id is None:
            self._drop_fetched(event.file_id)


def shared_file_id(record_id: str, platform_file_id: str) -> str:
    """The id of a file as shared with one message: the same file in two messages is two records with two audiences."""
    return f"{record_id}|{platform_file_id}"


def kept_bytes(session: Session, platform_file_ids: Sequence[str]) -> dict[str, str]:
    """Those of these files whose bytes were put here and that are not removed, each with its sha256."""
    found: dict[str, str] = {}
    for start in range(0, len(platform_file_ids), _AT_ONCE):
        part = platform_file_ids[start : start + _AT_ONCE]
        removed = select(RemovedFileRow.platform_file_id).where(RemovedFileRow.platform_file_id.in_(part))
        for table in (FetchedFileRow, FileRow):
            known = select(table.platform_file_id, table.sha256).where(
                table.platform_file_id.in_(part), table.platform_file_id.not_in(removed), table.sha256.is_not(None)
            )
            found.update((file_id, sha256) for file_id, sha256 in session.execute(known) if sha256 is not None)
    return found


def _file_row(file_id: str, file: FileRef, message: MessageRow, now: datetime) -> FileRow:
    return FileRow(
        file_id=file_id,
        platform_file_id=file.file_id,
        record_id=message.record_id,
        channel_id=message.channel_id,
        name=file.name,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        caption=file.caption,
        status="pending",
        reason=None if file.sha256 else file.unavailable_reason or "no_bytes",
        applied_at=now,
    )
