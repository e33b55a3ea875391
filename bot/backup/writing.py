"""Writing a backup: of one moment, while everything goes on."""

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from bot import __version__
from bot.backup.manifest import FORMAT, MANIFEST, SAMPLE, SETTINGS, TRUTH, Manifest, Member, Vectors
from bot.errors import ArchiveError
from bot.settings import Settings

_ROUNDS = 5
_PIECE_BYTES = 1 << 20
_COMPRESSION = 1
"""The fastest: most shared files are compressed already."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What a backup holds."""

    target: Path
    size: int
    messages: int
    files: int


def write_backup(
    settings: Settings, target: Path, *, vectors: Path | None, made_by: Vectors | None, progress: Progress
) -> Written:
    """Write the backup file; it appears under its name when it is complete, readable by its owner only. Blocking.

    ``vectors`` is a copy of the engine's folder. Raises ``ArchiveError``, and ``OSError`` when the disk is full.
    """
    if target.exists():
        raise ArchiveError(f"{target} exists", hint="Name a file that does not exist.")
    with tempfile.TemporaryDirectory(prefix=".shiguang-backup-", dir=target.parent) as folder:
        unfinished = Path(folder) / "backup"
        with _Writing(unfinished) as writing:
            snapshot, names, messages = _snapshot_with_files(settings, Path(folder), writing, progress)
            writing.add(TRUTH, snapshot)
            writing.add_bytes(SETTINGS, _settings_without_secrets(settings).encode())
            if (settings.home / SAMPLE).is_file():
                writing.add(SAMPLE, settings.home / SAMPLE)
            if vectors is not None:
                for path in sorted(path for path in vectors.rglob("*") if path.is_file()):
                    writing.add(f"qdrant/{path.relative_to(vectors).as_posix()}", path)
            manifest = Manifest(
                format=FORMAT,
                made_at=datetime.now(UTC),
                shiguang=__version__,
                truth_schema=_schema(snapshot),
                vectors=made_by if vectors is not None else None,
                messages=messages,
                files=len(names),
                # Bytes that were deleted while they were copied are in the file, and are not restored.
                members={
                    name: member
                    for name, member in writing.members.items()
                    if not name.startswith("files/") or name.removeprefix("files/") in names
                },
            )
            writing.add_bytes(MANIFEST, manifest.model_dump_json(indent=1).encode())
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.rename(target)
    return Written(target, target.stat().st_size, messages, len(names))


def _snapshot_with_files(
    settings: Settings, folder: Path, writing: "_Writing", progress: Progress
) -> tuple[Path, set[str], int]:
    """A copy of the truth all of whose files were there to be copied: taken again when one was deleted meanwhile."""
    source = settings.home / "truth.db"
    for round_ in range(_ROUNDS):
        snapshot = folder / f"truth-{round_}.db"
        with closing(sqlite3.connect(source)) as connection:
            # Of one moment, and rewritten: what was deleted before is not in it.
            connection.execute("VACUUM INTO ?", (str(snapshot),))
        names, messages = _named_files(snapshot)
        missing = False
        for number, name in enumerate(sorted(names), 1):
            if f"files/{name}" not in writing.members:
                missing |= not writing.add_file(f"files/{name}", _stored(settings, name))
            progress(number, len(names))
        if not missing or round_ == _ROUNDS - 1:
            # In the last round what is missing is no deletion: its row tells of bytes that are not there.
            return snapshot, {name for name in names if f"files/{name}" in writing.members}, messages
    raise AssertionError  # the last round returns


def _stored(settings: Settings, sha256: str) -> Path:
    return settings.files_dir / sha256[:2] / sha256[2:4] / sha256


def _named_files(snapshot: Path) -> tuple[set[str], int]:
    with closing(sqlite3.connect(snapshot)) as connection:
        named = connection.execute("select sha256 from files where removed_at is null and sha256 is not null")
        names = {sha256 for (sha256,) in named}
        [messages] = connection.execute("select count(*) from messages where deleted_at is null").fetchone()
    return names, messages


def _schema(snapshot: Path) -> str:
    with closing(sqlite3.connect(snapshot)) as connection:
        [version] = connection.execute("select version_num from alembic_version").fetchone()
    return str(version)


class _Writing:
    """A compressed tar file in which every member is hashed on its way."""

    def __init__(self, path: Path) -> None:
        self.members: dict[str, Member] = {}
        self._raw = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._gzip = gzip.GzipFile(fileobj=self._raw, mode="wb", compresslevel=_COMPRESSION, mtime=0)
        self._tar = tarfile.TarFile(fileobj=self._gzip, mode="w", format=tarfile.PAX_FORMAT)

    def __enter__(self) -> "_Writing":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._tar.close()
            self._gzip.close()
        self._raw.close()

    def add(self, name: str, path: Path) -> None:
        """A file that does not change meanwhile."""
        with path.open("rb") as file:
            self._add(name, file, os.fstat(file.fileno()).st_size)

    def add_file(self, name: str, path: Path) -> bool:
        """A shared file; False when it is not there."""
        try:
            self.add(name, path)
        except FileNotFoundError:
            return False
        return True

    def add_bytes(self, name: str, content: bytes) -> None:
        """A small member."""
        self._add(name, io.BytesIO(content), len(content))

    def _add(self, name: str, file: Any, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        hashing = _Hashing(file)
        self._tar.addfile(info, hashing)
        self.members[name] = Member(sha256=hashing.digest.hexdigest(), size=size)


class _Hashing:
    def __init__(self, file: Any) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self._file.read(size)
        self.digest.update(piece)
        return piece


def _settings_without_secrets(settings: Settings) -> str:
    """As TOML: what differs from the defaults. Secrets are named in a remark and left out."""
    left_out: list[str] = []
    plain: list[str] = []
    sections: list[str] = []
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            lines = [
                f"{key} = {_toml(getattr(value, key))}"
                for key in _changed(value, type(value)(), left_out, prefix=f"{name}.")
            ]
            if lines:
                sections += ["", f"[{name}]", *lines]
        elif name != "home" and value != type(settings).model_fields[name].get_default(call_default_factory=True):
            plain.append(f"{name} = {_toml(value)}")
    remark = [f"# not in the backup, because it is secret: {', '.join(left_out)}"] if left_out else []
    return "\n".join([*remark, *plain, *sections, ""])


def _changed(value: BaseModel, default: BaseModel, left_out: list[str], *, prefix: str) -> Iterable[str]:
    for key in type(value).model_fields:
        found = getattr(value, key)
        if isinstance(found, SecretStr):
            left_out.append(f"{prefix}{key}")
        elif found is not None and found != getattr(default, key):
            yield key


def _toml(value: object) -> str:
    """Words, numbers, booleans and lists of words are written alike in JSON and TOML."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


@contextmanager
def room_beside(target: Path) -> Iterator[Path]:
    """A folder on the disk of ``target`` for what is copied first."""
    folder = Path(tempfile.mkdtemp(prefix=".shiguang-vectors-", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
