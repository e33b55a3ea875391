"""Commands as people type them."""

from typing import get_args

import pytest

from bot.commands import COMMANDS, CommandName, help_lines, is_command, parse_command
from bot.errors import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.mark.parametrize(
    ("typed", "name", "text"),
    [
        ("/find budget 2026", "find", "budget 2026"),
        ("/FIND  budget", "find", "budget"),
        ("  /find\tbudget ", "find", "budget"),
        ("/find\nbudget\nplan", "find", "budget\nplan"),
        ("／find budget", "find", "budget"),
        ("／ＦＩＮＤ\u3000预算", "find", "预算"),
        ("/找预算", "find", "预算"),
        ("/找 预算 2026", "find", "预算 2026"),
        ("/找预算 2026", "find", "预算 2026"),
        ("/问：发布日？", "ask", "发布日？"),
        ("/問 發布日", "ask", "發布日"),
        ("/時間線", "timeline", ""),
        ("/文件合同", "files", "合同"),
        ("/幫助", "help", ""),
        ("/help", "help", ""),
    ],
)
def test_parsing(typed: str, name: CommandName, text: str) -> None:
    parsed = parse_command(typed)
    assert parsed.command is not None
    assert (parsed.command.name, parsed.text) == (name, text)
    assert is_command(typed)


@pytest.mark.parametrize(("typed", "name"), [("/dance now", "/dance"), ("/", "/"), ("/findbudget", "/findbudget")])
def test_an_unknown_name_is_kept_as_typed(typed: str, name: str) -> None:
    parsed = parse_command(typed)
    assert (parsed.command, parsed.name) == (None, name)
    assert is_command(typed)


@pytest.mark.parametrize("text", ["find budget", "", "1/2", "/etc/hosts", "/usr/bin/env python", "预算/计划", "//"])
def test_what_is_no_command(text: str) -> None:
    assert not is_command(text)


def test_every_command_has_names_usage_and_summary_in_both_languages() -> None:
    assert {command.name for command in COMMANDS} == set(get_args(CommandName))
    names = [name for command in COMMANDS for name in command.names.values()]
    assert len(names) == len(set(names))
    for command in COMMANDS:
        for texts in (command.names, command.usage, command.summary):
            assert set(texts) == set(LANGUAGES)
        for language in LANGUAGES:
            assert command.usage[language].startswith(command.names[language])
            assert parse_command(command.usage[language]).command is command
            assert command.usage[language] in help_lines(language)


def test_no_chinese_name_hides_another() -> None:
    for command in COMMANDS:
        assert parse_command(command.names["zh"]).command is command
