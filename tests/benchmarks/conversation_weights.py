"""Learning the weights of ``knowledge.conversations``: ``python -m tests.benchmarks.conversation_weights`` writes them.

A message chooses between the messages of its window and a new conversation (softmax); the chance of any right choice is
made as large as it can be, under an L2 penalty. The marked logs teach whom people answer in a crowd, the Slack export
what pauses mean where people come and go.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.conversations import WINDOW
from knowledge.conversations import weights as shipped
from knowledge.conversations.signs import OPENING_SIGNS, PAIR_SIGNS, Signs, Stretch
from knowledge.conversations.weights import Weights
from tests.benchmarks.conversation_logs import Log, marked_logs, slack_log

TAUGHT_YEAR = 2017
"""Of the Slack export; the other one is for measuring."""
_EVERY, _SLACK_WEIGHT = 4, 0.4
"""Every fourth message of the export is enough; each counts less than a marked one, being labelled by a program."""
_PENALTY = 3.0
_STEPS = 200
_RATE = 0.05

_Right = NDArray[np.bool_]


def learn(marked: Sequence[Log], slack: Log) -> Weights:
    """Weights from these logs; takes about five seconds."""
    parts = [_choices(log, 1) for log in marked]
    counts = [1.0] * sum(len(part) for part in parts)
    parts.append(_choices(slack, _EVERY))
    counts += [_SLACK_WEIGHT] * len(parts[-1])
    choices = [choice for part in parts for choice in part]
    signs = np.concatenate([signs for signs, _ in choices])
    right = np.concatenate([right for _, right in choices])
    lengths = np.array([len(right) for _, right in choices])
    learnt = _fit(signs, right, lengths, np.array(counts))
    return Weights(pair=learnt[: len(PAIR_SIGNS)], opening=learnt[len(PAIR_SIGNS) :])


def _choices(log: Log, every: int) -> list[tuple[Signs, _Right]]:
    """By message: the signs of what it may choose, the new conversation last, and which choices are right."""
    stretch = Stretch(log.messages)
    found = []
    for at in range(len(log.messages)):
        if at not in log.replies or at % every:
            continue
        pairs, opening = stretch.signs(at)
        low = max(0, at - WINDOW)
        right = np.zeros(len(pairs) + 1, dtype=bool)
        right[[len(pairs) if to == at else to - low for to in log.replies[at] if to >= low]] = True
        signs = np.zeros((len(right), len(PAIR_SIGNS) + len(OPENING_SIGNS)))
        signs[:-1, : len(PAIR_SIGNS)] = pairs
        signs[-1, len(PAIR_SIGNS) :] = opening
        if right.any():
            found.append((signs, right))
    return found


def _fit(signs: Signs, right: _Right, lengths: NDArray[np.intp], counts: Signs) -> Signs:
    """Adam over all choices at once: the same weights each time."""
    spread = signs.std(axis=0) + 1e-6
    scaled = np.ascontiguousarray((signs / spread).T)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    choice = np.repeat(np.arange(len(lengths)), lengths)
    learnt: Signs = np.zeros(len(spread))
    mean, square = np.zeros_like(learnt), np.zeros_like(learnt)
    for step in range(1, _STEPS + 1):
        scores = learnt @ scaled
        chance = np.exp(scores - np.maximum.reduceat(scores, starts)[choice])
        hoped = chance * right
        chance /= np.add.reduceat(chance, starts)[choice]
        hoped /= np.maximum(np.add.reduceat(hoped, starts), 1e-300)[choice]
        slope = scaled @ ((chance - hoped) * counts[choice]) + _PENALTY * learnt
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope * slope
        learnt = learnt - _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    weights: Signs = learnt / spread
    return weights


if __name__ == "__main__":
    Path(shipped.__file__).with_name("weights.json").write_text(learn(marked_logs(), slack_log(TAUGHT_YEAR)).dumps())
