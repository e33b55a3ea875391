"""Reading a backup: everything is compared with its checksum before anything of a home is touched."""

import hashlib
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from bot.backup.manifest import MANIFEST, TRUTH, Manifest, Member, is_member_name
from bot.errors import ArchiveError

_PIECE_BYTES = 1 << 20
_LONGEST_MANIFEST = 512 * 1024 * 1024

Accept = Callable[[str, IO[bytes]], None]


class BackupRefused(ArchiveError):
    """A backup that is damaged, tampered with or not one at all; nothing was touched."""

    code = "backup_refused"
    texts = {"zh": "这个备份不能恢复。", "en": "This backup cannot be restored."}
    hints = {
        "zh": "没有改动任何内容。请换一份完整的备份。",
        "en": "Nothing was touched. Take another copy of the backup.",
    }


def verify(source: Path) -> Manifest:
    """Read the whole backup and compare every member; raises ``BackupRefused``. Blocking."""
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    with _members(source) as members:
        for name, file in members:
            if manifest is not None:
                raise BackupRefused(f"{name!r} stands behind the list of its members")
            if name == MANIFEST:
                manifest = _manifest(file)
                continue
            if not is_member_name(name):
                raise BackupRefused(f"{name!r} does not belong into a backup")
            if name in found:
                raise BackupRefused(f"{name!r} is in it twice")
            found[name] = _hash(file)
    if manifest is None:
        raise BackupRefused("it is cut off: the list of its members is missing")
    for name, listed in manifest.members.items():
        if found.get(name) != listed:
            raise BackupRefused(f"{name!r} is missing" if name not in found else f"{name!r} has another checksum")
        if name.startswith("files/") and listed.sha256 != name.removeprefix("files/"):
            raise BackupRefused(f"{name!r} does not hold what its name says")
    if unlisted := [name for name in found if name not in manifest.members and not name.startswith("files/")]:
        raise BackupRefused(f"{unlisted[0]!r} is not listed")
    if TRUTH not in manifest.members:
        raise BackupRefused("the database is missing")
    return manifest


def unpack(source: Path, manifest: Manifest, target: Path) -> None:
    """Write every listed member below an empty folder, shared files where the file store has them. Blocking.

    Checksums are compared once more: the file may have changed since ``verify``.
    """
    with _members(source) as members:
        for name, file in members:
            listed = manifest.members.get(name)
            if listed is None:
                continue
            path = target / _place(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as writing:
                if _hash(file, writing) != listed:
                    raise BackupRefused(f"{name!r} has changed while it was read")


def _place(name: str) -> str:
    folder, _, rest = name.partition("/")
    return f"files/{rest[:2]}/{rest[2:4]}/{rest}" if folder == "files" else name


@contextmanager
def _members(source: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    try:
        with tarfile.open(source, mode="r|gz") as tar:
            yield _regular(tar)
    except FileNotFoundError:
        raise BackupRefused(f"{source} is not there") from None
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise BackupRefused(f"it is damaged or no backup ({type(error).__name__})") from None


def _regular(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for info in tar:
        file = tar.extractfile(info) if info.isreg() else None
        if file is None:
            raise BackupRefused(f"{info.name!r} is no plain file")
        yield info.name, file


def _manifest(file: IO[bytes]) -> Manifest:
    content = file.read(_LONGEST_MANIFEST)
    try:
        return Manifest.model_validate_json(content)
    except ValidationError:
        raise BackupRefused(
            "its list of members cannot be read",
            hint="A newer release may have made it; restore it with that one.",
        ) from None


def _hash(file: IO[bytes], writing: IO[bytes] | None = None) -> Member:
    digest = hashlib.sha256()
    size = 0
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
        if writing is not None:
            writing.write(piece)
    return Member(sha256=digest.hexdigest(), size=size)
