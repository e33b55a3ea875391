"""Pull a model: from the first source that gives it, into the store, checked.

Interrupted pulls go on where they ended; two pulls of one model wait for each other; a model that is there costs
nothing.
"""

import asyncio
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, assert_never
from urllib.parse import urlsplit

import aiohttp
from filelock import AsyncFileLock, Timeout

from bot.errors import DownloadError, ModelError
from bot.executor import Executor
from bot.models.catalogue import E5Wheels, HubFiles, LocalFile, Model, Source, UrlFile, WheelMember, WheelParts
from bot.models.http_files import HttpDownloader, new_session
from bot.models.hubs import RemoteFile, hub_title, list_files
from bot.models.progress import Meter, Progress, SilentProgress
from bot.models.store import Checked, Manifest, ModelStore, describe_files, sha256_of
from bot.models.wheels import WheelDownloader

_MARGIN_BYTES = 300_000_000  # wheels in flight and a little air
_BUILD_BYTES = 800_000_000  # wheels, the float32 model and the result of e5_onnx
_BUILD_SECONDS = 900.0
_LOCK_SECONDS = 3600.0
_TICK_SECONDS = 0.5


class Puller:
    """Fetches models into a store; use it as an async context manager.

    ``stall_seconds`` without a byte end a wheel's download; ``wait_seconds`` is the longest pause between attempts.
    """

    def __init__(
        self,
        store: ModelStore,
        *,
        progress: Progress | None = None,
        stall_seconds: float = 180.0,
        wait_seconds: float = 10.0,
    ) -> None:
        self._store = store
        self._progress = progress or SilentProgress()
        self._disk = Executor("models", threads=4)
        self._wheels = WheelDownloader(self._disk, stall_seconds=stall_seconds, wait_seconds=wait_seconds)
        self._wait_seconds = wait_seconds
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
        self._disk.close()

    async def pull(self, model: Model, *, force: bool = False) -> Manifest:
        """The manifest of the stored model.

        Raises ``DownloadError`` when no source gives it, ``ModelError`` when the disk is too small or not writable.
        """
        if not force and await self._disk.run(self._store.is_untouched, model.name):
            manifest = await self._disk.run(self._store.manifest, model.name)
            if manifest is not None:
                return manifest
        try:
            await self._disk.run(self._store.staging(model.name).mkdir, parents=True, exist_ok=True)
            lock_path = self._store.partial_dir / f"{self._store.staging(model.name).name}.lock"
            lock = AsyncFileLock(lock_path, timeout=0)
            try:
                await lock.acquire()
            except Timeout:
                self._progress.note(f"{model.name}: another pull is running, waiting for it")
                await lock.acquire(timeout=_LOCK_SECONDS, poll_interval=_TICK_SECONDS)
            try:
                if not force and (manifest := await self._present(model)) is not None:
                    return manifest
                return await self._pull_locked(model)
            finally:
                await lock.release()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ModelError(f"{model.name} cannot be written ({reason})", hint=_DISK_HINT) from None

    async def _present(self, model: Model) -> Manifest | None:
        """The manifest if the files are there and unchanged; files written since are hashed again."""
        store = self._store
        manifest = await self._disk.run(store.manifest, model.name)
        if manifest is None or not await self._disk.run(store.is_complete, model.name):
            return None
        if await self._disk.run(store.is_untouched, model.name):  # another pull was faster
            return manifest
        with self._progress.meter(f"Checking {model.name}", total=sum(file.size for file in manifest.files)) as meter:
            files = await self._disk.run(describe_files, store.folder(model.name), on_bytes=meter.update)
        if [(file.path, file.sha256) for file in files] != [(file.path, file.sha256) for file in manifest.files]:
            self._progress.note(f"{model.name} was changed on disk; it is pulled again")
            return None
        renewed = manifest.model_copy(update={"files": files})
        await self._disk.run(store.rewrite, renewed)
        return renewed

    async def _pull_locked(self, model: Model) -> Manifest:
        await self._check_disk(model)
        failures: list[str] = []
        for source in model.sources:
            if failures:
                self._progress.note(f"{failures[-1]}; trying {source_title(source)}")
            try:
                return await self._pull_from(model, source)
            except DownloadError as error:
                failures.append(error.detail)
        raise DownloadError(f"{model.name}: {'; '.join(failures)}")

    async def _check_disk(self, model: Model) -> None:
        staging = self._store.staging(model.name)
        building = any(isinstance(source, E5Wheels) for source in model.sources)
        needed = (_BUILD_BYTES if building else model.size + _MARGIN_BYTES) - await self._disk.run(_bytes_in, staging)
        free = (await self._disk.run(shutil.disk_usage, self._store.models_dir)).free
        if free < needed:
            detail = f"{model.name} needs {needed / 1e9:.1f} GB of free disk, there are {free / 1e9:.1f} GB"
            raise ModelError(detail, hint=_DISK_HINT)

    async def _pull_from(self, model: Model, source: Source) -> Manifest:
        ready = self._store.staging(model.name) / "ready"
        await self._disk.run(ready.mkdir, parents=True, exist_ok=True)
        checked = await self._fetch(model, source, ready)
        total = sum(path.stat().st_size for path in await self._disk.run(lambda: [*ready.rglob("*")]))
        with self._progress.meter(f"Checking {model.name}", total=total) as meter:
            files = await self._disk.run(describe_files, ready, on_bytes=meter.update)
        if model.main_file.endswith(".gguf") and not await self._disk.run(_is_gguf, ready / model.main_file):
            await self._disk.run(shutil.rmtree, ready, ignore_errors=True)
            raise DownloadError(f"what {source_title(source)} gave is not a GGUF file")
        digest = next((file.sha256 for file in files if file.path == model.main_file), None)
        if digest is None or (model.sha256 is not None and digest != model.sha256):
            await self._disk.run(shutil.rmtree, ready, ignore_errors=True)
            raise DownloadError(f"{model.main_file} from {source_title(source)} has the wrong checksum and was deleted")
        if model.sha256 is not None:
            checked = "catalogue" if model.proven else "given"
        manifest = Manifest(
            name=model.name,
            role=model.role,
            source=source_title(source),
            checked=checked,
            main_file=model.main_file,
            files=files,
        )
        await self._disk.run(self._store.publish, model.name, ready, manifest)
        return manifest

    async def _fetch(self, model: Model, source: Source, ready: Path) -> Checked:
        """Fill ``ready`` and say whose checksums were compared on the way."""
        match source:
            case WheelParts():
                with self._progress.meter(f"Downloading {model.name}", total=model.size) as meter:
                    joined = ready.with_name("joined")
                    await self._wheels.fetch_parts(source, joined, total=model.size, on_bytes=meter.update)
                await self._disk.run(joined.replace, ready / model.main_file)
                return "none"
            case E5Wheels():
                await self._build_e5(source, ready)
                return "catalogue"
            case HubFiles():
                return await self._fetch_remote(model, await list_files(self._web(), source), ready)
            case UrlFile():
                file = RemoteFile(url=source.url, local_name=model.main_file, sha256=model.sha256)
                return await self._fetch_remote(model, (file,), ready)
            case LocalFile():
                with self._progress.meter(f"Copying {model.name}", total=model.size) as meter:
                    copying = self._disk.run(shutil.copyfile, source.path, ready / model.main_file)
                    await _tick(copying, meter)
                return "none"
            case _:
                assert_never(source)

    def _web(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = new_session()
        return self._session

    async def _fetch_remote(self, model: Model, files: tuple[RemoteFile, ...], ready: Path) -> Checked:
        downloader = HttpDownloader(self._web(), self._disk, wait_seconds=self._wait_seconds)
        verified = True
        total = sum(file.size or 0 for file in files) or model.size
        with self._progress.meter(f"Downloading {model.name}", total=total or None) as meter:
            before = 0
            for file in files:
                target = ready / file.local_name
                if not await self._disk.run(target.is_file):
                    await downloader.fetch(file, target, on_bytes=_shifted(meter.update, before))
                verified &= await self._verify_remote(file, target)
                before += (await self._disk.run(target.stat)).st_size
        return "hub" if verified else "none"

    async def _verify_remote(self, file: RemoteFile, target: Path) -> bool:
        """Compare with what the hub said; False when it said nothing."""
        if file.sha256 is not None:
            right = await self._disk.run(sha256_of, target) == file.sha256
        elif file.git_sha1 is not None:
            right = await self._disk.run(_git_sha1, target) == file.git_sha1
        else:
            return False
        if not right:
            await self._disk.run(target.unlink)
            host = urlsplit(file.url).hostname
            raise DownloadError(f"{file.local_name} from {host} has the wrong checksum and was deleted")
        return True

    async def _build_e5(self, source: E5Wheels, ready: Path) -> None:
        staging = ready.parent
        weights = await self._payload(source.weights, staging)
        tokenizer = await self._payload(source.tokenizer, staging)
        await self._disk.run(shutil.rmtree, ready, ignore_errors=True)
        with self._progress.meter("Building the embedding model (about half a minute)") as meter:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot.models.e5_onnx", str(weights), str(tokenizer), str(ready)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONWARNINGS": "ignore"},
            )
            try:
                async with asyncio.timeout(_BUILD_SECONDS):
                    _, stderr = await _tick(process.communicate(), meter)
            except TimeoutError:
                raise ModelError(f"the embedding model was not built within {_BUILD_SECONDS:.0f} s") from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode != 0:
            last = stderr.decode(errors="replace").strip().splitlines()[-1:] or ["killed; is there 3 GB of memory?"]
            raise ModelError(f"the embedding model could not be built ({last[0][:160]})")

    async def _payload(self, member: WheelMember, staging: Path) -> Path:
        with self._progress.meter(f"Downloading {member.package}", total=member.size) as meter:
            path = await self._wheels.fetch_member(member, into=staging, on_bytes=meter.update)
            digest = await self._disk.run(sha256_of, path)
        if digest != member.sha256:
            await self._disk.run(path.unlink)
            raise DownloadError(f"{path.name} in {member.package} has the wrong checksum and was deleted")
        return path


_DISK_HINT = "Free some disk space, check the permissions, or set SHIGUANG_HOME to another disk."


def source_title(source: Source) -> str:
    """Where a model comes from, for people."""
    match source:
        case WheelParts():
            return f"package index ({source.package.format(n=1)} … {source.parts}, {source.version})"
        case E5Wheels():
            return f"package index ({source.weights.package} {source.weights.version}), built here"
        case HubFiles():
            return f"{hub_title(source.hub)}: {source.repository}"
        case UrlFile():
            return urlsplit(source.url).hostname or "address"
        case LocalFile():
            return "local file"
        case _:
            assert_never(source)


async def _tick(work: Coroutine[Any, Any, Any], meter: Meter) -> Any:
    """Await ``work`` and keep the meter moving."""
    task = asyncio.create_task(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=_TICK_SECONDS)
            meter.update(0)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _shifted(on_bytes: Callable[[int], None], base: int) -> Callable[[int], None]:
    return lambda done: on_bytes(base + done)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _is_gguf(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(4) == b"GGUF"


def _git_sha1(path: Path) -> str:
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
