"""What answers are worth, on questions of the development chats: imported, asked and measured by the command line.

The figures are promised for the default model; those of the small one are stated beside them. Answers that were given
lie with what they cite in ``READ_HERE``, to be read by a person.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.settings import LlmSettings
from tests.benchmarks.answer_samples import SAMPLES, written
from tests.benchmarks.figures import Figures
from tests.benchmarks.processes import SHIGUANG, environment, finish
from tests.benchmarks.texts import data
from tests.fakes.small_model import SMALL_MODEL

pytestmark = [pytest.mark.bench, pytest.mark.model, pytest.mark.timeout(7200)]

READ_HERE = Path.home() / ".cache" / "shiguang-benchmarks"
DEFAULT_MODEL = LlmSettings().model
QUESTIONS = 80
SEED = 4


def measure(home: Path, name: str, model: str, *, count: int = QUESTIONS, seed: int = SEED) -> dict[str, Any]:
    """Import a set, ask a sample of its questions, and return what ``eval answers`` tells."""
    finish([SHIGUANG, "import", "jsonl", data(name) / "messages.jsonl", "--json"], environment(home))
    questions = home / "questions.jsonl"
    questions.write_text(written(SAMPLES[name](count, seed)), "utf-8")
    READ_HERE.mkdir(parents=True, exist_ok=True)
    sheet = READ_HERE / f"answers-{name}-{model}.md"
    command: list[str | Path] = [SHIGUANG, "eval", "answers", questions, "--sheet", sheet, "--json"]
    told: dict[str, Any] = json.loads(
        finish(command, environment(home, LLM__BACKEND="llamacpp", LLM__MODEL=model)).output
    )
    return told


@pytest.mark.parametrize("model", [DEFAULT_MODEL, SMALL_MODEL])
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_answers(home: Path, figures: Figures, name: str, model: str) -> None:
    if not (home / "models" / model).is_dir():
        pytest.skip(f"{model} is not there; run: shiguang models pull {model}")
    told = measure(home, name, model)
    found = told["all"]
    what = f"answers, {name}, {model.split('-')[2]}"
    assert told["failures"] == 0, told["reasons"]

    def state(label: str, measure: str, promised: float) -> None:
        value = found[measure]
        note = f"{value['low']:.2f} … {value['high']:.2f}, n {value['count']}"
        if model == DEFAULT_MODEL:
            figures.at_least(f"{what}: {label}", value["mean"], promised, note=note)
        else:
            figures.state(f"{what}: {label}", f"{value['mean']:.3g}  ({note})")

    def state_time(label: str, measure: str, promised: float) -> None:
        seconds = found[measure]["mean"] / 1000
        if model == DEFAULT_MODEL:
            figures.at_most(f"{what}: {label}", seconds, promised, unit=" s")
        else:
            figures.state(f"{what}: {label}", f"{seconds:.3g} s")

    state("citations to the evidence or a neighbour", "citation_precision_near", 0.75)
    state("sentences that their citations support", "support_rate", 0.95)
    state("answer or abstain, F1 of both", "answer_or_abstain_f1", 0.75)
    state_time("sources, p95", "search_ms_p95", 1)
    state_time("first token, median", "first_token_ms_p50", 6)
    state_time("answer of 60 tokens, median", "sixty_tokens_ms_p50", 12)
    for label, measures in (
        ("citations to the evidence itself; evidence cited", ("citation_precision", "citation_recall")),
        ("F1 of answering; of abstaining", ("answer_f1", "abstain_f1")),
        ("token F1; the expected tokens; the whole answer held", ("token_f1", "token_recall", "contained")),
    ):
        figures.state(f"{what}: {label}", "; ".join(f"{found[one]['mean']:.2f}" for one in measures))
