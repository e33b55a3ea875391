"""The grounding check: the model only phrases; what is shown must be supported by the passages it was given.

A sentence is kept with the passages that support it, or dropped. Support means: its words or its meaning come from
those passages, which do not say the opposite, and every number, date, link, code and name in it occurs in them (or in
the question).
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from bot.answering.claims import CJK, Claim, EvidencePassage, claim_of, passage_of
from bot.answering.evidence import Evidence
from bot.answering.links import links
from bot.answering.marks import unmarked
from bot.answering.negation import contradicts
from bot.answering.sentences import split_sentences
from bot.errors import Language
from bot.guarding.answers import objection
from bot.guarding.instructions import as_material
from bot.language import language_of
from knowledge.embedding import Embedder
from knowledge.lexical import normalize, terms

_NUMBERS = r"\d{1,3}(?:\s*[-–,，、]\s*\d{1,3})*"
_MARK = re.compile(
    rf"\s*[\[【［](?:\^|来源|出处|记录|编号|sources?|records?|n)?\s*(?:{_NUMBERS})?\s*[\]】］]"
    # In round brackets only where a citation stands: "option (2) was chosen" keeps its number.
    rf"|\s*[(（](?:来源|记录|sources?|records?)?\s*{_NUMBERS}\s*[)）](?=\s*(?:[。.!！?？;；]|$))",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^\s*(?:#+\s+|[-*•·]\s+|\d{1,2}[.)、）](?=\D)\s*|[(（]\d{1,2}[)）]\s*|[\u2460-\u2473]\s*)")
_NAME = re.compile(r"(?<!^)(?<![.!?]\s)\b[A-Z][a-zA-Z]+\b")
_NAME_PART = re.compile(r"[A-Z][^\W\d_]{2,}")
_CODE = re.compile(r"(?<![a-z0-9])[a-z][a-z0-9]*(?:[-_./][a-z0-9]+)*(?![a-z0-9])")
_FILE_NAME = re.compile(r"\.(?:xlsx?|docx?|pptx?|pdf|csv|md|txt|png|jpe?g|zip|json|ya?ml)$")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

_ENOUGH_WORDS = 0.55
"""Share of the sentence's terms that the passages hold: enough by itself."""
_SOME_WORDS = 0.3
_CLOSE = 0.55
"""Cosine of centred multilingual-e5-small vectors between a sentence and a passage that says the same; 95 % of
unrelated pairs of the sample archive stay below 0.4."""
_CLOSE_OTHER_LANGUAGE = 0.42
_VERSION = 1
"""Kept with every answer: raise it when the same sentence over the same passages may be judged otherwise."""
_MAX_CITATIONS = 3
_EMBEDDED_CHARS = 2000


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

    def renumbered(self) -> "Checked":
        """The same with the cited passages numbered 1, 2, … in order of first mention; see ``cited_first``."""
        numbers = {n: new for new, n in enumerate(self.cited, start=1)}
        return Checked(
            tuple(
                replace(sentence, citations=tuple(sorted(numbers[n] for n in sentence.citations)))
                for sentence in self.sentences
            )
        )


class GroundingCheck:
    """Checks answers against their evidence, with words first and the embedding model for what is rephrased.

    ``zone`` is the one in which the model was told the days of the evidence.
    """

    def __init__(self, embedder: Embedder, *, zone: tzinfo = UTC) -> None:
        self._embedder = embedder
        self._zone = zone

    @property
    def version(self) -> str:
        """Of rules and limits, with the embedding model that compares meanings."""
        return f"{_VERSION}/{self._embedder.spec.name}"

    async def check(
        self, answer: str, *, question: str, evidence: Sequence[Evidence], language: Language | None = None
    ) -> Checked:
        """Check each sentence of ``answer``; marks the model wrote are ignored and made anew.

        ``language`` is the reader's, where an answer in the other one is none. Passages that give orders support
        nothing.
        """
        sentences = [_bare(sentence) for sentence in split_sentences(answer.replace("**", ""))]
        sentences = [sentence for sentence in sentences if sentence]
        evidence = await asyncio.to_thread(as_material, evidence, language or language_of(question))
        if not sentences or not evidence:
            return Checked(())
        texts = [f"{item.author}: {item.text}"[:_EMBEDDED_CHARS] for item in evidence]
        vectors = await self._embedder.embed_passages([*sentences, *texts])
        closeness = (vectors[: len(sentences)] @ vectors[len(sentences) :].T).tolist()

        def check_all() -> tuple[CheckedSentence, ...]:
            passages = [passage_of(item, self._zone) for item in evidence]
            return tuple(
                CheckedSentence(sentence, (), problem)
                if (problem := objection(sentence, language)) is not None
                else _check(sentence, question, passages, close)
                for sentence, close in zip(sentences, closeness, strict=True)
            )

        return Checked(await asyncio.to_thread(check_all))


