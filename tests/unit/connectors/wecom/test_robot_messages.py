"""What people quote of us is recognised; what robots are told becomes events."""

import pytest

from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.robot_messages import OwnWords, bot_ref, command_of
from tests.fakes.wecom_site import ROBOT, message


@pytest.mark.parametrize(
    ("quoted", "is_ours"),
    [
        ("水泵周四上午到货，由老王签收。", True),
        ("**水泵**周四上午到货，由老王签收。\n\n**来源**\n> [1] 群", True),
        ("水泵 周四上午到货，由老王签收", True),
        ("水泵周四上午到货，由小李签收。", False),
        ("好", True),
        ("好的，我去问问", False),
        ("无关\n**Sources**\n> [1]", True),
        ("数据来源有三个", False),
        ("", False),
    ],
)
def test_our_own_words_are_recognised(quoted: str, is_ours: bool) -> None:
    own = OwnWords()
    own.add("水泵周四上午到货，由老王签收。[1]")
    own.add("好")
    own.add("……")
    assert own.includes(quoted) == is_ours


def test_only_the_latest_of_them_are_remembered() -> None:
    own = OwnWords()
    for number in range(600):
        own.add(f"这是第{number:03}个回答，内容各不相同")
    assert not own.includes("这是第000个回答，内容各不相同")
    assert own.includes("这是第599个回答，内容各不相同")


def test_the_bot_has_its_name() -> None:
    configuration = WeComConfiguration(robots=(ROBOT,))
    assert (bot_ref(configuration, "main").name, bot_ref(configuration, "main").is_bot) == ("拾光", True)
    assert bot_ref(configuration, "an app").person_id != bot_ref(configuration, "main").person_id


def test_a_command_may_stand_behind_the_mention() -> None:
    configuration = WeComConfiguration(robots=(ROBOT,))
    assert command_of(message("alice", "@拾光 ／提醒 明天10点 合同"), configuration) == "/提醒 明天10点 合同"
    assert command_of(message("alice", "换个答法"), configuration) is None
