"""The grounding check: the model only phrases; what is shown must be supported by the passages it was given.

A sentence is kept with the passages that support it, or dropped. Support means: its words or its meaning come from
those passages, which do not say the opposite, and every number, date, link, code and name in it occurs in them (or in
the question).
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from bot.answering.answerable import CALIBRATED_FOR, is_about, speaks_for_itself
from bot.answering.attribution import spellings, subjects, tells_of, tells_of_others
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
from knowledge.embedding import Embedder, Vectors
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
_VERSION = 2
"""Kept with every answer: raise it when the same sentence over the same passages may be judged otherwise."""
_MAX_CITATIONS = 3
_RUN = 4
"""Words, or twice as many Chinese characters, that make a loop when they come …"""
_LOOPS = 3
"""… as often as this."""
_FEWEST_ADDED = 2
_ADDED = 0.25
"""Words, and their share of what a sentence says anew, for which a further passage is cited."""
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
        grounding = await self.prepare(question=question, evidence=evidence, language=language)
        return Checked(await grounding.check(split_sentences(answer.replace("**", ""))))

    async def prepare(
        self, *, question: str, evidence: Sequence[Evidence], language: Language | None = None
    ) -> "Grounding":
        """Read the evidence once, for sentences that come one after the other.

        ``language`` is the asker's: sentences of another one are none of the answer. None allows every language.
        """
        material = await asyncio.to_thread(as_material, evidence, language or language_of(question))
        passages = await asyncio.to_thread(lambda: [passage_of(item, self._zone) for item in material])
        texts = [f"{item.author}: {item.text}"[:_EMBEDDED_CHARS] for item in material]
        vectors = await self._embedder.embed_passages(texts) if texts else None
        return Grounding(self._embedder, question, language, passages, vectors)


class Grounding:
    """One question with its evidence, ready to judge sentences."""

    def __init__(
        self,
        embedder: Embedder,
        question: str,
        language: Language | None,
        passages: Sequence[EvidencePassage],
        vectors: Vectors | None,
    ) -> None:
        self._embedder = embedder
        self._question = question
        self._language = language
        self._passages = passages
        self._vectors = vectors
        self._names = frozenset(name for passage in passages for name in spellings(passage.author))

    async def is_about(self, sought: str) -> bool:
        """Whether the evidence can hold what is sought; without any it cannot."""
        if self._vectors is None or not self._is_calibrated:
            return self._vectors is not None
        return await asyncio.to_thread(is_about, sought, self._passages, await self._closeness(self._vectors, sought))

    async def speaks_for_itself(self, sought: str) -> int | None:
        """The number of the passage whose own words answer what is sought, if there is one."""
        if self._vectors is None or not self._is_calibrated:
            return None
        closeness = await self._closeness(self._vectors, sought)
        passage = await asyncio.to_thread(speaks_for_itself, sought, self._passages, closeness)
        return None if passage is None else passage.n

    @property
    def _is_calibrated(self) -> bool:
        return self._embedder.spec.name.startswith(CALIBRATED_FOR)

    async def _closeness(self, vectors: Vectors, sought: str) -> list[float]:
        closeness: list[float] = (vectors @ await self._embedder.embed_query(sought)).tolist()
        return closeness

    async def check(self, sentences: Sequence[str]) -> tuple[CheckedSentence, ...]:
        """Judge sentences in order; those of which nothing is left without marks are left out."""
        bare = [plain for sentence in sentences if (plain := _bare(sentence.replace("**", "")))]
        if not bare or self._vectors is None:
            return ()
        closeness = ((await self._embedder.embed_passages(bare)) @ self._vectors.T).tolist()
        return await asyncio.to_thread(
            lambda: tuple(self._judged(sentence, close) for sentence, close in zip(bare, closeness, strict=True))
        )

    def _judged(self, sentence: str, closeness: Sequence[float]) -> CheckedSentence:
        problem = "repeats itself" if _loops(sentence) else objection(sentence, self._language)
        if problem is not None:
            return CheckedSentence(sentence, (), problem)
        return _check(sentence, self._question, self._passages, closeness, self._names)


def _loops(sentence: str) -> bool:
    """Whether a sentence says the same few words again and again, as small models do."""
    words, run = (list(sentence), 2 * _RUN) if CJK.search(sentence) else (sentence.lower().split(), _RUN)
    runs = Counter(tuple(words[at : at + run]) for at in range(len(words) - run + 1))
    return max(runs.values(), default=0) >= _LOOPS


def _bare(sentence: str) -> str:
    """Without the model's own marks, list numbers and headings."""
    return _MARK.sub("", _ITEM.sub("", sentence)).strip()


def _check(
    sentence: str,
    question: str,
    passages: Sequence[EvidencePassage],
    closeness: Sequence[float],
    names: frozenset[str],
) -> CheckedSentence:
    claim = claim_of(sentence, question)
    if not claim.new_words and not claim.new_figures:
        return CheckedSentence(sentence, (), "says nothing but the question")
    if tells_of_others(sentence, question, names):
        return CheckedSentence(sentence, (), "tells of somebody else than was asked about")
    scored = _supporting(claim, passages, closeness)
    if not scored:
        return CheckedSentence(sentence, (), "no passage says this")
    about = subjects(sentence, question, names)
    scored = _about(about, claim, scored)
    if not scored:
        return CheckedSentence(sentence, (), f"no passage says this of {' and '.join(about)}")
    chosen = _fewest(claim, [passage for _, passage in scored])
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


def _fewest(claim: Claim, passages: Sequence[EvidencePassage]) -> list[EvidencePassage]:
    """The best passage, and others only where they hold a good part of what it does not."""
    chosen, left = [passages[0]], claim.new_words - passages[0].words
    for passage in passages[1:]:
        added = left & passage.words
        if len(chosen) < _MAX_CITATIONS and len(added) >= max(_FEWEST_ADDED, _ADDED * len(claim.new_words)):
            chosen.append(passage)
            left -= added
    return chosen


def _about(
    people: Sequence[str], claim: Claim, scored: Sequence[tuple[float, EvidencePassage]]
) -> list[tuple[float, EvidencePassage]]:
    """Those of the passages that tell of the people a sentence is about; none when one of the people is in none."""
    if not people:
        return list(scored)
    words = claim.new_words or claim.words
    told_by = {
        person: [
            entry for entry in scored if tells_of(person, author=entry[1].author, said=entry[1].said, claimed=words)
        ]
        for person in people
    }
    if not all(told_by.values()):
        return []
    kept = {entry[1].n for entries in told_by.values() for entry in entries}
    return [entry for entry in scored if entry[1].n in kept]


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
    for author in {name for passage in passages for name in _names(passage.author)}:
        if CJK.search(author):
            spelled_anew = all(passage.latin for passage in chosen)
            is_strange = not spelled_anew and author in normalize(sentence) and author not in told
        else:
            is_strange = re.search(rf"\b{author}\b", sentence) is not None and not frozenset(terms(author)) <= held
        if is_strange:
            yield f"{author!r} is in no supporting passage"


def _names(author: str) -> list[str]:
    """How a person may be written: a Chinese name in full, any name of a Latin one."""
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
