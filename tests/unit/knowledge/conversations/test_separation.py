"""Interleaved talk in both languages is separated; what was computed once stays right wherever one begins to read."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from knowledge.conversations import WINDOW, ChatMessage, replies, separate

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _said(*lines: tuple[float, str, str]) -> list[ChatMessage]:
    """Minutes after the start, author and text."""
    return [
        ChatMessage(f"m{number}", author, author, text, START + timedelta(minutes=minutes))
        for number, (minutes, author, text) in enumerate(lines)
    ]


def _groups(messages: Sequence[ChatMessage]) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for placement in separate(messages):
        groups.setdefault(placement.conversation_id, set()).add(placement.record_id)
    return {frozenset(group) for group in groups.values()}


def test_two_conversations_at_once_are_told_apart() -> None:
    messages = _said(
        (0, "Cy", "does anyone know why grub fails after the kernel update?"),
        (0.5, "Fay", "hello, is the desk lamp still for sale?"),
        (1, "Dee", "Cy: grub needs update-grub after the kernel"),
        (1.3, "Gus", "Fay: yes, the lamp is still here"),
        (1.6, "Cy", "Dee: thanks, update-grub fixed it"),
        (2, "Fay", "Gus: great, keep the lamp for me"),
    )
    assert _groups(messages) == {frozenset({"m0", "m2", "m4"}), frozenset({"m1", "m3", "m5"})}


def test_two_chinese_conversations_at_once_are_told_apart() -> None:
    messages = _said(
        (0, "王小明", "请问海报模板放在哪里？"),
        (0.4, "李娜", "大家好，服务器证书谁在续期？"),
        (1, "陈静", "@王小明 海报模板在共享盘"),
        (1.4, "赵强", "@李娜 证书我在续期，今天完成"),
        (1.8, "王小明", "@陈静 找到模板了，谢谢"),
        (2.2, "李娜", "@赵强 好的，证书续好说一声"),
    )
    assert _groups(messages) == {frozenset({"m0", "m2", "m4"}), frozenset({"m1", "m3", "m5"})}


def test_after_a_long_pause_a_new_conversation_begins() -> None:
    messages = _said(
        (0, "Cy", "the build is green again"), (1, "Dee", "nice"), (4000, "Fay", "hi all, who has the slides?")
    )
    assert [placement.conversation_id for placement in separate(messages)] == ["m0", "m0", "m2"]


def test_somebody_who_writes_alone_every_other_day_leads_no_conversation_of_months() -> None:
    diary = _said(*((number * 2900, "Cy", f"status {number}: the build is green") for number in range(20)))
    assert len({placement.conversation_id for placement in separate(diary)}) == 20


def test_who_names_the_writer_may_reply_after_days() -> None:
    messages = _said((0, "Cy", "where are the pump drawings?"), (3000, "Dee", "@Cy the pump drawings are on the shelf"))
    assert separate(messages)[1].reply_to == "m0"


def test_a_thread_is_one_conversation_whatever_lies_between() -> None:
    messages = _said((0, "Cy", "the plan"), (900, "Dee", "hello, lunch?"), (2000, "Fay", "about something else"))
    threaded = [messages[0], messages[1], _in_thread(messages[2], "m0")]
    assert [placement.conversation_id for placement in separate(threaded)] == ["m0", "m1", "m0"]
    assert separate(threaded)[2].reply_to == "m0"


def test_a_thread_without_its_head_begins_with_its_first_message() -> None:
    messages = [_in_thread(message, "gone") for message in _said((0, "Cy", "first"), (900, "Dee", "second"))]
    assert [(placement.reply_to, placement.conversation_id) for placement in separate(messages)] == [
        (None, "m0"),
        ("m0", "m0"),
    ]


@pytest.mark.parametrize("start", [1, 137, 400, 401])
def test_a_reply_depends_on_its_window_only(start: int) -> None:
    messages = _chatter(500)
    whole = replies(messages)
    low = max(0, start - WINDOW)
    assert replies(messages[low : start + 50], start=start - low) == whole[start : start + 50]


def test_nothing_in_nothing_out() -> None:
    assert separate([]) == []
    assert replies([]) == []


def test_a_conversation_is_named_by_its_first_message() -> None:
    order = {f"m{number}": number for number in range(300)}
    first: dict[str, int] = {}
    for placement in separate(_chatter(300)):
        number = order[placement.record_id]
        assert placement.reply_to is None or number - WINDOW <= order[placement.reply_to] < number
        first.setdefault(placement.conversation_id, number)
    assert all(conversation == f"m{number}" for conversation, number in first.items())


def test_a_thousand_messages_take_less_than_seconds() -> None:
    messages = _chatter(1000)
    began = time.process_time()
    separate(messages)
    assert time.process_time() - began < 3


def _in_thread(message: ChatMessage, thread_id: str) -> ChatMessage:
    return ChatMessage(
        message.record_id, message.author_id, message.author, message.text, message.sent_at, thread_id
    )  # fmt: skip


def _chatter(count: int) -> list[ChatMessage]:
    chance = random.Random(count)
    people = ("Cy", "Dee", "Fay", "Gus", "王小明", "李娜")
    words = ("grub", "lamp", "kernel", "海报", "证书", "build", "budget", "lunch", "预算", "slides")
    minutes = 0.0
    lines = []
    for _ in range(count):
        minutes += chance.choice((0.1, 0.5, 2, 30))
        named = f"{chance.choice(people)}: " if chance.random() < 0.3 else ""
        lines.append((minutes, chance.choice(people), named + " ".join(chance.sample(words, 3))))
    return _said(*lines)
