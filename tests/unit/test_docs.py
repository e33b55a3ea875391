"""The READMEs tell what the program is: every name in them exists, and every name that exists is in them."""

import importlib
import json
import os
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote, urlsplit

import pytest
import typer
from pydantic import BaseModel

import bot
from bot.cli.main import app
from bot.commands import COMMANDS
from bot.errors import ShiguangError
from bot.importing.jsonl import FILE_NOT_IN_IMPORT
from bot.metrics import Metrics
from bot.settings import Settings
from connectors.console.errors import Code
from connectors.slack.export_files import FILE_REASONS
from knowledge.filetext.reasons import REASONS

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh.md")
DOCUMENTS = (*READMES, "CHANGELOG.md")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\| `([a-z_.]+)` \| (.+?) \| .+ \|$", re.MULTILINE)
_REGISTRY = re.compile(
    r"https?://[^\s\"'<>)]*(?:pypi|pythonhosted|devpi|artifactory|nexus)[^\s\"'<>)]*"
    r"|https?://[^\s\"'<>)]+/simple\b[^\s\"'<>)]*"
    r"|--(?:extra-)?index-url[ =]https?://\S+",
    re.IGNORECASE,
)
_OWN_HOSTS = frozenset({"127.0.0.1", "localhost"})


@cache
def _text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _prose(name: str) -> str:
    return _FENCE.sub("", _text(name))


def _blocks(name: str, language: str) -> list[str]:
    return [body for tag, body in _FENCE.findall(_text(name)) if tag == language]


def _headings(name: str) -> list[tuple[int, str]]:
    return [(len(marks), title) for marks, title in _HEADING.findall(_prose(name))]


