"""When the model says that the records hold no answer, and when it says something else."""

import pytest

from bot.answering.declining import declines


@pytest.mark.parametrize(
    "sentence",
    [
        "NOT FOUND",
        "Not found.",
        "not_found",
        "**NOT FOUND**",
        "Sorry, not found.",
        "I could not find this.",
        "I couldn’t find any record of it.",
        "The records do not contain the answer.",
        "The records don't say who paid.",
        "Unfortunately, the provided records do not mention a price.",
        "没有找到",
        "没有找到。",
        "“没有找到”",
        "未找到相关记录。",
        "没找到答案",
        "没有相关信息。",
        "抱歉，记录里没有提到价格。",
        "记录中未提及发布日期。",
        "在给出的聊天记录里并没有相关内容",
        "檔案裡沒有答案",
    ],
)
def test_it_declines(sentence: str) -> None:
    assert declines(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The leak was not found by the night shift.",
        "The error 404 Not Found comes from the proxy.",
        "没有找到替代供应商，所以继续用静澜。",
        "发布日期没有变。",
        "泵没有坏。",
        "The records were moved to the archive.",
        "",
        "Not found in v2.1, fixed in v2.2.",
        "记录显示发布日改到 12-08。",
    ],
)
def test_it_tells_something(sentence: str) -> None:
    assert not declines(sentence)
