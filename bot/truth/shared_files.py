"""Files as shared with messages: taking them in, and removing every copy."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.truth.categories import forget_categories
from bot.truth.inbox import Lane
from bot.truth.tables import AnswerSourceRow, FetchedFileRow, FileRow, FileTextRow, MessageRow, RemovedFileRow
from bot.truth.working_set import WorkingSet
from connectors.events import FileRef, FileRemoved

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
                removed = self._work.session.get(RemovedFileRow, file.file_id)
                if removed is not None:
                    self.forget(known_row, removed.removed_at, lane)
            elif known_row.removed_at is None:
                known_row.channel_id = row.channel_id
                if (known_row.name, known_row.caption) != (file.name, file.caption):
                    self._work.words_changed.add(row.record_id)
                known_row.name, known_row.caption, known_row.applied_at = file.name, file.caption, self._work.now
                if file.sha256 and file.sha256 != known_row.sha256:
                    self._release_bytes(known_row.sha256, besides=file_id)
                    known_row.sha256, known_row.status, known_row.reason = file.sha256, "pending", None
            self._work.index(file_id, lane)

    def forget(self, file: FileRow, at: datetime, lane: Lane) -> None:
        """Remove one share, and the bytes with the last one."""
        file.removed_at, file.name, file.caption, file.applied_at = at, "", "", self._work.now
        sha256, file.sha256 = file.sha256, None
        self._work.session.flush()
        self._release_bytes(sha256, besides=file.file_id)
        self._work.withdraw_answers(AnswerSourceRow.file_id == file.file_id, at)
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
        status="pending" if file.sha256 else "failed",
        reason=None if file.sha256 else file.unavailable_reason or "no_bytes",
        applied_at=now,
    )
