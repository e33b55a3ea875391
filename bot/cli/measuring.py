"""What ``eval`` does."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.progress import track
from rich.table import Table

from bot.answering.answerer import Question
from bot.application import Application, open_application
from bot.cli.evaluating import Scope
from bot.cli.filters import resolve
from bot.cli.options import Filters
from bot.cli.output import ERR, OUT, print_json
from bot.cli.searching import answer_json
from bot.errors import BadInput
from bot.evaluation.estimates import Estimate, estimate
from bot.evaluation.measures import f1, hit_at, recall_at, reciprocal_rank, token_f1
from bot.evaluation.questions import EvaluationQuestion, load_questions
from bot.settings import load_settings

_RANKED = 50
_FETCHED = 80
"""More than ranked, since several passages may belong to one message."""


async def measure_retrieval(path: Path, scope: Scope, out: Path | None, *, limit: int | None, as_json: bool) -> None:
    """Search each question and print the measures."""
    questions = await asyncio.to_thread(load_questions, path)
    questions = questions[:limit]
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


async def measure_answers(path: Path, scope: Scope, out: Path | None, *, limit: int | None, as_json: bool) -> None:
    """Ask each question and print the measures."""
    questions = await asyncio.to_thread(load_questions, path)
    questions = questions[:limit]
    web = load_settings().web
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
                rows.append({"qid": question.qid, **answer_json(result, web)})
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


def _write(out: Path | None, rows: Sequence[dict[str, Any]]) -> None:
    if out is not None:
        try:
            out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        except OSError as error:
            raise BadInput(f"--out {out}: {error.strerror}") from None


def _print(title: str, groups: dict[str, dict[str, Estimate]], as_json: bool) -> None:
    if as_json:
        print_json({group: {name: asdict(value) for name, value in named.items()} for group, named in groups.items()})
        return
    table = Table("", "measure", "mean", "95 %", "n", title=title)
    for group, named in sorted(groups.items(), key=lambda entry: entry[0] != "all"):
        for name, value in named.items():
            table.add_row(group, name, f"{value.mean:.3f}", f"{value.low:.3f} … {value.high:.3f}", str(value.count))
    OUT.print(table)
