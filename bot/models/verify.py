"""Check stored models against the checksums that were recorded when they were pulled."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.executor import Executor
from bot.models.catalogue import find
from bot.models.progress import Progress, SilentProgress
from bot.models.store import Manifest, ModelStore, describe_files

State = Literal["ok", "missing", "corrupt"]


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was found of one model; ``wrong_files`` are absent, changed or not from the manifest."""

    name: str
    state: State
    wrong_files: tuple[str, ...] = ()


def stored_names(store: ModelStore) -> tuple[str, ...]:
    """Names of the models that have a manifest."""
    if not store.models_dir.is_dir():
        return ()
    folders = sorted(path.parent.name for path in store.models_dir.glob("[!.]*/manifest.json"))
    manifests = (store.manifest(folder) for folder in folders)
    return tuple(manifest.name for manifest in manifests if manifest is not None)


async def verify_models(
    store: ModelStore, names: Iterable[str], *, progress: Progress | None = None
) -> tuple[Verification, ...]:
    """Hash every file of the named models."""
    shown = progress or SilentProgress()
    disk = Executor("verify", threads=1)
    try:
        found: list[Verification] = []
        for name in names:
            manifest = await disk.run(store.manifest, name)
            if manifest is None:
                found.append(Verification(name=name, state="missing"))
                continue
            with shown.meter(f"Checking {name}", total=sum(file.size for file in manifest.files)) as meter:
                actual = await disk.run(describe_files, store.folder(name), on_bytes=meter.update)
            wrong = _wrong_files(manifest, {file.path: file.sha256 for file in actual})
            found.append(Verification(name=name, state="corrupt" if wrong else "ok", wrong_files=wrong))
        return tuple(found)
    finally:
        disk.close()


def _wrong_files(manifest: Manifest, actual: dict[str, str]) -> tuple[str, ...]:
    expected = {file.path: file.sha256 for file in manifest.files}
    listed = find(manifest.name)
    if listed is not None and listed.sha256 is not None:
        expected[listed.main_file] = listed.sha256  # a changed manifest does not make a changed file right
    return tuple(sorted(path for path, digest in expected.items() if actual.get(path) != digest))
