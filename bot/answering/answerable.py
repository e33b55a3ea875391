"""Is what was found about the question at all? Told before the model is asked, which would make something of anything.

A passage matches by meaning (cosine of the embedding model) and by the words of the question that it holds. On Chinese
questions asked where the evidence is and where it is not, and on long English chats, this sum keeps nearly every
question that can be answered and leaves out most of the others; the README has the figures.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

from bot.answering.attribution import spellings, subjects, tells_of
from bot.answering.claims import CJK, EvidencePassage
from bot.answering.plain_words import plain_words
from knowledge.questions import is_question

CALIBRATED_FOR: Final = "multilingual-e5-small"
"""Cosines of another embedding model mean something else: with it every question reaches the model."""
_WORDS_COUNT: Final = 0.4
"""What holding all words of the question adds to the cosine."""
_ENOUGH: Final = 0.33
_ENOUGH_CHINESE: Final = 0.47
"""Chinese passages are closer to every Chinese question. Low on purpose: the lowest of the questions of the sample
archive that can be answered have 0.34 and 0.48, half of those asked in a wrong channel stay below."""
_SPEAKS_FOR_ITSELF: Final = 1.0
"""High: what is merely about the same thing would be given as the answer."""


def is_about(question: str, passages: Sequence[EvidencePassage], closeness: Sequence[float]) -> bool:
    """Whether some passage can hold what ``question`` asks; ``closeness`` are the cosines of the passages to it.

    Names of the people who speak do not count as words: they are in every passage of theirs.
    """
    asked = _asked(question, passages)
    latin = not CJK.search(question)
    return any(
        _match(asked, passage, close, when_empty=1.0) >= (_ENOUGH if latin or passage.latin else _ENOUGH_CHINESE)
        for passage, close in zip(passages, closeness, strict=True)
    )


def speaks_for_itself(
    question: str, passages: Sequence[EvidencePassage], closeness: Sequence[float]
) -> EvidencePassage | None:
    """The passage that matches so well that its own words are the answer, or None.

    It asks nothing itself, and can be about the person whom the question names.
    """
    asked = _asked(question, passages)
    people = subjects(question, "", {name for passage in passages for name in spellings(passage.author)})
    matches = [
        (_match(asked, passage, close, when_empty=0.0), passage)
        for passage, close in zip(passages, closeness, strict=True)
        if not is_question(passage.said)
    ]
    score, best = max(matches, key=lambda match: match[0], default=(0.0, None))
    if best is None or score < _SPEAKS_FOR_ITSELF:
        return None
    told = all(tells_of(person, author=best.author, said=best.said, claimed=asked) for person in people)
    return best if told else None


@cache
def _asking() -> frozenset[str]:
    """Words that ask. When first needed: splitting Chinese reads a dictionary, which most commands do without."""
    return plain_words(
        "what when where who whom whose why how which type kind name much many long often does do did is are was were"
        " will 什么 哪些 哪个 哪里 怎么 怎样 多少 几个 时候 为什么 谁 是否 如何 哪 吗 呢 是 的"
    )


def _asked(question: str, passages: Sequence[EvidencePassage]) -> frozenset[str]:
    return plain_words(question) - _asking() - {name for passage in passages for name in spellings(passage.author)}


def _match(asked: frozenset[str], passage: EvidencePassage, close: float, *, when_empty: float) -> float:
    return close + _WORDS_COUNT * (len(asked & passage.words) / len(asked) if asked else when_empty)
