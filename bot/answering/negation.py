"""Does a sentence say the opposite of what a passage says in the same words?"""

import re

from knowledge.lexical import normalize, terms

_NEGATION = re.compile(
    r"\b(?:not|never|no|none|neither|nor|without|cannot)\b|\b[a-z]+n['’]t\b|没有|没|未|无|不",
    re.IGNORECASE,
)
_NOT_NEGATION = re.compile(
    r"(.)[不没]\1|不过|不仅|不但|不同|不少|不断|差不多|不好意思|对不起|不管|不论|不如|不得不|没问题|有没有"
    r"|未来|无论|无线|\bno\.\s*\d|\bno doubt\b|\bnot only\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[。！？；，、\n]|[.!?;,](?=\s|$)")
_CONTAINED = 0.85
_SAME_WORDS = 0.75
_FEWEST_TERMS = 2


def contradicts(sentence: str, passage: str) -> bool:
    """True when a clause of ``sentence`` has the words of a clause of ``passage``, and one of the two denies them.

    Paraphrases ("did not pass", "failed") share too few words to be judged, and are not.
    """
    clauses = [(_words(clause), is_negated(clause)) for clause in _clauses(passage)]
    for clause in _clauses(sentence):
        said, denies = _words(clause), is_negated(clause)
        if len(said) < _FEWEST_TERMS:
            continue
        # To deny, all its words must be denied there; to affirm what is denied there, it must be the same clause.
        alike = [
            denied
            for words, denied in clauses
            if len(said & words) >= (_CONTAINED * len(said) if denies else _SAME_WORDS * max(len(said), len(words)))
        ]
        if alike and denies not in alike:
            return True
    return False


def is_negated(text: str) -> bool:
    """Whether a clause denies something."""
    return bool(_NEGATION.search(_NOT_NEGATION.sub(" ", normalize(text))))


def _clauses(text: str) -> list[str]:
    return [clause for clause in _CLAUSE_END.split(text) if clause.strip()]


def _words(clause: str) -> frozenset[str]:
    return frozenset(terms(_NEGATION.sub("", normalize(clause))))