def _anchor(title: str) -> str:
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _settings(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, field in model.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if isinstance(default, BaseModel):
            yield from _settings(type(default), f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", default


def _shown(key: str, default: object) -> str:
    """A default as the table shows it."""
    if key == "home":
        return "`~/.shiguang`"
    if default is None or default in ((), ""):
        return "–"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{','.join(default)}`" if isinstance(default, tuple) else f"`{default}`"


def _members(command: Any) -> dict[str, Any]:
    """The commands of a group; none for what is no group."""
    members: dict[str, Any] = getattr(command, "commands", {})
    return members


def _commands(command: Any, path: str) -> Iterator[str]:
    members = _members(command)
    for name, member in members.items():
        yield from _commands(member, f"{path} {name}")
    if not members:
        yield path


@cache
def _program() -> Any:
    return typer.main.get_command(app)


def _calls(name: str) -> list[str]:
    """What the document shows to be typed after ``shiguang``, in blocks and in running text."""
    lines = [line for block in _blocks(name, "sh") for line in block.splitlines()]
    lines += re.findall(r"`(shiguang [^`]+)`", _prose(name))
    calls = [re.search(r"(?:^|[ /])shiguang (.+)", line) for line in lines]
    return [found[1] for found in calls if found and not found[1].startswith("COMMAND")]


def _all_errors(root: type[ShiguangError]) -> Iterator[type[ShiguangError]]:
    yield root
    for child in root.__subclasses__():
        yield from _all_errors(child)


def _tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=30,
    )
    if listing.returncode != 0:
        pytest.skip("NOT TESTED: this is no git checkout, so its files cannot be listed")
    return [path for name in listing.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def _configured_registries() -> frozenset[str]:
    """Hosts of the package indexes of this very machine, which no file may give away."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout
    known = f"{listing} {os.environ.get('PIP_INDEX_URL', '')} {os.environ.get('UV_INDEX_URL', '')}"
    hosts = {urlsplit(address).hostname for address in re.findall(r"https?://[^\s'\"]+", known)}
    return frozenset(host for host in hosts if host) - _OWN_HOSTS


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_has_a_row_with_its_default(readme: str) -> None:
    rows = {key: default for key, default in _ROW.findall(_text(readme)) if "." in key or key in Settings.model_fields}
    assert rows == {key: _shown(key, default) for key, default in _settings()}


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_described(readme: str) -> None:
    missing = [path for path in _commands(_program(), "shiguang") if f"| `{path}` |" not in _text(readme)]
    assert not missing


@pytest.mark.parametrize("readme", READMES)
def test_every_slash_command_is_described_by_both_names(readme: str) -> None:
    missing = [
        command.name
        for command in COMMANDS
        if f"| `{command.names['en']}` | `{command.names['zh']}` |" not in _text(readme)
    ]
    assert not missing


@pytest.mark.parametrize("readme", READMES)
def test_every_metric_is_described(readme: str) -> None:
    families = Metrics().registry.collect()
    names = {f"{family.name}{'_total' if family.type == 'counter' else ''}" for family in families}
    assert names
    assert set(re.findall(r"^\| `(shiguang_\w+)` \|", _text(readme), re.MULTILINE)) == names


@pytest.mark.parametrize("readme", READMES)
def test_every_code_of_a_failure_is_described(readme: str) -> None:
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not module.name.startswith("bot.truth.migrations"):
            importlib.import_module(module.name)
    codes = {error.code for error in _all_errors(ShiguangError) if error.__module__.startswith("bot.")}
    codes |= {*REASONS, *get_args(Code), FILE_NOT_IN_IMPORT, *FILE_REASONS}
    missing = sorted(code for code in codes if f"`{code}`" not in _text(readme))
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS)
def test_relative_links_and_anchors_lead_somewhere(document: str) -> None:
    broken = []
    for link in _LINK.findall(_prose(document)):
        if urlsplit(link).scheme:
            continue
        path, _, anchor = unquote(link).partition("#")
        target = ROOT / (path or document)
        anchors = {_anchor(title) for _, title in _headings(path or document)} if anchor else {""}
        if not target.exists() or anchor not in anchors:
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_shown_exist_with_their_options(document: str) -> None:
    calls = _calls(document)
    assert document == "CHANGELOG.md" or len(calls) > 30
    for call in calls:
        command = _program()
        words = shlex.split(call.partition(" #")[0])
        while (members := _members(command)) and words and not words[0].startswith("-"):
            assert words[0] in members, f"there is no such command: shiguang {call}"
            command = members[words.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        unknown = [word for word in words if word.startswith("-") and word not in options]
        assert not unknown, f"shiguang {call}"


@pytest.mark.parametrize("readme", READMES)
def test_make_targets_shown_exist(readme: str) -> None:
    targets = set(re.findall(r"\bmake ([a-z-]+)", _text(readme))) - {"sure"}
    known = set(re.findall(r"^# make ([a-z-]+)", _text("Makefile"), re.MULTILINE))
    assert {"run", "test", "check", "bench"} <= targets <= known


@pytest.mark.parametrize("readme", READMES)
def test_settings_shown_in_toml_are_accepted(readme: str) -> None:
    blocks = _blocks(readme, "toml")
    assert blocks
    for block in blocks:
        shown = tomllib.loads(block)
        for section, values in shown.items():
            type(Settings.model_fields[section].default).model_validate(values)


@pytest.mark.parametrize("readme", READMES)
def test_json_shown_is_json(readme: str) -> None:
    blocks = _blocks(readme, "json")
    assert len(blocks) == 3
    for block in blocks:
        json.loads(block)


def test_questions_to_try_are_questions_about_the_sample() -> None:
    lines = (ROOT / "bot/sample/questions.jsonl").read_text("utf-8").splitlines()
    answerable = {item["question"] for item in map(json.loads, lines) if item["answer"] and item["evidence"]}
    for readme in READMES:
        tried = [question for question in answerable if f"\n- {question}" in _text(readme)]
        assert len(tried) == 3, readme


def test_both_readmes_have_the_same_parts() -> None:
    english, chinese = (_text(name) for name in READMES)
    assert [level for level, _ in _headings("README.md")] == [level for level, _ in _headings("README.zh.md")]
    assert [tag for tag, _ in _FENCE.findall(english)] == [tag for tag, _ in _FENCE.findall(chinese)]
    for mark in ("|", "- ", "!["):
        counts = [sum(line.startswith(mark) for line in text.splitlines()) for text in (english, chinese)]
        assert counts[0] == counts[1], mark


def test_screenshots_are_shown_and_small() -> None:
    screenshots = sorted((ROOT / "deploy/screenshots").glob("*.png"))
    assert len(screenshots) >= 3
    for screenshot in screenshots:
        assert screenshot.stat().st_size < 200_000
        assert any(f"deploy/screenshots/{screenshot.name}" in _text(readme) for readme in READMES)


def test_no_file_names_a_package_registry() -> None:
    hosts = _configured_registries()
    found = []
    for path in _tracked_files():
        text = path.read_bytes().decode("utf-8", "replace")
        named = [match for match in _REGISTRY.findall(text) if urlsplit(match).hostname not in _OWN_HOSTS]
        found += [f"{path.relative_to(ROOT)}: {match}" for match in named]
        found += [f"{path.relative_to(ROOT)}: {host}" for host in hosts if host in text]
    assert not found
