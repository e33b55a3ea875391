"""What an utterance resembles: the example sentences nearest to it by meaning."""

import asyncio
import json
from dataclasses import dataclass
from importlib import resources

import numpy as np

from bot.intent.intent import IntentKind
from knowledge.embedding import Embedder, Vectors


@dataclass(frozen=True, slots=True)
class Resemblance:
    """The kind that most of the nearest examples are of."""

    kind: IntentKind
    margin: float
    """By how much its examples are nearer than the nearest question (cosine); of a question, than anything else."""
    example: str


class Nearest:
    """Compares utterances with the bundled examples, which are embedded once, when first needed."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kinds, self._texts = _examples()
        self._vectors: Vectors | None = None
        self._lock = asyncio.Lock()

    async def of(self, text: str) -> Resemblance:
        """What a text resembles. Its vector is the one that a search for it uses, so that it is made once."""
        examples = await self._embedded()
        similar = examples @ await self._embedder.embed_query(text)
        return self._vote(similar)

    async def _embedded(self) -> Vectors:
        async with self._lock:
            if self._vectors is None:
                self._vectors = await self._embedder.embed_passages(self._texts)
        return self._vectors

    def _vote(self, similar: Vectors) -> Resemblance:
        """Each kind is as near as the mean of its two nearest examples: one odd example decides nothing."""
        near = {
            kind: float(np.sort(similar[np.array([each == kind for each in self._kinds])])[-2:].mean())
            for kind in dict.fromkeys(self._kinds)
        }
        best = max(near, key=lambda kind: near[kind])
        rival = max(value for kind, value in near.items() if (kind == "question") != (best == "question"))
        places = [at for at, kind in enumerate(self._kinds) if kind == best]
        example = self._texts[max(places, key=lambda at: similar[at])]
        return Resemblance(best, near[best] - rival, example)


def _examples() -> tuple[list[IntentKind], list[str]]:
    by_kind: dict[IntentKind, dict[str, list[str]]] = json.loads(
        resources.files("bot.intent").joinpath("examples.json").read_text("utf-8")
    )
    pairs = [(kind, text) for kind, texts in by_kind.items() for texts_of in texts.values() for text in texts_of]
    return [kind for kind, _ in pairs], [text for _, text in pairs]
