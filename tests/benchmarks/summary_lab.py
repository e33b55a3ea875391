"""A laboratory for summaries: the product's own parts over the development data, with what models said remembered.

What a model says to a prompt is kept in a file, so that a second run, or one with another check, asks it nothing.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.answering.grounding import GroundingCheck
from bot.answering.sentences import split_sentences
from bot.errors import Language
from bot.llm.absent import estimate_tokens
from bot.llm.interface import GREEDY, ChatMessage, LanguageModel, ModelInfo, Sampling
from bot.summaries.lines import joined
from bot.summaries.phrasing import Phrased, Phrasing
from bot.summaries.support import Support
from bot.summaries.talk import Talk, Turn
from knowledge.embedding import Embedder
from tests.benchmarks.texts import data

REMEMBERED = Path.home() / ".cache" / "shiguang-benchmarks" / "summaries.jsonl"
_START = datetime(2026, 11, 2, 9, tzinfo=UTC)
_PLAIN: dict[Language, tuple[str, int, int]] = {
    "en": ("Summarize the following conversation in one to three sentences.", 12_000, 200),
    "zh": ("请用一段话概括下面的会议内容。", 4_800, 300),
}
"""The plain prompt, how many characters of the text fit the context of 4,096 tokens, and how many tokens it may say."""

Kind = Literal["dialogue", "segment", "meeting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A conversation with the summary that a person wrote."""

    name: str
    kind: Kind
    language: Language
    talk: Talk
    expected: str


def dialogues() -> list[Example]:
    """DialogSum: short dialogues, in the order of the file."""
    lines = data("dialogsum.jsonl").read_text("utf-8").splitlines()
    return [
        Example(
            name=item["id"],
            kind="dialogue",
            language="en",
            talk=_talk(item["id"], item["turns"]),
            expected=item["summaries"][0],
        )
        for item in map(json.loads, lines)
    ]


def meetings() -> list[Example]:
    """Chinese meetings: their segments, then whole ones."""
    folder = data("zh_meetings")
    channels: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folder / "messages.jsonl").read_text("utf-8").splitlines():
        message = json.loads(line)
        channels[message["channel"]].append(message)
    found: list[Example] = []
    for line in (folder / "summaries.jsonl").read_text("utf-8").splitlines():
        item = json.loads(line)
        messages = channels[item["channel"]]
        ids = [message["id"] for message in messages]
        part = messages[ids.index(item["first"]) : ids.index(item["last"]) + 1]
        kind: Kind = "meeting" if item["headline"] is None else "segment"
        found.append(
            Example(name=item["id"], kind=kind, language="zh", talk=_talk(item["id"], part), expected=item["summary"])
        )
    return sorted(found, key=lambda example: example.kind == "meeting")


class RememberingModel:
    """A model that is asked only what it was not asked before; loaded by the first question that is new."""

    def __init__(self, make: Callable[[], LanguageModel], *, name: str, path: Path = REMEMBERED) -> None:
        self._make = make
        self._name = name
        self._path = path
        self._model: LanguageModel | None = None
        self._said: dict[str, str] = {}
        if path.is_file():
            self._said = {item["key"]: item["said"] for item in map(json.loads, path.read_text("utf-8").splitlines())}
        self.asked = 0

    @property
    def info(self) -> ModelInfo:
        """As in the settings' default."""
        return ModelInfo(name=self._name, context_tokens=4096)

    @property
    def waiting(self) -> int:
        """Nobody else asks."""
        return 0

    async def start(self) -> None:
        """Nothing before the first new question."""

    async def close(self) -> None:
        """Free the model."""
        if self._model is not None:
            await self._model.close()

    async def stream(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling = GREEDY, asker: str = ""
    ) -> AsyncIterator[str]:
        """In one piece: what is stopped half-way could not be remembered."""
        key = hashlib.sha256(
            json.dumps([self._name, [(turn.role, turn.content) for turn in messages], sampling.max_tokens]).encode()
        ).hexdigest()
        if key not in self._said:
            if self._model is None:
                self._model = self._make()
                await self._model.start()
            self._said[key] = "".join([piece async for piece in self._model.stream(messages, sampling=sampling)])
            self.asked += 1
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "said": self._said[key]}, ensure_ascii=False) + "\n")
        yield self._said[key]

    async def generate_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any],
        sampling: Sampling = GREEDY,
        asker: str = "",
    ) -> Any:
        """Not used."""
        raise NotImplementedError

    async def count_tokens(self, text: str) -> int:
        """Estimated, so that prompts are the same with and without the model."""
        return estimate_tokens(text)


async def one_shot(model: RememberingModel, example: Example) -> str:
    """The model's plain summary of the text, cut off where its context ends."""
    ask, most_chars, max_tokens = _PLAIN[example.language]
    text = "\n".join(f"{turn.author}: {turn.text}" for turn in example.talk.turns)[:most_chars]
    prompt = (ChatMessage("user", f"{ask}\n\n{text}"),)
    return "".join([piece async for piece in model.stream(prompt, sampling=Sampling(max_tokens=max_tokens))])


def lead_three(example: Example) -> str:
    """The first three sentences."""
    text = "\n".join(turn.text for turn in example.talk.turns)
    return joined(split_sentences(text)[:3])


async def ours(model: RememberingModel, embedder: Embedder, example: Example) -> Phrased:
    """As the product does it."""
    phrasing = Phrasing(model=model, embedder=embedder, support=Support(GroundingCheck(embedder)))
    return await phrasing.phrase(example.talk, language=example.language, seconds=3600, asker="")


def text_of(phrased: Phrased) -> str:
    """What is shown."""
    return joined(sentence.text for sentence in phrased.sentences)


def compared(text: str) -> str:
    """Names as both sides write them: DialogSum puts them between number signs."""
    return re.sub(r"#(Person_?\d)#", r"\1", text).replace("_", "")


def _talk(name: str, turns: Sequence[Mapping[str, Any]]) -> Talk:
    made = tuple(
        Turn(
            record_id=f"{name}:{number}",
            author_id=str(turn["user"]),
            author=str(turn["user"]),
            sent_at=_START + timedelta(minutes=number),
            version_at=_START + timedelta(minutes=number),
            text=str(turn["text"]),
        )
        for number, turn in enumerate(turns)
    )
    return Talk(conversation_id=name, channel_id="c", channel_name="c", turns=made)
