"""Importing a real Slack export, beside embedding its texts and doing nothing else."""

import asyncio
import itertools
import json
import sys
import time
from pathlib import Path

import pytest

from bot.application import Application, open_application
from bot.importing import open_slack_export
from bot.llm.scripted import ScriptedModel
from bot.settings import Settings
from bot.truth.inbox import Lane
from knowledge.passage import Audience
from tests.benchmarks.figures import Figures
from tests.benchmarks.processes import SHIGUANG, environment, finish
from tests.benchmarks.texts import data
from tests.builders import channel, posted

pytestmark = [pytest.mark.bench, pytest.mark.model]


def _raw(home: Path, part: int) -> tuple[int, float]:
    command = [sys.executable, "-m", "tests.benchmarks.raw_embedding", str(part), "2"]
    texts, seconds = finish(command, environment(home)).output.split()[-2:]
    return int(texts), float(seconds)


def test_import_of_a_slack_export(home: Path, figures: Figures) -> None:
    export = data("slack-export-dev.zip")
    # Half before and half after the import, so that other work on the machine hits both sides.
    before = _raw(home, 0)
    done = finish([SHIGUANG, "import", "slack-export", export, "--json"], environment(home))
    after = _raw(home, 1)
    report = json.loads(done.output)
    rate = report["messages"] / done.seconds
    raw_rate = (before[0] + after[0]) / (before[1] + after[1])
    figures.state("import: messages a second, start of the program included", f"{rate:.0f} ({done.seconds:.0f} s)")
    figures.state("fastembed alone, sorted, batches of 32: texts a second", f"{raw_rate:.0f}")
    figures.state("import: peak memory of the process tree, shared pages once", str(done.peak))
    assert report["failed"] == 0
    figures.at_least("import, share of the raw rate", rate / raw_rate, 0.7)


async def test_live_messages_overtake_an_import(home: Path, figures: Figures) -> None:
    async with open_application(Settings(home=home), model=ScriptedModel([])) as application:
        export = open_slack_export(data("slack-export-dev.zip"), None)
        events = (event for event, _ in export.events())
        while batch := list(itertools.islice(events, 500)):
            await application.inbox.append(batch, lane=Lane.IMPORT)
        export.close()
        await application.archivist.start()
        while await application.indexer.pending() < 4_000:  # noqa: ASYNC110 - another loop's work has no event
            await asyncio.sleep(0.1)
        took = [await _until_found(application, number) for number in range(15)]
        assert await application.indexer.pending() > 1_000, "the import ended before it could be overtaken"
        figures.at_most("live message found while an import runs: longest of 15", max(took), 5.0, unit=" s")
        await application.archivist.close()


async def _until_found(application: Application, number: int) -> float:
    """Seconds from a message to the first search that finds it."""
    began = time.perf_counter()
    await application.inbox.append([posted(number, f"the live code is quokka{number}x", place=channel("live"))])
    application.archivist.wake()
    while True:
        found = await application.finder.search(f"quokka{number}x", audience=Audience.operator(), limit=1)
        if found and found[0].record_id == f"m{number}":
            return time.perf_counter() - began
        await asyncio.sleep(0.1)
