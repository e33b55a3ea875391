"""Dense vectors by fastembed: batched by tokens, cached, off the event loop."""

import asyncio
import hashlib
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

from knowledge.language_centring import CENTRING_VERSION, LanguageCentres, measure_centres

Vectors = npt.NDArray[np.float32]
"""Shape [texts, dimension], each row of length 1."""

_BATCH_TOKENS = 2048
"""Tokens a batch, padding included: four long texts or many short ones. Larger batches only take gigabytes and leave
the processor's cache; measured, this halves the work of 32 texts of any length at once."""


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


@runtime_checkable
class PieceEmbedder(Embedder, Protocol):
    """An embedding model that also tells what it makes of each piece of a question."""

    async def embed_pieces(self, question: str) -> Vectors:
        """The model's last states of the pieces that have a letter or digit; shape [pieces, dimension], any length."""
        ...


class FastEmbedder:
    """fastembed in a thread of its own: ONNX Runtime releases the GIL while it computes.

    Callers take turns after every batch, so that a few texts never wait for another caller's thousand. Two caches by
    text save the second embedding of neighbours, repeated messages and repeated questions.
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
        if not texts:
            return np.zeros((0, self._spec.dimension), np.float32)
        vectors: dict[str, Vectors] = {}
        missing: list[str] = []
        for text in dict.fromkeys(texts):
            cached = self._passages.get(text)
            if cached is None:
                missing.append(text)
            else:
                vectors[text] = cached
        loop = asyncio.get_running_loop()
        for batch in await loop.run_in_executor(self._worker, self._batches, missing):
            prefixed = [self._spec.passage_prefix + text for text in batch]
            made = await loop.run_in_executor(self._worker, self._centred, batch, prefixed)
            for text, vector in zip(batch, made, strict=True):
                vectors[text] = vector
                # A copy: a row would keep its whole batch in memory for as long as it is cached.
                self._passages.put(text, vector.copy())
        return np.stack([vectors[text] for text in texts])

    async def embed_query(self, text: str) -> Vectors:
        """The vector of a question, from the cache when it was asked before."""
        cached = self._queries.get(text)
        if cached is None:
            prefixed = self._spec.query_prefix + text
            loop = asyncio.get_running_loop()
            cached = (await loop.run_in_executor(self._query_worker, self._centred, [text], [prefixed]))[0]
            self._queries.put(text, cached)
        return cached

    async def embed_pieces(self, question: str) -> Vectors:
        """The model's last states of the pieces that have a letter or digit; 10 ms, with the vector for nothing."""
        loop = asyncio.get_running_loop()
        states, said = await loop.run_in_executor(self._query_worker, self._states, question)
        if self._spec.pooling == "MEAN" and self._centres is not None:
            mean = states.mean(axis=0, keepdims=True)
            self._queries.put(question, self._centres.remove([question], mean / np.linalg.norm(mean))[0])
        return states[said]

    async def close(self) -> None:
        """Stop the threads after what they are doing."""
        for worker in (self._worker, self._query_worker):
            await asyncio.to_thread(worker.shutdown, wait=True, cancel_futures=True)
        self._model = None

    def _load(self) -> TextEmbedding:
        spec = self._spec
        cache_dir = str(spec.cache_dir) if spec.cache_dir else None
        # The arena would never give back what the longest batch took, and saves no time.
        load = partial(TextEmbedding, spec.name, threads=self._threads, cache_dir=cache_dir, enable_cpu_mem_arena=False)
        if spec.path is None:
            return load()
        if spec.name not in {model["model"] for model in TextEmbedding.list_supported_models()}:
            TextEmbedding.add_custom_model(
                model=spec.name,
                pooling=PoolingType(spec.pooling),
                normalization=True,
                sources=ModelSource(url="file://local"),
                dim=spec.dimension,
                model_file=spec.model_file,
            )
        return load(specific_model_path=str(spec.path))

    def _batches(self, texts: Sequence[str]) -> list[list[str]]:
        """The texts by length in tokens, since a batch is padded to its longest: sorted by characters, links and code
        stand beside prose of half their tokens."""
        model = self._started_model()
        lengths = {text: model.token_count(_whole(self._spec.passage_prefix + text)) for text in texts}
        batches: list[list[str]] = []
        for text in sorted(texts, key=lengths.__getitem__):
            last = batches[-1] if batches else []
            if last and len(last) < self._batch_size and (len(last) + 1) * lengths[text] <= _BATCH_TOKENS:
                last.append(text)
            else:
                batches.append([text])
        return batches

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
        model = self._started_model()
        if not texts:
            return np.zeros((0, self._spec.dimension), np.float32)
        made = np.stack(list(model.embed([_whole(text) for text in texts], batch_size=self._batch_size)))
        return made.astype(np.float32, copy=False)

    def _states(self, question: str) -> tuple[Vectors, list[int]]:
        """Of all pieces, and which of them are neither prefix nor marks."""
        text = _whole(self._spec.query_prefix + question)
        model: Any = self._started_model().model  # fastembed types only what pools
        (encoding,) = model.tokenize([text])
        begin = len(self._spec.query_prefix)
        said = [
            at
            for at, (start, end) in enumerate(encoding.offsets)
            if end > begin and any(character.isalnum() for character in text[start:end])
        ]
        return np.asarray(model.onnx_embed([text]).model_output[0], dtype=np.float32), said

    def _started_model(self) -> TextEmbedding:
        if self._model is None:
            msg = "the embedding model is not started"
            raise RuntimeError(msg)
        return self._model


def _whole(text: str) -> str:
    """Half a surrogate pair, which a chat platform can deliver, is no text to a tokenizer."""
    return text.encode(errors="replace").decode()


def _keep(centres: LanguageCentres, path: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as new:
        np.savez(new, chinese=centres.chinese, latin=centres.latin)
    Path(new.name).replace(path)


class _VectorCache:
    """Vectors by text; the one that was not asked for longest goes first. Used on the event loop only."""

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
