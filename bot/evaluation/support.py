"""Whether shown sentences are supported by what they cite: checked again, one by one, against nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.evidence import Evidence
from bot.answering.grounding import GroundingCheck
from bot.answering.sentences import split_sentences

_MARK = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """A sentence as people read it, the passages it cites, and whether they support it."""

    text: str
    cited: tuple[Evidence, ...]
    is_supported: bool


async def shown_sentences(
    check: GroundingCheck, text: str, *, question: str, passages: Sequence[Evidence]
) -> list[ShownSentence]:
    """Judge each sentence of an answer; one without a mark, or with a mark that leads nowhere, is not supported."""
    by_number = {item.n: item for item in passages}
    judged: list[ShownSentence] = []
    for sentence in split_sentences(text):
        numbers = [int(number) for number in dict.fromkeys(_MARK.findall(sentence))]
        cited = tuple(by_number[number] for number in numbers if number in by_number)
        is_whole = bool(numbers) and len(cited) == len(numbers)
        checked = (await check.check(sentence, question=question, evidence=cited)).sentences if is_whole else ()
        is_supported = bool(checked) and all(part.citations for part in checked)
        judged.append(ShownSentence(sentence, cited, is_supported))
    return judged
