"""JSON lines: one message a line, as ``{"id","platform","channel","user","ts","thread_id","text","files"}``.

``id`` is kept as the record id. Further keys are passed over. Broken lines are skipped and listed with their number.
A ``ts`` without a time zone is taken as UTC, which the list of remarks says.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, get_args

from bot.errors import Language
from bot.importing.refusal import REFUSALS, InputRefused
from bot.importing.source import Skipped, SkippedList
from connectors.events import (
    ChannelId,
    ChannelRef,
    Event,
    FileRef,
    MessagePosted,
    PersonId,
    PersonRef,
    Platform,
    RecordId,
)

LINE_LIMIT_BYTES = 8_000_000
_ID_LIMIT = 400
_NAME_LIMIT = 200
_REMEMBERED_IDS = 2_000_000
_PROBED_LINES = 100

_REASONS: dict[str, dict[Language, str]] = {
    "broken_json": {"zh": "不是有效的 JSON，已跳过", "en": "it is not valid JSON; skipped"},
    "not_an_object": {"zh": "不是 JSON 对象，已跳过", "en": "it is not a JSON object; skipped"},
    "line_too_long": {"zh": "这一行太长，已跳过", "en": "the line is too long; skipped"},
    "wrong_id": {"zh": "id 缺失或不是短文本，已跳过", "en": "its id is missing or not a short text; skipped"},
    "wrong_platform": {
        "zh": "platform 不是 slack、wecom 或 console，已跳过",
        "en": "its platform is not slack, wecom or console; skipped",
    },
    "wrong_channel": {
        "zh": "channel 缺失或不是短文本，已跳过",
        "en": "its channel is missing or not a short text; skipped",
    },
    "wrong_user": {"zh": "user 缺失或不是短文本，已跳过", "en": "its user is missing or not a short text; skipped"},
    "wrong_time": {"zh": "ts 不是 ISO 8601 时间，已跳过", "en": "its ts is not an ISO 8601 time; skipped"},
    "wrong_text": {"zh": "text 不是文本，已跳过", "en": "its text is not a text; skipped"},
    "wrong_thread": {"zh": "thread_id 不是短文本，已跳过", "en": "its thread_id is not a short text; skipped"},
    "wrong_files": {"zh": "files 不是列表，已跳过", "en": "its files are not a list; skipped"},
    "duplicate_id": {"zh": "id 已在前面出现，已跳过", "en": "its id occurred before; skipped"},
    "time_zone_assumed": {"zh": "ts 没有时区，按 UTC 处理", "en": "its ts has no time zone; taken as UTC"},
}
FILE_NOT_IN_IMPORT = "file_not_in_import"
FILE_REASONS: dict[str, dict[Language, str]] = {
    FILE_NOT_IN_IMPORT: {"zh": "导入的数据中没有文件内容", "en": "the imported lines hold no bytes of the file"},
}


def open_jsonl(path: Path) -> "JsonlSource":
    """Open a file of JSON lines. Raises ``ImportRefused`` when it is not there or does not begin like one."""
    try:
        source = JsonlSource(path)
    except (OSError, ValueError):
        raise InputRefused(path.name, REFUSALS["not_found"]) from None
    if not source.looks_right():
        source.close()
        raise InputRefused(path.name, REFUSALS["no_messages"])
    return source


class _WrongLineError(Exception):
    """The line cannot be taken in; its argument is the code."""


class JsonlSource:
    """An opened file; see ``ImportSource``. Positions are byte offsets."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._file: BinaryIO = path.open("rb")
        self.total = path.stat().st_size
        """The file's size in bytes."""
        self._skipped = SkippedList(_REASONS, remarks=frozenset({"time_zone_assumed"}))
        self._seen: set[int] = set()
        self.fingerprint = f"jsonl-{self._fingerprint()}"
        """From size and first and last bytes."""

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Lines left out so far."""
        return self._skipped.listed

    @property
    def skipped_total(self) -> int:
        """Listed or not."""
        return self._skipped.total

    def looks_right(self) -> bool:
        """Whether one of the first lines is a JSON object, or the file is empty."""
        self._file.seek(0)
        for _ in range(_PROBED_LINES):
            line = self._file.readline(LINE_LIMIT_BYTES)
            if not line:
                return self.total == 0
            try:
                if isinstance(json.loads(line.decode("utf-8-sig")), dict):
                    return True
            except (ValueError, RecursionError):
                continue
        return False

    def events(self, *, start: int = 0) -> Iterator[tuple[Event, int]]:
        """One event a good line; ``start`` goes to the line at or after that offset."""
        self._seen.clear()
        for number, line, end in self._lines(start):
            where = f"line {number}" if number else f"byte {end - len(line)}"
            if not line.strip(b" \t\r\n\xef\xbb\xbf"):
                continue
            if len(line) >= LINE_LIMIT_BYTES:
                self._skipped.add(where, "line_too_long")
                continue
            try:
                event = self._event(_parsed(line))
            except _WrongLineError as wrong:
                self._skipped.add(where, str(wrong))
            else:
                yield event, end

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _lines(self, start: int) -> Iterator[tuple[int, bytes, int]]:
        """Line numbers from 1 (0 when unknown after a jump), bytes (cut when far too long) and end offsets."""
        self._file.seek(start)
        number = 0
        while line := self._file.readline(LINE_LIMIT_BYTES):
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = self._file.readline(LINE_LIMIT_BYTES)
            number += 1
            yield (number if start == 0 else 0), line, self._file.tell()

    def _event(self, item: dict[str, object]) -> MessagePosted:
        record_id = _short_text(item, "id", "wrong_id", limit=_ID_LIMIT)
        platform = _platform(item)
        channel = _short_text(item, "channel", "wrong_channel", limit=_NAME_LIMIT)
        user = _short_text(item, "user", "wrong_user", limit=_NAME_LIMIT)
        text = item.get("text")
        if not isinstance(text, str | None):
            raise _WrongLineError("wrong_text")
        thread_id = item.get("thread_id")
        if thread_id is not None:
            thread_id = _short_text(item, "thread_id", "wrong_thread", limit=_ID_LIMIT)
        at, has_zone = _time(item.get("ts"))
        files = _files(item.get("files"), record_id)
        content = json.dumps([platform, channel, user, at.isoformat(), thread_id, text, item.get("files")])
        self._check_first(record_id)
        if not has_zone:
            self._skipped.count("*", "time_zone_assumed")
        return MessagePosted(
            event_id=f"jsonl:{record_id}:{_digest(content)}",
            occurred_at=at,
            record_id=RecordId(record_id),
            channel=ChannelRef(
                channel_id=ChannelId(f"{platform}:{channel}"), platform=platform, name=channel, visibility="public"
            ),
            author=PersonRef(person_id=PersonId(f"{platform}:{user}"), platform=platform, name=user),
            text=_whole(text or ""),
            thread_id=RecordId(thread_id) if thread_id is not None and thread_id != record_id else None,
            files=files,
        )

    def _check_first(self, record_id: str) -> None:
        key = int.from_bytes(blake2b(record_id.encode(), digest_size=8).digest())
        if key in self._seen:
            raise _WrongLineError("duplicate_id")
        if len(self._seen) < _REMEMBERED_IDS:
            self._seen.add(key)

    def _fingerprint(self) -> str:
        first = self._file.read(65_536)
        self._file.seek(max(0, self.total - 65_536))
        return _digest(f"{self.total}", first, self._file.read(65_536))


def _parsed(line: bytes) -> dict[str, object]:
    try:
        item = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _WrongLineError("broken_json") from None
    if not isinstance(item, dict):
        raise _WrongLineError("not_an_object")
    return item


def _short_text(item: dict[str, object], key: str, code: str, *, limit: int) -> str:
    value = item.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**20:
        value = str(value)
    if not isinstance(value, str) or not value.strip() or len(value) > limit or value != _whole(value):
        raise _WrongLineError(code)
    return value


def _platform(item: dict[str, object]) -> Platform:
    value = item.get("platform")
    for platform in get_args(Platform):
        if value == platform:
            known: Platform = platform
            return known
    raise _WrongLineError("wrong_platform")


def _time(value: object) -> tuple[datetime, bool]:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is None:
            raise _WrongLineError("wrong_time")
        return (at.replace(tzinfo=UTC), False) if at.tzinfo is None else (at.astimezone(UTC), True)
    except (ValueError, OverflowError):
        raise _WrongLineError("wrong_time") from None


def _files(value: object, record_id: str) -> tuple[FileRef, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _WrongLineError("wrong_files")
    return tuple(_file(entry, f"{record_id}:file:{n}", n) for n, entry in enumerate(value[:200], 1))


def _file(entry: object, file_id: str, n: int) -> FileRef:
    """A reference under the name it gives, or one made of its link or caption; the link itself is not kept."""
    fields: dict[str, object] = entry if isinstance(entry, dict) else {"name": entry}
    caption = _text(fields, "caption")
    link = _text(fields, "url").partition("?")[0].rstrip("/").rpartition("/")[2]
    name = _text(fields, "name") or link or " ".join(caption.split())[:60] or f"file {n}"
    kind = _text(fields, "type")
    return FileRef(
        file_id=RecordId(file_id),
        name="".join(character if character.isprintable() else " " for character in name[:255]),
        media_type=_text(fields, "media_type")[:200] or ("image" if kind == "image" else ""),
        caption=caption,
        unavailable_reason=FILE_NOT_IN_IMPORT,
    )


def _text(fields: dict[str, object], key: str) -> str:
    value = fields.get(key)
    return _whole(value).strip() if isinstance(value, str) else ""


def _whole(text: str) -> str:
    """Without halves of surrogate pairs and NUL characters, which no database takes."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _digest(*parts: str | bytes) -> str:
    digest = blake2b(digest_size=12)
    for part in parts:
        digest.update(part.encode("utf-8", "replace") if isinstance(part, str) else part)
    return digest.hexdigest()
