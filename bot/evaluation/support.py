"""Whether shown sentences are supported by what they cite: checked again, one by one, against nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.evidence import Evidence
from bot.answering.grounding import Checked, CheckedSentence, GroundingCheck
from bot.answering.marks import unmarked
from bot.answering.sentences import split_sentences
from bot.texts import TEXTS

_MARK = re.compile(r"\[(\d+)\]")
_QUOTATIONS = tuple(
    re.compile(text.format(author="(?P<author>.+?)", when=r"\d{4}-\d\d-\d\d", quote="(?P<quote>.+)"))
    for text in TEXTS["quoted"].values()
)


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """A sentence as people read it, the passages it cites, and whether they support it."""

    text: str
    cited: tuple[Evidence, ...]
    is_supported: bool


def sentences_as_read(text: str, kept: Sequence[CheckedSentence]) -> list[str]:
    """What an answer claims, sentence by sentence with its marks.

    A quotation or a note of a change is one sentence, however many it looks like: ``kept`` has them as they were told.
    A line before them tells the time that was understood, and claims nothing. A text that says anything else is cut
    anew, so that no sentence without a mark hides.
    """
    told = Checked(tuple(kept)).text
    if not told or re.fullmatch(rf"(?:.*\n)?{re.escape(told)}", text) is None:
        return split_sentences(text)
    return [Checked((sentence,)).text for sentence in kept if sentence.citations]


async def shown_sentences(
    check: GroundingCheck, sentences: Sequence[str], *, question: str, passages: Sequence[Evidence]
) -> list[ShownSentence]:
    """Judge each sentence of an answer; one without a mark, or with a mark that leads nowhere, is not supported."""
    by_number = {item.n: item for item in passages}
    judged: list[ShownSentence] = []
    for sentence in sentences:
        numbers = [int(number) for number in dict.fromkeys(_MARK.findall(sentence))]
        cited = tuple(by_number[number] for number in numbers if number in by_number)
        is_whole = bool(numbers) and len(cited) == len(numbers)
        is_supported = is_whole and _is_quoted(sentence, cited)
        if is_whole and not is_supported:
            parts = (await check.check(sentence, question=question, evidence=cited)).sentences
            is_supported = bool(parts) and all(part.citations for part in parts)
        judged.append(ShownSentence(sentence, cited, is_supported))
    return judged


def _is_quoted(sentence: str, cited: Sequence[Evidence]) -> bool:
    """Whether it is the application's own quotation, and the one passage cited holds it word for word.

    It may say nothing that the question did not, which the check takes for no answer.
    """
    found = next(filter(None, (pattern.match(sentence) for pattern in _QUOTATIONS)), None)
    if found is None or [item.author for item in cited] != [found["author"]]:
        return False
    said = unmarked(" ".join(cited[0].text.split()))
    return all(piece.strip() in said for piece in found["quote"].split("…"))
