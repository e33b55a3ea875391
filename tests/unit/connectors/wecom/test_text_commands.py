"""Commands as people really type them."""

import time

import pytest

from bot.commands import COMMANDS, parse_command
from connectors.wecom.text_commands import NAMES, command_text, without_mention

BOT = ("拾光", "Shiguang Bot")
QUOTED = "「陈丽：发布日期定了吗」\n- - - - - - - - - - - - - - -\n"


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("/找 预算", "/找 预算"),
        ("/找预算", "/找 预算"),
        ("/找：预算", "/找 预算"),
        ("／找　预算", "/找 预算"),
        ("/ 找 预算", "/找 预算"),
        ("@拾光 /找 预算", "/找 预算"),
        ("@拾光\u2005/找 预算", "/找 预算"),
        ("＠拾光 ／帮助", "/帮助"),
        ("@拾光/帮助", "/帮助"),
        ("@拾光：/帮助", "/帮助"),
        ("@拾光 @拾光 /帮助", "/帮助"),
        ("@Shiguang Bot /help", "/help"),
        ("@shiguang bot /help", "/help"),
        ("/帮助 @拾光", "/帮助"),
        ("“/问 发布日期定在哪天？”", "/问 发布日期定在哪天？"),
        ('"/find budget"', "/find budget"),
        ("「/找 预算」", "/找 预算"),
        ("“/找 预算", "/找 预算"),
        ("/找 “预算 2026”", "/找 预算 2026"),
        ("/问 什么是“拾光”？", "/问 什么是“拾光”？"),
        ("/FIND Budget 2026", "/find Budget 2026"),
        ("／ＦＩＮＤ　ｂｕｄｇｅｔ", "/find ｂｕｄｇｅｔ"),
        ("/find预算", "/find 预算"),
        ("、时间线", "/时间线"),
        ("、找 预算", "/找 预算"),
        ("/時間線", "/时间线"),
        ("/幫助", "/帮助"),
        ("/日报 本周", "/日报 本周"),
        ("/忘记 昨天说的", "/忘记 昨天说的"),
        ("/帮助。", "/帮助"),
        ("\u200b/ask\u200b why now", "/ask why now"),
        ("/问\n第一行\n第二行", "/问 第一行\n第二行"),
        (f"{QUOTED}@拾光 /问 定了吗", "/问 定了吗"),
        (QUOTED.replace("发布", "「发布」\n") + "/问 定了吗", "/问 定了吗"),
        ("/nonsense please", "/nonsense please"),
        ("/findings of may", "/findings of may"),
    ],
)
def test_every_way_of_typing_becomes_the_plain_command(typed: str, command: str) -> None:
    assert command_text(typed, names=BOT) == command


@pytest.mark.parametrize(
    "typed",
    ["", " ", "/", "、", "、找不到文件怎么办", "find budget", "/etc/hosts", "/find/x", "//", "1/2", "@拾光机 /找 预算",
     "预算 /找", "@拾光 预算在哪", "https://example.org", "/2026"],
)  # fmt: skip
def test_what_is_no_command_is_none(typed: str) -> None:
    assert command_text(typed, names=BOT) is None


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("@拾光 预算在哪？", "预算在哪？"),
        ("@拾光\u2005 预算在哪？ ", "预算在哪？"),
        ("@拾光，预算在哪？", "预算在哪？"),
        ("预算在哪？ @拾光", "预算在哪？"),
        ("@拾光机 预算在哪？", "@拾光机 预算在哪？"),
        ("问一下someone@拾光", "问一下someone@拾光"),
        ("@拾光", ""),
        (f"{QUOTED}@拾光 定了吗", "定了吗"),
        ("「引用」不是引用", "「引用」不是引用"),
    ],
)
def test_the_mention_is_taken_off(said: str, heard: str) -> None:
    assert without_mention(said, names=BOT) == heard


def test_every_command_of_the_application_is_known_here() -> None:
    for command in COMMANDS:
        for name in (*command.names.values(), *command.also):
            assert name in NAMES, "the application has a command that people on WeCom cannot type"
            typed = command_text(f"@拾光 {name.replace('/', '／')}: x", names=BOT)
            assert typed is not None
            parsed = parse_command(typed)
            assert (parsed.command, parsed.text) == (command, "x")


def test_long_texts_take_no_time() -> None:
    began = time.process_time()
    for text in (" " * 20_000 + "x" + " " * 20_000 + "y", "@拾光 " * 5_000, "「" * 20_000, QUOTED * 500, "/ " * 10_000):
        command_text(text, names=BOT)
    assert time.process_time() - began < 0.5
