"""How well conversations were found: links, and clusters as in Kummerfeld et al. (2019)."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import comb, log2
from typing import Any

import numpy as np

Clusters = Mapping[int, Hashable]
"""The cluster of each message."""


@dataclass(frozen=True, slots=True)
class LinkScores:
    """Of the links given and of the links marked, how many are both; a link to itself begins a conversation."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class ClusterScores:
    """All are 1 for the right clusters. ``exact_f1`` counts clusters of two or more that are right to the message."""

    variation: float
    """1 - variation of information / log2(messages)."""
    one_to_one: float
    exact_f1: float
    v_measure: float
    adjusted_rand: float


def link_scores(right: Mapping[int, frozenset[int]], given: Mapping[int, int]) -> LinkScores:
    """Compare over the messages of ``right``."""
    hits = sum(given[at] in links for at, links in right.items())
    return LinkScores(hits / len(right), hits / sum(len(links) for links in right.values()))


def clusters_of(links: Mapping[int, Iterable[int]]) -> dict[int, int]:
    """The connected messages, by their messages."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for node, others in links.items():
        for other in others:
            parent[root(node)] = root(other)
    return {node: root(node) for node in links}


def cluster_scores(right: Clusters, given: Clusters) -> ClusterScores:
    """Compare over the messages of ``right``."""
    pairs = Counter((right[at], given[at]) for at in right)
    rights, givens = Counter(right.values()), Counter(given[at] for at in right)
    total = len(right)
    every: tuple[Counter[Any], ...] = (rights, givens, pairs)
    entropy_right, entropy_given, joint = (_entropy(counts, total) for counts in every)
    shared = sum(comb(count, 2) for count in pairs.values())
    pairs_right, pairs_given = (sum(comb(count, 2) for count in counts.values()) for counts in (rights, givens))
    expected = pairs_right * pairs_given / comb(total, 2)
    exact = sum(count > 1 and rights[one] == count == givens[other] for (one, other), count in pairs.items())
    several = sum(count > 1 for counts in (rights, givens) for count in counts.values())
    return ClusterScores(
        variation=1 - (2 * joint - entropy_right - entropy_given) / log2(total),
        one_to_one=_overlap(pairs) / total,
        exact_f1=2 * exact / several if several else 0.0,
        v_measure=2 * (entropy_right + entropy_given - joint) / (entropy_right + entropy_given),
        adjusted_rand=(shared - expected) / ((pairs_right + pairs_given) / 2 - expected),
    )


def _entropy(counts: Counter[Any], total: int) -> float:
    return -sum(count / total * log2(count / total) for count in counts.values())


def _overlap(pairs: Counter[tuple[Hashable, Hashable]]) -> float:
    """Messages in common when each cluster is matched with at most one of the other side, as well as possible."""
    groups = clusters_of_pairs(pairs)
    best = 0.0
    for group in groups:
        rows = {one: row for row, one in enumerate({one for one, _ in group})}
        columns = {other: column for column, other in enumerate({other for _, other in group})}
        gain = np.zeros((len(rows), len(columns)))
        for one, other in group:
            gain[rows[one], columns[other]] = pairs[one, other]
        best += best_assignment(gain)
    return best


def clusters_of_pairs(pairs: Iterable[tuple[Hashable, Hashable]]) -> list[list[tuple[Hashable, Hashable]]]:
    """Pairs that hang together by one of their sides: each group is matched on its own."""
    numbers: dict[tuple[int, Hashable], int] = {}
    every = list(pairs)
    links: dict[int, list[int]] = defaultdict(list)
    for one, other in every:
        first, second = (numbers.setdefault(side, len(numbers)) for side in ((0, one), (1, other)))
        links[first].append(second)
        links.setdefault(second, [])
    cluster = clusters_of(links)
    groups: dict[int, list[tuple[Hashable, Hashable]]] = defaultdict(list)
    for one, other in every:
        groups[cluster[numbers[0, one]]].append((one, other))
    return list(groups.values())


def best_assignment(gain: np.ndarray) -> float:
    """The largest sum of entries no two of which share a row or a column (the Hungarian method)."""
    cost = -gain if gain.shape[0] <= gain.shape[1] else -gain.T
    rows, columns = cost.shape
    by_row, by_column = np.zeros(rows + 1), np.zeros(columns + 1)
    row_of, way = np.zeros(columns + 1, dtype=int), np.zeros(columns + 1, dtype=int)
    for row in range(1, rows + 1):
        row_of[0], column = row, 0
        least, used = np.full(columns + 1, np.inf), np.zeros(columns + 1, dtype=bool)
        while True:
            used[column] = True
            here = cost[row_of[column] - 1] - by_row[row_of[column]] - by_column[1:]
            better = ~used[1:] & (here < least[1:])
            least[1:][better] = here[better]
            way[1:][better] = column
            following = int(np.where(used[1:], np.inf, least[1:]).argmin()) + 1
            step = least[following]
            by_row[row_of[used]] += step
            by_column[used] -= step
            least[~used] -= step
            column = following
            if not row_of[column]:
                break
        while column:
            row_of[column] = row_of[way[column]]
            column = int(way[column])
    return -sum(float(cost[row_of[column] - 1, column - 1]) for column in range(1, columns + 1) if row_of[column])
