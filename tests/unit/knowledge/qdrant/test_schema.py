from pathlib import Path

import pytest
from qdrant_client import models

from knowledge.qdrant.schema import PAYLOAD_INDEXES, ArchiveIdentity, VectorConfig, collection_spec, search_params

_IDENTITY = ArchiveIdentity(embedding_model="tiny", dimension=384, tokenizer="words-1")


def test_a_cluster_is_spread_copied_and_quantised_as_configured() -> None:
    config = VectorConfig(
        backend="server",
        urls=("http://one",),
        shard_number=6,
        replication_factor=2,
        write_consistency_factor=2,
        quantization="int8",
        on_disk=True,
    )

    spec = collection_spec(_IDENTITY, config)

    assert (spec.shard_number, spec.replication_factor, spec.write_consistency_factor) == (6, 2, 2)
    assert isinstance(spec.quantization_config, models.ScalarQuantization)
    assert isinstance(spec.vectors, dict)
    assert all(params.size == 384 and params.on_disk for params in spec.vectors.values())
    assert spec.sparse_vectors is not None
    assert {params.modifier for params in spec.sparse_vectors.values()} == {models.Modifier.IDF}
    assert spec.hnsw_config is not None
    assert spec.hnsw_config.full_scan_threshold == 100_000
    assert spec.metadata == _IDENTITY.as_metadata()


def test_a_filtered_search_on_a_server_uses_acorn() -> None:
    server = VectorConfig(backend="server", urls=("http://one",))

    filtered = search_params(server, filtered=True).acorn
    assert filtered is not None
    assert filtered.enable
    assert search_params(server, filtered=False).acorn is None
    assert search_params(VectorConfig(folder=Path("x")), filtered=True).acorn is None


def test_every_key_that_reads_use_is_indexed() -> None:
    used = {"channel_id", "author_id", "kind", "categories", "record_id", "file_id", "sent_at", "chunk"}
    assert used <= PAYLOAD_INDEXES.keys()


def test_contradictions_are_refused() -> None:
    with pytest.raises(ValueError, match="folder"):
        VectorConfig()
    with pytest.raises(ValueError, match="address"):
        VectorConfig(backend="server")


def test_a_key_is_not_shown() -> None:
    assert "hush" not in repr(VectorConfig(backend="server", urls=("http://one",), api_key="hush"))
