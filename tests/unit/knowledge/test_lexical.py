"""Words as terms: what people write differently and mean alike is the same term, identifiers match exactly."""

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.lexical import normalize, sparse_document, sparse_query, term_index, terms

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60) | st.text(
    alphabet="发布日期預算v2.10-3_JL-P19 ,，。@/#\ud800\0", max_size=40
)


def _shared(left: str, right: str) -> set[str]:
    return set(terms(left)) & set(terms(right))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("發佈日期", "发布日期"),
        ("預算審批", "预算审批"),
        ("ＡＰＩ　ｖ２", "api V2"),
        ("１２３４", "1234"),
        ("￥１，２００", "¥1200"),
        ("下单，1,200 台", "下单，1200 台"),
        ("budget 1,200,300.50", "Budget 1200300.50"),
        ("Launches updated the files", "launch update file"),
        ("policies", "policy"),
    ],
)
def test_what_is_written_differently_and_meant_alike_has_the_same_terms(typed: str, meant: str) -> None:
    assert set(terms(meant)) == set(terms(typed))


@pytest.mark.parametrize(
    ("identifier", "other"),
    [
        ("v2.10.3", "v2.10.4"),
        ("ERR_CONN_4711", "ERR_CONN_4712"),
        ("budget.xlsx", "budget.docx"),
        ("JL-P19", "JL-P18"),
        ("ops@mao-spring.cn", "hr@mao-spring.cn"),
        ("2026-11-28", "2026-11-29"),
        ("10:30", "10:45"),
        ("c++", "c#"),
    ],
)
def test_an_identifier_is_one_whole_term_that_no_other_has(identifier: str, other: str) -> None:
    whole = identifier.lower()
    assert whole in terms(f"see {identifier}, please")
    assert whole in terms(f"（{identifier}）。")
    assert whole not in terms(other)


@pytest.mark.parametrize("text", ["v2.10.3发布了", "发布了v2.10.3", "升级到v2.10.3后发布，见budget.xlsx里的预算"])
def test_chinese_beside_an_identifier_without_a_space_loses_neither(text: str) -> None:
    assert {"v2.10.3", "发布"} <= set(terms(text))


@pytest.mark.parametrize(
    "number",
    ["13800138000", "138 0013 8000", "138-0013-8000", "+86 138 0013 8000", "+8613800138000", "电话：13800138000。"],
)
def test_a_mobile_number_is_found_however_it_is_grouped(number: str) -> None:
    assert "13800138000" in terms(number)


def test_a_date_is_found_with_and_without_hyphens() -> None:
    assert "20261128" in _shared("2026-11-28", "20261128")


def test_digits_that_only_look_grouped_stay_apart() -> None:
    assert "2024100" not in terms("2024,100")
    assert "12345" not in terms("12,345,67")


def test_every_pair_of_characters_finds_names_that_the_dictionary_does_not_know() -> None:
    assert _shared("鄢昕蔚负责", "问鄢昕蔚") >= {"2:鄢昕", "2:昕蔚"}


def test_words_that_say_nothing_are_left_out() -> None:
    assert terms("what is the") == []
    assert "的" not in terms("他的预算")


@given(ANY_TEXT)
def test_no_text_breaks_it(text: str) -> None:
    tokens = terms(text)
    assert normalize(text) is not None
    for sparse in (sparse_document(tokens, average_length=20.0), sparse_query(tokens)):
        assert len(sparse.indices) == len(sparse.values) == len(set(sparse.indices))
        assert all(0 <= index < 2**32 for index in sparse.indices)
        assert all(math.isfinite(value) and value > 0 for value in sparse.values)


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40))
def test_full_width_is_the_same_as_half_width(text: str) -> None:
    assert terms("".join(chr(ord(character) + 0xFEE0) for character in text)) == terms(text)


def test_a_term_counts_more_when_repeated_and_less_in_a_long_text() -> None:
    def weight(text: str) -> float:
        sparse = sparse_document(terms(text), average_length=20.0)
        return dict(zip(sparse.indices, sparse.values, strict=True))[term_index("pump")]

    assert weight("pump pump valve") > weight("pump valve valve")
    assert weight("pump") > weight("pump " + "valve " * 40)
    assert weight("pump " * 500) < 2.2


def test_a_question_weighs_each_term_once() -> None:
    assert sparse_query(["pump", "pump", "valve"]).values == (1.0, 1.0)


def test_the_dictionary_is_loaded_when_words_are_cut_and_not_by_commands_that_cut_none() -> None:
    seen = "import bot.answering.answerer, jieba, knowledge.lexical as words; print(jieba.dt.initialized);"
    seen += "words.load_dictionary(); print(jieba.dt.initialized)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
