"""“Slack in ten minutes”, word by word: what the READMEs tell to paste and type, against the fake."""

import asyncio
import re
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml

from tests.fakes.slack import App, Clock, FakeSlack, Installation
from tests.processes import end, environment
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(180)
ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+(?=/)")
GUIDES = [("README.md", "## Slack in ten minutes"), ("README.zh.md", "## 十分钟接入 Slack")]


def _blocks(readme: str, heading: str) -> list[str]:
    """The commands of the guide: those to type, the manifest with commands of their own, and that of HTTP mode."""
    text = (ROOT / readme).read_text("utf-8").partition(f"{heading}\n")[2]
    blocks = _BLOCK.findall(re.split(r"^## ", text, flags=re.MULTILINE)[0])
    assert len(blocks) == 3
    return blocks


async def _printed(command: str) -> str:
    """What a command of the guide prints, typed in the project's folder."""
    process = await asyncio.create_subprocess_shell(command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


def _installed(slack: FakeSlack, manifest: str) -> Installation:
    """As clicked: create the app from the manifest, install it."""
    return slack.install(slack.add_app_from_manifest(yaml.safe_load(manifest)), slack.add_workspace("acme"))


@asynccontextmanager
async def _typed(folder: Path, slack: FakeSlack, lines: str, **settings: str) -> AsyncIterator[Path]:
    """Commands as typed into a shell; ``shiguang`` is the program with a tiny embedder. Gives what they say."""
    programs = folder / "bin"
    programs.mkdir()
    shiguang = programs / "shiguang"
    run = shlex.join(["exec", sys.executable, "-m", "tests.fakes.tiny_shiguang"])
    shiguang.write_text(f'#!/bin/sh\ncd {shlex.quote(str(ROOT))} && {run} "$@"\n', "utf-8")
    shiguang.chmod(0o755)
    env = environment(
        folder / "home",
        SHIGUANG_WEB__PORT="0",
        SHIGUANG_SLACK__BASE_URL=slack.api_url,
        SHIGUANG_SLACK__FILE_HOSTS=slack.file_host.removeprefix("http://"),
        **settings,
    )
    env["PATH"] = f"{programs}:{env['PATH']}"
    said = folder / "said.log"
    # The last line stays: it shall be the server itself that is ended in the end, not a shell around it.
    *before, last = lines.strip().splitlines()
    script = "\n".join(["set -e", *before, f"exec {last}"])
    with said.open("wb") as file:
        process = await asyncio.create_subprocess_exec("sh", "-c", script, env=env, stdout=file, stderr=file)
    try:
        yield said
    finally:
        await end(process)


def _read(said: Path) -> str:
    return said.read_text("utf-8", "replace")


def _with_tokens(lines: str, installation: Installation) -> str:
    assert lines.count("xoxb-...") == lines.count("xapp-...") == 1
    return lines.replace("xoxb-...", installation.bot_token).replace("xapp-...", installation.app.app_token)


async def _works(slack: FakeSlack, installation: Installation, said: Path) -> None:
    """The last step: invite it, and it tells the channel; ask for help, and it comes."""
    ann = installation.workspace.add_person("ann")
    general = installation.workspace.add_channel("general", members=[ann])
    slack.places.invite(ann, installation, general)
    await slack.journal.until(
        lambda: any(call.arguments["channel"] == general.id for call in slack.journal.calls("chat.postMessage")),
        seconds=60,
    )
    command = slack.hands.run_command(ann, installation, general, "/shiguang help")
    await slack.acknowledged(seconds=60)
    assert command.state == "acknowledged", _read(said)


def test_both_guides_tell_the_same_commands() -> None:
    english, chinese = (_blocks(*guide) for guide in GUIDES)
    assert english == chinese


async def test_the_guide_works_word_by_word(tmp_path: Path) -> None:
    commands, own, _ = _blocks(*GUIDES[0])
    async with FakeSlack(clock=Clock(runs=True, patience=5)).running() as slack:
        installation = _installed(slack, await _printed(own))
        assert {"/shiguang", "/ask", "/find"} <= installation.app.commands.keys()
        async with _typed(tmp_path, slack, _with_tokens(commands, installation)) as said:

            async def is_serving() -> bool:
                return bool(_ADDRESS.search(_read(said).partition("file host")[2]))

            await eventually(is_serving, seconds=150)
            await slack.connected(seconds=60)
            await _works(slack, installation, said)
            told = _read(said)
            assert "✗" not in told
            assert "scopes: all" in told
    assert [refusal.error for refusal in slack.journal.refusals] == []


async def test_http_mode_works_as_the_guide_tells(tmp_path: Path) -> None:
    commands, _, http = _blocks(*GUIDES[0])
    async with FakeSlack(clock=Clock(runs=True, patience=5)).running() as slack:
        installation = _installed(slack, await _printed(http))
        app: App = installation.app
        assert app.request_url == "https://chat.acme.com/slack/events"
        lines = _with_tokens(commands, installation)
        settings = {"SHIGUANG_SLACK__MODE": "http", "SHIGUANG_SLACK__SIGNING_SECRET": app.signing_secret}
        async with _typed(tmp_path, slack, lines, **settings) as said:

            async def address() -> str | None:
                found = _ADDRESS.search(_read(said).partition("file host")[2])
                return found.group() if found and slack.journal.calls("auth.test")[1:] else None

            base = await eventually(address, seconds=150)
            url = f"{base}/slack/events"  # what the HTTPS proxy of the guide passes on

            async def is_verified() -> bool:
                return await slack.webhook.verify(app, url)

            await eventually(is_verified, seconds=30)
            slack.moods.deliver_to(app, url)
            await _works(slack, installation, said)
            assert "✗" not in _read(said)
