"""What ``eval retrieval`` and ``eval answers`` do."""

import asyncio
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import track

from bot.application import Application, open_application
from bot.cli.evaluating import Scope
from bot.cli.figures import print_answers, print_groups
from bot.cli.filters import resolve
from bot.cli.options import Filters
from bot.cli.output import ERR, print_json
from bot.cli.rows import row_writer, write_text
from bot.cli.searching import answer_json
from bot.errors import ShiguangError
from bot.evaluation.answers import measured, reasons
from bot.evaluation.asking import Judged, ask_and_judge, failed
from bot.evaluation.estimates import Estimate, estimate
from bot.evaluation.measures import hit_at, recall_at, reciprocal_rank
from bot.evaluation.questions import EvaluationQuestion, load_questions
from bot.evaluation.sheet import sheet
from bot.settings import WebSettings, load_settings

_RANKED = 50
_FETCHED = 80
"""More than ranked, since several passages may belong to one message."""


async def measure_retrieval(path: Path, scope: Scope, out: Path | None, *, limit: int | None, as_json: bool) -> None:
    """Search each question and print the measures."""
    questions = (await asyncio.to_thread(load_questions, path))[:limit]
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    async with open_application(load_settings()) as application:
        with row_writer(out, "--out") as write:
            for question in track(questions, "retrieval", console=ERR, disable=not ERR.is_terminal):
                ranked = await _ranked(application, question, scope)
                write({"qid": question.qid, "ranked": ranked})
                if question.evidence and question.has_answer:
                    measures = {
                        "recall@10": recall_at(ranked, question.evidence, 10),
                        "recall@20": recall_at(ranked, question.evidence, 20),
                        "hit@1": hit_at(ranked, question.evidence, 1),
                        "hit@10": hit_at(ranked, question.evidence, 10),
                        "mrr@10": reciprocal_rank(ranked, question.evidence),
                    }
                    for name, value in measures.items():
                        values["all"][name].append(value)
                        values[question.category or "-"][name].append(value)
    groups = {group: {name: estimate(some) for name, some in named.items()} for group, named in values.items()}
    if as_json:
        print_json({group: _json(named) for group, named in groups.items()})
    else:
        print_groups("retrieval", groups)


async def _ranked(application: Application, question: EvaluationQuestion, scope: Scope) -> list[str]:
    audience, where = await resolve(application, _filters(question, scope))
    found = await application.finder.search(
        question.question, audience=audience, where=where, limit=_FETCHED, now=question.asked_at
    )
    return list(dict.fromkeys(item.message_id for item in found))[:_RANKED]


async def measure_answers(
    path: Path, scope: Scope, out: Path | None, *, limit: int | None, as_json: bool, sheet_path: Path | None = None
) -> None:
    """Ask each question and print the measures."""
    questions = (await asyncio.to_thread(load_questions, path))[:limit]
    settings = load_settings()
    judged: list[Judged] = []
    if sheet_path is not None:
        write_text(sheet_path, "", "--sheet")  # a place that cannot be written is told now, not after hours
    async with open_application(settings) as application:
        await application.model.start()
        try:
            with row_writer(out, "--out") as write:
                for question in track(questions, "answers", console=ERR, disable=not ERR.is_terminal):
                    judged.append(await _judged(application, question, scope))
                    write(_row(judged[-1], settings.web))
        finally:
            await application.model.close()
    if sheet_path is not None:
        write_text(sheet_path, sheet(judged, application.zone), "--sheet")
    everything = measured([one.outcome for one in judged])
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[one.question.category or "-"].append(one)
    categories = {name: measured([one.outcome for one in some]) for name, some in sorted(groups.items())}
    why = reasons([one.outcome for one in judged])
    if as_json:
        print_json(
            {
                "all": _json(everything),
                "categories": {name: _json(named) for name, named in categories.items()},
                "questions": len(judged),
                "failures": sum(one.outcome.deed == "failed" for one in judged),
                "reasons": why,
                "models": sorted({one.result.answer.model for one in judged if one.result is not None}),
                "prompts": sorted({one.prompt_version for one in judged if one.prompt_version}),
            }
        )
    else:
        print_answers(everything, categories, why)


async def _judged(application: Application, question: EvaluationQuestion, scope: Scope) -> Judged:
    try:
        audience, where = await resolve(application, _filters(question, scope))
    except ShiguangError as error:
        return failed(question, error)
    return await ask_and_judge(application, question, audience=audience, where=where)


def _row(judged: Judged, web: WebSettings) -> dict[str, Any]:
    """A line of ``--out``; what failed abstains with the code of its failure."""
    if judged.result is not None:
        return {"qid": judged.question.qid, **answer_json(judged.result, web)}
    return {
        "qid": judged.question.qid,
        "question": judged.question.question,
        "answer": "",
        "abstained": True,
        "reason": judged.outcome.reason,
        "citations": [],
        "answer_id": None,
        "model": None,
        "timings_ms": dict.fromkeys(("search", "first_token", "total")),
    }


def _filters(question: EvaluationQuestion, scope: Scope) -> Filters:
    until = question.asked_at.isoformat() if question.asked_at else None
    return Filters(channel=question.channel if scope == "channel" and question.channel else None, until=until)


def _json(named: dict[str, Estimate]) -> dict[str, Any]:
    return {name: asdict(value) for name, value in named.items()}
