"""One conversation as one to three sentences: the model phrases, the check decides what is shown.

A long conversation is cut into parts that fit the model, the parts are thinned to their telling sentences, each is
summarised, and the summaries are put together (map and reduce).
"""

import asyncio
import math
import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

from bot.answering.sentences import split_sentences
from bot.answering.telling import is_repeated
from bot.errors import Language, ModelError
from bot.llm.absent import estimate_tokens
from bot.llm.interface import ChatMessage, Sampling, SpeakingModel
from bot.prompts import prompt_text
from bot.summaries.choosing import Sentence, choose, is_chatter
from bot.summaries.findings import quoted
from bot.summaries.support import Support, Supported
from bot.summaries.talk import Talk, Turn
from knowledge.embedding import Embedder

PART_TOKENS: Final = 800
"""Of the messages of a part, as the model reads it: seven seconds of a small model on a CPU."""
NO_TIME: Final = "no_time"
"""The code for the time given to the model being used up."""
_THINNED = 4
"""How many times as long a part may be before it is thinned to its telling sentences."""
MOST_PARTS: Final = 4
_ANSWER_TOKENS = 260
_RULE_TOKENS = 400
"""Of the prompt around the messages."""
_TURN_CHARS = 1200
_FEW = 8
"""Turns of a conversation short enough to be read with its chatter."""
_BASE: dict[Language, float] = {"zh": 12.0, "en": 3.8}
"""A summary grows with the cube root of what it summarises: 20 words for 150 tokens, 43 for 1,500."""
_SLACK = 1.35
_FEWEST: dict[Language, int] = {"zh": 30, "en": 15}
_ONE_SENTENCE = 25
_LABEL = re.compile(r"^\s*(?:summary|minutes|notes?|总结|纪要|摘要|概括|概述)\s*[:：]\s*", re.IGNORECASE)
_NUMBERED = re.compile(r"^\s*\[?\d{1,3}[\].:、]\s*")
_ASK: dict[Language, tuple[str, str]] = {
    "en": ("Messages:", "Write at most {length} words, {sentences}."),
    "zh": (
        "请用一段话概括下面的内容，{length} 字左右：",
        "以上是全部内容。请用自己的话概括，不要照抄，{length} 字左右。",
    ),
}
"""Before and after the messages. Small models copy Chinese messages when they are asked only after them."""


@dataclass(frozen=True, slots=True)
class Phrased:
    """Sentences with the turns that support them, and by which prompt they were made."""

    sentences: tuple[Supported, ...]
    prompt_version: str
    extractive: str | None = None
    """Why they are the messages' own words."""


