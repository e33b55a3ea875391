"""Summaries beside the model's plain one-shot summary and the first three sentences, in one run.

A third of the conversations each, on any machine in half an hour; ``shiguang eval summaries`` measures all of them.
"""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.application import make_embedder
from bot.evaluation.measures import rouge_l
from bot.llm.factory import create_model
from bot.settings import LlmSettings, Settings
from knowledge.embedding import Embedder
from tests.benchmarks.figures import Figures
from tests.benchmarks.summary_lab import Example, RememberingModel, dialogues, meetings, summaries
from tests.fakes.small_model import SMALL_MODEL

pytestmark = [pytest.mark.bench, pytest.mark.model]

_DEFAULT = LlmSettings().model
_EVERY = 3
_LONGEST_SECONDS = 600.0


@pytest.mark.parametrize("model_name", [_DEFAULT, SMALL_MODEL])
async def test_summaries_are_nearer_to_what_people_wrote(models_dir: Path, figures: Figures, model_name: str) -> None:
    settings = Settings(home=models_dir.parent, llm=LlmSettings(model=model_name, timeout_seconds=_LONGEST_SECONDS))
    model = RememberingModel(lambda: create_model(settings), name=model_name)
    embedder = make_embedder(settings)
    await embedder.start()
    try:
        scores = await _scores(model, embedder, [*dialogues()[::_EVERY], *meetings()[::_EVERY]])
    finally:
        await model.close()
        await embedder.close()
    for language, of_language in scores.items():
        means = {system: statistics.mean(values) for system, values in of_language.items()}
        told = ", ".join(f"{system} {mean:.3f}" for system, mean in means.items())
        gain = means["ours"] - max(means["one_shot"], means["lead_3"])
        what = f"ROUGE-L of summaries over the better of the plain ones, {language}, {model_name.split('-')[2]}"
        if model_name == _DEFAULT:
            figures.at_least(what, gain, 0.0, note=told)
        else:
            figures.state(what, f"{gain:.3g}  ({told})")


async def _scores(
    model: RememberingModel, embedder: Embedder, examples: Sequence[Example]
) -> dict[str, dict[str, list[float]]]:
    """By language and system."""
    scores: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for example in examples:
        for system, text in (await summaries(model, embedder, example)).items():
            scores[example.language][system].append(rouge_l(text, example.expected))
    return scores
