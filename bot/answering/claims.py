"""A sentence as what it claims, and a passage as what it holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from bot.answering.dating import dated, days_meant
from bot.answering.days import days_named
from bot.answering.evidence import Evidence
from bot.answering.figures import Figure, claimed_figures, date_facts, known_figures, without_figures
from bot.answering.links import links
from knowledge.lexical import normalize, terms

CJK = re.compile(r"[\u3400-\u9fff]")
"""Chinese characters: a text without them is written in Latin script."""
_OTHER_TIME = re.compile(
    r"\b(?:ago|last|yesterday|weekend|next|tomorrow|earlier|before)\b|[年月周天]前|上(?:周|个?月|星期|礼拜)|昨|去年|周末"
    r"|明[天年]|下(?:周|个?月|星期|礼拜)|之前|以前",
    re.IGNORECASE,
)
"""Words of a message that place what it tells at another time than its own."""
_FIGURE_WEIGHT = 2
"""A figure says more than a word, and words are cut differently around it."""


@dataclass(frozen=True, slots=True)
class EvidencePassage:
    """Everything a sentence is compared with."""

    n: int
    author: str
    said: str
    plain: str
    words: frozenset[str]
    facts: frozenset[str]
    links: frozenset[str]
    latin: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as what must be found: its words and figures, and those that the question did not hold already."""

    sentence: str
    words: frozenset[str]
    new_words: frozenset[str]
    figures: tuple[Figure, ...]
    new_figures: tuple[Figure, ...]

    def share_in(self, passage: EvidencePassage) -> float:
        """How much of the sentence the passage holds, 0 … 1."""
        return _share(self.words, self.figures, passage)

    def new_share_in(self, passage: EvidencePassage) -> float:
        """The same of what is new in it."""
        return _share(self.new_words, self.new_figures, passage)


def claim_of(sentence: str, question: str) -> Claim:
    """What ``sentence`` claims beyond ``question``."""
    words = frozenset(terms(without_figures(sentence)))
    figures = tuple(claimed_figures(sentence))
    asked = known_figures(question)
    return Claim(
        sentence=sentence,
        words=words,
        new_words=words - frozenset(terms(question)),
        figures=figures,
        new_figures=tuple(figure for figure in figures if not figure.is_known(asked)),
    )


def _share(words: frozenset[str], figures: Sequence[Figure], passage: EvidencePassage) -> float:
    known = _FIGURE_WEIGHT * sum(figure.is_known(passage.facts) for figure in figures)
    return (len(words & passage.words) + known) / (len(words) + _FIGURE_WEIGHT * len(figures))


def passage_of(item: Evidence, zone: tzinfo) -> EvidencePassage:
    """What ``item`` holds; its days are those of ``zone``."""
    file = f" {item.file_name}" if item.file_name else ""
    said_at = item.time.astimezone(zone)
    text = f"{item.author}: {item.text}{file} #{item.channel_name}"
    plain = normalize(text)
    meant = days_meant(item.text, said_at, zone=zone)
    facts = known_figures(text, said_at).union(*(date_facts(day) for day in meant))
    if _OTHER_TIME.search(item.text):
        # "Got it a few years ago" does not say that it was on the day of the message.
        facts -= {f"date {said_at.month}-{said_at.day}"} - known_figures(text)
    if meant:
        # As the model read it: "12-18 June" stands in the record that it was given.
        facts |= known_figures(dated(item.text, said_at, zone=zone, language="en"))
    days = {said_at.date(), *days_named(plain, said_at.date()), *meant}
    dates = " ".join(f"{day:%Y-%m-%d %B %A}" for day in days)
    return EvidencePassage(
        n=item.n,
        author=item.author,
        said=item.text,
        plain=plain,
        words=frozenset(terms(f"{plain} {dates}")),
        facts=facts,
        links=links(text),
        latin=not CJK.search(item.text),
    )
