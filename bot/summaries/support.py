"""Which messages support a sentence of a summary, by the same check that answers go through."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from bot.answering.evidence import Evidence
from bot.answering.grounding import GroundingCheck
from bot.summaries.talk import Turn
from knowledge.lexical import terms

_WINDOWS = ((4, 2), (10, 5))
"""Turns read together, and how far apart: a summary puts together what several messages say."""
_LOOKED_AT = 8
_LOOKED_AT_BLINDLY = 40
"""Groups that are compared by meaning: reading them takes time."""
_NAMED = ((3, 2), (6, 1))
"""How many messages are named for a sentence at most, and how many words each must add: few where they suffice."""
_FEWEST_TERMS = 3
"""A summary's sentence says more than a word: what a message tells the model to print does not pass as one."""
_WINDOW_CHARS = 6000


@dataclass(frozen=True, slots=True)
class Supported:
    """A sentence and the places of the turns that support it, best first."""

    text: str
    places: tuple[int, ...]
    quoted: bool = False


class Support:
    """Checks sentences against turns, alone and a few together."""

    def __init__(self, check: GroundingCheck) -> None:
        self._check = check

    async def check(self, sentences: Sequence[str], turns: Sequence[Turn]) -> list[Supported]:
        """Those sentences that the turns support, in order."""
        told = [sentence for sentence in sentences if len(set(terms(sentence))) >= _FEWEST_TERMS]
        words = await asyncio.to_thread(lambda: [frozenset(terms(f"{turn.author} {turn.text}")) for turn in turns])
        found: dict[str, Supported] = {}
        for groups in _groups(len(turns)):
            for sentence in told:
                if sentence not in found:
                    near = await asyncio.to_thread(_nearest, set(terms(sentence)), groups, words)
                    supported = await self._supported(sentence, near, turns, words)
                    if supported is not None:
                        found[sentence] = supported
        return [found[sentence] for sentence in told if sentence in found]

    async def _supported(
        self, sentence: str, groups: Sequence[range], turns: Sequence[Turn], words: Sequence[frozenset[str]]
    ) -> Supported | None:
        places = {at for group in await self._holding(sentence, groups, turns) for at in group}
        if not places:
            return None
        # Whoever opens the messages that are named must find it there, whatever else stood around them.
        for most, fewest in _NAMED:
            named = await asyncio.to_thread(_best, sentence, places, turns, words, most=most, fewest=fewest)
            together = [turns[at] for at in sorted(named)]
            if await self._holding(sentence, [range(len(together))], together):
                return Supported(sentence, named)
        return None

    async def _holding(self, sentence: str, groups: Sequence[range], turns: Sequence[Turn]) -> list[range]:
        """The groups that support all of a sentence."""
        evidence = [_evidence(number, [turns[at] for at in group]) for number, group in enumerate(groups, start=1)]
        checked = await self._check.check(sentence, question="", evidence=evidence)
        if not all(part.citations for part in checked.sentences):
            return []
        return [groups[n - 1] for n in checked.cited]


def _nearest(wanted: set[str], groups: Sequence[range], words: Sequence[frozenset[str]]) -> list[range]:
    """The groups that share most words with a sentence, in order; of another language's all that can be looked at."""
    shared = [len(wanted & frozenset().union(*(words[at] for at in group))) for group in groups]
    most = _LOOKED_AT if max(shared, default=0) >= _FEWEST_TERMS else _LOOKED_AT_BLINDLY
    best = sorted(range(len(groups)), key=lambda number: (-shared[number], number))[:most]
    return [groups[number] for number in sorted(best)]


def _groups(count: int) -> list[list[range]]:
    """Each turn alone, then windows of them, then larger ones."""
    every = [[range(at, at + 1) for at in range(count)]]
    for size, step in _WINDOWS:
        if count > 1:
            last = max(1, count - size + step)
            every.append([range(at, min(count, at + size)) for at in range(0, last, step)])
    return every


def _best(
    sentence: str,
    places: set[int],
    turns: Sequence[Turn],
    words: Sequence[frozenset[str]],
    *,
    most: int,
    fewest: int,
) -> tuple[int, ...]:
    """The few turns that hold most of the sentence's words, each adding some."""
    left = set(terms(sentence))
    chosen: list[int] = []
    while len(chosen) < most:
        scored = [(len(left & words[at]), -at) for at in places - set(chosen)]
        if not scored:
            break
        shared, at = max(scored)
        if chosen and shared < fewest:
            break
        chosen.append(-at)
        left -= set(terms(turns[-at].text))
    return tuple(chosen)


def _evidence(number: int, turns: Sequence[Turn]) -> Evidence:
    first = turns[0]
    # The check puts the author before the text; of the others the text names them.
    text = first.text + "".join(f"\n{turn.author}: {turn.text}" for turn in turns[1:])
    text += "".join(f" [{part.name}]" for turn in turns for part in turn.shared)
    return Evidence(
        n=number,
        record_id=first.record_id,
        message_id=first.record_id,
        channel_id="",
        channel_name="",
        author=first.author,
        time=first.sent_at.astimezone(UTC),
        text=text[:_WINDOW_CHARS],
        excerpt="",
        kind="message",
        permalink=first.permalink,
    )
