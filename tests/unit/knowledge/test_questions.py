"""What is a question."""

import pytest

from knowledge.questions import asks, is_question, tells


@pytest.mark.parametrize(
    "message",
    ["When is the launch?", "首发价定了吗", "你觉得呢。", "Really？！", "谁负责泵的报价？ ", 'did he say "why?"'],
)
def test_a_message_that_ends_by_asking_is_a_question(message: str) -> None:
    assert is_question(message)


@pytest.mark.parametrize(
    "message", ["首发价 ¥369。", "Is it? I think it is 8 December.", "ok", "", "看 https://example.com/?a=1 这里"]
)
def test_other_messages_are_none(message: str) -> None:
    assert not is_question(message)


@pytest.mark.parametrize(
    "query", ["who signed the contract", "哪天发布", "有没有新报价", "can we ship", "launch date?"]
)
def test_a_query_may_ask_without_a_mark(query: str) -> None:
    assert asks(query)


@pytest.mark.parametrize("query", ["pump quotation", "报价单", "JL-P19", "error E1234"])
def test_words_to_look_up_are_no_question(query: str) -> None:
    assert not asks(query)


@pytest.mark.parametrize(
    "message",
    [
        "The pump of Bluelake arrives on Tuesday",
        "水泵供应商定为蓝湖机电，交货期十八天。",
        "记一下：首发价 ¥369",
        "We decided: the launch moves to 8 December.",
    ],
)
def test_what_states_something_tells(message: str) -> None:
    assert tells(message)


@pytest.mark.parametrize(
    "message",
    [
        "When does the pump arrive?", "谁负责报价", "预算多少", "/找 蓝湖机电", "总结一下上周的讨论", "帮我找一下合同",
        "tell me about the pump", "please summarise last week", "pump quotation", "你好", "",
    ],
)  # fmt: skip
def test_what_wants_something_does_not(message: str) -> None:
    assert not tells(message)
