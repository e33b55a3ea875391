"""A question as the things it is about: the same for Chinese, English and a mixture of both.

A vector says that two questions are near; whether "of the big room" stands in one and "of the small room" in the
other, it does not. So a question is cut into things, and a list of words that teams ask about
(``matching_concepts.json``) says which words of the two languages mean the same thing.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Final, Literal

import jieba
from py_rust_stemmers import SnowballStemmer

from bot.answering.negation import is_negated
from bot.answering.numerals import with_all_digits, with_certain_digits
from knowledge.lexical import normalize

Kind = Literal["thing", "limit", "attribute", "act", "common", "word", "figure"]
"""Of the list: a thing, what narrows it down (last, big, Monday), what it has (password, price), what is done, what is
often left out. Not of the list: any other word, a number or code."""
_MARKS: Final[dict[str, Kind]] = {"t": "thing", "l": "limit", "a": "attribute", "v": "act", "c": "common"}

_ATOM: Final = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+(?:['’][a-z]+)?|\d+(?:[.:]\d+)*")
_NUMBERS: Final = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
_CJK: Final = re.compile(r"[\u3400-\u9fff]")
_Phrases = dict[tuple[str, ...], frozenset[str]]
_LONGEST: Final = 7
_HOW_OFTEN: Final = re.compile(
    r"(隔?(?:多久|多长时间|几(?:天|周|个月|个?小时|分钟|秒)))([^，。？?\s]{1,6}?)一[次回遍班趟]"
)
"""多久更新一次 is 多久一次 about 更新."""
_ASKS_WHETHER: Final = re.compile(r"[不没][？?。\s]*$|还是不")
_stemmer = SnowballStemmer("english")


@dataclass(frozen=True, slots=True)
class Unit:
    """Something a question is about: the names of what it may mean."""

    names: frozenset[str]
    kind: Kind
    text: str
    is_asked: bool = False
    """It only says what is wanted: "the deadline" in a question that asks when."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A question taken apart. ``asked``: what is wanted to know of it, such as who, when or how much."""

    text: str
    units: tuple[Unit, ...]
    asked: frozenset[str]
    negated: bool
    chinese: bool
    pairs: frozenset[str]
    """Of characters that stand side by side."""


def worded(question: str) -> Wording:
    """Take a question apart; some 0.1 ms. Blocks for a second when it is the first, while the dictionary loads."""
    plain = _HOW_OFTEN.sub(r"多久一次\2", with_certain_digits(normalize(question)))
    found = list(_ATOM.finditer(plain))
    said = [atom[0] for atom in found]
    alone = _alone(plain)
    within = [atom.start() not in alone and bool(_CJK.match(atom[0])) for atom in found]
    atoms = [_stem(atom) for atom in said]
    units: dict[frozenset[str], Unit] = {}
    asked: set[str] = set()
    by_noun: set[str] = set()
    unknown: list[str] = []
    at = 0

    def flush() -> None:
        for unit in _of_unknown("".join(unknown)):
            units.setdefault(unit.names, unit)
        unknown.clear()

    while at < len(atoms):
        length, meanings = _longest(said, atoms, at)
        if length == 1 and within[at]:
            # A character inside of a word says nothing by itself, unless it asks.
            meanings = frozenset(meaning for meaning in meanings if meaning[0] == "?")
        if not meanings:
            if _CJK.match(atoms[at]):
                unknown.append(atoms[at])
            else:
                flush()
                unit = _of_atom(atoms[at], said[at])
                units.setdefault(unit.names, unit)
            at += 1
            continue
        flush()
        # "Do we …" asks whether; "what do we …" does not.
        asks = {meaning[1:] for meaning in meanings if meaning[0] == "?"}
        asked |= asks if at == 0 or _CJK.match(atoms[at]) else asks - {"whether"}
        nouns = {meaning[1:] for meaning in meanings if meaning[0] == "!"}
        by_noun |= nouns
        things = frozenset(meaning for meaning in meanings if meaning[0] in _MARKS)
        text = "".join(said[at : at + length]) if _CJK.match(said[at]) else " ".join(said[at : at + length])
        if things or nouns:
            names = things | {f"!{noun}" for noun in nouns}
            kind: Kind = next(
                (kind for mark, kind in _MARKS.items() if any(name[0] == mark for name in things)), "attribute"
            )
            units.setdefault(names, Unit(names, kind, text))
        at += length
    flush()
    asked = _wanted(asked, by_noun)
    wanted = {f"!{one}" for one in asked}
    about = [replace(unit, is_asked=True) if wanted & unit.names else unit for unit in units.values()]
    return Wording(
        text=plain,
        units=tuple(about),
        asked=frozenset(asked),
        negated=is_negated(_ASKS_WHETHER.sub(" ", question)),
        chinese=bool(_CJK.search(plain)),
        pairs=pairs(plain),
    )


