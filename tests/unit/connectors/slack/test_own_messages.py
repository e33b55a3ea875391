import pytest

from connectors.slack.fields import Payload
from connectors.slack.own_messages import is_own, shown_answer
from tests.fakes.slack_directory import ME


@pytest.mark.parametrize(
    ("blocks", "found"),
    [
        ([{"block_id": "answer:a-1"}], "a-1"),
        ([{"block_id": "x"}, {"block_id": "post:p-1"}, {"block_id": "y"}], "p-1"),
        ([{"block_id": "answer:old"}, {"block_id": "answer:new"}], "new"),
        ([{"block_id": "answer:"}], None),
        ([{"block_id": "answer:a\nb"}], None),
        ([{"block_id": "answer:" + "x" * 300}], None),
        ([{"block_id": 5}, "answer:a"], None),
        ("answer:a", None),
    ],
)
def test_the_answer_that_a_message_shows(blocks: object, found: str | None) -> None:
    assert shown_answer({"bot_id": "BBOT", "blocks": blocks}, ME) == found
    assert shown_answer({"user": "UBOT", "blocks": blocks}, ME) == found


@pytest.mark.parametrize("message", [{}, {"user": "U1"}, {"bot_id": "B9"}, {"username": "shiguang"}])
def test_nobody_else_shows_answers(message: Payload) -> None:
    assert not is_own(message, ME)
    assert shown_answer({**message, "blocks": [{"block_id": "answer:a-1"}]}, ME) is None
