"""``eval``: figures for search and answers on a file of questions."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.progress import track
from rich.table import Table

from bot.answering.answerer import Question
from bot.application import Application, open_application
from bot.cli.asking import citation_json, timings_json
from bot.cli.filters import Filters, resolve
from bot.cli.output import ERR, OUT, print_json, run
from bot.evaluation.measures import (
    Estimate,
    estimate,
    f1,
    hit_at,
    recall_at,
    reciprocal_rank,
    token_f1,
)
from bot.evaluation.questions import EvaluationQuestion, load_questions
from bot.settings import load_settings
from connectors.connector import Answer

app = typer.Typer(help="Measure search and answers on questions with known evidence.", no_args_is_help=True)

Scope = Literal["channel", "all"]
Questions = Annotated[Path, typer.Argument(help="Questions, one JSON object a line.")]
ScopeOption = Annotated[str, typer.Option("--scope", help="channel: search the question's channel; all: everything.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write one JSON line a question.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
LimitOption = Annotated[int | None, typer.Option("--limit", help="Only the first questions.")]

_RANKED = 50
_FETCHED = 80
"""More than ranked, since several passages may belong to one message."""


@app.command()
def retrieval(
    questions: Questions,
    scope: ScopeOption = "channel",
    out: Out = None,
    limit: LimitOption = None,
    as_json: Json = False,
) -> None:
    """Recall, hits and reciprocal rank of the search."""
    run(_retrieval(load_questions(questions)[:limit], _scope(scope), out, as_json=as_json))


@app.command()
def answers(
    questions: Questions,
    scope: ScopeOption = "channel",
    out: Out = None,
    limit: LimitOption = None,
    as_json: Json = False,
) -> None:
    """Overlap with the expected answer, citations and abstentions of the whole path with the chat model."""
    run(_answers(load_questions(questions)[:limit], _scope(scope), out, as_json=as_json))


def _scope(text: str) -> Scope:
    if text in ("channel", "all"):
        return "channel" if text == "channel" else "all"
    raise typer.BadParameter("channel or all was expected", param_hint="--scope")


async def _retrieval(questions: Sequence[EvaluationQuestion], scope: Scope, out: Path | None, *, as_json: bool) -> None:
    rows: list[dict[str, Any]] = []
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    async with open_application(load_settings()) as application:
        for question in track(questions, "retrieval", console=ERR, disable=not ERR.is_terminal):
            ranked = await _ranked(application, question, scope)
            rows.append({"qid": question.qid, "ranked": ranked})
            if question.evidence and question.answer is not None:
                measured = {
                    "recall@10": recall_at(ranked, question.evidence, 10),
                    "recall@20": recall_at(ranked, question.evidence, 20),
                    "hit@1": hit_at(ranked, question.evidence, 1),
                    "hit@10": hit_at(ranked, question.evidence, 10),
                    "mrr@10": reciprocal_rank(ranked, question.evidence),
                }
                for name, value in measured.items():
                    values["all"][name].append(value)
                    values[question.category or "-"][name].append(value)
    _write(out, rows)
    _print("retrieval", {group: {n: estimate(v) for n, v in named.items()} for group, named in values.items()}, as_json)


async def _ranked(application: Application, question: EvaluationQuestion, scope: Scope) -> list[str]:
    audience, where = await resolve(application, _filters(question, scope))
    found = await application.finder.search(
        question.question, audience=audience, where=where, limit=_FETCHED, now=question.asked_at
    )
    return list(dict.fromkeys(item.message_id for item in found))[:_RANKED]


async def _answers(questions: Sequence[EvaluationQuestion], scope: Scope, out: Path | None, *, as_json: bool) -> None:
    rows: list[dict[str, Any]] = []
    values: dict[str, list[float]] = defaultdict(list)
    right = wrong_answered = wrong_abstained = 0
    async with open_application(load_settings()) as application:
        await application.model.start()
        try:
            for question in track(questions, "answers", console=ERR, disable=not ERR.is_terminal):
                audience, where = await resolve(application, _filters(question, scope))
                result = await application.answerer.answer(
                    Question(
                        text=question.question,
                        audience=audience,
                        where=where,
                        now=question.asked_at or datetime.now(UTC),
                    )
                )
                answer = result.answer
                rows.append({"qid": question.qid, **_answer_row(answer, result.timings_ms)})
                values["total_ms"].append(result.timings_ms["total"])
                if question.answer is None:
                    wrong_answered += not answer.abstained
                    continue
                right += not answer.abstained
                wrong_abstained += answer.abstained
                values["token_f1"].append(0.0 if answer.abstained else token_f1(answer.text, question.answer))
                if not answer.abstained:
                    cited = [citation.record_id in question.evidence for citation in answer.citations]
                    values["citation_precision"].append(sum(cited) / len(cited) if cited else 0.0)
                    found = {citation.record_id for citation in answer.citations} & set(question.evidence)
                    values["citation_recall"].append(len(found) / len(question.evidence) if question.evidence else 0.0)
        finally:
            await application.model.close()
    _write(out, rows)
    estimates = {name: estimate(measured) for name, measured in values.items()}
    answered = f1(right, wrong_answered, wrong_abstained)
    estimates["answer_or_abstain_f1"] = Estimate(answered, answered, answered, len(questions))
    _print("answers", {"all": estimates}, as_json)


def _filters(question: EvaluationQuestion, scope: Scope) -> Filters:
    until = question.asked_at.isoformat() if question.asked_at else None
    return Filters(channel=question.channel if scope == "channel" and question.channel else None, until=until)


def _answer_row(answer: Answer, timings: dict[str, int]) -> dict[str, Any]:
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "citations": [citation_json(citation) for citation in answer.citations],
        "answer_id": answer.answer_id,
        "model": answer.model,
        "timings_ms": timings_json(timings),
    }


def _write(out: Path | None, rows: Sequence[dict[str, Any]]) -> None:
    if out is not None:
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def _print(title: str, groups: dict[str, dict[str, Estimate]], as_json: bool) -> None:
    if as_json:
        print_json({group: {name: asdict(value) for name, value in named.items()} for group, named in groups.items()})
        return
    table = Table("", "measure", "mean", "95 %", "n", title=title)
    for group, named in sorted(groups.items(), key=lambda entry: entry[0] != "all"):
        for name, value in named.items():
            table.add_row(group, name, f"{value.mean:.3f}", f"{value.low:.3f} … {value.high:.3f}", str(value.count))
    OUT.print(table)
