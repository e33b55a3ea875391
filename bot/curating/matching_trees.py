"""The sum of many small trees of decisions, over all rows at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes by [tree, node]. Up to its threshold a row goes left, above to the node after; a leaf is its own left."""

    feature: npt.NDArray[np.intp]
    threshold: npt.NDArray[np.float64]
    left: npt.NDArray[np.intp]
    value: npt.NDArray[np.float64]
    constant: float

    @classmethod
    def of(
        cls,
        trees: Sequence[tuple[Sequence[int], Sequence[float], Sequence[int], Sequence[float]]],
        constant: float,
    ) -> "Trees":
        """Of the features, thresholds, left nodes (-1: a leaf) and values of each."""
        size = max(len(feature) for feature, *_ in trees)
        made = cls(
            np.zeros((len(trees), size), np.intp),
            np.full((len(trees), size), np.inf),
            np.tile(np.arange(size), (len(trees), 1)),
            np.zeros((len(trees), size)),
            constant,
        )
        for at, (feature, threshold, left, value) in enumerate(trees):
            nodes = np.arange(len(feature))
            made.feature[at, nodes] = feature
            made.threshold[at, nodes] = np.where(np.array(left) < 0, np.inf, threshold)
            made.left[at, nodes] = np.where(np.array(left) < 0, nodes, left)
            made.value[at, nodes] = value
        return made

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Trees":
        """As ``stored`` wrote them."""
        return cls.of([tuple(tree) for tree in stored["trees"]], stored["constant"])

    def stored(self) -> dict[str, Any]:
        """As numbers that JSON can hold."""
        trees = [
            [
                feature.tolist(),
                [round(one, 5) if np.isfinite(one) else 0.0 for one in threshold],
                np.where(left == np.arange(len(left)), -1, left).tolist(),
                [round(one, 4) for one in value],
            ]
            for feature, threshold, left, value in zip(self.feature, self.threshold, self.left, self.value, strict=True)
        ]
        return {"constant": round(self.constant, 4), "trees": trees}

    def __call__(self, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The sum for each row."""
        trees = np.arange(len(self.feature))[None, :]
        nodes = np.zeros((len(rows), len(self.feature)), np.intp)
        while True:
            values = rows[np.arange(len(rows))[:, None], self.feature[trees, nodes]]
            left = self.left[trees, nodes]
            following = np.where(values <= self.threshold[trees, nodes], left, left + 1)
            if (following == nodes).all():
                return np.asarray(self.constant + self.value[trees, nodes].sum(axis=1))
            nodes = following
