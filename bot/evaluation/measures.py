"""Measures of ranked lists and answers, with confidence intervals by bootstrap."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from knowledge.lexical import normalize

_RESAMPLES = 1000
_SEED = 7
_CJK = re.compile(r"[\u3400-\u9fff]")
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with the 95 % interval of a bootstrap with a fixed seed."""

    mean: float
    low: float
    high: float
    count: int


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and interval; zeros when there is nothing to average."""
    if not values:
        return Estimate(0.0, 0.0, 0.0, 0)
    chance = random.Random(_SEED)  # noqa: S311 - resampling, not secrets
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    return Estimate(fmean(values), means[int(_RESAMPLES * 0.025)], means[int(_RESAMPLES * 0.975)], len(values))


def recall_at(ranked: Sequence[str], evidence: Sequence[str], k: int) -> float:
    """Share of the evidence among the first ``k``; 0 without evidence."""
    wanted = set(evidence)
    return len(wanted & set(ranked[:k])) / len(wanted) if wanted else 0.0


def hit_at(ranked: Sequence[str], evidence: Sequence[str], k: int) -> float:
    """1 when any evidence is among the first ``k``."""
    return float(bool(set(evidence) & set(ranked[:k])))


def reciprocal_rank(ranked: Sequence[str], evidence: Sequence[str], k: int = 10) -> float:
    """1 / rank of the first evidence within ``k``, else 0."""
    wanted = set(evidence)
    return next((1.0 / rank for rank, record_id in enumerate(ranked[:k], start=1) if record_id in wanted), 0.0)


def token_f1(said: str, expected: str) -> float:
    """Overlap of tokens (characters for Chinese, words otherwise) as F1."""
    left, right = Counter(_tokens(said)), Counter(_tokens(expected))
    common = sum((left & right).values())
    if not common:
        return 0.0
    precision, recall = common / sum(left.values()), common / sum(right.values())
    return 2 * precision * recall / (precision + recall)


def f1(true_positive: int, false_positive: int, false_negative: int) -> float:
    """F1 of a yes/no decision; 0 when it was never made rightly."""
    if not true_positive:
        return 0.0
    return 2 * true_positive / (2 * true_positive + false_positive + false_negative)


def _tokens(text: str) -> list[str]:
    found: list[str] = _TOKEN.findall(re.sub(r"\[\d+\]", " ", normalize(text)))
    return [token for token in found if token not in {"a", "an", "the"}]
