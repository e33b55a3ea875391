"""Whose words are they? "I adopted a puppy" said by Bo tells nothing of Ann, whatever the question says."""

import re
from collections.abc import Iterable, Sequence

from bot.answering.sentences import split_sentences
from knowledge.lexical import normalize, terms

_CJK = re.compile(r"[\u3400-\u9fff]")
_NAME_PART = re.compile(r"[^\W\d_]{3,}")
_OF_THE_SPEAKER = re.compile(r"\b(?:i|my|me|mine|myself|we|our|ours|us)\b|我|咱|俺", re.IGNORECASE)
_OF_THE_LISTENER = re.compile(r"\b(?:you|your|yours|yourself|u|ur)\b|你|您", re.IGNORECASE)
_SHORT = 3
"""Letters of the shortest form of a name."""
_GREETING = r"(?:hey|hi|hello|yo|thanks|thank you|thx|wow|yeah|yes|no|sure|congrats|congratulations|sorry|bye)"
_ASKS_WHO = re.compile(
    r"\b(?:who|whom|whose|which (?:person|one|of us|of them|colleague|member))\b|谁|哪位|哪个人|哪些人|什么人",
    re.IGNORECASE,
)
_AND = re.compile(r"^\s*(?:and|&|和|与|跟|及|、|,)\s*", re.IGNORECASE)


def spellings(author: str) -> tuple[str, ...]:
    """How a person may be called, folded: a Chinese name in full, any longer part of a Latin one."""
    plain = normalize(author)
    return (plain,) if _CJK.search(plain) else tuple(_NAME_PART.findall(plain))


def tells_of_others(sentence: str, question: str, people: Iterable[str]) -> bool:
    """Whether a question about somebody is answered with a sentence about somebody else; not when it asks for whom."""
    known = tuple(people)
    asked, told = _all_names(normalize(question), known), _all_names(normalize(sentence), known)
    return bool(asked and told and not asked & told) and not _ASKS_WHO.search(question)


def subjects(sentence: str, question: str, people: Iterable[str]) -> tuple[str, ...]:
    """The people whom a sentence is about: its first name with those joined to it, or else those of the question.

    ``people`` are spellings. A sentence without a name answers about whom the question names.
    """
    known = tuple(people)
    return _first_names(normalize(sentence), known) or _first_names(normalize(question), known)


def tells_of(subject: str, *, author: str, said: str, claimed: frozenset[str]) -> bool:
    """Whether what ``author`` said can be about ``subject``; ``claimed`` are the words that matter.

    Only the sentences that hold these words are looked at. What somebody says of themselves is about nobody else
    unless it names or addresses them; what says neither "I" nor "you" may be about anybody.
    """
    telling = _telling_sentences(said, claimed)
    if subject in spellings(author):
        return any(_OF_THE_SPEAKER.search(sentence) or not _OF_THE_LISTENER.search(sentence) for sentence in telling)
    if any(_is_told_of(subject, sentence) for sentence in telling):
        return True
    return any(_OF_THE_LISTENER.search(sentence) or not _OF_THE_SPEAKER.search(sentence) for sentence in telling)


def _all_names(text: str, known: Sequence[str]) -> set[str]:
    return {name for name in known if _find(name, text) >= 0}


def _first_names(text: str, known: Sequence[str]) -> tuple[str, ...]:
    found = sorted((at, name) for name in known if (at := _find(name, text)) >= 0)
    if not found:
        return ()
    names = [found[0][1]]
    end = found[0][0] + len(names[0])
    for at, name in found[1:]:
        if not _AND.fullmatch(text[end:at]):
            break
        names.append(name)
        end = at + len(name)
    return tuple(names)


def _find(name: str, text: str) -> int:
    if _CJK.search(name):
        return text.find(name)
    found = re.search(rf"(?<!\w){_short_forms(name)}(?!\w)", text)
    return found.start() if found else -1


def _short_forms(name: str) -> str:
    """A pattern for a Latin name and its beginning: Mel is Melanie."""
    return rf"{re.escape(name[:_SHORT])}(?:{re.escape(name[_SHORT:])})?" if len(name) > _SHORT + 1 else re.escape(name)


def _telling_sentences(said: str, claimed: frozenset[str]) -> list[str]:
    """The sentences with the most of the claimed words; all of them when none has any."""
    sentences = [normalize(sentence) for sentence in split_sentences(said)]
    shared = [len(claimed & frozenset(terms(sentence))) for sentence in sentences]
    most = max(shared, default=0)
    return [sentence for sentence, count in zip(sentences, shared, strict=True) if count == most]


def _is_told_of(name: str, sentence: str) -> bool:
    """Whether a sentence names somebody other than by calling them."""
    form = re.escape(name) if _CJK.search(name) else _short_forms(name)
    called = re.sub(
        rf"(?:\b{_GREETING}\b[\s,!]*)?{form}\s*[,!，！：:]|[,，]\s*{form}\s*[.!?。！？]|\b{_GREETING}\b[\s,]*{form}",
        " ",
        sentence,
    )
    return _find(name, called) >= 0
