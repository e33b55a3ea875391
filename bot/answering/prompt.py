"""The prompt of an answer, the stable part first so that the prefix cache works."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.answering.evidence import Evidence
from bot.errors import Language
from bot.llm.interface import ChatMessage
from bot.prompts import prompt_text

_HEADINGS: dict[Language, tuple[str, str, str, str]] = {
    "en": ("Records:", "Today is {today}.", "Before that was said: {context}", "Question from {person}: {question}"),
    "zh": ("记录：", "今天是 {today}。", "前面说过：{context}", "{person} 的问题：{question}"),
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
    context: str = "",
) -> Prompt:
    """The prompt for one question over its evidence, the best of it last: a small model keeps to what it read last.

    ``understood`` says which time it means, ``context`` what was said before it.
    """
    system = prompt_text("answer", language)
    records, today, before, asked = _HEADINGS[language]
    placed = len({item.channel_id for item in evidence}) > 1
    ordered = sorted(evidence, key=lambda item: -item.n)
    lines = [item.as_record(zone, language, placed=placed) for item in ordered]
    user = "\n".join(
        [
            records,
            *(f"- {line}" for line in lines),
            "",
            f"{today.format(today=now.astimezone(zone).strftime('%Y-%m-%d (%a)'))} {understood}".rstrip(),
            *([before.format(context=" ".join(context.split()))] if context else []),
            asked.format(person=" ".join(person.split()) or "user", question=question),
        ]
    )
    return Prompt(version=system.version, messages=(ChatMessage("system", system.text), ChatMessage("user", user)))
