"""Restoring a backup into a home: checked, unpacked beside it, migrated, and then put in place by renaming."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from bot.archive.lock import ArchivistLock
from bot.backup.manifest import SAMPLE, SETTINGS, TRUTH, Manifest
from bot.backup.reading import BackupRefused, unpack, verify
from bot.errors import ArchiveError
from bot.settings import Settings
from bot.truth.database import HEAD, Database

_PARTS = (TRUTH, "files", "qdrant", SAMPLE)
_GOES_TOO = (f"{TRUTH}-wal", f"{TRUTH}-shm", "imports")
"""Of the home that is replaced, without a counterpart in a backup."""


async def check(source: Path, settings: Settings, *, force: bool) -> Manifest:
    """Everything that can be refused without writing; raises ``ArchiveError`` and ``BackupRefused``."""
    if settings.truth.url is not None:
        raise ArchiveError(
            "the settings name a database of their own (truth.url)",
            hint="Restore PostgreSQL with pg_restore, or unset truth.url.",
        )
    if not force and (there := _in_use(settings.home)):
        raise ArchiveError(
            f"{settings.home} is not empty ({', '.join(there)})",
            hint="Restore into another SHIGUANG_HOME, or replace this one with --force.",
        )
    manifest = await asyncio.to_thread(verify, source)
    if manifest.truth_schema > HEAD:
        raise BackupRefused(
            f"its database has version {manifest.truth_schema}, this release knows {HEAD}",
            hint="Restore it with the release that made it, or a newer one. Nothing was touched.",
        )
    return manifest


async def put_in_place(source: Path, manifest: Manifest, settings: Settings, *, with_vectors: bool) -> None:
    """Replace the home's truth and files by those of the backup; what was there goes when the new is in place.

    Raises ``ArchiveError`` while something else runs on the home.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    locks = (
        ArchivistLock(settings.home),
        ArchivistLock(settings.home, "reindex"),
        ArchivistLock(settings.home, "forget"),
    )
    try:
        for lock in locks:
            if not lock.acquire():
                raise ArchiveError("another shiguang is running on this home", hint="Stop it first.")
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home) as folder:
            staged = Path(folder)
            await asyncio.to_thread(unpack, source, manifest, staged)
            await asyncio.to_thread(_check_integrity, staged / TRUTH)
            await _migrate(staged / TRUTH)
            if not with_vectors:
                shutil.rmtree(staged / "qdrant", ignore_errors=True)
            _swap(staged, settings.home)
    finally:
        for lock in locks:
            lock.release()


def _in_use(home: Path) -> list[str]:
    """What of an archive is in a home; models and settings are none."""
    found = [name for name in (TRUTH, SAMPLE) if (home / name).exists()]
    return found + [f"{name}/" for name in ("files", "qdrant") if _holds_files(home / name)]


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))


def _check_integrity(truth: Path) -> None:
    try:
        with closing(sqlite3.connect(truth)) as connection:
            [told] = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError:
        told = "no database"
    if told != "ok":
        raise BackupRefused("its database is damaged")


async def _migrate(truth: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{truth}")
    try:
        await database.migrate()
        await database.scrub()
    finally:
        await database.close()


def _swap(staged: Path, home: Path) -> None:
    """Renames only: the former files are moved aside, the new ones in, and only then the former are removed."""
    former = Path(tempfile.mkdtemp(prefix=".replaced-", dir=home))
    for name in (*_PARTS, *_GOES_TOO):
        _move(home / name, former / name)
    for name in _PARTS:
        _move(staged / name, home / name)
    if not (home / SETTINGS).exists():
        _move(staged / SETTINGS, home / SETTINGS)
    _make_private([home / TRUTH])
    descriptor = os.open(home, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    shutil.rmtree(former, ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    if source.exists():
        source.rename(target)


def _make_private(paths: Iterable[Path]) -> None:
    for path in paths:
        path.chmod(0o600)
