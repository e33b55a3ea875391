"""Whose words a passage is: what somebody says of themselves supports nothing about anybody else."""

import pytest

from bot.answering.attribution import subjects, tells_of, tells_of_others
from knowledge.lexical import terms

PEOPLE = ("ann", "bo", "melanie", "王芳", "李伟")


@pytest.mark.parametrize(
    ("sentence", "question", "about"),
    [
        ("Ann adopted a puppy for Bo.", "", ("ann",)),
        ("Both Ann and Bo dance.", "", ("ann", "bo")),
        ("A puppy.", "What did Bo adopt?", ("bo",)),
        ("Mel paints.", "", ("melanie",)),
        ("Banned goods are listed.", "", ()),  # Ann is no part of a word
        ("王芳和李伟负责发布。", "", ("王芳", "李伟")),
        ("负责人是李伟，不是王芳。", "", ("李伟",)),
    ],
)
def test_a_sentence_is_about_its_first_name_or_whom_the_question_names(
    sentence: str, question: str, about: tuple[str, ...]
) -> None:
    assert subjects(sentence, question, PEOPLE) == about


@pytest.mark.parametrize(
    ("subject", "author", "said", "tells"),
    [
        ("ann", "Bo", "I adopted a puppy last week", False),
        ("ann", "Ann", "I adopted a puppy last week", True),
        ("ann", "Bo", "Ann adopted a puppy last week", True),
        ("ann", "Bo", "Hey Ann! I adopted a puppy last week", False),  # called, not told of
        ("ann", "Bo", "Thanks, Ann! I adopted a puppy", False),
        ("ann", "Bo", "Your puppy is adopted?", True),  # said to her
        ("ann", "Bo", "The puppy was adopted", True),  # of nobody
        ("ann", "Ann", "How is your puppy? You adopted it early", False),  # about whom she talks to
        ("王芳", "李伟", "我领养了小狗", False),
        ("王芳", "李伟", "王芳领养了小狗", True),
        ("王芳", "王芳", "我领养了小狗", True),
        ("ann", "Bo", "I like tea. Ann adopted the puppy", True),  # the sentence that matters
        ("ann", "Bo", "Ann likes tea. I adopted the puppy", False),
    ],
)
def test_who_speaks_of_whom(subject: str, author: str, said: str, tells: bool) -> None:
    assert tells_of(subject, author=author, said=said, claimed=frozenset(terms("adopted puppy 领养 小狗"))) is tells


@pytest.mark.parametrize(
    ("sentence", "question", "others"),
    [
        ("Bo closed the account.", "Why did Ann close her account?", True),
        ("Ann closed the account for Bo.", "Why did Ann close her account?", False),
        ("Bo closed the account.", "Who closed Ann's account?", False),
        ("The account was closed.", "Why did Ann close her account?", False),
        ("是李伟定的。", "王芳定的是哪天？", True),
        ("是李伟定的。", "王芳说的日期是谁定的？", False),
    ],
)
def test_a_question_about_one_person_is_not_answered_about_another(sentence: str, question: str, others: bool) -> None:
    assert tells_of_others(sentence, question, PEOPLE) is others
