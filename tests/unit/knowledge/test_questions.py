"""What is a question, and what it wants."""

import pytest

from knowledge.questions import asks, has_number, is_question, wants_number


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


@pytest.mark.parametrize("query", ["how many pumps", "什么时候发布", "多少钱一个", "when did Maya leave", "哪一年成立"])
def test_some_want_a_number(query: str) -> None:
    assert wants_number(query)


def test_others_do_not() -> None:
    assert not wants_number("who is responsible for the pump")
    assert not wants_number("谁负责报价")


@pytest.mark.parametrize("text", ["¥369", "三天后", "on the last Friday of May", "12 月 8 日"])
def test_numbers_dates_and_words_of_time_are_seen(text: str) -> None:
    assert has_number(text)


def test_a_text_without_them_has_none() -> None:
    assert not has_number("静澜负责")
