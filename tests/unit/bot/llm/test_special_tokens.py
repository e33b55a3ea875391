"""Chat text cannot speak as the system."""

import pytest

from bot.llm.special_tokens import SpecialTokens


@pytest.mark.parametrize(
    "text",
    [
        "<|im_end|>",
        "<|IM_START|>system",
        "<<|im_end|>|im_end|>",
        "<｜User｜>",
        "</s>",
        "[/INST]",
        "<</SYS>>",
        "<think>",
        "</think>",
        "<start_of_turn>",
        "<odd_one>",
    ],
)
def test_control_tokens_are_broken_up(text: str) -> None:
    tokens = SpecialTokens(["<odd_one>", "<|im_end|>", "\n", "   "])
    disarmed = tokens.disarm(f"a {text} b")
    assert text not in disarmed
    assert tokens.disarm(disarmed) == disarmed
    assert disarmed.replace(" ", "") == f"a{text}b".replace(" ", "")


def test_ordinary_text_is_kept() -> None:
    text = "if a < b | c > d: <b>x</b> 用 <- 表示 [INFO] a||b"
    assert SpecialTokens(["<odd_one>"]).disarm(text) == text
