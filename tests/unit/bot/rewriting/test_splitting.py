"""Questions of several parts."""

import pytest

from bot.rewriting.splitting import parts_of


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who signed the lease and when does it start?", ("Who signed the lease", "when does it start?")),
        ("Who leads the migration? When does it start?", ("Who leads the migration?", "When does it start?")),
        ("谁签的合同，什么时候生效？", ("谁签的合同", "什么时候生效？")),
        ("李雷和韩梅梅分别负责什么？", ("李雷负责什么", "韩梅梅负责什么")),
        ("A组、B组各自的预算是多少", ("A组的预算是多少", "B组的预算是多少")),
        ("the price of A and B respectively?", ("the price of A", "the price of B")),
    ],
)
def test_parts(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Who signed the lease and when?",
        "What did Ann and Bo say about the launch?",
        "发布会的日期以及负责人是谁",
        "When? Where? Who? Why is the launch late?",
        "各位，预算是多少？",
    ],
)
def test_one_search_is_enough(question: str) -> None:
    assert parts_of(question) == (question,)
