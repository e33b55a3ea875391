"""What can be told of an answer without a person: sources, figures, support, abstaining, times."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.answering.figures import claimed_figures, known_figures
from bot.answering.traced import sentences_of
from bot.evaluation.estimates import estimate
from bot.evaluation.from_use import QuestionFromUse
from bot.evaluation.measures import token_recall
from bot.training.given import without_marks
from bot.truth.answers import StoredAnswer

Measures = Mapping[str, float]
BETTER_WHEN_LESS: Final = frozenset({"abstained", "first_token_ms", "total_ms"})


def measures_of(question: QuestionFromUse, answer: StoredAnswer) -> Measures:
    """Each between 0 and 1, times in milliseconds; what does not apply is left out."""
    said = "" if answer.abstained else without_marks(answer.text)
    found: dict[str, float] = {
        "abstained": float(answer.abstained),
        "words": token_recall(said, question.expected),
    }
    if question.records:
        cited = {source.record_id for source in answer.sources if source.cited}
        found["sources"] = 0.0 if answer.abstained else len(question.records & cited) / len(question.records)
    figures = claimed_figures(question.expected)
    if figures:
        facts = known_figures(said)
        found["figures"] = sum(figure.is_known(facts) for figure in figures) / len(figures)
    sentences = sentences_of(answer.trace)
    if sentences:
        found["grounded"] = sum(bool(one.citations) for one in sentences) / len(sentences)
    for name in ("first_token", "total"):
        if name in answer.timings_ms:
            found[f"{name}_ms"] = float(answer.timings_ms[name])
    return found


def compared(items: Sequence[Mapping[str, Measures]]) -> dict[str, dict[str, dict[str, float]]]:
    """Of each measure both means and the difference right less left, each with its interval by bootstrap.

    The difference is taken question by question, so that it is surer than the two means apart.
    """
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for name in dict.fromkeys(name for item in items for side in item.values() for name in side):
        both = [
            (item["left"][name], item["right"][name]) for item in items if all(name in one for one in item.values())
        ]
        if both:
            values = {
                "left": [left for left, _ in both],
                "right": [right for _, right in both],
                "difference": [right - left for left, right in both],
            }
            figures[name] = {
                side: {"mean": found.mean, "low": found.low, "high": found.high, "count": found.count}
                for side, some in values.items()
                for found in (estimate(some),)
            }
    return figures
