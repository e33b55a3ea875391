"""What answers to a file of questions are worth: overlap, citations, support, answering or abstaining, latency."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Literal

from bot.evaluation.estimates import Estimate, estimate, percentile, resampled_apart, share
from bot.evaluation.measures import contains, exact_match, f1, token_f1, token_recall
from bot.evaluation.support import ShownSentence

Deed = Literal["answered", "abstained", "failed"]
_OVERLAPS: Mapping[str, Callable[[str, str], float]] = {
    "exact_match": exact_match,
    "token_f1": token_f1,
    "token_recall": token_recall,
    "contained": contains,
}
_TOKENS = 60
"""Latency is told for an answer of so many tokens, whatever length the answers have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """The citations of an answer beside the evidence: how many point to it, and how much of it they reach."""

    given: int
    right: int
    near: int
    """Point to the evidence or to one of its neighbours."""
    evidence: int
    reached: int
    reached_nearly: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one question. Nothing but ``deed`` and times is known of one that was not answered."""

    has_answer: bool
    deed: Deed
    reason: str = ""
    overlaps: Mapping[str, float] = field(default_factory=dict)
    """Only where an answer was expected."""
    cited: Cited | None = None
    """Only where an answer was expected and given, and its evidence is known."""
    sentences: Sequence[ShownSentence] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    """``search``, ``first_token``, ``sixty_tokens``, ``total``, as far as they came to pass."""


def overlaps(said: str | None, expected: Collection[str]) -> dict[str, float]:
    """Each overlap with the accepted answer that it is best with; zeros where nothing was said."""
    if said is None:
        return dict.fromkeys(_OVERLAPS, 0.0)
    return {name: max(measure(said, accepted) for accepted in expected) for name, measure in _OVERLAPS.items()}


def cited(citations: Sequence[str], places: Mapping[str, Collection[str]]) -> Cited:
    """Compare cited messages with the evidence; ``places`` names each evidence message with its neighbours."""
    near = {record_id for place in places.values() for record_id in place}
    return Cited(
        given=len(citations),
        right=sum(record_id in places for record_id in citations),
        near=sum(record_id in near for record_id in citations),
        evidence=len(places),
        reached=len(set(places) & set(citations)),
        reached_nearly=sum(not set(citations).isdisjoint(place) for place in places.values()),
    )


def sixty_tokens_ms(timings_ms: Mapping[str, float], tokens: int) -> float | None:
    """When the 60th token would have come at the pace of this answer; None for one too short to tell."""
    if tokens < 5 or "generated" not in timings_ms:
        return None
    first = timings_ms["first_token"]
    return first + (timings_ms["generated"] - first) / (tokens - 1) * (_TOKENS - 1)


def measured(outcomes: Sequence[Outcome]) -> dict[str, Estimate]:
    """Every measure that these outcomes give, in the order in which it is read."""
    found = _decisions(outcomes)
    for name in _OVERLAPS:
        found[name] = estimate([outcome.overlaps[name] for outcome in outcomes if name in outcome.overlaps])
    told = [outcome.cited for outcome in outcomes if outcome.cited is not None]
    found["citation_precision"] = share([(one.right, one.given) for one in told])
    found["citation_precision_near"] = share([(one.near, one.given) for one in told])
    found["citation_recall"] = share([(one.reached, one.evidence) for one in told])
    found["citation_recall_near"] = share([(one.reached_nearly, one.evidence) for one in told])
    marked = [[one for one in outcome.sentences if one.cited] for outcome in outcomes]
    found["support_rate"] = share([(sum(one.is_supported for one in some), len(some)) for some in marked])
    found["sentences_with_citation"] = share(
        [(len(some), len(outcome.sentences)) for some, outcome in zip(marked, outcomes, strict=True)]
    )
    for stage in ("search", "first_token", "sixty_tokens", "total"):
        times = [outcome.timings_ms[stage] for outcome in outcomes if stage in outcome.timings_ms]
        found[f"{stage}_ms_p50"], found[f"{stage}_ms_p95"] = percentile(times, 50), percentile(times, 95)
    return {name: value for name, value in found.items() if value.count}


def reasons(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many were answered, and why the others were not, the most frequent first."""
    return dict(Counter(outcome.reason or outcome.deed for outcome in outcomes).most_common())


def _decisions(outcomes: Sequence[Outcome]) -> dict[str, Estimate]:
    """Precision, recall and F1 of answering and of abstaining; what failed did neither."""
    with_answer = [outcome for outcome in outcomes if outcome.has_answer]
    without = [outcome for outcome in outcomes if not outcome.has_answer]
    kinds: list[tuple[str, bool, Deed]] = []
    if with_answer:
        kinds.append(("answer", True, "answered"))
    if without:
        kinds.append(("abstain", False, "abstained"))
    together = [some for some in (with_answer, without) if some]
    found: dict[str, Estimate] = {}
    for name, has_answer, deed in kinds:
        for at, measure in enumerate(("precision", "recall", "f1")):

            def part(some: Sequence[Outcome], has: bool = has_answer, deed: Deed = deed, at: int = at) -> float:
                return _decision(some, has, deed)[at]

            found[f"{name}_{measure}"] = resampled_apart(together, part)
    if len(kinds) == 2:
        found["answer_or_abstain_f1"] = resampled_apart(
            together, lambda some: fmean(_decision(some, has_answer, deed)[2] for _, has_answer, deed in kinds)
        )
    return found


def _decision(outcomes: Sequence[Outcome], has_answer: bool, deed: Deed) -> tuple[float, float, float]:
    """Precision, recall and F1 of one kind."""
    right = sum(outcome.has_answer is has_answer and outcome.deed == deed for outcome in outcomes)
    done = sum(outcome.deed == deed for outcome in outcomes)
    due = sum(outcome.has_answer is has_answer for outcome in outcomes)
    return (right / done if done else 0.0, right / due if due else 0.0, f1(right, done - right, due - right))
