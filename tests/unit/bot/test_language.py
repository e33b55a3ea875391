"""The language of a question, names and terms of the other one notwithstanding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Language
from bot.language import language_of, system_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("发布日期改到哪天？", "zh"),
        ("發布日期改到哪天？", "zh"),
        ("When is the launch?", "en"),
        ("What does 发布日期 mean?", "en"),
        ("Who is 李伟?", "en"),
        ("auth token 的 refresh logic 在 PR 里吗", "zh"),
        ("Slack import 报错怎么办", "zh"),
        ("launch 预算", "zh"),
        ("JL-P19 泵 warranty", "zh"),
        ("budget 2026", "en"),
        ("review deploy rollback staging pipeline 日志", "en"),
        ("the launch 改到哪天了", "zh"),
        ("", "en"),
        ("123?", "en"),
        ("👍", "en"),
    ],
)
def test_language(text: str, language: Language) -> None:
    assert language_of(text) == language


def test_a_text_without_words_is_in_the_language_of_who_wrote_it() -> None:
    assert language_of("1,200?", otherwise="zh") == "zh"
    assert language_of("OK?", otherwise="zh") == "en"


@given(st.text())
def test_any_text_has_one(text: str) -> None:
    assert language_of(text) in ("zh", "en")


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "C"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_terminal_speaks_the_language_of_its_locale(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: Language
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert system_language() == language
