"""What people type after a slash, as the application understands it."""

import pytest

from bot.commands import command_views, parse_command
from connectors.slack.command_words import CommandWords

WORDS = CommandWords([*command_views("zh"), *command_views("en")])


@pytest.mark.parametrize(
    ("typed", "name", "rest"),
    [
        ("/shiguang find budget 2026", "find", "budget 2026"),
        ("/shiguang FIND budget", "find", "budget"),
        ("/shiguang /find budget", "find", "budget"),
        ("/shiguang ｆｉｎｄ　预算", "find", "预算"),
        ("/shiguang 找 预算 2026", "find", "预算 2026"),
        ("/shiguang 问：发布日期定在哪天？", "ask", "发布日期定在哪天？"),
        ("/shiguang 問 發布日期", "ask", "發布日期"),
        ("/shiguang ask When is the launch?", "ask", "When is the launch?"),
        ("/shiguang story pump supplier", "story", "pump supplier"),
        ("/shiguang 脉络 水泵", "story", "水泵"),
        ("/shiguang timeline", "timeline", ""),
        ("/shiguang 時間線", "timeline", ""),
        ("/shiguang files contract", "files", "contract"),
        ("/shiguang 文件 合同", "files", "合同"),
        ("/shiguang summary last week", "summary", "last week"),
        ("/shiguang 总结 上周", "summary", "上周"),
        ("/shiguang catch-up", "catchup", ""),
        ("/shiguang 错过了什么", "catchup", ""),
        ("/shiguang digest daily 09:00", "digest", "daily 09:00"),
        ("/shiguang 日报 每天 9点", "digest", "每天 9点"),
        ("/shiguang 周报", "digest", ""),
        ("/shiguang remind-me-of the contract tomorrow", "remind", "the contract tomorrow"),
        ("/shiguang 提醒我 明天10点 合同", "remind", "明天10点 合同"),
        ("/shiguang forget last 3", "forget", "last 3"),
        ("/shiguang 忘记 最近 3 条", "forget", "最近 3 条"),
        ("/shiguang listen on", "listen", "on"),
        ("/shiguang 旁听 开", "listen", "开"),
        ("/shiguang status", "status", ""),
        ("/shiguang 状态", "status", ""),
        ("/shiguang help", "help", ""),
        ("/shiguang 帮助", "help", ""),
        ("/shiguang ?", "help", ""),
        ("/shiguang", "help", ""),
        ("/find budget", "find", "budget"),
        ("/问 发布日期？", "ask", "发布日期？"),
        ("/remind-me-of the contract", "remind", "the contract"),
    ],
)
def test_every_command_in_both_languages(typed: str, name: str, rest: str) -> None:
    command, _, text = typed.partition(" ")
    parsed = parse_command(WORDS.line(command, text, own="zh").text)
    assert parsed.command is not None
    assert (parsed.command.name, parsed.text) == (name, rest)


@pytest.mark.parametrize(
    "question", ["When is the launch?", "发布日期定在哪天？", "文件在哪里？", "问题怎么解决？", "找人修水泵"]
)
def test_without_a_command_it_is_a_question(question: str) -> None:
    line = WORDS.line("/shiguang", question, own="en")
    parsed = parse_command(line.text)
    assert parsed.command is not None
    assert (parsed.command.name, parsed.text, line.language) == ("ask", question, None)


@pytest.mark.parametrize(("text", "language"), [("", "zh"), ("status", "zh"), ("状态", "zh"), ("find budget", None)])
def test_where_words_say_nothing_of_it_the_language_is_that_of_who_typed(text: str, language: str | None) -> None:
    assert WORDS.line("/shiguang", text, own="zh").language == language


def test_what_the_words_say_of_the_language_comes_first() -> None:
    assert WORDS.line("/shiguang", "状态", own="en").language == "zh"
