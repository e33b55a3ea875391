"""Which engine: the one place that knows both."""

from knowledge.qdrant.client import VectorClient
from knowledge.qdrant.edge_client import EdgeClient
from knowledge.qdrant.schema import VectorConfig
from knowledge.qdrant.server_client import ServerClient


def vector_client(config: VectorConfig) -> VectorClient:
    """The client of the configured engine, not started yet."""
    match config.backend:
        case "edge":
            assert config.folder is not None  # noqa: S101  # VectorConfig has checked it
            return EdgeClient(config.folder, flush_seconds=config.flush_seconds, timeout_seconds=config.timeout_seconds)
        case "server":
            return ServerClient(config.urls, api_key=config.api_key, timeout_seconds=config.timeout_seconds)
