"""Which questions lean on what was said before, and which can be understood alone."""

import pytest

from bot.rewriting.references import Lean, reference_in


@pytest.mark.parametrize(
    ("question", "lean", "word"),
    [
        ("who is he", "person", "he"),
        ("where is he now?", "person", "he"),
        ("他什么时候回来", "person", "他"),
        ("那个文件", "thing", "那个"),
        ("Where is that file?", "thing", "that file"),
        ("How much did it cost?", "thing", "it"),
        ("who owns that line?", "thing", "that line?"),
        ("一个月多少钱？", "half", "一个月多少钱？"),
        ("What about Berlin?", "instead", "Berlin"),
        ("那北京呢？", "instead", "北京"),
        ("and when?", "half", "when?"),
        ("为什么？", "half", "为什么？"),
        ("谁负责？", "half", "谁负责？"),
        ("then who signed?", "half", "who signed?"),
    ],
)
def test_leaning(question: str, lean: Lean, word: str) -> None:
    reference = reference_in(question)
    assert reference is not None
    assert (reference.lean, reference.word) == (lean, word)


@pytest.mark.parametrize(
    "question",
    [
        "When is the launch?",
        "What did Jon do after he lost his job?",
        "Did Ann say that the file is ready?",
        "王芳说她什么时候回来",
        "发布日期最后定在哪天？",
        "椭球坐标系与其他坐标系有什么不同",
        "这个月的预算是多少",
        "How long does it take to print the poster?",
    ],
)
def test_standing_alone(question: str) -> None:
    assert reference_in(question) is None


def test_a_pronoun_beside_a_known_name_means_it() -> None:
    assert reference_in("what did maya say about her trip", names_somebody=True) is None


def test_a_word_is_replaced_where_it_stands() -> None:
    reference = reference_in("where is he?")
    assert reference is not None
    assert reference.with_word("Bo") == "where is Bo ?"
