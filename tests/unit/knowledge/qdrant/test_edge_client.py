"""The embedded engine's process: who starts it, who ends it, and what happens when it dies."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
from qdrant_client import models

from knowledge.passage import RecordId, passage_id
from knowledge.qdrant.edge_client import EdgeClient
from knowledge.qdrant.edge_place import read_address, take_lock
from knowledge.qdrant.errors import VectorStoreRefused, VectorStoreUnavailable
from tests.fakes.qdrant import quick_folder

pytestmark = pytest.mark.worker

_SPEC = models.CreateCollection(
    vectors={"dense": models.VectorParams(size=2, distance=models.Distance.COSINE)},
    sparse_vectors={"terms": models.SparseVectorParams(modifier=models.Modifier.IDF)},
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with quick_folder() as quick:
        yield quick


@pytest.fixture
async def client(folder: Path) -> AsyncIterator[EdgeClient]:
    started = EdgeClient(folder)
    await started.start()
    await started.create_collection("c", _SPEC)
    yield started
    await started.close()


def _points(numbers: range) -> list[models.PointStruct]:
    return [
        models.PointStruct(id=passage_id(RecordId(f"r{n}")), vector={"dense": [1.0, n]}, payload={"n": n})
        for n in numbers
    ]


def _worker(client: EdgeClient) -> psutil.Process:
    assert client.worker_pid is not None
    return psutil.Process(client.worker_pid)


async def _ended(process: psutil.Process) -> None:
    await asyncio.to_thread(process.wait, 60)


@pytest.mark.usefixtures("client")
async def test_only_the_owner_can_enter(folder: Path) -> None:
    _check_permissions(folder)


def _check_permissions(folder: Path) -> None:
    socket = read_address(folder)
    assert socket is not None
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in files if path.name != "worker.log")


def test_the_worker_stays_small() -> None:
    check = "import sys, knowledge.qdrant.edge_worker; sys.exit('qdrant_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


async def test_two_that_start_at_once_share_one_worker(folder: Path) -> None:
    clients = [EdgeClient(folder) for _ in range(4)]
    await asyncio.gather(*(client.start() for client in clients))
    try:
        assert sum(client.worker_pid is not None for client in clients) == 1
        await clients[0].create_collection("c", _SPEC)
        assert [await client.collection_names() for client in clients] == [["c"]] * 4
    finally:
        await asyncio.gather(*(client.close() for client in clients))


async def test_the_worker_stays_while_somebody_needs_it(client: EdgeClient, folder: Path) -> None:
    worker = _worker(client)
    second = EdgeClient(folder)
    await second.start()
    await client.close()

    await second.upsert("c", _points(range(3)))
    assert worker.is_running()
    assert second.worker_pid is None
    await second.close()
    await _ended(worker)

    third = EdgeClient(folder)
    await third.start()
    assert await third.count("c", count_filter=None) == 3
    await third.close()


async def test_closing_leaves_nothing_behind(folder: Path) -> None:
    client = EdgeClient(folder)
    await client.start()
    worker = _worker(client)
    await client.close()
    await client.close()

    assert not worker.is_running()
    lock = take_lock(folder)
    assert lock is not None
    lock.close()
    with pytest.raises(VectorStoreUnavailable):
        await client.count("c", count_filter=None)


async def test_the_worker_ends_when_its_starter_is_killed(folder: Path) -> None:
    program = (
        "import asyncio, pathlib, sys\n"
        "from knowledge.qdrant.edge_client import EdgeClient\n"
        "async def main():\n"
        f"    client = EdgeClient(pathlib.Path({str(folder)!r}))\n"
        "    await client.start()\n"
        "    print(client.worker_pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    starter = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=subprocess.PIPE)
    assert starter.stdout is not None
    worker = psutil.Process(int(await starter.stdout.readline()))
    starter.kill()
    await starter.wait()

    await _ended(worker)


async def test_nothing_acknowledged_is_lost_when_the_worker_is_killed(client: EdgeClient) -> None:
    acknowledged = 0
    killed = asyncio.Event()

    async def write() -> None:
        nonlocal acknowledged
        for batch in range(60):
            await client.upsert("c", _points(range(batch * 20, batch * 20 + 20)))
            acknowledged = batch * 20 + 20
            if batch in {5, 20, 40}:
                killed.set()

    async def kill() -> None:
        for _ in range(3):
            await killed.wait()
            killed.clear()
            _worker(client).kill()

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        group.create_task(kill())

    assert acknowledged == 1200
    records, _ = await client.scroll("c", scroll_filter=None, limit=2000)
    assert {record.payload["n"] for record in records if record.payload} == set(range(1200))


async def test_calls_under_way_survive_a_crash(client: EdgeClient) -> None:
    await client.upsert("c", _points(range(50)))
    calls = [asyncio.create_task(client.count("c", count_filter=None)) for _ in range(30)]
    await asyncio.sleep(0)
    _worker(client).kill()

    assert await asyncio.gather(*calls) == [50] * 30


async def test_a_silent_worker_is_replaced(folder: Path) -> None:
    client = EdgeClient(folder)
    await client.start()
    await client.create_collection("c", _SPEC)
    silent = _worker(client)
    os.kill(silent.pid, signal.SIGSTOP)

    patient, client._timeout = client._timeout, 1.0
    with pytest.raises(VectorStoreUnavailable, match="within 1 s"):
        await client.count("c", count_filter=None)
    await _ended(silent)

    client._timeout = patient  # another worker has to start
    assert await client.count("c", count_filter=None) == 0
    await client.close()


async def test_a_backup_does_not_hold_up_searches(client: EdgeClient, tmp_path: Path) -> None:
    await client.upsert("c", _points(range(10)))
    backup = asyncio.create_task(client.backup(tmp_path / "copy"))

    assert await client.count("c", count_filter=None) == 10
    await backup
    assert (tmp_path / "copy" / "collections" / "c" / "collection.json").exists()
    with pytest.raises(VectorStoreUnavailable, match="exists"):
        await client.backup(tmp_path / "copy")


async def test_a_damaged_archive_is_said_to_be_damaged(folder: Path) -> None:
    (folder / "collections" / "c").mkdir(parents=True)
    client = EdgeClient(folder)

    with pytest.raises(VectorStoreUnavailable, match=r"did not start \(failed"):
        await client.start()
    await client.close()


async def test_vectors_come_back_and_ids_select(client: EdgeClient) -> None:
    sparse = models.SparseVector(indices=[7, 2**32 - 1], values=[0.5, 1.5])
    first, second = _points(range(2))
    first.vector = {"dense": [0.0, 2.0], "terms": sparse}
    await client.upsert("c", [first, second])

    [record] = await client.retrieve("c", [str(first.id)], with_vectors=True)
    assert record.vector == {"dense": [0.0, 1.0], "terms": sparse}
    await client.set_payload("c", {"n": 9}, [str(first.id)])
    await client.delete("c", [str(second.id)])
    records, _ = await client.scroll("c", scroll_filter=None, limit=5)
    assert [record.payload for record in records] == [{"n": 9}]
    with pytest.raises(VectorStoreRefused):
        await client.delete("c", models.Filter())
