"""Makes ``knowledge/categories/weights.json`` out of the examples written for it and the labels meant for tuning.

    python -m tests.benchmarks.train_categories

Needs the embedding model and the development data; everybody else needs only the file that it writes.
"""

import asyncio
import json
from pathlib import Path

import numpy as np

from bot.application import make_embedder
from bot.settings import load_settings
from knowledge.categories import RULED, STARTING_IDS, Said
from knowledge.categories.features import NAMES, features
from knowledge.categories.logistic import Array, fit, sigmoid
from tests.benchmarks.labelled import Labelled, labelled, said_of

EXAMPLES = Path(__file__).with_name("category_examples.jsonl")
WEIGHTS = Path(__file__).parents[2] / "knowledge" / "categories" / "weights.json"
NAMES_OF_SPEAKERS = ("Li Wei", "Ana", "小周", "Tom", "王工", "priya", "member003", "carlyn", "发言人2", "u14")
FILLERS = ("嗯", "收到", "The van is back.", "明天见", "昨天那批已经入库了", "ok", "I think the lamp is fine now", "")

_CUE_PENALTY, _VECTOR_PENALTY, _CONSTANT_PENALTY = 1.0, 0.5, 1e-3
_TUNING_IMPORTANCE = 2.0
"""Of a real message beside a written one."""
_FOLDS = 5
_PRECISION_OVER_RECALL = 0.4
"""The beta of the F-measure by which thresholds are chosen: a wrong category is worse than a missing one."""
_SELDOM = frozenset({"decision", "action_item", "announcement"})
_SELDOM_THRESHOLD = 0.6
"""Too few of them are among the tuning labels to choose by those alone; a wrong one annoys most."""


def examples() -> list[tuple[Said, frozenset[str]]]:
    """The written examples; one without a line before it has a meaningless one, as in a running chat."""
    rows = [json.loads(line) for line in EXAMPLES.read_text("utf-8").splitlines()]
    return [
        (
            Said(
                text=row["text"],
                author=NAMES_OF_SPEAKERS[number % len(NAMES_OF_SPEAKERS)],
                before=(("x", row["before"]),) if "before" in row else _filler(number),
            ),
            frozenset(row["labels"]),
        )
        for number, row in enumerate(rows)
    ]


def spoken(said: Said) -> str:
    """As it is embedded when it is indexed."""
    return f"{said.author}: {said.text}"[:2000]


def train(written: list[tuple[Said, frozenset[str]]], tuning: list[Labelled], vectors: Array) -> dict[str, object]:
    """Both heads of every category, with thresholds; ``vectors`` are those of the written and the tuning messages."""
    said = [one for one, _ in written] + [said_of(one) for one in tuning]
    labels = [given for _, given in written] + [one.labels for one in tuning]
    importance = np.concatenate([np.ones(len(written)), np.full(len(tuning), _TUNING_IMPORTANCE)])
    cues = np.stack([features(one) for one in said]).astype(np.float64)
    ones = np.ones((len(said), 1))
    folds = np.random.RandomState(0).permutation(len(said)) % _FOLDS
    heads: dict[str, object] = {}
    for category_id in (one for one in STARTING_IDS if one not in RULED):
        truth = np.array([float(category_id in given) for given in labels])
        kinds: dict[str, object] = {}
        for kind, inputs in (("vectors", np.hstack([cues, vectors, ones])), ("cues", np.hstack([cues, ones]))):
            penalty = np.full(inputs.shape[1], _VECTOR_PENALTY)
            penalty[: len(NAMES)], penalty[-1] = _CUE_PENALTY, _CONSTANT_PENALTY
            unseen = np.zeros(len(said))
            for fold in range(_FOLDS):
                out = folds == fold
                weights = fit(inputs[~out], truth[~out], penalty=penalty, importance=importance[~out])
                unseen[out] = sigmoid(inputs[out] @ weights)
            weights = fit(inputs, truth, penalty=penalty, importance=importance)
            kinds[kind] = {
                "cues": {
                    name: round(float(weight), 3)
                    for name, weight in zip(NAMES, weights, strict=False)
                    if abs(weight) >= 0.001
                },
                "vector": [round(float(weight), 3) for weight in weights[len(NAMES) : -1]],
                "constant": round(float(weights[-1]), 3),
                "threshold": max(
                    round(threshold(unseen, truth, importance), 2), _SELDOM_THRESHOLD if category_id in _SELDOM else 0.0
                ),
            }
        heads[category_id] = kinds
    return heads


def threshold(sure: Array, truth: Array, importance: Array) -> float:
    """The one with the best F-measure, precision before recall."""
    best, found = 0.0, 0.5
    for limit in np.arange(0.2, 0.92, 0.02):
        given = sure >= limit
        right = float((importance * given * truth).sum())
        precision = right / max(float((importance * given).sum()), 1e-9)
        recall = right / max(float((importance * truth).sum()), 1e-9)
        beta = _PRECISION_OVER_RECALL**2
        measure = (1 + beta) * precision * recall / max(beta * precision + recall, 1e-9)
        if measure > best:
            best, found = measure, float(limit)
    return found


def _filler(number: int) -> tuple[tuple[str, str], ...]:
    text = FILLERS[number * 5 % len(FILLERS)]
    return (("x", text),) if text else ()


async def _main() -> None:
    written = examples()
    tuning = [one for one in labelled() if one.for_tuning]
    embedder = make_embedder(load_settings())
    await embedder.start()
    texts = [spoken(said) for said, _ in written] + [spoken(said_of(one)) for one in tuning]
    vectors = (await embedder.embed_passages(texts)).astype(np.float64)
    await embedder.close()
    stored = {
        "embedding": embedder.spec.identity,
        "dimension": embedder.spec.dimension,
        "heads": await asyncio.to_thread(train, written, tuning, vectors),
    }
    WEIGHTS.write_text(json.dumps(stored, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    asyncio.run(_main())
