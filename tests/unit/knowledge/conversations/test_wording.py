"""Signs of one message, in both languages."""

import pytest

from knowledge.conversations.wording import wording


@pytest.mark.parametrize("text", ["where is it", "it works?", "谁有模板", "海报印好了吗", "怎么装"])
def test_questions_are_seen(text: str) -> None:
    assert wording(text).asks


@pytest.mark.parametrize("text", ["it is there", "周五印好", "done"])
def test_statements_are_no_questions(text: str) -> None:
    assert not wording(text).asks


@pytest.mark.parametrize("text", ["hi all", "Good morning!", "does anyone know grub", "大家好", "请问模板在哪"])
def test_greetings_are_seen(text: str) -> None:
    assert wording(text).greets


@pytest.mark.parametrize("text", ["Yes.", "ok", "thanks!", "but why", "收到", "好的，谢谢", "因为停电"])
def test_going_on_is_seen(text: str) -> None:
    assert wording(text).reacts


def test_words_are_latin_words_and_pairs_of_characters_with_width_and_case_folded() -> None:
    found = wording("Ｇrub 装不上 on sda1")
    assert found.words == {"grub", "装不", "不上", "sda1"}
    assert found.length == 6
