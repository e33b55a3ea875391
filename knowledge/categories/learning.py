"""Learning from corrections: heads that move a little, and heads of categories that the team has made itself.

What is learnt is computed anew from the corrections that stand, never carried on: a correction that goes with its
record leaves nothing behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.categories.logistic import Array, fit, sigmoid
from knowledge.categories.model import CUE_COUNT, Head

FEWEST_CORRECTIONS = 5
"""Fewer change only the records they are about: one odd message must not turn a category."""
FEWEST_EXAMPLES = 3
"""Records that people put into a category of their own before it is given to others."""

# Measured on real messages with half of a model's mistakes corrected: the other half gains 1 to 24 points of F1, and
# small talk loses precision. Looser constants turn whole categories.
_CUE_PENALTY = 100.0
_VECTOR_PENALTY = 0.25
_CONSTANT_PENALTY = 100.0
_USUAL_IMPORTANCE = 0.5
"""Of a usual record beside a corrected one: they hold a head where it was, except near what was corrected."""
_ALIKE = 0.8
"""Cosine from which a usual record is like a corrected one: what the head said of it holds nothing."""
_OWN_PENALTY = 0.05
_OWN_USUAL_IMPORTANCE = 0.1
_OWN_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Corrected:
    """A record that a person put into a category, or took out of it, as the models read it (see ``row_of``)."""

    row: Array
    present: bool


def adjusted(head: Head, corrected: Sequence[Corrected], usual: Array) -> Head | None:
    """A shipped head after corrections; ``usual`` are rows of some records that nobody has corrected.

    None with fewer than ``FEWEST_CORRECTIONS``: then it stays as it is.
    """
    if len(corrected) < FEWEST_CORRECTIONS:
        return None
    told = np.stack([one.row for one in corrected])
    meanings = slice(CUE_COUNT, -1)
    usual = usual[(usual[:, meanings] @ told[:, meanings].T).max(axis=1) < _ALIKE]
    rows = np.vstack([told, usual])
    # The threshold is where a person would turn from no to yes: corrections are told to lie beyond it.
    shift = np.zeros(rows.shape[1])
    shift[-1] = np.log(head.threshold / (1 - head.threshold))
    prior = head.weights - shift
    truth = np.concatenate([[float(one.present) for one in corrected], sigmoid(usual @ prior)])
    importance = np.concatenate([np.ones(len(corrected)), np.full(len(usual), _USUAL_IMPORTANCE)])
    penalty = np.full(rows.shape[1], _VECTOR_PENALTY)
    penalty[:CUE_COUNT] = _CUE_PENALTY
    penalty[-1] = _CONSTANT_PENALTY
    learnt = fit(rows, truth, penalty=penalty, prior=prior, importance=importance)
    return Head(learnt + shift, head.threshold)


def own_head(description: Array, corrected: Sequence[Corrected], usual: Array) -> Head | None:
    """The head of a category of the team's own, from its description (a vector) and what people put into it.

    None with fewer than ``FEWEST_EXAMPLES``: a description alone is too often mistaken. It reads meaning alone.
    """
    examples = [one.row for one in corrected if one.present]
    if len(examples) < FEWEST_EXAMPLES or not len(usual):
        return None
    meanings = slice(CUE_COUNT, -1)
    centre = usual[:, meanings].mean(axis=0)
    prototype = np.mean([description, *(row[meanings] for row in examples)], axis=0) - centre
    prototype /= max(float(np.linalg.norm(prototype)), 1e-9)
    near = np.stack(examples)[:, meanings] @ prototype
    far = usual[:, meanings] @ prototype
    # Half way between the usual and the examples, and above all but few of the usual ones.
    limit = max((float(near.mean()) + float(np.median(far))) / 2, float(np.quantile(far, 0.9)))
    steep = 4.0 / max(float(near.mean()) - limit, 0.05)
    prior = np.zeros(usual.shape[1])
    prior[meanings], prior[-1] = steep * prototype, -steep * limit
    rows = np.vstack([np.stack([one.row for one in corrected]), usual])
    truth = np.concatenate([[float(one.present) for one in corrected], np.zeros(len(usual))])
    importance = np.concatenate([np.ones(len(corrected)), np.full(len(usual), _OWN_USUAL_IMPORTANCE)])
    penalty = np.full(rows.shape[1], _OWN_PENALTY)
    penalty[:CUE_COUNT] = 1e6
    penalty[-1] = _OWN_PENALTY
    return Head(fit(rows, truth, penalty=penalty, prior=prior, importance=importance), _OWN_THRESHOLD)
