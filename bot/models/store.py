"""What is on disk: one folder a model, with a manifest that says what was put there and its checksums.

    models/NAME/…               the files
    models/NAME/manifest.json   written last, so a folder with a manifest is complete
    models/.partial/…           downloads that have not finished

All functions do short blocking disk work; hashing is the exception and takes an ``on_bytes`` callback.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bot.models.catalogue import Role

_CHUNK = 1 << 22
Checked = Literal["catalogue", "hub", "given", "none"]


class StoredFile(BaseModel):
    """A file of a stored model; ``path`` is relative to the model's folder, ``size`` is in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    size: int
    sha256: str
    mtime_ns: int


class Manifest(BaseModel):
    """What lies in a model's folder. ``checked`` says whose checksum it was compared with when it was pulled."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    role: Role
    source: str
    checked: Checked
    main_file: str
    pulled_at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    files: tuple[StoredFile, ...]


def sha256_of(path: Path, *, on_bytes: Callable[[int], None] | None = None) -> str:
    """Hash a file; ``on_bytes`` hears how many bytes are done."""
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            if on_bytes is not None:
                on_bytes(done)
    return digest.hexdigest()


def sync_to_disk(path: Path) -> None:
    """Flush a file or folder, so that it survives power loss."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, text: str) -> None:
    """Replace a small text file in one step."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    sync_to_disk(temporary)
    temporary.replace(path)


class ModelStore:
    """The folder of models."""

    def __init__(self, models_dir: Path) -> None:
        self.models_dir = models_dir
        self.partial_dir = models_dir / ".partial"

    def folder(self, name: str) -> Path:
        """Where the model of that name lies or will lie."""
        return self.models_dir / name.replace("/", "--")

    def staging(self, name: str) -> Path:
        """Where its unfinished download lies."""
        return self.partial_dir / name.replace("/", "--")

    def manifest(self, name: str) -> Manifest | None:
        """The manifest, or None when there is none or it cannot be read."""
        try:
            text = (self.folder(name) / "manifest.json").read_text(encoding="utf-8")
            return Manifest.model_validate_json(text)
        except (OSError, ValidationError):
            return None

    def is_complete(self, name: str) -> bool:
        """Every file of the manifest is there with its size: cheap, says nothing of the content."""
        return self._all_files(name, lambda path, stored: path.stat().st_size == stored.size)

    def is_untouched(self, name: str) -> bool:
        """Complete, and no file was written since it was pulled."""
        return self._all_files(
            name,
            lambda path, stored: (path.stat().st_size, path.stat().st_mtime_ns) == (stored.size, stored.mtime_ns),
        )

    def _all_files(self, name: str, holds: Callable[[Path, StoredFile], bool]) -> bool:
        manifest = self.manifest(name)
        if manifest is None:
            return False
        folder = self.folder(name)
        try:
            return all(holds(folder / stored.path, stored) for stored in manifest.files)
        except OSError:
            return False

    def publish(self, name: str, ready: Path, manifest: Manifest) -> None:
        """Move the finished folder ``ready`` into place in one step; an older one of that name is dropped."""
        for path in sorted(ready.rglob("*")):
            if path.is_file():
                sync_to_disk(path)
        write_atomically(ready / "manifest.json", manifest.model_dump_json(indent=2))
        sync_to_disk(ready)
        target = self.folder(name)
        dropped = self.staging(name) / "dropped"
        if target.exists():
            shutil.rmtree(dropped, ignore_errors=True)
            target.replace(dropped)
        ready.replace(target)
        sync_to_disk(self.models_dir)
        shutil.rmtree(self.staging(name), ignore_errors=True)

    def rewrite(self, manifest: Manifest) -> None:
        """Replace the manifest of a model whose files were checked again."""
        write_atomically(self.folder(manifest.name) / "manifest.json", manifest.model_dump_json(indent=2))

    def remove(self, name: str) -> None:
        """Delete the model and what was left of its download."""
        shutil.rmtree(self.folder(name), ignore_errors=True)
        shutil.rmtree(self.staging(name), ignore_errors=True)


def _shifted(on_bytes: Callable[[int], None] | None, base: int) -> Callable[[int], None] | None:
    return None if on_bytes is None else lambda done: on_bytes(base + done)


def describe_files(folder: Path, *, on_bytes: Callable[[int], None] | None = None) -> tuple[StoredFile, ...]:
    """Size and checksum of everything in ``folder`` but the manifest."""
    found: list[StoredFile] = []
    done = 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name == "manifest.json":
            continue
        before = done
        status = path.stat()
        digest = sha256_of(path, on_bytes=_shifted(on_bytes, before))
        relative = path.relative_to(folder).as_posix()
        found.append(StoredFile(path=relative, size=status.st_size, sha256=digest, mtime_ns=status.st_mtime_ns))
        done += status.st_size
    return tuple(found)
