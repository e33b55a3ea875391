"""Whether what is to be said can be known from the prompt: a model that learns otherwise learns to invent."""

from typing import Final

from bot.answering.declining import declines
from bot.answering.figures import claimed_figures, known_figures
from bot.training.example import Example
from knowledge.lexical import terms

_SHARE: Final = 0.5
"""Of the words of an answer that are in the records or the question."""


def is_supported(example: Example) -> bool:
    """Every figure of the answer, and half of its words, are in the prompt. Saying that nothing is there needs none."""
    if declines(example.completion):
        return True
    read = "\n".join(message.content for message in example.prompt if message.role != "system")
    facts = known_figures(read)
    said = set(terms(example.completion))
    known = len(said & set(terms(read)))
    return known >= _SHARE * len(said) and all(figure.is_known(facts) for figure in claimed_figures(example.completion))
