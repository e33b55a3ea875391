"""Whether what people think of answers makes search better, and nothing else worse: simulated months of real questions.

``ARGS="tests/benchmarks/test_learning.py"`` with ``make bench``; about ten minutes on two cores.
"""

from functools import cache

import pytest

from bot.evaluation.estimates import estimate
from tests.benchmarks.figures import Figures
from tests.benchmarks.learning_lab import Hits, LearningLab, Month

pytestmark = [pytest.mark.bench, pytest.mark.model, pytest.mark.timeout(3600)]

_SETS = [(name, scope) for name in ("zh_chat", "locomo", "en_meetings", "zh_meetings") for scope in ("channel", "all")]
_LARGE = 300
"""Questions from which a promise in half points can be held to: of 45, one is two points."""


@cache
def _lab(name: str, scope: str) -> LearningLab:
    return LearningLab(name, within_channel=scope == "channel")


@pytest.mark.parametrize(("name", "scope"), _SETS)
def test_a_month_of_verdicts(models_dir: object, figures: Figures, name: str, scope: str) -> None:
    outcome = _lab(name, scope).months(Month())
    what = f"learning, {name}, {scope}"
    gained, reached = _mean(outcome.repeated.gains), 100 * _mean(outcome.repeated.after)
    note = _told(outcome.repeated)
    if reached >= 90:
        figures.at_least(f"{what}: hit@1 of repeated questions", reached, 90, unit=" %", note=note)
    else:
        figures.at_least(f"{what}: hit@1 of repeated questions", gained, 15, unit=" points", note=note)
    figures.state(f"{what}: reworded", _told(outcome.reworded))
    _no_harm(figures, f"{what}: the other half", outcome.other_half)
    if outcome.same_passages.before:
        figures.state(f"{what}: other questions, same passages", _told(outcome.same_passages))


@pytest.mark.parametrize(
    ("label", "month"),
    [
        ("one person votes everything down", Month(hostile=1.0)),
        ("30 % noise", Month(noise=0.3)),
        ("each asked four times", Month(times=4)),
    ],
)
@pytest.mark.parametrize("name", ["locomo", "zh_chat"])
def test_other_months(models_dir: object, figures: Figures, name: str, label: str, month: Month) -> None:
    outcome = _lab(name, "channel").months(month)
    what = f"learning, {name}, {label}"
    figures.at_least(
        f"{what}: repeated", _mean(outcome.repeated.gains), 0, unit=" points", note=_told(outcome.repeated)
    )
    _no_harm(figures, f"{what}: the other half", outcome.other_half, limit=-1.0)


def _no_harm(figures: Figures, what: str, hits: Hits, *, limit: float = -0.5) -> None:
    if len(hits.before) >= _LARGE:
        figures.at_least(what, _mean(hits.gains), limit, unit=" points", note=_told(hits))
    else:
        figures.state(what, _told(hits))


def _told(hits: Hits) -> str:
    gain = estimate(hits.gains)
    before, after = 100 * _mean(hits.before), 100 * _mean(hits.after)
    return f"{before:.1f} → {after:.1f}, {gain.mean:+.1f} [{gain.low:+.1f}, {gain.high:+.1f}], n {gain.count}"


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
