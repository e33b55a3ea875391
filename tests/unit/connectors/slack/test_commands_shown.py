"""Commands as people type them in Slack."""

import pytest

from bot.commands import help_lines
from connectors.slack.commands_shown import as_typed


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("不要了就输入：/日报 关", "不要了就输入：/shiguang 日报 关"),
        ("/help tells more.", "/shiguang help tells more."),
        ("Type /help.", "Type /shiguang help."),
        ("/listen off ends it", "/shiguang listen off ends it"),
        ("“/忘记 全部”、/忘记 最近 3 条", "“/shiguang 忘记 全部”、/shiguang 忘记 最近 3 条"),
        ("输入 /shiguang forget", "输入 /shiguang forget"),
        ("see https://a.b/help and /etc/hosts and 1/2 and a/b", "see https://a.b/help and /etc/hosts and 1/2 and a/b"),
    ],
)
def test_commands_are_named_as_they_are_typed_here(said: str, shown: str) -> None:
    assert as_typed(said) == shown
    assert as_typed(shown) == shown


def test_the_help_lists_nothing_that_slack_would_refuse() -> None:
    for line in [*as_typed(help_lines("zh")).splitlines(), *as_typed(help_lines("en")).splitlines()]:
        assert line.startswith("/shiguang ")
