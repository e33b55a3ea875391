"""Words for comparing what two texts are about."""

from knowledge.lexical import terms

_PAIR = "2:"
"""Marks a pair of characters that only search uses beside the words."""


def plain_words(text: str) -> frozenset[str]:
    """The words that search would look for, each once, without pairs of characters."""
    return frozenset(term for term in terms(text) if not term.startswith(_PAIR))