def pairs(text: str) -> frozenset[str]:
    """The pairs of characters side by side, but for spaces and marks."""
    letters = "".join(character for character in text if character.isalnum())
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def _alone(plain: str) -> set[int]:
    """Where characters stand that are words of their own."""
    found: set[int] = set()
    at = 0
    for word in jieba.cut(plain):
        if len(word) == 1:
            found.add(at)
        at += len(word)
    return found


def _wanted(asked: set[str], by_noun: set[str]) -> set[str]:
    """What is wanted: "what is the deadline" wants when, "who set the deadline" wants who."""
    certain = asked - {"what", "which", "whether", "amount"}
    if certain:
        return certain
    if by_noun:
        return by_noun
    for vague in ("what", "whether", "which"):
        asked = asked - {vague} if len(asked) > 1 else asked
    return asked


def _longest(said: list[str], stems: list[str], at: int) -> tuple[int, frozenset[str]]:
    """The longest phrase of the list that begins here; as it is written before its stems: customers have no customs."""
    written, stemmed = _phrases()
    for length in range(min(_LONGEST, len(said) - at), 0, -1):
        found = written.get(tuple(said[at : at + length])) or stemmed.get(tuple(stems[at : at + length]))
        if found:
            return length, found
    return 1, frozenset()


def _of_unknown(run: str) -> Iterator[Unit]:
    for word in jieba.cut(run) if run else ():
        digits = with_all_digits(word)
        if digits.isdigit():
            yield Unit(frozenset({f"#{digits}"}), "figure", word)
        else:
            yield Unit(frozenset({f"w{word}"}), "word", word)


def _of_atom(atom: str, said: str) -> Unit:
    atom = _NUMBERS.get(said, atom)
    if any(character.isdigit() for character in atom):
        return Unit(frozenset({f"#{atom.lstrip('0') or '0'}"}), "figure", said)
    return Unit(frozenset({f"w{atom}"}), "word", said)


def _stem(atom: str) -> str:
    return _stemmer.stem_word(atom.replace("’", "'")) if atom.isascii() and not atom.isdigit() else atom


@cache
def _phrases() -> tuple[_Phrases, _Phrases]:
    """What each phrase may mean, as it is written and by its stems.

    A letter of ``_MARKS`` with a number is a line of the list, ``?`` and ``!`` with a name what is asked.
    """
    stored = json.loads(resources.files(__package__).joinpath("matching_concepts.json").read_text("utf-8"))
    written: dict[tuple[str, ...], set[str]] = {}
    stemmed: dict[tuple[str, ...], set[str]] = {}

    def add(phrase: str, meaning: str) -> None:
        atoms = tuple(_ATOM.findall(with_certain_digits(normalize(phrase))))
        written.setdefault(atoms, set()).add(meaning)
        stemmed.setdefault(tuple(_stem(atom) for atom in atoms), set()).add(meaning)

    for mark, name in (("t", "things"), ("l", "limits"), ("a", "attributes"), ("v", "acts"), ("c", "common")):
        for number, line in enumerate(stored[name]):
            for phrase in line.split(", "):
                add(phrase, f"{mark}{number}")
    for asked, line in stored["asked"].items():
        for phrase in line.split(", "):
            add(phrase, f"?{asked}")
    for asked, line in stored["asked_by_noun"].items():
        for phrase in line.split(", "):
            add(phrase, f"!{asked}")
    for phrase in stored["light"].split(", "):
        add(phrase, "-")
    return (
        {phrase: frozenset(meanings) for phrase, meanings in written.items()},
        {phrase: frozenset(meanings) for phrase, meanings in stemmed.items()},
    )
