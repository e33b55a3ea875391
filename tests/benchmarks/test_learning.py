"""Whether what people think of answers makes search better, and nothing else worse: simulated months of real questions.

``ARGS="tests/benchmarks/test_learning.py"`` with ``make bench``; some twenty minutes on two cores, most of them for the
1,393 questions of the Chinese chats. The halves are drawn several times; a promise not to harm is one for the worst.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import fmean

import pytest

from tests.benchmarks.figures import Figures
from tests.benchmarks.learning_lab import Hits, LearningLab, Month, Outcome

pytestmark = [pytest.mark.bench, pytest.mark.model, pytest.mark.timeout(7200)]

_SETS = [(name, scope) for name in ("zh_chat", "locomo", "en_meetings", "zh_meetings") for scope in ("channel", "all")]
_SEEDS = {"zh_chat": 5, "locomo": 6, "en_meetings": 10, "zh_meetings": 10}
"""How often the halves are drawn; more often where there are few questions."""
_LARGE = 300
"""Questions from which a promise in half points can be held to: of 45, one is two points."""


@dataclass(frozen=True, slots=True)
class _Seeds:
    """Hit@1 of one kind of question in per cent, a number for each drawing of the halves."""

    before: list[float]
    after: list[float]
    count: int

    @classmethod
    def of(cls, outcomes: Sequence[Outcome], kind: Callable[[Outcome], Hits]) -> "_Seeds":
        hits = [one for one in map(kind, outcomes) if one.before]
        return cls(
            [100 * fmean(one.before) for one in hits],
            [100 * fmean(one.after) for one in hits],
            max((len(one.before) for one in hits), default=0),
        )

    @property
    def gains(self) -> list[float]:
        return [after - before for before, after in zip(self.before, self.after, strict=True)]

    def told(self) -> str:
        return (
            f"{fmean(self.before):.1f} → {fmean(self.after):.1f}, {fmean(self.gains):+.1f}, "
            f"worst of {len(self.gains)} {min(self.gains):+.1f}, n {self.count}"
        )


@cache
def _lab(name: str, scope: str) -> LearningLab:
    return LearningLab(name, within_channel=scope == "channel")


def _months(name: str, scope: str, month: Month) -> list[Outcome]:
    lab = _lab(name, scope)
    return [lab.months(replace(month, seed=seed)) for seed in range(_SEEDS[name])]


@pytest.mark.parametrize(("name", "scope"), _SETS)
def test_a_month_of_verdicts(models_dir: object, figures: Figures, name: str, scope: str) -> None:
    outcomes = _months(name, scope, Month())
    what = f"learning, {name}, {scope}"
    repeated = _Seeds.of(outcomes, lambda one: one.repeated)
    label = f"{what}: hit@1 of repeated questions"
    if min(repeated.after) >= 90:
        figures.at_least(label, fmean(repeated.after), 90, unit=" %", note=repeated.told())
    else:
        figures.at_least(label, fmean(repeated.gains), 15, unit=" points", note=repeated.told())
    figures.state(f"{what}: reworded", _Seeds.of(outcomes, lambda one: one.reworded).told())
    _no_harm(figures, f"{what}: the other half", _Seeds.of(outcomes, lambda one: one.other_half))
    same = _Seeds.of(outcomes, lambda one: one.same_passages)
    if same.count:
        figures.state(f"{what}: other questions, same passages", same.told())


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
    outcomes = _months(name, "channel", month)
    what = f"learning, {name}, {label}"
    repeated = _Seeds.of(outcomes, lambda one: one.repeated)
    figures.at_least(f"{what}: repeated", min(repeated.gains), 0, unit=" points", note=repeated.told())
    _no_harm(figures, f"{what}: the other half", _Seeds.of(outcomes, lambda one: one.other_half), limit=-1.0)
    figures.state(f"{what}: same passages", _Seeds.of(outcomes, lambda one: one.same_passages).told())


def _no_harm(figures: Figures, what: str, seeds: _Seeds, *, limit: float = -0.5) -> None:
    if seeds.count >= _LARGE:
        figures.at_least(what, min(seeds.gains), limit, unit=" points, worst", note=seeds.told())
    else:
        figures.state(what, seeds.told())
