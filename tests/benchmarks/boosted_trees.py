"""Gradient boosting of small trees, so that training needs no library that the program itself does not."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.curating.matching_trees import Trees
from knowledge.categories.logistic import sigmoid

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_TREES, _RATE = 180, 0.06
_OF_SIGNS: Final = 0.5
"""Share of the columns that one tree may look at, drawn anew for each: they agree less, and their sum is steadier."""
_LEAVES, _LEAST_ROWS = 12, 30
_PENALTY: Final = 3.0
_BINS: Final = 48


@dataclass(slots=True)
class _Leaf:
    """A node that is not split yet: its rows and its best split."""

    node: int
    rows: Indices
    gain: float = 0.0
    feature: int = -1
    bin: int = -1


@dataclass(slots=True)
class _Tree:
    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def node(self, value: float) -> int:
        self.feature.append(0)
        self.threshold.append(np.inf)
        self.left.append(-1)
        self.value.append(value)
        return len(self.feature) - 1


def boosted(inputs: Array, truth: Array, importance: Array) -> Trees:
    """Trees whose sum is the log odds that rows are told ``truth`` (0 or 1); the same for the same rows."""
    cuts = [_cuts(column) for column in inputs.T]
    binned = np.stack([np.searchsorted(cut, column) for cut, column in zip(cuts, inputs.T, strict=True)], axis=1)
    share = float(importance @ truth / importance.sum())
    constant = float(np.log(share / (1 - share)))
    scores = np.full(len(inputs), constant)
    trees: list[_Tree] = []
    drawn = np.random.RandomState(0)
    for _ in range(_TREES):
        columns = drawn.permutation(inputs.shape[1])[: round(_OF_SIGNS * inputs.shape[1])]
        said = sigmoid(scores)
        slope, bend = importance * (said - truth), importance * said * (1 - said)
        trees.append(_grown(binned, cuts, columns, slope, bend, scores))
    return Trees.of([(one.feature, one.threshold, one.left, one.value) for one in trees], constant)


def _cuts(column: Array) -> Array:
    values = np.unique(column)
    if len(values) > _BINS:
        values = np.unique(np.quantile(column, np.linspace(0, 1, _BINS)))
    return np.asarray((values[1:] + values[:-1]) / 2)


def _grown(binned: Indices, cuts: list[Array], columns: Indices, slope: Array, bend: Array, scores: Array) -> _Tree:
    """One tree, the best split first; adds what it says to ``scores``."""
    tree = _Tree()
    rows = np.arange(len(binned))
    leaves = [_searched(_Leaf(tree.node(_value(slope, bend)), rows), binned, columns, slope, bend)]
    while len(leaves) < _LEAVES:
        best = max(leaves, key=lambda leaf: leaf.gain)
        if best.gain <= 0:
            break
        leaves.remove(best)
        below = binned[best.rows, best.feature] <= best.bin
        tree.feature[best.node] = best.feature
        tree.threshold[best.node] = float(cuts[best.feature][best.bin])
        for at, part in enumerate((best.rows[below], best.rows[~below])):
            node = tree.node(_value(slope[part], bend[part]))
            if at == 0:
                tree.left[best.node] = node
            leaves.append(_searched(_Leaf(node, part), binned, columns, slope, bend))
    for leaf in leaves:
        scores[leaf.rows] += tree.value[leaf.node]
    return tree


def _value(slope: Array, bend: Array) -> float:
    return float(-_RATE * slope.sum() / (bend.sum() + _PENALTY))


def _searched(leaf: _Leaf, binned: Indices, columns: Indices, slope: Array, bend: Array) -> _Leaf:
    """With its best split, if it has one."""
    rows = leaf.rows
    if len(rows) < 2 * _LEAST_ROWS:
        return leaf
    slopes, bends = slope[rows], bend[rows]
    whole = slopes.sum() ** 2 / (bends.sum() + _PENALTY)
    for feature in columns:
        of_rows = binned[rows, feature]
        count = np.bincount(of_rows, minlength=2).cumsum()[:-1]
        first = np.bincount(of_rows, slopes, minlength=2).cumsum()
        second = np.bincount(of_rows, bends, minlength=2).cumsum()
        left, right = (first[:-1], second[:-1]), (first[-1] - first[:-1], second[-1] - second[:-1])
        gain = left[0] ** 2 / (left[1] + _PENALTY) + right[0] ** 2 / (right[1] + _PENALTY) - whole
        gain[(count < _LEAST_ROWS) | (len(rows) - count < _LEAST_ROWS)] = 0.0
        at = int(gain.argmax()) if len(gain) else 0
        if len(gain) and gain[at] > leaf.gain + 1e-9:
            leaf.gain, leaf.feature, leaf.bin = float(gain[at]), int(feature), at
    return leaf
