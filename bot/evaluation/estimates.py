"""Means, shares and percentiles with their 95 % intervals, by bootstrap with a fixed seed."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, quantiles
from typing import TypeVar

T = TypeVar("T")

_RESAMPLES = 1000
_SEED = 7


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; ``count`` is how many values it rests on."""

    mean: float
    low: float
    high: float
    count: int


NOTHING = Estimate(0.0, 0.0, 0.0, 0)
"""Of no values."""


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and interval; zeros when there is nothing to average."""
    return resampled(values, fmean)


def share(parts: Sequence[tuple[int, int]]) -> Estimate:
    """All hits over all tries, from (hits, tries) of each answer; ``count`` is that of the tries.

    Answers are resampled, not tries: the citations of one answer stand or fall together.
    """
    tried = [part for part in parts if part[1]]
    found = resampled(tried, lambda some: sum(hits for hits, _ in some) / sum(tries for _, tries in some))
    return Estimate(found.mean, found.low, found.high, sum(tries for _, tries in tried))


def percentile(values: Sequence[float], percent: int) -> Estimate:
    """The value that ``percent`` of all do not exceed."""
    return resampled(values, lambda some: _percentile(some, percent))


def resampled(items: Sequence[T], statistic: Callable[[Sequence[T]], float]) -> Estimate:
    """``statistic`` of the items, and its interval over samples drawn from them; zeros for no items."""
    return resampled_apart([items], statistic)


def resampled_apart(kinds: Sequence[Sequence[T]], statistic: Callable[[Sequence[T]], float]) -> Estimate:
    """The same with as many items of each kind in every sample, where somebody chose how many there are."""
    items = [item for kind in kinds for item in kind]
    if not items:
        return NOTHING
    chance = random.Random(_SEED)  # noqa: S311 - resampling, not secrets
    samples = ([item for kind in kinds for item in chance.choices(kind, k=len(kind))] for _ in range(_RESAMPLES))
    drawn = sorted(map(statistic, samples))
    return Estimate(statistic(items), drawn[int(_RESAMPLES * 0.025)], drawn[int(_RESAMPLES * 0.975)], len(items))


def _percentile(values: Sequence[float], percent: int) -> float:
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]
