"""Template cards: bytes and required blocks are hard, characters and unknown fields are not."""

from typing import Any

import pytest

from tests.fakes.wecom.cards import Dialect, check_card
from tests.fakes.wecom.refusals import Refusal

Json = dict[str, Any]
NOTICE: Json = {"card_type": "text_notice", "sub_title_text": "x", "card_action": {"type": 1, "url": "https://e.org"}}
TITLE: Json = {"main_title": {"title": "x"}}
BUTTONS: Json = {
    "card_type": "button_interaction",
    "task_id": "t",
    **TITLE,
    "button_list": [{"text": "是", "key": "k"}],
}
OPTIONS = [{"id": "a", "text": "一"}]
VOTE: Json = {
    "card_type": "vote_interaction",
    "task_id": "t",
    **TITLE,
    "checkbox": {"question_key": "q", "option_list": OPTIONS},
    "submit_button": {"text": "好", "key": "s"},
}
MULTIPLE: Json = {
    "card_type": "multiple_interaction",
    "task_id": "t",
    **TITLE,
    "select_list": [{"question_key": "q", "option_list": OPTIONS}],
    "submit_button": {"text": "好", "key": "s"},
}


@pytest.mark.parametrize("card", [NOTICE, BUTTONS, VOTE, MULTIPLE])
@pytest.mark.parametrize("dialect", ["aibot", "app"])
def test_good_ones(card: Json, dialect: Dialect) -> None:
    assert check_card(card, dialect=dialect) == []


@pytest.mark.parametrize(
    "card",
    [
        None,
        {},
        {**NOTICE, "card_type": "poll"},
        {**NOTICE, "sub_title_text": ""},
        {**NOTICE, "card_action": {"type": 1}},
        {**NOTICE, "card_action": {"type": 3}},
        {**NOTICE, "action_menu": {"action_list": [{"text": "x", "key": "y"}]}},
        {**NOTICE, "task_id": "t", "action_menu": {"action_list": []}},
        {**NOTICE, "jump_list": [{"type": 3, "title": "问", "question": "字" * 67}]},
        {**NOTICE, "jump_list": [{"title": "x"}] * 4},
        {**NOTICE, "horizontal_content_list": [{"keyname": "x"}] * 7},
        {**NOTICE, "feedback": {"id": "字" * 90}},
        {**BUTTONS, "task_id": None},
        {**BUTTONS, "task_id": "有空格"},
        {**BUTTONS, "task_id": "t" * 129},
        {**BUTTONS, "button_list": []},
        {**BUTTONS, "button_list": [{"text": "x", "key": "k"}] * 7},
        {**BUTTONS, "button_list": [{"text": "x", "key": "k" * 1025}]},
        {**BUTTONS, "button_list": [{"key": "k"}]},
        {**BUTTONS, "main_title": {}},
        {**VOTE, "checkbox": {"option_list": OPTIONS * 21}},
        {**VOTE, "checkbox": {"option_list": [{"id": "a" * 129, "text": "x"}]}},
        {**VOTE, "submit_button": None},
        {**MULTIPLE, "select_list": [{"option_list": OPTIONS * 11}]},
        {**MULTIPLE, "select_list": [{"option_list": OPTIONS}] * 4},
    ],
)
def test_refused(card: Any) -> None:
    with pytest.raises(Refusal):
        check_card(card, dialect="aibot")


def test_a_webhook_has_notices_only() -> None:
    assert check_card(NOTICE, dialect="webhook") == []
    with pytest.raises(Refusal):
        check_card(BUTTONS, dialect="webhook")


@pytest.mark.parametrize(
    ("card", "warning"),
    [
        ({**NOTICE, "colour": "red"}, "unknown field colour"),
        ({**NOTICE, "disable": True}, "unknown field disable"),
        ({**NOTICE, "main_title": {"title": "字" * 27}}, "main_title.title is cut"),
        ({**NOTICE, "horizontal_content_list": [{"keyname": "六个字的名字", "value": "x"}]}, "is cut"),
        ({**NOTICE, "horizontal_content_list": [{"keyname": "x", "type": 2}]}, "no attachments"),
        ({**BUTTONS, "button_list": [{"text": "十一个字的按钮名字啊啊", "key": "k"}]}, "button text"),
        ({**BUTTONS, "button_list": [{"text": "看", "key": "k", "type": 1, "url": "https://e.org"}]}, "key only"),
    ],
)
def test_accepted_and_not_shown_as_meant(card: Json, warning: str) -> None:
    assert any(warning in given for given in check_card(card, dialect="aibot"))


def test_disable_counts_when_updating() -> None:
    assert check_card({**NOTICE, "disable": True}, dialect="aibot", updating=True) == []
