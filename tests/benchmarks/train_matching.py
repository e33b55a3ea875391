"""Makes ``bot/curating/matching_weights.json`` out of the develop half of the standard questions, those that were
written to learn from, and the questions about passages in the development data.

    python -m tests.benchmarks.train_matching

Needs the embedding model and the development data; everybody else needs only the file that it writes.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from bot.application import make_embedder
from bot.curating.matching_model import OF_VECTORS, MatchingModel
from bot.curating.matching_pieces import PieceSpace
from bot.curating.matching_signs import NAMES, Signs
from bot.curating.matching_trees import Trees
from bot.settings import load_settings
from knowledge.categories.logistic import fit
from knowledge.embedding import PieceEmbedder, Vectors
from tests.benchmarks.boosted_trees import boosted
from tests.benchmarks.matching_pairs import (
    Asked,
    Fact,
    Pairs,
    facts,
    passages,
    served,
    states_of,
    vectors_of,
    wrongly_served,
)

WEIGHTS = Path(__file__).parents[2] / "bot" / "curating" / "matching_weights.json"
_PENALTY, _CONSTANT_PENALTY = 1.0, 1e-3
_AGAINST = ("only_", "exchanged", "negated_by_one", "figures_differ", "asked_other", "asked_vaguely", "length")
"""Signs that cannot speak for the same fact, whatever few examples seem to say."""
_DIMENSION = 96
_FOLDS = 5
_VARIANTS = (0, 2)
_WRONG_WHEN_SURE = {"pieces": 0.0175, "vectors": 0.01, "words": 0.01}
"""Of different facts, on questions that a fold has not seen: with a margin to the 0.02 that is promised, and a larger
one for weights alone, which know less of words that they never met."""
_SHARES = (0.015, 0.02, 0.03, 0.04, 0.06, 0.08)
"""Where a question with several ways to ask is compared with one without: one bound alone hangs on few questions."""
_DOUBTFUL_SHARE = 0.19
"""Of different facts, nearly all of them near misses, whose nearest standard question is asked back: then at most one
in twenty of a team's other questions is, see ``test_meaning``."""

Training = Callable[[Signs, Signs, Signs], Signs | Trees]
"""Makes a head of signs, whether they are of the same fact, and how much each pair counts."""


def main() -> None:
    """Train, choose the thresholds, write."""
    rows, strangers = facts("develop", "more"), passages("develop")
    embedder = make_embedder(load_settings())
    texts = [text for row in (*rows, *strangers) for text in row.texts]

    async def embedded() -> tuple[dict[str, Vectors], dict[str, Vectors]]:
        await embedder.start()
        try:
            assert isinstance(embedder, PieceEmbedder)
            return await vectors_of(texts, embedder), await states_of(texts, embedder)
        finally:
            await embedder.close()

    vectors, states = asyncio.run(embedded())
    space = PieceSpace.fitted(np.concatenate([states[text] for row in rows for text in row.texts]), _DIMENSION)
    space = PieceSpace.read(space.stored())
    stored: dict[str, object] = {"embedding": embedder.spec.name}
    pairs = Pairs(vectors, states, space)
    heads: dict[str, Training] = {
        "pieces": boosted,
        "vectors": partial(weighted, without=frozenset()),
        "words": partial(weighted, without=OF_VECTORS),
    }
    for name, training in heads.items():
        unseen = cross_validated(rows, strangers, pairs, training)
        several = float(np.mean([_threshold(unseen[2], share) - _threshold(unseen[0], share) for share in _SHARES]))
        wrong_share = _WRONG_WHEN_SURE[name]
        sure = max(_threshold(unseen[0], wrong_share), _threshold(unseen[2], wrong_share) - several)
        doubtful = _threshold(unseen[0], _DOUBTFUL_SHARE)
        for variants, one in unseen.items():
            bound = sure + several * (variants > 0)
            right, same = served(one, bound)
            again, retyped = served(one, bound, kind="retyped")
            wrong, different = wrongly_served(one, bound)
            print(
                f"{name}, {variants} variants: {right / same:.3f} served, {again / retyped:.3f} retyped, "
                f"{wrong / different:.4f} wrongly at {bound:.2f}",
                flush=True,
            )
        head = training(*pairs.training(rows, strangers))
        stored[name] = {
            **(head.stored() if isinstance(head, Trees) else _by_name(head)),
            "sure": round(sure, 3),
            "doubtful": round(doubtful, 3),
            "several": round(several, 3),
        }
    stored["space"] = space.stored()
    WEIGHTS.write_text(json.dumps(stored, separators=(",", ":")).replace('"vectors"', '\n"vectors"') + "\n", "utf-8")


def weighted(features: Signs, truth: Signs, importance: Signs, *, without: frozenset[str]) -> Signs:
    """Weights of all signs but ``without``."""
    features = features[:, : len(NAMES)].copy()
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
    rows: Sequence[Fact], strangers: Sequence[Fact], pairs: Pairs, training: Training
) -> dict[int, list[Asked]]:
    """Every question judged by a head that was learnt without its fact, by the number of variants."""
    folds = np.random.RandomState(0).permutation(len(rows)) % _FOLDS
    found: dict[int, list[Asked]] = {variants: [] for variants in _VARIANTS}
    for fold in range(_FOLDS):
        inside = [row for row, of in zip(rows, folds, strict=True) if of != fold]
        outside = [row for row, of in zip(rows, folds, strict=True) if of == fold]
        model = MatchingModel(training(*pairs.training(inside, strangers)), 0.0, 0.0)
        for variants, asked in found.items():
            # Among all, some near misses of one fact are what another one is about.
            asked.extend(pairs.asked(outside, model, pool=outside, variants=variants))
    return found


def _by_name(weights: Signs) -> dict[str, object]:
    return {"weights": {name: round(float(weight), 4) for name, weight in zip(NAMES, weights, strict=True)}}


def _threshold(found: Sequence[Asked], share: float) -> float:
    """From where on no more than this share of different facts is served."""
    different = [one.score for one in found if one.kind in ("near", "other")]
    return float(np.quantile(different, 1 - share)) + 1e-6


if __name__ == "__main__":
    main()
