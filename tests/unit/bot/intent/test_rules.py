"""Rules: what they take, what they leave alone, and what is left of the words."""

import pytest

from bot.intent.intent import KINDS, IntentKind
from bot.intent.rules import NOISE, RULES, first_rule, is_talk
from bot.intent.wording import word


def test_every_rule_names_a_kind_and_no_rule_makes_a_question() -> None:
    assert {rule.kind for rule in RULES} <= set(KINDS) - {"question", "talk"}
    assert set(NOISE) <= set(KINDS)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("@拾光 请帮我总结一下这个帖子", "summary"),
        ("请總結一下", "summary"),
        ("Could you please SUMMARIZE this thread?", "summary"),
        ("What did we miss?", "catchup"),
        ("delete 那个文件", "forget"),
        ("turn off 日报", "settings"),
        ("where's the floor plan?", "files"),
        ("那份合同在哪里？", "files"),
        ("what time is it", "clock"),
        ("你是谁？", "about"),
        ("这个回答不对", "feedback"),
        ("timeline of the launch", "story"),
    ],
)
def test_wordings(text: str, kind: IntentKind) -> None:
    rule = first_rule(word(text))
    assert rule is not None
    assert rule.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "Who deleted the table?",
        "谁删除了那张表？",
        "删除测试库的命令是什么",
        "Where is the contract signed?",
        "上次总结里提到的风险有哪些",
        "What did we forget to order?",
        "What time is the standup?",
        "取消日报的原因是什么",
        "Which digest had the most clicks?",
        "你知道老板几号出差吗",
    ],
)
def test_questions_about_such_things_are_left_alone(text: str) -> None:
    assert first_rule(word(text)) is None
    assert not is_talk(word(text))


def test_small_talk_is_nothing_else() -> None:
    assert is_talk(word("Hi 拾光, thanks a lot!"))
    assert is_talk(word("好的，收到，辛苦啦～"))
    assert not is_talk(word("好的，那发布日是哪天"))
    assert not is_talk(word("thanks, who pays?"))


def test_topic_and_time_are_left() -> None:
    wording = word("Please summarize the discussion about Jinglan since Monday")
    assert wording.without(NOISE["summary"]) == "Jinglan since Monday"
    assert word("把上次的报价单发我").without(NOISE["files"]) == "上次的报价单"
    assert word("總結一下昨天的預算").without(NOISE["summary"]) == "昨天的預算"
