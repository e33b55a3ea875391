"""A sheet on which a person judges answers: each sentence beside the passages it cites."""

from collections.abc import Sequence
from datetime import tzinfo

from bot.evaluation.asking import Judged


def sheet(judged: Sequence[Judged], zone: tzinfo) -> str:
    """Markdown of the answers that were given; a sentence that the check doubts has a question mark."""
    parts = [_part(number, one, zone) for number, one in enumerate(_given(judged), start=1)]
    return "\n".join(["# Answers to read", "", "Tick each sentence that its passages support.", "", *parts])


def _given(judged: Sequence[Judged]) -> list[Judged]:
    return [one for one in judged if one.outcome.deed == "answered"]


def _part(number: int, one: Judged, zone: tzinfo) -> str:
    question = one.question
    lines = [
        f"## {number}. {_line(question.question)}",
        "",
        f"{question.qid} · {question.category or '-'} · expected: {_line(question.answer or 'no answer')}",
        "",
    ]
    for sentence in one.outcome.sentences:
        lines.append(f"- [ ] {_line(sentence.text)}{'' if sentence.is_supported else ' (?)'}")
        lines += [
            f"  - [{item.n}] {item.time.astimezone(zone):%Y-%m-%d %H:%M} {item.author}: {_line(item.text)}"
            for item in sentence.cited
        ]
    return "\n".join([*lines, ""])


def _line(text: str) -> str:
    return " ".join(text.split())
