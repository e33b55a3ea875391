"""What the archive looks like in Qdrant: vector names, payload indexes and the settings of a collection."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from qdrant_client import models

DENSE: Final = "dense"
"""Meaning of the passage, from the embedding model; cosine."""
AROUND: Final = "around"
"""Meaning of what surrounds the passage, from the embedding model; cosine. A point may lack it."""
TERMS: Final = "terms"
"""Words of the passage itself; BM25 weights, IDF by the engine."""
CONTEXT: Final = "context"
"""Words of what surrounds the passage; BM25 weights, IDF by the engine."""

DENSE_NAMES = (DENSE, AROUND)
SPARSE_NAMES = (TERMS, CONTEXT)

VectorName = Literal["dense", "around", "terms", "context"]

SCHEMA_VERSION = 1
"""Raised when names or indexes change so that an existing collection cannot serve; asks for a reindex."""

_ACORN_SELECTIVITY = 0.6
_OVERSAMPLING = 2.0

_KEYWORD = models.KeywordIndexType.KEYWORD

PAYLOAD_INDEXES: dict[str, models.PayloadSchemaParams] = {
    "channel_id": models.KeywordIndexParams(type=_KEYWORD, is_tenant=True),
    "sent_at": models.DatetimeIndexParams(type=models.DatetimeIndexType.DATETIME, is_principal=True, enable_hnsw=False),
    "author_id": models.KeywordIndexParams(type=_KEYWORD, enable_hnsw=False),
    "kind": models.KeywordIndexParams(type=_KEYWORD, enable_hnsw=False),
    "categories": models.KeywordIndexParams(type=_KEYWORD, enable_hnsw=False),
    "record_id": models.KeywordIndexParams(type=_KEYWORD, enable_hnsw=False),
    "file_id": models.KeywordIndexParams(type=_KEYWORD, enable_hnsw=False),
    "thread_id": models.KeywordIndexParams(type=_KEYWORD, enable_hnsw=False),
    "chunk": models.IntegerIndexParams(
        type=models.IntegerIndexType.INTEGER, lookup=True, range=True, enable_hnsw=False
    ),
}
"""Every key that is filtered, ordered or counted by. A server refuses ``order_by`` and ``facet`` on any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorConfig:
    """Which engine, where and how. The embedded one uses ``folder`` and ``flush_seconds``, a server the rest."""

    backend: Literal["edge", "server"] = "edge"
    folder: Path | None = None
    flush_seconds: float = 3.0
    urls: tuple[str, ...] = ()
    api_key: str | None = field(default=None, repr=False)
    timeout_seconds: float = 10.0
    alias: str = "passages"
    """Readers know only this name; behind it the collection changes when the archive is reindexed."""
    shard_number: int = 1
    replication_factor: int = 1
    write_consistency_factor: int = 1
    quantization: Literal["none", "int8"] = "none"
    on_disk: bool = False
    full_scan_threshold_kb: int = 100_000
    """Below this size of the filtered vectors a server searches exactly: its graph misses half under some filters."""

    def __post_init__(self) -> None:
        if self.backend == "edge" and self.folder is None:
            msg = "the embedded engine needs a folder"
            raise ValueError(msg)
        if self.backend == "server" and not self.urls:
            msg = "a server needs at least one address"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveIdentity:
    """What made the vectors. Stored with the collection; another identity means: reindex."""

    embedding_model: str
    dimension: int
    tokenizer: str
    """Name and version of what turns text into terms: its token ids and weights are in the index."""

    def as_metadata(self) -> dict[str, str | int]:
        """The form in which it is stored."""
        return {
            "schema": SCHEMA_VERSION,
            "embedding_model": self.embedding_model,
            "dimension": self.dimension,
            "tokenizer": self.tokenizer,
        }


def collection_spec(identity: ArchiveIdentity, config: VectorConfig) -> models.CreateCollection:
    """The settings of a new collection. The embedded engine takes names and sizes from it and ignores the rest."""
    quantized = config.quantization == "int8"
    return models.CreateCollection(
        vectors={
            name: models.VectorParams(
                size=identity.dimension, distance=models.Distance.COSINE, on_disk=config.on_disk or quantized
            )
            for name in DENSE_NAMES
        },
        sparse_vectors={
            name: models.SparseVectorParams(
                modifier=models.Modifier.IDF, index=models.SparseIndexParams(on_disk=config.on_disk)
            )
            for name in SPARSE_NAMES
        },
        hnsw_config=models.HnswConfigDiff(
            m=16, ef_construct=128, payload_m=16, full_scan_threshold=config.full_scan_threshold_kb, on_disk=False
        ),
        quantization_config=models.ScalarQuantization(
            scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, quantile=0.99, always_ram=True)
        )
        if quantized
        else None,
        on_disk_payload=True,
        shard_number=config.shard_number,
        replication_factor=config.replication_factor,
        write_consistency_factor=config.write_consistency_factor,
        metadata=identity.as_metadata(),
    )


def search_params(config: VectorConfig, *, filtered: bool) -> models.SearchParams:
    """Parameters of a dense search.

    A filtered search through a graph alone finds half of what it should (measured: recall 0.48), so a server is asked
    for ACORN whenever there is a filter; small filtered sets it searches exactly by ``full_scan_threshold_kb``. The
    embedded engine has no graph: it looks at every candidate's eight-bit codes and re-scores with the vectors.
    """
    rescoring = models.QuantizationSearchParams(rescore=True, oversampling=_OVERSAMPLING)
    if config.backend == "edge":
        return models.SearchParams(quantization=rescoring)
    return models.SearchParams(
        acorn=models.AcornSearchParams(enable=True, max_selectivity=_ACORN_SELECTIVITY) if filtered else None,
        quantization=rescoring if config.quantization == "int8" else None,
    )
