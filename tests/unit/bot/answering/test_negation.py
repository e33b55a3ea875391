"""The opposite in the same words is no support; a paraphrase is not judged."""

import pytest

from bot.answering.negation import contradicts, is_negated


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("The launch is not on 8 December.", "launch on 8 December, 10:00 Shanghai time"),
        ("The pump has never passed the test.", "Good news: the pump passed the test"),
        ("We will ship on Friday.", "We won't ship on Friday"),
        ("The budget was approved.", "the budget was not approved"),
        ("泵坏了。", "泵没坏"),
        ("发布日没有改到8号。", "发布日改到8号"),
        ("预算批准了。", "预算没有批准"),
    ],
)
def test_a_denial_of_the_same_words_contradicts(sentence: str, passage: str) -> None:
    assert contradicts(sentence, passage)


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("The launch is on 8 December.", "launch on 8 December"),
        ("The pump failed.", "the pump did not pass the endurance test at all"),
        ("上午 10:00 不变。", "发布日改到8号，上午 10:00 不变"),
        ("发布日改到8号，时间不变。", "发布日改到8号，上午 10:00 不变。不用改海报"),
        ("泵不过关。", "泵不过关，要换"),
        ("差不多要三周。", "要三周"),
        ("We do not ship on Friday.", "We won't ship on Friday"),
        ("Revenue grew.", "没有找到"),
    ],
)
def test_what_agrees_or_is_said_otherwise_does_not(sentence: str, passage: str) -> None:
    assert not contradicts(sentence, passage)


@pytest.mark.parametrize("text", ["不过很好", "是不是", "未来", "No. 5", "没问题", "不仅快", "有没有"])
def test_words_that_only_look_negative(text: str) -> None:
    assert not is_negated(text)
