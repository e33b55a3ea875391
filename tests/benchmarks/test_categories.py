"""How often a given category is right and how many are found, on real messages that nobody trained on."""

from collections.abc import Sequence

import pytest

from bot.application import make_embedder
from bot.settings import Settings
from knowledge.categories import STARTING_IDS, CategoryModel
from tests.benchmarks.figures import Figures
from tests.benchmarks.labelled import SAMPLE, Labelled, labelled, said_of

pytestmark = [pytest.mark.bench, pytest.mark.model]

_PROMISED_PRECISION = {"question": 0.8, "answer": 0.6, "document": 0.65, "small_talk": 0.75}
"""Held by enough labelled messages to mean something; the others are stated."""


@pytest.mark.usefixtures("models_dir")
async def test_categories_of_real_messages(figures: Figures) -> None:
    unseen = [one for one in labelled() if not one.for_tuning]
    embedder = make_embedder(Settings())
    await embedder.start()
    vectors = await embedder.embed_passages([one.surroundings.line.spoken()[:2000] for one in unseen])
    await embedder.close()
    model = CategoryModel.shipped(embedder.spec.identity, embedder.spec.dimension)
    given = model.give([said_of(one) for one in unseen], list(vectors))
    both = list(zip(unseen, given, strict=True))
    real = [pair for pair in both if pair[0].set_name != SAMPLE]
    assert len(real) >= 300
    figures.state(
        "categories: labelled messages, never trained on", f"{len(real)} real, {len(both) - len(real)} sample"
    )
    for category_id in STARTING_IDS:
        precision, recall, support = measured(real, category_id)
        at_random = measured([pair for pair in real if pair[0].random], category_id)
        sample = measured([pair for pair in both if pair[0].set_name == SAMPLE], category_id)
        figures.state(
            f"categories: {category_id}: precision/recall/F1 (number)",
            f"{_figures(precision, recall, support)}; random {_figures(*at_random)}; sample {_figures(*sample)}",
        )
        if category_id in _PROMISED_PRECISION:
            figures.at_least(f"categories: {category_id}: precision", precision, _PROMISED_PRECISION[category_id])


def measured(pairs: Sequence[tuple[Labelled, dict[str, float]]], category_id: str) -> tuple[float, float, int]:
    """Precision, recall, and how many messages truly belong to the category."""
    given = sum(category_id in found for _, found in pairs)
    true = sum(category_id in one.labels for one, _ in pairs)
    right = sum(category_id in found and category_id in one.labels for one, found in pairs)
    return right / given if given else 0.0, right / true if true else 0.0, true


def _figures(precision: float, recall: float, support: int) -> str:
    harmonic = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return f"{precision:.2f}/{recall:.2f}/{harmonic:.2f} ({support})"
