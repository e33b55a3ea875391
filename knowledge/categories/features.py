"""What a message shows besides its meaning: cues, shape, and what was said before it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.categories.cues import CODE, CUES, EMOJI, FILE_MARK, MENTION, QUOTED, URL

Features = npt.NDArray[np.float32]

_READ_CHARS = 2000
"""More of a message says nothing new about its category."""
_BEFORE_CHARS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message as categories look at it. ``before`` are the last lines of its talk, oldest first: (author, text)."""

    text: str
    author: str = ""
    before: tuple[tuple[str, str], ...] = ()
    head: tuple[str, str] | None = None
    """The first message of its thread, when it is a reply."""


_SHAPE = (
    "address",
    "address_only",
    "file",
    "mention",
    "mention_first",
    "code",
    "emoji",
    "only_emoji",
    "length",
    "tiny",
    "short",
    "long",
    "lines",
    "chinese",
    "digits",
    "many_digits",
    "exclamation",
)
_TALK = (
    "reply",
    "head_asks",
    "head_asked_by_other",
    "before_asks",
    "asked_by_other",
    "asked_two_before",
    "before_own",
    "before_thanks",
    "before_short",
    "first",
)
_PAIRS = (
    ("asked_by_other", "question_mark"),
    ("asked_by_other", "answer_first"),
    ("asked_by_other", "unknowing"),
    ("asked_by_other", "tiny"),
    ("asked_by_other", "thanks"),
    ("asked_by_other", "chinese"),
    ("head_asked_by_other", "question_mark"),
    ("mention_first", "asked_two_before"),
    ("decided", "question_mark"),
    ("decided", "undecided"),
    ("let_us", "question_mark"),
    ("promise", "deadline"),
    ("promise", "vague"),
    ("request", "mention"),
    ("request", "deadline"),
    ("request", "question_mark"),
    ("announced", "everybody"),
    ("announced", "question_mark"),
    ("announced", "short"),
    ("event", "date"),
    ("address", "document_address"),
    ("thanks", "short"),
    ("thanks", "long"),
    ("nod_first", "tiny"),
    ("nod_first", "short"),
    ("laugh", "short"),
    ("greeting", "short"),
    ("interrogative_zh", "question_mark"),
    ("interrogative_zh", "long"),
    ("wh_first", "question_mark"),
    ("auxiliary_first", "question_mark"),
    ("question_mark_last", "tiny"),
)

NAMES: tuple[str, ...] = (*CUES, *_SHAPE, *_TALK, *(f"{one}&{other}" for one, other in _PAIRS))
"""Names of the features, in the order of ``features``."""


def features(said: Said) -> Features:
    """The features of a message, each 0 … 1 or a little more."""
    own = said.text[:_READ_CHARS]
    words = plain_words(own)
    found = {name: 1.0 for name, cue in CUES.items() if cue.search(words)}
    if CUES["document_address"].search(own):
        found["document_address"] = 1.0
    found |= _shape(own, words)
    found |= _talk(said)
    for one, other in _PAIRS:
        found[f"{one}&{other}"] = found.get(one, 0.0) * found.get(other, 0.0)
    return np.array([found.get(name, 0.0) for name in NAMES], dtype=np.float32)


def plain_words(text: str) -> str:
    """The words alone: no addresses, code, quotations and names of files."""
    for pattern in (CODE, URL, FILE_MARK, QUOTED):
        text = pattern.sub(" ", text)
    return text.strip()


def asks(text: str) -> bool:
    """Whether a line of talk is a question by its form."""
    words = plain_words(text[-_BEFORE_CHARS:])
    if CUES["question_mark_last"].search(words):
        return not CUES["tag_question"].search(words) or len(words) > len("right?") * 3
    return any(CUES[name].search(words) for name in ("wondering", "particle_zh")) and len(words) < _BEFORE_CHARS


def _shape(own: str, words: str) -> dict[str, float]:
    length = len(words) + sum(1 for character in words if "\u4e00" <= character <= "\u9fff")
    chinese = sum(1 for character in words if "\u4e00" <= character <= "\u9fff") / max(len(words), 1)
    digits = sum(character.isdigit() for character in words)
    without_emoji = EMOJI.sub("", words).strip(" .!~,")
    return {
        "address": float(bool(URL.search(own))),
        "address_only": float(bool(URL.search(own)) and not words.strip(" .:,-<>()")),
        "file": float(bool(FILE_MARK.search(own))),
        "mention": float(bool(MENTION.search(words))),
        "mention_first": float(bool(MENTION.match(words))),
        "code": float(bool(CODE.search(own))),
        "emoji": float(bool(EMOJI.search(words))),
        "only_emoji": float(bool(words) and not without_emoji),
        "length": math.log1p(length) / 6,
        "tiny": float(length <= 16),
        "short": float(length <= 50),
        "long": float(length > 250),
        "lines": min(own.count("\n"), 5) / 5,
        "chinese": float(chinese > 0.2),
        "digits": float(digits > 0),
        "many_digits": min(digits, 12) / 12,
        "exclamation": float("!" in words or "！" in words),
    }


def _talk(said: Said) -> dict[str, float]:
    found: dict[str, float] = {"reply": float(said.head is not None), "first": float(not said.before)}
    if said.head is not None and asks(said.head[1]):
        found["head_asks"] = 1.0
        found["head_asked_by_other"] = float(said.head[0] != said.author)
    if not said.before:
        if found.get("head_asked_by_other"):
            found |= {"before_asks": 1.0, "asked_by_other": 1.0}
        return found
    author, text = said.before[-1]
    by_other = author != said.author
    found["before_asks"] = float(asks(text))
    found["asked_by_other"] = float(by_other and asks(text))
    found["asked_two_before"] = float(any(who != said.author and asks(line) for who, line in said.before[:-1]))
    found["before_own"] = float(not by_other)
    found["before_thanks"] = float(bool(CUES["thanks"].search(text)))
    found["before_short"] = float(len(text) < 30)
    return found
