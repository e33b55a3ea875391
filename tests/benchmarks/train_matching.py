"""Makes ``bot/curating/matching_weights.json`` out of the develop half of the standard questions,
and of the questions about passages in the development data.

    python -m tests.benchmarks.train_matching

Needs the embedding model and the development data; everybody else needs only the file that it writes.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.application import make_embedder
from bot.curating.matching_model import OF_VECTORS, MatchingModel
from bot.curating.matching_signs import NAMES, Signs
from bot.settings import load_settings
from knowledge.categories.logistic import fit
from tests.benchmarks.matching_pairs import Asked, Fact, Pairs, facts, passages, served, vectors_of, wrongly_served

WEIGHTS = Path(__file__).parents[2] / "bot" / "curating" / "matching_weights.json"
_PENALTY, _CONSTANT_PENALTY = 1.0, 1e-3
_AGAINST = ("only_", "exchanged", "negated_by_one", "figures_differ", "asked_other", "asked_vaguely", "length")
"""Signs that cannot speak for the same fact, whatever few examples seem to say."""
_FOLDS = 5
_VARIANTS = (0, 1, 2)
_WRONG_WHEN_SURE = 0.01
"""Of different facts, on questions that a fold has not seen: with a margin to the 0.02 that is promised."""
_DOUBTFUL_SHARE = 0.2
"""Of different facts whose nearest standard question may be looked at by the chat model, or offered."""


def main() -> None:
    """Train, choose the thresholds, write."""
    rows, strangers = facts("develop"), passages("develop")
    embedder = make_embedder(load_settings())

    async def embedded() -> Pairs:
        await embedder.start()
        try:
            return Pairs(await vectors_of((text for row in (*rows, *strangers) for text in row.texts), embedder))
        finally:
            await embedder.close()

    pairs = asyncio.run(embedded())
    stored: dict[str, object] = {"embedding": embedder.spec.name}
    for name, without in (("vectors", frozenset[str]()), ("words", OF_VECTORS)):
        unseen = [cross_validated(rows, strangers, pairs, without, variants) for variants in _VARIANTS]
        sure = max(_threshold(one, _WRONG_WHEN_SURE) for one in unseen)
        doubtful = float(np.mean([_threshold(one, _DOUBTFUL_SHARE) for one in unseen]))
        for variants, one in zip(_VARIANTS, unseen, strict=True):
            right, same = served(one, sure)
            wrong, different = wrongly_served(one, sure)
            print(
                f"{name}, {variants} variants: {right / same:.3f} served, {wrong / different:.4f} wrongly at {sure:.2f}"
            )
        weights = trained(rows, strangers, pairs, without)
        stored[name] = {
            "weights": {sign: round(float(weight), 4) for sign, weight in zip(NAMES, weights, strict=True)},
            "sure": round(sure, 3),
            "doubtful": round(doubtful, 3),
        }
    WEIGHTS.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")


def trained(
    rows: Sequence[Fact], strangers: Sequence[Fact], pairs: Pairs, without: frozenset[str] = frozenset()
) -> Signs:
    """Weights of all signs but ``without``."""
    features, truth, importance = pairs.training(rows, strangers)
    features[:, [NAMES.index(name) for name in without]] = 0.0
    penalty = np.full(len(NAMES), _PENALTY)
    penalty[NAMES.index("constant")] = _CONSTANT_PENALTY
    while True:
        weights = fit(features, truth, penalty=penalty, importance=importance)
        odd = [at for at, name in enumerate(NAMES) if name.startswith(_AGAINST) and weights[at] > 0]
        if not odd:
            return weights
        features[:, odd] = 0.0


def cross_validated(
    rows: Sequence[Fact], strangers: Sequence[Fact], pairs: Pairs, without: frozenset[str], variants: int
) -> list[Asked]:
    """Every question judged by weights that were learnt without its fact."""
    folds = np.random.RandomState(0).permutation(len(rows)) % _FOLDS
    found: list[Asked] = []
    for fold in range(_FOLDS):
        inside = [row for row, of in zip(rows, folds, strict=True) if of != fold]
        outside = [row for row, of in zip(rows, folds, strict=True) if of == fold]
        model = MatchingModel(trained(inside, strangers, pairs, without), 0.0, 0.0)
        found.extend(pairs.asked(outside, model, pool=rows, variants=variants))
    return found


def _threshold(found: Sequence[Asked], share: float) -> float:
    """From where on no more than this share of different facts is served."""
    different = [one.score for one in found if one.kind != "same"]
    return float(np.quantile(different, 1 - share)) + 1e-6


if __name__ == "__main__":
    main()
