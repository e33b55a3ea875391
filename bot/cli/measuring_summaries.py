"""What ``eval summaries`` does."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import track

from bot.application import open_application
from bot.cli.figures import print_summaries
from bot.cli.output import ERR, print_json
from bot.cli.rows import row_writer
from bot.evaluation.summaries import Summarised, SummaryCase, load_cases, measured_summaries, summary_reasons
from bot.evaluation.summarising import summarise_and_judge
from bot.settings import load_settings


async def measure_summaries(path: Path, out: Path | None, *, limit: int | None, as_json: bool) -> None:
    """Summarise each conversation and print the measures."""
    cases = (await asyncio.to_thread(load_cases, path))[:limit]
    summarised: list[Summarised] = []
    async with open_application(load_settings()) as application:
        await application.model.start()
        try:
            with row_writer(out, "--out") as write:
                for case in track(cases, "summaries", console=ERR, disable=not ERR.is_terminal):
                    summarised.append(await summarise_and_judge(application, case))
                    write(_row(case, summarised[-1]))
        finally:
            await application.model.close()
    found, why = measured_summaries(summarised), summary_reasons(summarised)
    if as_json:
        document: dict[str, Any] = {name: asdict(value) for name, value in found.items()}
        print_json({"all": document, "conversations": len(cases), "reasons": why})
    else:
        print_summaries(found, why)


def _row(case: SummaryCase, one: Summarised) -> dict[str, Any]:
    return {
        "id": case.id,
        "expected": list(one.expected),
        **one.said,
        "record_ids": [list(ids) for ids in one.record_ids],
        "reason": one.reason or None,
        "took_ms": round(one.took_ms),
    }
