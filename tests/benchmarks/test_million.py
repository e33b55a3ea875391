"""Search among 1,000,000 passages on the embedded store, with made-up vectors.

Building takes ten minutes, 8 GB of memory and 5 GB of disk, so it is done only when asked for:

    SHIGUANG_BENCH_PASSAGES=1000000 make bench ARGS="tests/benchmarks/test_million.py"

Any other number works too. Everything is measured as a search makes it, through ``Searcher`` and the engine's process;
only the embedding of the question, which does not depend on the archive, is left out.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import numpy as np
import psutil
import pytest

from knowledge.embedding import EmbeddingSpec, Vectors
from knowledge.passage import PassageFilter
from knowledge.qdrant.edge_client import EdgeClient
from knowledge.qdrant.schema import ArchiveIdentity, VectorConfig
from knowledge.qdrant.store import PassageStore
from knowledge.search import Searcher, SearchQuery
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.large_archive import fill, similar_vectors
from tests.benchmarks.scopes import EVERYBODY, SCOPES, SELECTIVE
from tests.benchmarks.texts import questions

PASSAGES = int(os.environ.get("SHIGUANG_BENCH_PASSAGES", "0"))

pytestmark = [
    pytest.mark.bench,
    pytest.mark.worker,
    pytest.mark.timeout(7200),
    pytest.mark.skipif(not PASSAGES, reason="takes long; SHIGUANG_BENCH_PASSAGES=1000000 asks for it"),
]

DIMENSION = 384
ASKED = 60
WARM_UP = 3
_IDENTITY = ArchiveIdentity(embedding_model="made up", dimension=DIMENSION, tokenizer="bench")
_QUIET_SECONDS = 8.0
"""After this long without writing the engine has given back what it had mapped."""


class MadeUpEmbedder:
    """Gives any text a vector like those of the archive."""

    spec = EmbeddingSpec(name="made up", identity="made up", dimension=DIMENSION)

    def __init__(self) -> None:
        self._random = np.random.default_rng(5)

    async def start(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to free."""

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return similar_vectors(self._random, len(texts), DIMENSION)

    async def embed_query(self, text: str) -> Vectors:
        return np.asarray(similar_vectors(self._random, 1, DIMENSION)[0], dtype=np.float32)


async def test_many_passages(tmp_path: Path, figures: Figures) -> None:
    folder = tmp_path / "qdrant"
    name = f"{PASSAGES:,} passages"
    began = time.perf_counter()
    client = EdgeClient(folder)
    store = PassageStore(VectorConfig(folder=folder), client)
    await store.open(_IDENTITY)
    await fill(store, dimension=DIMENSION, count=PASSAGES)
    seconds = time.perf_counter() - began
    figures.state(f"{name}: built", f"{seconds:.0f} s, {PASSAGES / seconds:,.0f} a second")
    figures.state(f"{name}: memory of the engine after writing", _memory(client))
    await store.close()
    figures.state(f"{name}: disk", f"{await asyncio.to_thread(_disk_bytes, folder) / 1e9:.1f} GB")

    client = EdgeClient(folder)
    store = PassageStore(VectorConfig(folder=folder), client)
    began = time.perf_counter()
    await store.open(_IDENTITY)
    figures.state(f"{name}: opened", f"{time.perf_counter() - began:.0f} s")
    try:
        await asyncio.sleep(_QUIET_SECONDS)
        figures.state(f"{name}: memory of the engine, idle", _memory(client))
        await _search(store, figures, name)
        figures.state(f"{name}: memory of the engine, searched", _memory(client))
    finally:
        await store.close()


async def _search(store: PassageStore, figures: Figures, name: str) -> None:
    searcher, unasked = Searcher(store, MadeUpEmbedder()), cycle(questions())
    for scope, (audience, where) in (SCOPES | SELECTIVE).items():
        among = await store.count(audience=audience, where=where)
        took = []
        for asked in range(WARM_UP + ASKED):
            query = SearchQuery(text=next(unasked), audience=audience, where=where)
            began = time.perf_counter()
            assert await searcher.search(query)
            if asked >= WARM_UP:
                took.append((time.perf_counter() - began) * 1000)
        note = f"p50 {percentile(took, 50):.0f} ms, among {among:,}"
        figures.at_most(f"{name}, {scope}: p95", percentile(took, 95), 400, unit=" ms", note=note)
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        page = await store.timeline(audience=EVERYBODY, where=PassageFilter(), limit=50)
        took.append((time.perf_counter() - began) * 1000)
        assert len(page.passages) == 50
    figures.state(f"{name}, newest 50: p95", f"{percentile(took, 95):.0f} ms")


def _memory(client: EdgeClient) -> str:
    assert client.worker_pid is not None
    memory = psutil.Process(client.worker_pid).memory_info()
    return f"{memory.rss / 1e9:.1f} GB resident, {(memory.rss - memory.shared) / 1e9:.1f} GB of it not file cache"


def _disk_bytes(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
