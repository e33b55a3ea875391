"""The grounding check: the model only phrases; what is shown must be supported by the passages it was given.

A sentence is kept with the passages that support it, or dropped. Support means: every number, link, code and name in
it occurs in those passages (or in the question), and its words or its meaning come from them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.evidence import Evidence
from bot.answering.sentences import split_sentences
from knowledge.embedding import Embedder
from knowledge.lexical import normalize, terms

_MARK = re.compile(r"\s*[\[【(（](?:\d{1,2}(?:\s*[,，、]\s*\d{1,2})*|编号|n)[\]】)）]")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'，。；）)]+", re.IGNORECASE)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][a-zA-Z]+\b")
_CJK = re.compile(r"[\u3400-\u9fff]")
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]

_ENOUGH_WORDS = 0.55
"""Share of the sentence's terms that the passages hold: enough by itself."""
_SOME_WORDS = 0.3
_CLOSE = 0.55
"""Cosine of centred multilingual-e5-small vectors between a sentence and a passage that says the same; 95 % of
unrelated pairs of the sample archive stay below 0.4."""
_CLOSE_OTHER_LANGUAGE = 0.42
_MAX_CITATIONS = 3


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence, the numbers of the passages that support it (none: it was dropped), and why it was dropped."""

    text: str
    citations: tuple[int, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The whole answer after the check."""

    sentences: tuple[CheckedSentence, ...]

    @property
    def text(self) -> str:
        """What is shown: supported sentences with their marks."""
        shown = ""
        for sentence in self.sentences:
            if sentence.citations:
                # Chinese needs no space after its own full stop; everything else does.
                shown += ("" if not shown or shown[-1] in "。！？；" else " ") + _with_marks(sentence)
        return shown

    @property
    def cited(self) -> tuple[int, ...]:
        """Numbers of the passages cited, in order of first mention."""
        return tuple(dict.fromkeys(n for sentence in self.sentences for n in sentence.citations))


@dataclass(frozen=True, slots=True)
class _Passage:
    n: int
    words: frozenset[str]
    plain: str
    numbers: frozenset[str]
    latin: bool


class GroundingCheck:
    """Checks answers against their evidence, with words first and the embedding model for what is rephrased."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    async def check(self, answer: str, *, question: str, evidence: Sequence[Evidence]) -> Checked:
        """Check each sentence of ``answer``; marks the model wrote are ignored and made anew."""
        sentences = [_MARK.sub("", sentence).strip() for sentence in split_sentences(answer)]
        sentences = [sentence for sentence in sentences if sentence]
        if not sentences or not evidence:
            return Checked(())
        passages = [_passage(item) for item in evidence]
        texts = [f"{item.author}: {item.text}"[:2000] for item in evidence]
        vectors = await self._embedder.embed_passages([*sentences, *texts])
        closeness = vectors[: len(sentences)] @ vectors[len(sentences) :].T
        return Checked(
            tuple(_check(sentence, question, passages, closeness[at].tolist()) for at, sentence in enumerate(sentences))
        )


def _check(sentence: str, question: str, passages: Sequence[_Passage], closeness: Sequence[float]) -> CheckedSentence:
    asked = frozenset(terms(question))
    said = frozenset(terms(sentence))
    new = said - asked
    if not new:
        return CheckedSentence(sentence, (), "says nothing but the question")
    latin = not _CJK.search(sentence)
    scored: list[tuple[float, _Passage]] = []
    for passage, close in zip(passages, closeness, strict=True):
        words = len(new & passage.words) / len(new)
        all_words = len(said & passage.words) / len(said)
        other_language = latin != passage.latin
        supported = (
            (words >= _ENOUGH_WORDS and all_words >= _SOME_WORDS)
            or (close >= _CLOSE and max(words, all_words) >= _SOME_WORDS)
            or (other_language and close >= _CLOSE_OTHER_LANGUAGE)
        )
        if supported:
            scored.append((words + all_words + close, passage))
    if not scored:
        return CheckedSentence(sentence, (), "no passage says this")
    scored.sort(key=lambda entry: (-entry[0], entry[1].n))
    # The best one, and others only where they add a number or are nearly as good.
    best = scored[0][0]
    chosen = [passage for score, passage in scored if score >= best - 0.25][:_MAX_CITATIONS]
    for number in _numbers(sentence) - _numbers(question):
        if not any(number in passage.numbers for passage in chosen):
            holder = next((passage for _, passage in scored if number in passage.numbers), None)
            if holder is None:
                return CheckedSentence(sentence, (), f"number {number} is in no supporting passage")
            chosen.append(holder)
    held = " ".join(passage.plain for passage in chosen) + " " + normalize(question)
    for link in _LINK.findall(sentence):
        if normalize(link) not in held:
            return CheckedSentence(sentence, (), "a link that is in no passage")
    for name in _NAME.findall(sentence):
        if name.lower() not in held and name.lower() not in _MONTHS and latin == all(p.latin for p in chosen):
            return CheckedSentence(sentence, (), f"name {name} is in no supporting passage")
    useful = [passage for at, passage in enumerate(chosen) if passage not in chosen[:at]]
    return CheckedSentence(sentence, tuple(sorted(passage.n for passage in useful)))


def _passage(item: Evidence) -> _Passage:
    file = f" {item.file_name}" if item.file_name else ""
    plain = normalize(f"{item.author}: {item.text}{file} #{item.channel_name}")
    dates = f" {item.time:%Y-%m-%d} {item.time.year} {item.time.month} {item.time.day} {item.time:%B}"
    return _Passage(
        n=item.n,
        words=frozenset(terms(plain + dates)),
        plain=plain + dates.lower(),
        numbers=frozenset(_numbers(plain + dates)),
        latin=not _CJK.search(item.text),
    )


def _numbers(text: str) -> set[str]:
    found: set[str] = set()
    for number in _NUMBER.findall(normalize(text)):
        plain = number.replace(",", "")
        found.add(plain.lstrip("0") or "0")
        if ":" not in plain:
            found.update(part.lstrip("0") or "0" for part in plain.split(".") if len(plain.split(".")) > 2)
    return found


def _with_marks(sentence: CheckedSentence) -> str:
    marks = "".join(f"[{n}]" for n in sentence.citations)
    body = sentence.text.rstrip()
    if body and body[-1] in "。.!！?？;；":
        return f"{body[:-1]}{'' if _CJK.search(body) else ' '}{marks}{body[-1]}"
    return f"{body} {marks}"
