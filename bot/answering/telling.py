"""What belongs to the story of a topic, and how telling a record is in it."""

import re
from collections.abc import Collection, Sequence, Set

from bot.answering.evidence import Evidence
from knowledge.lexical import normalize, terms

_BEFORE = re.compile(
    r"^\s*(?:what(?:'s| has| is)? happened (?:with|to|about)|what became of|(?:the )?(?:story|history|timeline) of"
    r"|tell me about|关于|说说|讲讲)\s*",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^\s*(?:the|our|this|that)\s+", re.IGNORECASE)
_AFTER = re.compile(
    r"\s*(?:到底|后来|最后|现在)?(?:怎么样了|怎么回事|发生了什么|的(?:来龙去脉|经过|始末|故事|进展))?[\s?？。.!！]*$"
)
UNNAMED_AT_MOST = 1 / 3
"""How much a record can be about a topic without one of its words: it tells with others, and makes no scene alone."""
_NAMED = 1.0
_ALL_WORDS = 0.8
_ALL_WORDS_SHARE = 0.99
_SOME_WORDS_SHARE = 0.4
_BEST = 5
"""How many are the best: one alone may stand far above all others by a word that it repeats."""
_BEST_SHARE = 0.55
"""Share of the very best score below which none counts as one of the best."""
_LIKE_THE_BEST = 0.9
"""Share of their score at which a record is about the topic without one of its words, as in another language."""
_RATHER_LIKE_THE_BEST = 0.5
_WEAKEST_NAMED = 0.12
_NUMBER = re.compile(r"\d")
_CODE = re.compile(r"```.*?(?:```|$)|`[^`]*`|https?://\S+", re.DOTALL)
_SHORT_CHARS = 12
_SAME_WORDS = 0.8

_WEIGHTS = {
    "decision": 0.7,
    "announcement": 0.4,
    "action_item": 0.3,
    "number": 0.2,
    "document": 0.2,
    "answer": 0.2,
    "link": 0.1,
    "small_talk": -0.5,
}
"""How much more (or less) a record of a category tells."""


def bare_topic(text: str) -> str:
    """The topic without the words of the question: "what happened with X", "X 后来怎么样了"."""
    bare = _ARTICLE.sub("", _AFTER.sub("", _BEFORE.sub("", text))).strip(" \t\"'“”「」《》")
    return bare or text.strip()


class Topic:
    """A topic as words, to tell records about it from those that are merely like it."""

    def __init__(self, text: str) -> None:
        self._phrase = " ".join(normalize(text).split())
        self.words: Set[str] = frozenset(terms(text))
        self._weights = {word: float(len(word)) for word in self.words if ":" not in word} or dict.fromkeys(
            self.words, 1.0
        )

    def share(self, text: str) -> float:
        """0 … 1: how much of the topic's words a text holds; 1 is the topic itself, word by word."""
        if self._phrase and self._phrase in " ".join(normalize(text).split()):
            return _NAMED
        total = sum(self._weights.values())
        held = set(terms(text))
        share = sum(weight for word, weight in self._weights.items() if word in held) / total if total else 0.0
        return _ALL_WORDS * share

    def choose(self, found: Sequence[Evidence]) -> list[tuple[Evidence, float]]:
        """Those that are about the topic, with 0 … 1 how much; ``found`` is best first.

        Nothing is, when none holds a good part of its words: something is always most like it.
        """
        scores = sorted((item.score for item in found), reverse=True)[:_BEST]
        best = max(scores[-1], _BEST_SHARE * scores[0], 1e-9) if scores else 1.0
        chosen: list[tuple[Evidence, float]] = []
        named = False
        for item in found:
            like, share = min(1.0, item.score / best), self.share(f"{item.file_name or ''} {item.text}")
            if (
                (share >= _ALL_WORDS * _ALL_WORDS_SHARE and like >= _WEAKEST_NAMED)
                or (share >= _ALL_WORDS * _SOME_WORDS_SHARE and like >= _RATHER_LIKE_THE_BEST)
                or like >= _LIKE_THE_BEST
            ):
                chosen.append((item, (like + share) / 2 if share else like * UNNAMED_AT_MOST))
                named = named or share >= _ALL_WORDS * _SOME_WORDS_SHARE
        return chosen if named else []


def tells(text: str, categories: Collection[str], *, about: float, has_file: bool, begins: bool) -> float:
    """How telling a record is: decisions, figures and files before talk, whole sentences before single words."""
    prose = _CODE.sub(" ", text).strip()
    score = about + sum(_WEIGHTS.get(category, 0.0) for category in categories)
    score += 0.3 * has_file + 0.15 * begins
    if not categories and _NUMBER.search(prose):
        score += 0.1
    if len(prose) < _SHORT_CHARS and not has_file:
        score -= 0.4
    elif len(prose) < len(text) / 2:
        score -= 0.25
    return score


def is_repeated(text: str, seen: list[frozenset[str]]) -> bool:
    """Whether a text says nearly the same as one before; what is new is added to ``seen``."""
    words = frozenset(terms(text))
    for other in seen:
        if words and len(words & other) >= _SAME_WORDS * len(words | other):
            return True
    seen.append(words)
    return False
