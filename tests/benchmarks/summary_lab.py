"""A laboratory for summaries: the product's own parts over the development data, with what models said remembered.

What a model says to a prompt is kept in a file, so that a second run, or one with another check, asks it nothing.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot.answering.grounding import GroundingCheck
from bot.errors import Language
from bot.evaluation.summaries import SummaryCase, lead_3, one_shot
from bot.llm.absent import estimate_tokens
from bot.llm.interface import GREEDY, ChatMessage, LanguageModel, ModelInfo, Sampling
from bot.summaries.lines import joined
from bot.summaries.phrasing import Phrasing
from bot.summaries.support import Support
from knowledge.embedding import Embedder
from tests.benchmarks.texts import data

REMEMBERED = Path.home() / ".cache" / "shiguang-benchmarks" / "summaries.jsonl"
_NAME = re.compile(r"#(Person_?\d)#")
"""DialogSum puts names between number signs in its summaries, and not in its dialogues."""

Kind = Literal["dialogue", "segment", "meeting"]


@dataclass(frozen=True, slots=True)
class Example:
    """A conversation with the summary that a person wrote."""

    kind: Kind
    language: Language
    case: SummaryCase

    @property
    def expected(self) -> str:
        """That summary."""
        return self.case.expected[0]


def dialogues() -> list[Example]:
    """DialogSum: short dialogues, in the order of the file."""
    cases = [json.loads(line) for line in data("dialogsum.jsonl").read_text("utf-8").splitlines()]
    return [
        Example("dialogue", "en", SummaryCase(id=case["id"], turns=case["turns"], summary=_named(case["summaries"][0])))
        for case in cases
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
        turns = messages[ids.index(item["first"]) : ids.index(item["last"]) + 1]
        kind: Kind = "meeting" if item["headline"] is None else "segment"
        case = SummaryCase.model_validate({"id": item["id"], "turns": turns, "summary": item["summary"]})
        found.append(Example(kind, "zh", case))
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

    @property
    def info(self) -> ModelInfo:
        """As in the settings' default."""
        return ModelInfo(name=self._name, context_tokens=4096)

    async def close(self) -> None:
        """Free the model."""
        if self._model is not None:
            await self._model.close()

    async def stream(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling = GREEDY, asker: str = ""
    ) -> AsyncGenerator[str, None]:
        """In one piece: what is stopped half-way could not be remembered."""
        asked = [self._name, [(turn.role, turn.content) for turn in messages], sampling.max_tokens]
        key = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
        if key not in self._said:
            if self._model is None:
                self._model = self._make()
                await self._model.start()
            self._said[key] = "".join([piece async for piece in self._model.stream(messages, sampling=sampling)])
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "said": self._said[key]}, ensure_ascii=False) + "\n")
        yield self._said[key]

    async def count_tokens(self, text: str) -> int:
        """Estimated, so that prompts are the same with and without the model."""
        return estimate_tokens(text)


async def summaries(model: RememberingModel, embedder: Embedder, example: Example) -> dict[str, str]:
    """The product's, the model's plain one, and the first sentences."""
    talk = example.case.written_out()
    phrasing = Phrasing(model=model, embedder=embedder, support=Support(GroundingCheck(embedder)))
    phrased = await phrasing.phrase(talk, language=example.language, seconds=3600, asker="")
    return {
        "ours": joined(sentence.text for sentence in phrased.sentences),
        "one_shot": await one_shot(model, talk, example.language),
        "lead_3": lead_3(talk),
    }


def _named(summary: str) -> str:
    return _NAME.sub(r"\1", summary).replace("Person_", "Person")
