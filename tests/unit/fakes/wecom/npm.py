"""Official JavaScript packages as independent peers: installed into a temporary folder where node and npm are."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

PACKAGES = ("@wecom/crypto@1.0.1", "@wecom/aibot-node-sdk@1.0.7")
_INSTALL_SECONDS = 100
Json = dict[str, Any]


def installed(folder: Path) -> Path:
    """The folder with both packages; skips the test, saying why, where that cannot be."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: interoperability with the official packages is not checked")
    (folder / "package.json").write_text("{}", "utf-8")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not answer in time: interoperability with the official packages is not checked")
    if done.returncode:
        pytest.skip("npm cannot install the official packages here: interoperability is not checked")
    return folder


def run(folder: Path, script: str, jobs: list[Json]) -> list[Json]:
    """Run a script over jobs, a JSON line each, and return its JSON lines."""
    (folder / "job.js").write_text(script, "utf-8")
    lines = "\n".join(json.dumps(job) for job in jobs)
    done = subprocess.run(
        ["node", "job.js"], cwd=folder, input=lines.encode(), capture_output=True, timeout=60, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


class Program:
    """A running script that prints JSON lines."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def says(self, kind: str) -> Json:
        """The next line of this kind; others are passed over."""
        assert self._process.stdout is not None
        async with asyncio.timeout(20):
            while line := await self._process.stdout.readline():
                if line.startswith(b"{") and (said := json.loads(line))["kind"] == kind:
                    heard: Json = said
                    return heard
        raise AssertionError("the program ended")


@asynccontextmanager
async def running(folder: Path, script: str, *arguments: str) -> AsyncIterator[Program]:
    """Start a script and end it with the block."""
    (folder / "program.js").write_text(script, "utf-8")
    process = await asyncio.create_subprocess_exec(
        "node", "program.js", *arguments, cwd=folder, stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL
    )
    try:
        yield Program(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