def _bare(sentence: str) -> str:
    """Without the model's own marks, list numbers and headings."""
    return _MARK.sub("", _ITEM.sub("", sentence)).strip()


def _check(
    sentence: str, question: str, passages: Sequence[EvidencePassage], closeness: Sequence[float]
) -> CheckedSentence:
    claim = claim_of(sentence, question)
    if not claim.new_words and not claim.new_figures:
        return CheckedSentence(sentence, (), "says nothing but the question")
    scored = _supporting(claim, passages, closeness)
    if not scored:
        return CheckedSentence(sentence, (), "no passage says this")
    # The best one, and others only where they add a figure or are nearly as good.
    best = scored[0][0]
    chosen = [passage for score, passage in scored if score >= best - 0.25][:_MAX_CITATIONS]
    for figure in claim.new_figures:
        if any(figure.is_known(passage.facts) for passage in chosen):
            continue
        holder = next((passage for _, passage in scored if figure.is_known(passage.facts)), None)
        if holder is None:
            return CheckedSentence(sentence, (), f"{figure.text!r} is in no supporting passage")
        chosen.append(holder)
    problem = next(_strange(sentence, question, chosen, passages), None)
    if problem is not None:
        return CheckedSentence(sentence, (), problem)
    return CheckedSentence(sentence, tuple(sorted({passage.n for passage in chosen})))


def _supporting(
    claim: Claim, passages: Sequence[EvidencePassage], closeness: Sequence[float]
) -> list[tuple[float, EvidencePassage]]:
    """Passages that say the sentence in their own words, best first."""
    latin = not CJK.search(claim.sentence)
    scored: list[tuple[float, EvidencePassage]] = []
    for passage, close in zip(passages, closeness, strict=True):
        words, all_words = claim.new_share_in(passage), claim.share_in(passage)
        supported = (
            (words >= _ENOUGH_WORDS and all_words >= _SOME_WORDS)
            or (close >= _CLOSE and max(words, all_words) >= _SOME_WORDS)
            or (latin != passage.latin and close >= _CLOSE_OTHER_LANGUAGE)
        )
        if supported and not contradicts(claim.sentence, passage.said):
            scored.append((words + all_words + close, passage))
    return sorted(scored, key=lambda entry: (-entry[0], entry[1].n))


def _strange(
    sentence: str, question: str, chosen: Sequence[EvidencePassage], passages: Sequence[EvidencePassage]
) -> Iterator[str]:
    """What the sentence names and neither the chosen passages nor the question do."""
    if links(sentence) - links(question).union(*(passage.links for passage in chosen)):
        yield "a link that is in no supporting passage"
    held = frozenset(terms(question)).union(*(passage.words for passage in chosen))
    for code in _CODE.findall(normalize(sentence)):
        names_something = any(character.isdigit() for character in code) or "_" in code or _FILE_NAME.search(code)
        if names_something and code not in held and not _is_date(code):
            yield f"code {code!r} is in no supporting passage"
    latin = not CJK.search(sentence)
    if latin and not all(passage.latin for passage in chosen):
        return  # 李伟 is Li Wei in English: what is spelled anew cannot be compared.
    for name in _NAME.findall(sentence):
        if not frozenset(terms(name)) <= held and name.lower() not in _MONTHS:
            yield f"name {name!r} is in no supporting passage"
    told = normalize(question) + " ".join(passage.plain for passage in chosen)
    for author in {name for passage in passages for name in _spellings(passage.author)}:
        if CJK.search(author):
            spelled_anew = all(passage.latin for passage in chosen)
            is_strange = not spelled_anew and author in normalize(sentence) and author not in told
        else:
            is_strange = re.search(rf"\b{author}\b", sentence) is not None and not frozenset(terms(author)) <= held
        if is_strange:
            yield f"{author!r} is in no supporting passage"


def _spellings(author: str) -> list[str]:
    """How a person may be called: a Chinese name in full, any name of a Latin one."""
    return [normalize(author)] if CJK.search(author) else _NAME_PART.findall(author)


def _is_date(code: str) -> bool:
    """Whether an identifier is a month with its day, which is checked as a date."""
    return any(code.startswith(month[:3]) and code.rstrip("0123456789") in (month, month[:3]) for month in _MONTHS)


def _with_marks(sentence: CheckedSentence) -> str:
    marks = "".join(f"[{n}]" for n in sentence.citations)
    body = unmarked(sentence.text).rstrip()
    if body and body[-1] in "。.!！?？;；":
        return f"{body[:-1]}{'' if CJK.search(body) else ' '}{marks}{body[-1]}"
    return f"{body} {marks}"
