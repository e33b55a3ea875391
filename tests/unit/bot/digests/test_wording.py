"""What people type after ``/digest`` and ``/日报``."""

import pytest

from bot.digests.wording import Wish, read_wish
from bot.errors import BadInput


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("", Wish(action="now")),
        ("daily 09:00", Wish(action="set")),
        ("daily at 9", Wish(action="set")),
        ("daily", Wish(action="set")),
        ("DAILY 8:30", Wish(action="set", minute_of_day=510)),
        ("every day at 5pm", Wish(action="set", minute_of_day=1020)),
        ("weekly mon 09:00", Wish(action="set", period="weekly")),
        ("weekly fri 17:30", Wish(action="set", period="weekly", weekday=4, minute_of_day=1050)),
        ("every thursday 10:00", Wish(action="set", period="weekly", weekday=3, minute_of_day=600)),
        ("me daily 08:30 #a #b", Wish(action="set", personal=True, channels=("a", "b"), minute_of_day=510)),
        ("daily 09:00 Europe/Berlin", Wish(action="set", timezone="Europe/Berlin")),
        ("daily 09:00 skip quiet days", Wish(action="set", skip_quiet=True)),
        ("off", Wish(action="off")),
        ("me off", Wish(action="off", personal=True)),
        ("list", Wish(action="list")),
        ("每天 9点", Wish(action="set")),
        ("每天早上九点半", Wish(action="set", minute_of_day=570)),
        ("每天下午5点", Wish(action="set", minute_of_day=1020)),
        ("每天 ９：００", Wish(action="set")),
        ("每周一 9:00", Wish(action="set", period="weekly")),
        ("每週五下午6點", Wish(action="set", period="weekly", weekday=4, minute_of_day=1080)),
        ("每周日 20:15", Wish(action="set", period="weekly", weekday=6, minute_of_day=1215)),
        (
            "我 每天 8:30 #项目A #项目B",
            Wish(action="set", personal=True, channels=("项目A", "项目B"), minute_of_day=510),
        ),
        ("每天 9点 没事不发", Wish(action="set", skip_quiet=True)),
        ("关", Wish(action="off")),
        ("关闭", Wish(action="off")),
        ("列表", Wish(action="list")),
    ],
)
def test_typed(text: str, wish: Wish) -> None:
    assert read_wish(text) == wish


@pytest.mark.parametrize("text", ["dayly 09:00", "hourly", "每小时", "daily 25:00", "明年"])
def test_what_is_not_understood_is_said_so_with_examples(text: str) -> None:
    with pytest.raises(BadInput, match="/digest daily 09:00"):
        read_wish(text)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("请每天早上九点给我发 #general 的日报", Wish(action="set", personal=True, channels=("general",))),
        ("could you post a digest here every monday at 10:00?", Wish(action="set", period="weekly", minute_of_day=600)),
        ("别再发日报了", Wish(action="off")),
    ],
)
def test_sentences(text: str, wish: Wish) -> None:
    assert read_wish(text, strict=False) == wish
