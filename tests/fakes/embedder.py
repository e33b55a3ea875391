"""A tiny embedder: words hashed into a few dimensions. Texts that share words are near; it loads nothing."""

from collections.abc import Sequence

import numpy as np

from knowledge.embedding import EmbeddingSpec, Vectors
from knowledge.lexical import term_index, terms

DIMENSION = 64


class TinyEmbedder:
    """Implements ``knowledge.embedding.Embedder``; counts what it was asked to embed."""

    def __init__(self, identity: str = "tiny-1") -> None:
        self._spec = EmbeddingSpec(name="tiny", identity=identity, dimension=DIMENSION)
        self.embedded: list[str] = []

    @property
    def spec(self) -> EmbeddingSpec:
        return self._spec

    async def start(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to free."""

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        if not texts:
            return np.zeros((0, DIMENSION), np.float32)
        return np.stack([_vector(text) for text in texts])

    async def embed_query(self, text: str) -> Vectors:
        return _vector(text)


def _vector(text: str) -> Vectors:
    vector = np.full(DIMENSION, 1e-3, np.float32)
    for term in terms(text):
        vector[term_index(term) % DIMENSION] += 1.0
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
