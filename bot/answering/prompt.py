"""Prompts: files with a version on their first line, the stable part first so that the prefix cache works."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path

from bot.answering.evidence import Evidence
from bot.errors import Language
from bot.llm.interface import ChatMessage

_FOLDER = Path(__file__).parent / "prompts"
_HEADINGS: dict[Language, tuple[str, str, str]] = {
    "en": ("Records:", "Today is {today}.", "Question from {person}: {question}"),
    "zh": ("记录：", "今天是 {today}。", "{person} 的问题：{question}"),
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt ready for the model, with the version of its file."""

    version: str
    messages: tuple[ChatMessage, ...]


def answer_prompt(
    *,
    question: str,
    person: str,
    evidence: Sequence[Evidence],
    now: datetime,
    zone: tzinfo,
    language: Language,
    understood: str = "",
) -> Prompt:
    """The prompt for one question over its evidence, oldest evidence first; ``understood`` says which time it means."""
    version, system = _load("answer", language)
    records, today, asked = _HEADINGS[language]
    lines = [item.as_record(zone, language) for item in sorted(evidence, key=lambda item: (item.time, item.n))]
    user = "\n".join(
        [
            records,
            *(f"- {line}" for line in lines),
            "",
            f"{today.format(today=now.astimezone(zone).strftime('%Y-%m-%d (%a)'))} {understood}".rstrip(),
            asked.format(person=" ".join(person.split()) or "user", question=question),
        ]
    )
    return Prompt(version=version, messages=(ChatMessage("system", system), ChatMessage("user", user)))


@cache
def _load(name: str, language: Language) -> tuple[str, str]:
    first, _, text = (_FOLDER / f"{name}.{language}.md").read_text("utf-8").partition("\n")
    return first.removeprefix("version:").strip(), text.strip()