class Phrasing:
    """Phrases summaries of conversations."""

    def __init__(self, *, model: SpeakingModel, embedder: Embedder, support: Support) -> None:
        self._model = model
        self._embedder = embedder
        self._support = support

    async def phrase(self, talk: Talk, *, language: Language, seconds: float, asker: str) -> Phrased:
        """What the talk came to; the messages' own words when the model fails, is busy or says nothing supported."""
        version = prompt_text("summary_conversation", language).version
        try:
            async with asyncio.timeout(seconds):
                sentences = await self._told(talk, language, asker)
        except ModelError as error:
            return Phrased(await self.extract(talk, language), "", error.code)
        except TimeoutError:
            return Phrased(await self.extract(talk, language), "", NO_TIME)
        if not sentences:
            return Phrased(await self.extract(talk, language), version, "not_supported")
        return Phrased(tuple(sentences), version)

    async def extract(self, talk: Talk, language: Language) -> tuple[Supported, ...]:
        """The one or two most telling sentences, in the words of their messages."""
        most = 1 if len(talk.turns) <= _FEW else 2
        chosen = await choose(talk, self._embedder, most=most, chars=400)
        return tuple(
            Supported(quoted(talk.turns[sentence.at], sentence.text), (sentence.at,), quoted=True)
            for sentence in chosen
        )

    async def _told(self, talk: Talk, language: Language, asker: str) -> list[Supported]:
        read = await asyncio.to_thread(_without_chatter, talk)
        room = max(400, min(PART_TOKENS, self._model.info.context_tokens - _ANSWER_TOKENS - _RULE_TOKENS))
        size = await self._size(read.turns)
        length = target_length(size, language)
        if size <= room:
            told = await self._say(_messages(read.turns, language), "summary_conversation", language, length, asker)
            return await self._support.check(told, talk.turns)
        parts = _parts(read, min(MOST_PARTS, -(-size // (_THINNED * room))))
        notes: list[str] = []
        for part in parts:
            thin = await self._thinned(part, room)
            part_length = length if len(parts) == 1 else target_length(await self._size(thin), language)
            told = await self._say(_messages(thin, language), "summary_conversation", language, part_length, asker)
            # What is not supported must not come back by way of the second prompt.
            notes += [sentence.text for sentence in await self._support.check(told, part.turns)]
        if len(parts) == 1:
            return await self._support.check(notes, talk.turns)
        told = await self._say([f"- {note}" for note in notes], "summary_reduce", language, length, asker)
        return await self._support.check(told, talk.turns) or await self._support.check(notes[:3], talk.turns)

    async def _say(self, lines: Sequence[str], name: str, language: Language, length: int, asker: str) -> list[str]:
        """What the model writes, as clean sentences within the length; it is stopped when it goes on for longer."""
        system = prompt_text(name, language)
        sentences = "one sentence" if length <= _ONE_SENTENCE else "two or three sentences"
        before, after = (ask.format(length=length, sentences=sentences) for ask in _ASK[language])
        user = "\n".join([before, *lines, "", after])
        prompt = (ChatMessage("system", system.text), ChatMessage("user", user))
        sampling = Sampling(max_tokens=_ANSWER_TOKENS)
        said = ""
        async with aclosing(self._model.stream(prompt, sampling=sampling, asker=asker)) as stream:
            async for piece in stream:
                said += piece
                if measure(" ".join(_clean(said)[:-1]), language) > _SLACK * length:
                    break
        return _within(_clean(said), length, language)

    async def _size(self, turns: Sequence[Turn]) -> int:
        text = await asyncio.to_thread(lambda: "\n".join(_messages(turns, "en")))
        # Counting takes a turn of the model's thread; what is far from the limit needs no exact figure.
        guess = await asyncio.to_thread(estimate_tokens, text)
        return guess if guess < PART_TOKENS // 2 or guess > 8 * PART_TOKENS else await self._model.count_tokens(text)

    async def _thinned(self, part: Talk, room: int) -> list[Turn]:
        """The turns of a part with their telling sentences only, as many as fit."""
        size = await self._size(part.turns)
        if size <= room:
            return list(part.turns)
        chars = int(sum(len(turn.text) for turn in part.turns) * room / size)
        chosen = await choose(part, self._embedder, most=400, chars=chars)
        return _with_only(part.turns, chosen)


def target_length(tokens: int, language: Language) -> int:
    """Words (characters of Chinese) of a summary of so many tokens of talk."""
    return max(_FEWEST[language], round(_BASE[language] * math.cbrt(tokens)))


def measure(text: str, language: Language) -> int:
    """Length in the unit of ``target_length``."""
    return len(text) if language == "zh" else len(text.split())


def _without_chatter(talk: Talk) -> Talk:
    if len(talk.turns) <= _FEW:
        return talk
    kept = tuple(turn for turn in talk.turns if not is_chatter(turn))
    return replace(talk, turns=kept or talk.turns)


def _messages(turns: Sequence[Turn], language: Language) -> list[str]:
    """One line a message, whatever its text holds: a line break in it would begin a message of its own."""
    lines = [" ".join(f"{turn.author}: {turn.text}{_files(turn)}".split())[:_TURN_CHARS] for turn in turns]
    return [f"[{number}] {line}" for number, line in enumerate(lines, start=1)] if language == "en" else lines


def _files(turn: Turn) -> str:
    return "".join(f" [{part.name}]" for part in turn.shared if part.url is None)


def _parts(talk: Talk, count: int) -> list[Talk]:
    """Consecutive parts of about the same length."""
    total = sum(len(turn.text) for turn in talk.turns)
    parts: list[list[Turn]] = [[]]
    so_far = 0
    for turn in talk.turns:
        if so_far >= total * len(parts) / count and parts[-1]:
            parts.append([])
        parts[-1].append(turn)
        so_far += len(turn.text)
    return [replace(talk, turns=tuple(part)) for part in parts]


def _with_only(turns: Sequence[Turn], chosen: Sequence[Sentence]) -> list[Turn]:
    texts: dict[int, list[str]] = {}
    for sentence in chosen:
        texts.setdefault(sentence.at, []).append(sentence.text)
    return [replace(turns[at], text=" ".join(said)) for at, said in sorted(texts.items())]


def _clean(said: str) -> list[str]:
    """Sentences without list numbers, labels and emphasis."""
    plain = _LABEL.sub("", said.replace("**", "").strip())
    found = [_NUMBERED.sub("", sentence).strip(' -*•"“”') for sentence in split_sentences(plain)]
    return [sentence for sentence in found if sentence]


def _within(sentences: Sequence[str], length: int, language: Language) -> list[str]:
    """The first sentences that keep about to the length; always one, none that was cut off, none twice."""
    kept: list[str] = []
    words: list[frozenset[str]] = []
    for sentence in sentences:
        if is_repeated(sentence, words):
            continue  # small models go round in circles
        whole = sentence[-1] in "。.!！?？;；”\"’')）"
        too_long = (
            measure("".join(kept) if language == "zh" else " ".join(kept), language) + measure(sentence, language)
            > _SLACK * length
        )
        if kept and (too_long or not whole):
            break
        kept.append(sentence)
    return kept
