"""Measures of one ranked list, answer or summary."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from knowledge.lexical import normalize

_CJK = "\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_CJK}]|\d+(?:\.\d+)+|[^\W_{_CJK}]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_MARK = re.compile(r"\[\d+\]")
_ARTICLES = frozenset({"a", "an", "the"})


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


def exact_match(said: str, expected: str) -> float:
    """1 when the two are the same but for case, punctuation, spaces, articles, width and script (SQuAD, CMRC)."""
    return float(_answer_tokens(said) == _answer_tokens(expected))


def token_f1(said: str, expected: str) -> float:
    """Overlap of tokens (characters for Chinese, words otherwise) as F1."""
    left, right = _answer_tokens(said), _answer_tokens(expected)
    return _f1_of(_overlap(left, right), len(left), len(right))


def token_recall(said: str, expected: str) -> float:
    """Share of the expected tokens that are said: fair to an answer that is a sentence where a span is expected."""
    wanted = _answer_tokens(expected)
    return _overlap(_answer_tokens(said), wanted) / len(wanted) if wanted else 0.0


def contains(said: str, expected: str) -> float:
    """1 when the expected tokens stand in what is said, in one run."""
    wanted, tokens = _answer_tokens(expected), _answer_tokens(said)
    starts = range(len(tokens) - len(wanted) + 1)
    return float(bool(wanted) and any(tokens[start : start + len(wanted)] == wanted for start in starts))


def rouge_l(said: str, expected: str) -> float:
    """F1 of the longest common subsequence of tokens: characters for Chinese, words otherwise."""
    left, right = tokens_of(said), tokens_of(expected)
    return _f1_of(_common_subsequence(left, right), len(left), len(right))


def f1(true_positive: int, false_positive: int, false_negative: int) -> float:
    """F1 of a yes/no decision; 0 when it was never made rightly."""
    return _f1_of(true_positive, true_positive + false_positive, true_positive + false_negative)


def tokens_of(text: str) -> list[str]:
    """Characters of Chinese; words and numbers of everything else, folded. Citation marks are none."""
    plain = _THOUSANDS.sub("", normalize(_MARK.sub(" ", text)))
    found: list[str] = _TOKEN.findall(plain)
    return found


def _answer_tokens(text: str) -> list[str]:
    return [token for token in tokens_of(text) if token not in _ARTICLES]


def _overlap(left: Iterable[str], right: Iterable[str]) -> int:
    return sum((Counter(left) & Counter(right)).values())


def _f1_of(common: int, left: int, right: int) -> float:
    return 2 * common / (left + right) if common else 0.0


def _common_subsequence(left: Sequence[str], right: Sequence[str]) -> int:
    """Its length, by bits of whole numbers (Hyyrö, 2004): long texts take milliseconds."""
    places: dict[str, int] = {}
    for at, token in enumerate(left):
        places[token] = places.get(token, 0) | 1 << at
    whole = (1 << len(left)) - 1
    row = whole
    for token in right:
        matches = row & places.get(token, 0)
        row = ((row + matches) | (row - matches)) & whole
    return len(left) - row.bit_count()
