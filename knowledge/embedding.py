"""Dense vectors by fastembed: batched, sorted by length, cached, off the event loop."""

import asyncio
import hashlib
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

from knowledge.language_centring import CENTRING_VERSION, LanguageCentres, measure_centres

Vectors = npt.NDArray[np.float32]
"""Shape [texts, dimension], each row of length 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingSpec:
    """An embedding model as fastembed needs it. ``identity`` changes whenever the vectors would."""

    name: str
    identity: str
    dimension: int
    query_prefix: str = ""
    passage_prefix: str = ""
    path: Path | None = None
    """A folder with the ONNX file and tokenizer; None lets fastembed find its own model."""
    pooling: str = "MEAN"
    model_file: str = "model.onnx"
    cache_dir: Path | None = None


class Embedder(Protocol):
    """What search and archive need of an embedding model."""

    @property
    def spec(self) -> EmbeddingSpec:
        """Identity and dimension."""
        ...

    async def start(self) -> None:
        """Load the model."""
        ...

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts to be found."""
        ...

    async def embed_query(self, text: str) -> Vectors:
        """The vector of a question; shape [dimension]."""
        ...

    async def close(self) -> None:
        """Free the model."""
        ...


class FastEmbedder:
    """fastembed in a thread of its own: ONNX Runtime releases the GIL while it computes.

    Two caches by text save the second embedding of neighbours, repeated messages and repeated questions.
    """

    def __init__(
        self, spec: EmbeddingSpec, *, batch_size: int = 32, threads: int | None = None, cached_texts: int = 8192
    ) -> None:
        self._spec = spec
        self._batch_size = batch_size
        self._threads = threads
        self._passages = _VectorCache(cached_texts)
        self._queries = _VectorCache(512)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embed")
        # A question must not wait for a whole import batch: it has its own thread on the same ONNX session.
        self._query_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embed-query")
        self._model: TextEmbedding | None = None
        self._centres: LanguageCentres | None = None

    @property
    def spec(self) -> EmbeddingSpec:
        """Identity and dimension."""
        return self._spec

    async def start(self) -> None:
        """Load the model; raises ``OSError`` or ``ValueError`` of fastembed when its files are not usable."""
        loop = asyncio.get_running_loop()
        self._model = await loop.run_in_executor(self._worker, self._load)
        self._centres = await loop.run_in_executor(self._worker, self._load_centres)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors in the order of ``texts``; identical texts are embedded once."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._embed_passages, texts)

    async def embed_query(self, text: str) -> Vectors:
        """The vector of a question, from the cache when it was asked before."""
        cached = self._queries.get(text)
        if cached is None:
            prefixed = self._spec.query_prefix + text
            loop = asyncio.get_running_loop()
            cached = (await loop.run_in_executor(self._query_worker, self._centred, [text], [prefixed]))[0]
            self._queries.put(text, cached)
        return cached

    async def close(self) -> None:
        """Stop the threads after what they are doing."""
        for worker in (self._worker, self._query_worker):
            await asyncio.to_thread(worker.shutdown, wait=True, cancel_futures=True)
        self._model = None

    def _load(self) -> TextEmbedding:
        spec = self._spec
        cache_dir = str(spec.cache_dir) if spec.cache_dir else None
        if spec.path is None:
            return TextEmbedding(spec.name, threads=self._threads, cache_dir=cache_dir)
        if spec.name not in {model["model"] for model in TextEmbedding.list_supported_models()}:
            TextEmbedding.add_custom_model(
                model=spec.name,
                pooling=PoolingType(spec.pooling),
                normalization=True,
                sources=ModelSource(url="file://local"),
                dim=spec.dimension,
                model_file=spec.model_file,
            )
        return TextEmbedding(spec.name, threads=self._threads, cache_dir=cache_dir, specific_model_path=str(spec.path))

    def _embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors: dict[str, Vectors] = {}
        missing: list[str] = []
        for text in dict.fromkeys(texts):
            cached = self._passages.get(text)
            if cached is None:
                missing.append(text)
            else:
                vectors[text] = cached
        # Sorted by length a batch holds little padding: this more than doubles the rate.
        missing.sort(key=len)
        made = self._centred(missing, [self._spec.passage_prefix + text for text in missing])
        for text, vector in zip(missing, made, strict=True):
            vectors[text] = vector
            # A copy: a row would keep its whole batch in memory for as long as it is cached.
            self._passages.put(text, vector.copy())
        return np.stack([vectors[text] for text in texts]) if texts else np.zeros((0, self._spec.dimension), np.float32)

    def _load_centres(self) -> LanguageCentres:
        """The model's centres, measured once and kept beside its files."""
        kept = self._spec.path / f"language-centres-{CENTRING_VERSION}.npz" if self._spec.path else None
        if kept is not None and kept.is_file():
            with np.load(kept) as arrays:
                return LanguageCentres(chinese=arrays["chinese"], latin=arrays["latin"])
        centres = measure_centres(lambda texts: self._embed([self._spec.passage_prefix + text for text in texts]))
        if kept is not None:
            # A folder of models may be mounted read-only: then they are measured at every start.
            with suppress(OSError):
                _keep(centres, kept)
        return centres

    def _centred(self, texts: Sequence[str], prefixed: Sequence[str]) -> Vectors:
        if self._centres is None:
            msg = "the embedding model is not started"
            raise RuntimeError(msg)
        return self._centres.remove(texts, self._embed(prefixed))

    def _embed(self, texts: Sequence[str]) -> Vectors:
        if self._model is None:
            msg = "the embedding model is not started"
            raise RuntimeError(msg)
        if not texts:
            return np.zeros((0, self._spec.dimension), np.float32)
        whole = [text.encode(errors="replace").decode() for text in texts]  # Half a surrogate pair is no text to it.
        made = np.stack(list(self._model.embed(whole, batch_size=self._batch_size)))
        return made.astype(np.float32, copy=False)


def _keep(centres: LanguageCentres, path: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as new:
        np.savez(new, chinese=centres.chinese, latin=centres.latin)
    Path(new.name).replace(path)


class _VectorCache:
    """Vectors by text; the one that was not asked for longest goes first. Used from one thread at a time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._vectors: OrderedDict[bytes, Vectors] = OrderedDict()

    @staticmethod
    def _key(text: str) -> bytes:
        return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()

    def get(self, text: str) -> Vectors | None:
        key = self._key(text)
        found = self._vectors.get(key)
        if found is not None:
            self._vectors.move_to_end(key)
        return found

    def put(self, text: str, vector: Vectors) -> None:
        self._vectors[self._key(text)] = vector
        while len(self._vectors) > self._size:
            self._vectors.popitem(last=False)
