"""What each part of search is worth: the table of the documentation, on the development chats.

``ARGS="tests/benchmarks/test_ablation.py"`` with ``make bench``; about ten minutes on two cores.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import jieba
import pytest

from knowledge.lexical import is_stop_word, normalize, terms
from knowledge.ranking import DEFAULT_RANKING
from knowledge.search import FusionWeights
from tests.benchmarks.figures import Figures
from tests.benchmarks.retrieval_lab import Chats, Variant, Words

pytestmark = [pytest.mark.bench, pytest.mark.model, pytest.mark.timeout(3600)]

_HAN = re.compile(r"[\u3400-\u9fff]+")
_FREQUENT, _COHESIVE = 8, 200
"""How often a run of characters must occur, and how many times more often than by chance, to be learnt as a word."""
_PRODUCT = Variant()
_FUSION = FusionWeights()


def _words_only(text: str) -> list[str]:
    return [term for term in terms(text) if not term.startswith("2:")]


def _pairs_only(text: str) -> list[str]:
    return [term for term in terms(text) if term.startswith("2:") or not _HAN.search(term)]


def _characters_too(text: str) -> list[str]:
    return [*terms(text), *(f"1:{character}" for run in _HAN.findall(normalize(text)) for character in run)]


def _characters_instead_of_pairs(text: str) -> list[str]:
    characters = (f"1:{character}" for run in _HAN.findall(normalize(text)) for character in run)
    return [*_words_only(text), *characters]


def _with_learnt_words(chats: Chats) -> Words:
    """jieba with a dictionary learnt from the chats: channels, people, and runs of characters that keep together."""
    runs = [run for text in chats.texts() for run in _HAN.findall(normalize(text))]
    counts = Counter(
        run[at : at + length] for run in runs for length in range(1, 6) for at in range(len(run) - length + 1)
    )
    total = sum(count for gram, count in counts.items() if len(gram) == 1)
    cutter = jieba.Tokenizer()
    cutter.initialize()
    for gram, count in counts.items():
        apart = max((counts[gram[:at]] * counts[gram[at:]] for at in range(1, len(gram))), default=0)
        if len(gram) > 1 and count >= _FREQUENT and count * total > _COHESIVE * apart and gram not in cutter.FREQ:
            cutter.add_word(gram)
    for name in chats.names():
        cutter.add_word(normalize(name))

    def words(text: str) -> list[str]:
        han = (word for run in _HAN.findall(normalize(text)) for word in cutter.cut_for_search(run))
        return [*_pairs_only(text), *(word for word in han if not is_stop_word(word))]

    return words


_VARIANTS = {
    "as it is": _PRODUCT,
    "without the second stage": replace(_PRODUCT, ranking=None),
    "without: a question seldom answers": replace(
        _PRODUCT, ranking=replace(DEFAULT_RANKING, question=0, repeated_question=None)
    ),
    "without: replies to the same question": replace(_PRODUCT, ranking=replace(DEFAULT_RANKING, reply_to_question=0)),
    "without: people named": replace(_PRODUCT, name_people=False),
    "without: telling words": replace(_PRODUCT, ranking=replace(DEFAULT_RANKING, telling_words=0)),
    "without the passage's own vector": replace(_PRODUCT, fusion=replace(_FUSION, own_vector=0)),
    "without the vector of the surroundings": replace(_PRODUCT, fusion=replace(_FUSION, context_vector=0)),
    "without the passage's own words": replace(_PRODUCT, fusion=replace(_FUSION, own_words=0)),
    "without the words of the surroundings": replace(_PRODUCT, fusion=replace(_FUSION, context_words=0)),
    "without language centring": replace(_PRODUCT, centred=False),
    "reciprocal ranks, constant 60": replace(_PRODUCT, rank_constant=60),
    "reciprocal ranks, constant 20": replace(_PRODUCT, rank_constant=20),
    "Chinese: jieba words only": replace(_PRODUCT, words=_words_only),
    "Chinese: pairs of characters only": replace(_PRODUCT, words=_pairs_only),
    "Chinese: jieba words, pairs and characters": replace(_PRODUCT, words=_characters_too),
    "Chinese: jieba words and characters": replace(_PRODUCT, words=_characters_instead_of_pairs),
    "BM25 of the message alone": Variant(FusionWeights(0, 0, 1, 0), None),
    "vector of the message alone": Variant(FusionWeights(1, 0, 0, 0), None),
    "both, reciprocal ranks (60)": Variant(FusionWeights(1, 0, 1, 0), None, rank_constant=60),
}
_SETS = {
    "locomo": (True, ("recall@10", "recall@20")),
    "zh_chat": (False, ("hit@1", "hit@10")),
    "en_meetings": (True, ("mrr@10",)),
    "zh_meetings": (True, ("mrr@10",)),
}


def _cell(name: str, measured: Mapping[str, float]) -> str:
    return f"{name} {' '.join(f'{measured[measure]:.3f}'.removeprefix('0') for measure in _SETS[name][1])}"


def test_what_each_part_is_worth(figures: Figures) -> None:
    sets = {name: Chats(name, within_channel=within) for name, (within, _) in _SETS.items()}
    for label, variant in _VARIANTS.items():
        cells = []
        for name, chats in sets.items():
            measured = chats.measure(variant)["all"]
            cells.append(_cell(name, measured))
        figures.state(f"search {label}", " · ".join(cells))
    cells = []
    for name in ("zh_chat", "zh_meetings"):
        words = _with_learnt_words(sets[name])
        measured = sets[name].measure(replace(_PRODUCT, words=words))["all"]
        cells.append(_cell(name, measured))
    figures.state("search, Chinese: with a learnt dictionary", " · ".join(cells))


def test_every_category(figures: Figures) -> None:
    for name, (within, measures) in _SETS.items():
        for category, measured in Chats(name, within_channel=within).measure(_PRODUCT).items():
            figures.state(f"retrieval, {name}, {category}", " ".join(f"{m} {measured[m]:.3f}" for m in measures))
