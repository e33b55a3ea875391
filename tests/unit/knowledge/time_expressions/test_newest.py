"""Which questions ask for the newest."""

import pytest

from knowledge.time_expressions import prefers_newest


@pytest.mark.parametrize(
    "question",
    [
        "最新的价格是多少", "现在谁负责支付", "目前的进度", "当前版本", "最近一次发布是什么时候",
        "现任组长是谁", "最近谁请假",
        "What is the latest version?", "current owner of billing", "who is on call now", "the newest design",
        "Where are we right now?", "the most recent release",
    ],
)  # fmt: skip
def test_the_newest(question: str) -> None:
    assert prefers_newest(question)


@pytest.mark.parametrize(
    "question",
    [
        "预算是多少", "这体现在哪里", "最近三天的讨论", "What did Ann say in May?", "until now", "do you know",
        "knowledge base",
        "What did he say just now?", "every now and then", "the snowfall",
    ],
)  # fmt: skip
def test_any_time(question: str) -> None:
    assert not prefers_newest(question)
