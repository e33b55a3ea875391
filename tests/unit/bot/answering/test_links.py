"""Links are compared whole."""

import pytest

from bot.answering.links import links


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://mao.cn/a.", {"mao.cn/a"}),
        ("(http://mao.cn/a/)", {"mao.cn/a"}),
        ("见https://mao.cn/发布。谢谢", {"mao.cn/发布"}),
        ("ｈｔｔｐｓ：//x is not one, slack://open is", {"slack://open"}),
        ("go to evil.com/phish or www.evil.com", {"evil.com/phish", "www.evil.com"}),
        ("mail ops@mao-spring.cn today", {"ops@mao-spring.cn"}),
        ("budget.xlsx v2.10.3 e.g. 3.5", set()),
        ("[here](https://mao.cn/a)", {"mao.cn/a"}),
    ],
)
def test_links(text: str, found: set[str]) -> None:
    assert links(text) == found
