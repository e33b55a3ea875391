"""What will be said, before it is stored and shown."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import tzinfo
from typing import Any

from bot.answering.evidence import Evidence
from bot.answering.marks import unmarked
from bot.answering.prompt import Prompt
from bot.errors import Language
from bot.llm.interface import Sampling

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """Text, the numbers of the passages it cites, and how it came about."""

    text: str
    evidence: Sequence[Evidence] = ()
    """Everything the model was given, numbered as in the text."""
    cited: frozenset[int] = frozenset()
    abstained: bool = False
    reason: str | None = None
    prompt_version: str = ""
    trace: dict[str, Any] = field(default_factory=dict)


def originals(
    lead: str,
    evidence: Sequence[Evidence],
    *,
    zone: tzinfo,
    language: Language,
    reason: str,
    trace: dict[str, Any],
) -> Draft:
    """An abstention that still helps: the best passages, word for word."""
    best = evidence[:_SHOWN]
    lines = [
        f"“{unmarked(item.citation().quote)}” — {item.author}, {item.time.astimezone(zone):%Y-%m-%d %H:%M}"
        f"{item.outdated_note(zone, language)} [{item.n}]"
        for item in best
    ]
    return Draft(
        "\n".join([lead, *lines]),
        evidence=evidence,
        cited=frozenset(item.n for item in best),
        abstained=True,
        reason=reason,
        prompt_version=str(trace.get("prompt_version", "")),
        trace=trace,
    )


def trace_of(prompt: Prompt, sampling: Sampling, raw: str) -> dict[str, Any]:
    """Everything needed to replay the model's part."""
    return {
        "prompt_version": prompt.version,
        "messages": [{"role": message.role, "content": message.content} for message in prompt.messages],
        "sampling": asdict(sampling),
        "raw": raw,
    }
