"""Passages that give orders to their reader: they stay findable and are shown as what somebody wrote, no more.

A message to people may say "ignore my last message" or "reply by Friday". What gives orders to a bot speaks of its
instructions, of what it is, or of what it must say when asked; one such sign may be chance where it is a weak one,
two of different kinds are not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from bot.answering.evidence import Evidence
from bot.answering.sentences import split_sentences
from bot.errors import Language
from bot.guarding.disguises import readings
from bot.guarding.signs import COMMON, DICTATED, SAME, STRONG, WEAK

_WINDOW: Final = 320
"""Characters within which two weak signs belong together: a page of a file has room for chance."""
_LONGEST: Final = 100_000
"""Characters: no passage and nobody's message is as long."""
_PART: Final = 8_000
"""Characters searched at once: a search holds the interpreter's lock, and other tasks wait for it."""
_OVERLAP: Final = 400
"""No wording is longer."""
_SOMEBODY: Final[dict[Language, tuple[str, str, str]]] = {
    "zh": ("某人", "某频道", "某文件"),
    "en": ("somebody", "a channel", "a file"),
}


def gives_orders(text: str) -> bool:
    """Whether a text tries to command whoever reads it with a model, in the clear or in a simple disguise.

    About 10 ms for 1,000 characters. One that is too long to be read through counts as one that does.
    """
    return len(text) > _LONGEST or any(
        STRONG.search(reading) or _has_two_signs(reading) for part in _parts(text) for reading in readings(part)
    )


def is_suspicious_name(name: str) -> bool:
    """The same of a name, where one sign is enough: nobody is called like that."""
    return any(STRONG.search(reading) or _signs(reading) for reading in readings(name))


def as_material(evidence: Sequence[Evidence], language: Language) -> list[Evidence]:
    """What the model is given and sentences are checked against: without passages and names that give orders.

    Of a passage that dictates words only the sentences that do are left out. Numbers stay, so that citations point
    into the whole list; people are still shown all of it.
    """
    material = (_undictated(_with_plain_names(item, language)) for item in evidence if not gives_orders(item.text))
    return [item for item in material if item.text]


def dictates(sentence: str) -> bool:
    """Whether a sentence tells its reader what to say."""
    return any(DICTATED.search(reading) for reading in readings(sentence))


def _undictated(item: Evidence) -> Evidence:
    if not dictates(item.text):
        return item
    kept = [sentence for sentence in split_sentences(item.text) if not dictates(sentence)]
    shown = [sentence for sentence in split_sentences(item.excerpt) if not dictates(sentence)]
    return replace(item, text="\n".join(kept), excerpt=" ".join(shown))


def _with_plain_names(item: Evidence, language: Language) -> Evidence:
    author, channel, file = _SOMEBODY[language]
    if is_suspicious_name(item.author):
        item = replace(item, author=author)
    if is_suspicious_name(item.channel_name):
        item = replace(item, channel_name=channel)
    if item.file_name is not None and is_suspicious_name(item.file_name):
        item = replace(item, file_name=file)
    return item


def _parts(text: str) -> Iterator[str]:
    for start in range(0, max(1, len(text) - _OVERLAP), _PART - _OVERLAP):
        yield text[start : start + _PART]


def _has_two_signs(reading: str) -> bool:
    if not _are_telling(_signs(reading)):
        return False
    starts = range(0, max(1, len(reading) - _WINDOW // 2), _WINDOW // 2)
    return any(_are_telling(_signs(reading[start : start + _WINDOW])) for start in starts)


def _are_telling(signs: set[str]) -> bool:
    return len(signs) >= 2 and not signs <= COMMON


def _signs(reading: str) -> set[str]:
    return {SAME.get(kind, kind) for kind, pattern in WEAK.items() if pattern.search(reading)}
