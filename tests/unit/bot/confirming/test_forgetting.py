from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.confirming.forgetting import ForgetWish, is_about_oneself, read_forget_wish
from bot.errors import BadInput

_NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("all", ForgetWish()),
        ("全部", ForgetWish()),
        ("忘掉我说过的所有话", ForgetWish()),
        ("please forget everything I said here", ForgetWish()),
        ("last 3", ForgetWish(last=3)),
        ("最近 3 条", ForgetWish(last=3)),
        ("删掉我最后两条消息", ForgetWish(last=2)),
        ("delete my last message", ForgetWish(last=1)),
        ("with “quote”", ForgetWish(words="quote")),
        ("包含“报价”", ForgetWish(words="报价")),
        ("删除我提到报价的消息", ForgetWish(words="报价")),
        ("刪除我提到報價的消息", ForgetWish(words="報價")),
        ("forget everything about me", ForgetWish()),
        ("忘掉关于我的一切", ForgetWish()),
        ("before 2026-11-01", ForgetWish(before=datetime(2026, 10, 31, 16, tzinfo=UTC))),
        ("11月1日之前", ForgetWish(before=datetime(2026, 10, 31, 16, tzinfo=UTC))),
    ],
)
def test_what_is_to_be_forgotten_is_read_from_the_words(text: str, wish: ForgetWish) -> None:
    assert read_forget_wish(text, "en", now=_NOW, zone=_ZONE) == wish


@pytest.mark.parametrize("text", ["", "that one", "天气"])
def test_what_cannot_be_read_is_answered_with_examples(text: str) -> None:
    with pytest.raises(BadInput) as error:
        read_forget_wish(text, "en", now=_NOW, zone=_ZONE)
    assert "/forget last 3" in error.value.sentence("en")


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        ("forget what I said", True),
        ("删掉我的消息", True),
        ("delete everything Li Wei said", False),
        ("删除李伟的消息", False),
    ],
)
def test_only_ones_own_words_are_meant(text: str, *, is_own: bool) -> None:
    assert is_about_oneself(text) is is_own
