import asyncio
import fcntl
import io
import os
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from bot.file_store import FileStore, FileTooLargeError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FileStore]:
    store = FileStore(tmp_path / "files", max_bytes=3_000_000)
    store.open()
    yield store
    store.close()


async def chunks(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def everything(store: FileStore) -> list[str]:
    root = store.path("0" * 64).parents[2]
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


async def test_bytes_lie_under_their_checksum(store: FileStore) -> None:
    digest = sha256(b"hello world").hexdigest()
    assert await store.put(chunks(b"hello ", b"", b"world")) == (digest, 11)
    assert store.path(digest).read_bytes() == b"hello world"
    assert everything(store) == [f"{digest[:2]}/{digest[2:4]}/{digest}"]
    assert await store.exists(digest)


async def test_the_same_bytes_are_kept_once(store: FileStore) -> None:
    first, _ = await store.put(chunks(b"same"))
    inode = store.path(first).stat().st_ino
    second = store.put_stream(io.BytesIO(b"same"))
    assert second == (first, 4)
    assert store.path(first).stat().st_ino == inode
    assert len(everything(store)) == 1


async def test_many_at_once_are_kept_once(store: FileStore) -> None:
    data = os.urandom(300_000)
    results = await asyncio.gather(*(store.put(chunks(*[data[:100_000], data[100_000:]])) for _ in range(20)))
    assert set(results) == {(sha256(data).hexdigest(), len(data))}
    assert len(everything(store)) == 1


async def test_a_damaged_copy_of_another_size_is_replaced(store: FileStore) -> None:
    digest, _ = await store.put(chunks(b"whole"))
    store.path(digest).write_bytes(b"who")
    await store.put(chunks(b"whole"))
    assert store.path(digest).read_bytes() == b"whole"


async def test_empty_files_are_files(store: FileStore) -> None:
    assert await store.put(chunks()) == (sha256(b"").hexdigest(), 0)


async def test_too_large_leaves_nothing(store: FileStore) -> None:
    with pytest.raises(FileTooLargeError) as caught:
        await store.put(chunks(b"x" * 2_000_000, b"x" * 1_000_001))
    assert isinstance(caught.value, ValueError)
    assert caught.value.limit_bytes == 3_000_000
    with pytest.raises(FileTooLargeError):
        store.put_stream(io.BytesIO(b"x" * 3_000_001))
    assert store.put_stream(io.BytesIO(b"x" * 3_000_000))[1] == 3_000_000
    assert len(everything(store)) == 1


async def test_a_source_that_fails_leaves_nothing(store: FileStore) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await store.put(failing())
    assert everything(store) == []


async def test_cancelling_leaves_nothing(store: FileStore) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(store.put(endless()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert everything(store) == []


async def test_deleting(store: FileStore) -> None:
    digest, _ = await store.put(chunks(b"x"))
    assert await store.delete(digest)
    assert not await store.delete(digest)
    assert not await store.exists(digest)
    assert everything(store) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
async def test_only_checksums_are_names(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        store.path(name)
    with pytest.raises(ValueError, match="sha256"):
        await store.delete(name)


def test_what_a_crash_left_is_removed_but_not_what_is_being_written(tmp_path: Path) -> None:
    incoming = tmp_path / "files" / "tmp"
    incoming.mkdir(parents=True)
    (incoming / "half").write_bytes(b"half")
    (incoming / "just-made").touch()
    (incoming / "old").touch()
    os.utime(incoming / "old", (0, 0))
    with (incoming / "busy").open("wb") as busy:
        busy.write(b"x")
        busy.flush()
        fcntl.flock(busy, fcntl.LOCK_EX)
        store = FileStore(tmp_path / "files", max_bytes=10)
        store.open()
        store.close()
        assert sorted(path.name for path in incoming.iterdir()) == ["busy", "just-made"]
