"""The optional third stage of search: a cross-encoder reads the question together with each of the first candidates.

It is the best judge of whether a text answers a question and by far the slowest: every pair is a run of the model. So
it reads few candidates within a time budget, its word is mixed with that of the first stages, and search goes on
without it when it fails. What could not be read in time keeps its order.
"""

import asyncio
import logging
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from fastembed.common.model_description import ModelSource
from fastembed.rerank.cross_encoder import TextCrossEncoder
from fastembed.rerank.cross_encoder.onnx_text_cross_encoder import OnnxTextCrossEncoder

from knowledge.passage import Passage
from knowledge.ranking import Candidate

_log = logging.getLogger(__name__)

WEIGHT = 0.5
"""Share of the cross-encoder in the mix. Half, so that neither is overruled: the first stages know the conversation
around a message, which the cross-encoder does not read. Chosen, not measured."""
_MAX_TOKENS = 512
"""Of question and text together. Models that could read more are slower with every token and were mostly trained with
as many."""
_CHARS_A_TOKEN = 6
"""More than any language has: what is cut off could not have been read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankerSpec:
    """A cross-encoder on disk: a folder with the ONNX file and the tokenizer."""

    name: str
    path: Path
    model_file: str = "model.onnx"


class Reranker(Protocol):
    """Judges how well texts answer a question."""

    async def start(self) -> None:
        """Load the model."""
        ...

    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Scores of the first of the texts, higher is better; fewer than texts when the time was up."""
        ...

    async def close(self) -> None:
        """Free the model."""
        ...


class FastReranker:
    """A cross-encoder of fastembed in a thread of its own; searches take turns after every text.

    One text a run: on a processor larger batches take no less time a text (measured in the shape of
    bge-reranker-v2-m3-int8), are padded, and could only be late as a whole. ``budget_seconds`` counts from the call,
    waiting for other searches included. A run cannot be interrupted, so none is begun that would not be ready in time.
    """

    def __init__(self, spec: RerankerSpec, *, budget_seconds: float, threads: int | None = None) -> None:
        self._spec = spec
        self._budget = budget_seconds
        self._threads = threads
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rerank")
        self._model: TextCrossEncoder | None = None
        self._told_slow = False

    @property
    def spec(self) -> RerankerSpec:
        """Which model it is."""
        return self._spec

    async def start(self) -> None:
        """Load the model; raises ``ValueError`` when its files are not usable."""
        try:
            self._model = await asyncio.get_running_loop().run_in_executor(self._worker, self._load)
        except Exception as error:
            # ONNX Runtime's exceptions have no base of their own.
            raise ValueError(f"{self._spec.name} cannot be loaded: {type(error).__name__}") from error

    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Scores of the first of the texts, as many as the budget allows; raises what the model raises."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        deadline = begun + self._budget
        scores: list[float] = []
        for text in texts:
            pace = (loop.time() - begun) / max(1, len(scores))
            if loop.time() + pace > deadline:
                break
            try:
                async with asyncio.timeout_at(deadline):
                    scores.append(await loop.run_in_executor(self._worker, self._score, query, text))
            except TimeoutError:
                break
        if len(scores) < len(texts) and not self._told_slow:
            self._told_slow = True
            _log.warning(
                "the re-ranker read %d of %d candidates in %.0f ms, the rest keep their order (said once)",
                *(len(scores), len(texts), self._budget * 1000),
            )
        return scores

    async def close(self) -> None:
        """Stop the thread after what it is doing."""
        await asyncio.to_thread(self._worker.shutdown, wait=True, cancel_futures=True)
        self._model = None

    def _load(self) -> TextCrossEncoder:
        spec = self._spec
        known = {str(model["model"]).lower() for model in TextCrossEncoder.list_supported_models()}
        if spec.name.lower() not in known:
            TextCrossEncoder.add_custom_model(
                model=spec.name, sources=ModelSource(url="file://local"), model_file=spec.model_file
            )
        model = TextCrossEncoder(
            spec.name,
            threads=self._threads,
            specific_model_path=str(spec.path),
            # As for embeddings: the arena would keep what the longest batch took.
            enable_cpu_mem_arena=False,
        )
        _limit_tokens(model)
        list(model.rerank("?", ["."]))  # The first run allocates; no question should wait for that.
        return model

    def _score(self, query: str, text: str) -> float:
        if self._model is None:
            msg = "the re-ranker is not started"
            raise RuntimeError(msg)
        [score] = self._model.rerank(_readable(query), [_readable(text)])
        if not math.isfinite(score):
            msg = "the re-ranker gave a score that is no number"
            raise ValueError(msg)
        return score


class Reranking:
    """The stage of search: mixes the re-ranker's scores with those of the stages before it."""

    def __init__(self, reranker: Reranker, *, candidates: int = 20, weight: float = WEIGHT) -> None:
        self._reranker = reranker
        self._candidates = candidates
        self._weight = weight
        self._failing = False

    async def reorder(self, query: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, best first, the first of them in a new order; never fails.

        Both scores are stretched to 0 … 1 over what was read, since a cross-encoder's mean nothing between models. The
        new first takes over the score of the old first and so on: what follows in the list stays comparable.
        """
        first = candidates[: self._candidates]
        if len(first) < 2:
            return list(candidates)
        try:
            judged = await self._reranker.score(query, [_text(candidate.passage) for candidate in first])
        except Exception as error:  # noqa: BLE001 - whatever ONNX Runtime raises: people get the results all the same
            if not self._failing:
                _log.warning("the re-ranker failed (%s); search goes on without it", type(error).__name__)
            self._failing = True
            return list(candidates)
        self._failing = False
        read = first[: len(judged)]
        before = _stretched([candidate.score for candidate in read])
        mixed = (1 - self._weight) * before + self._weight * _stretched(judged)
        order = np.argsort(-mixed, kind="stable").tolist()
        reordered = [Candidate(read[at].passage, place.score) for at, place in zip(order, read, strict=True)]
        return [*reordered, *candidates[len(read) :]]


def _text(passage: Passage) -> str:
    """What is judged: "on Friday" says something only after the question that it answers."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def _readable(text: str) -> str:
    """Cut to what the model may read, and without halves of surrogate pairs, which no tokenizer takes."""
    return text[: _MAX_TOKENS * _CHARS_A_TOKEN].encode(errors="replace").decode()


def _limit_tokens(model: TextCrossEncoder) -> None:
    encoder = model.model
    if isinstance(encoder, OnnxTextCrossEncoder) and encoder.tokenizer is not None:
        limit = encoder.tokenizer.truncation or {}
        if limit.get("max_length", _MAX_TOKENS + 1) > _MAX_TOKENS:
            direction = limit.get("direction", "right")
            encoder.tokenizer.enable_truncation(max_length=_MAX_TOKENS, direction=direction)


def _stretched(scores: Sequence[float]) -> npt.NDArray[np.float64]:
    values = np.array(scores, dtype=np.float64)
    if not values.size or (spread := float(values.max() - values.min())) < 1e-9:
        return np.zeros_like(values)
    return np.asarray((values - values.min()) / spread, dtype=np.float64)
