import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.errors import DownloadError
from bot.executor import Executor
from bot.models.http_files import HttpDownloader, new_session
from bot.models.hubs import RemoteFile
from tests.fakes.model_hub import FakeModelHub

_CONTENT = bytes(range(256)) * 1000


@pytest.fixture
async def hub() -> AsyncIterator[FakeModelHub]:
    async with FakeModelHub(repository="o/r", files={"m.gguf": _CONTENT}) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


@pytest.fixture
def downloader(session: aiohttp.ClientSession, disk: Executor) -> HttpDownloader:
    return HttpDownloader(session, disk, wait_seconds=0.01)


def _file(hub: FakeModelHub, *, path: str = "m.gguf", size: int | None = len(_CONTENT)) -> RemoteFile:
    digest = hashlib.sha256(_CONTENT).hexdigest()
    return RemoteFile(url=f"{hub.address}/o/r/resolve/main/{path}", local_name=path, size=size, sha256=digest)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _ignore(_: int) -> None:
    pass


async def test_a_file_arrives_through_a_redirect(hub: FakeModelHub, downloader: HttpDownloader, tmp_path: Path) -> None:
    heard: list[int] = []
    await downloader.fetch(_file(hub), tmp_path / "m", on_bytes=heard.append)
    assert (tmp_path / "m").read_bytes() == _CONTENT
    assert heard[-1] == len(_CONTENT)
    assert _names(tmp_path) == ["m"]


async def test_a_broken_transfer_goes_on_where_it_ended(
    hub: FakeModelHub, downloader: HttpDownloader, tmp_path: Path
) -> None:
    hub.break_after = [100_000, 50_000]
    hub.break_when = asyncio.Event()

    def hear(done: int) -> None:
        if hub.break_when is not None and done in {100_000, 150_000}:
            hub.break_when.set()

    await downloader.fetch(_file(hub), tmp_path / "m", on_bytes=hear)
    assert (tmp_path / "m").read_bytes() == _CONTENT
    assert hub.ranges_asked == ["bytes=100000-", "bytes=150000-"]


async def test_another_run_goes_on_with_the_part(hub: FakeModelHub, downloader: HttpDownloader, tmp_path: Path) -> None:
    (tmp_path / "m.part").write_bytes(_CONTENT[:1000])
    await downloader.fetch(_file(hub), tmp_path / "m", on_bytes=_ignore)
    assert (tmp_path / "m").read_bytes() == _CONTENT
    assert hub.ranges_asked == ["bytes=1000-"]


async def test_a_server_without_ranges_sends_it_all_again(
    hub: FakeModelHub, downloader: HttpDownloader, tmp_path: Path
) -> None:
    hub.knows_ranges = False
    (tmp_path / "m.part").write_bytes(_CONTENT[:1000])
    await downloader.fetch(_file(hub), tmp_path / "m", on_bytes=_ignore)
    assert (tmp_path / "m").read_bytes() == _CONTENT


async def test_a_part_longer_than_the_file_is_dropped(
    hub: FakeModelHub, downloader: HttpDownloader, tmp_path: Path
) -> None:
    (tmp_path / "m.part").write_bytes(_CONTENT + b"more")
    await downloader.fetch(_file(hub), tmp_path / "m", on_bytes=_ignore)
    assert (tmp_path / "m").read_bytes() == _CONTENT


async def test_a_busy_server_is_asked_again_but_not_for_ever(
    hub: FakeModelHub, downloader: HttpDownloader, tmp_path: Path
) -> None:
    hub.refuse_with = [503, 429]
    await downloader.fetch(_file(hub), tmp_path / "m", on_bytes=_ignore)
    assert (tmp_path / "m").exists()
    hub.refuse_with = [500] * 9
    with pytest.raises(DownloadError, match="HTTP 500"):
        await downloader.fetch(_file(hub), tmp_path / "n", on_bytes=_ignore)
    assert len(hub.refuse_with) == 4


async def test_a_missing_file_is_not_asked_for_twice(
    hub: FakeModelHub, downloader: HttpDownloader, tmp_path: Path
) -> None:
    hub.refuse_with = [404, 404]
    with pytest.raises(DownloadError, match="HTTP 404") as raised:
        await downloader.fetch(_file(hub), tmp_path / "m", on_bytes=_ignore)
    assert "://" not in str(raised.value)
    assert len(hub.refuse_with) == 1


async def test_a_host_that_cannot_be_reached_is_named(downloader: HttpDownloader, tmp_path: Path) -> None:
    file = RemoteFile(url="http://127.0.0.1:9/secret-token/m", local_name="m")
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1 cannot be reached") as raised:
        await downloader.fetch(file, tmp_path / "m", on_bytes=_ignore)
    assert "secret-token" not in str(raised.value)


async def test_a_file_of_unknown_size_arrives_too(
    hub: FakeModelHub, downloader: HttpDownloader, tmp_path: Path
) -> None:
    await downloader.fetch(_file(hub, size=None), tmp_path / "m", on_bytes=_ignore)
    assert (tmp_path / "m").read_bytes() == _CONTENT
