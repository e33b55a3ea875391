"""Importing a real Slack export, beside embedding its texts and doing nothing else."""

import json
import sys
from pathlib import Path

import pytest

from tests.benchmarks.figures import Figures
from tests.benchmarks.processes import SHIGUANG, environment, finish
from tests.benchmarks.texts import data

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
