import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.filetext.encoding import decode_text

SIMPLIFIED = "各位好，下周三的评审改到上午十点，地点不变。\n预算：12,000 元（含税）。"
TRADITIONAL = "各位好，下週三的評審改到上午十點，地點不變。\n預算：12,000 元（含稅）。"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_simplified_chinese_in_any_encoding(encoding: str) -> None:
    assert decode_text(SIMPLIFIED.encode(encoding)) == SIMPLIFIED


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "big5hkscs", "utf-16", "utf-16-le"])
def test_traditional_chinese_in_any_encoding(encoding: str) -> None:
    assert decode_text(TRADITIONAL.encode(encoding)) == TRADITIONAL


@pytest.mark.parametrize("text", ["会议纪要", "你好", "发票号码：033002000411", "姓名,电话\n王小明,13800000000\n"])
def test_short_gbk_texts_are_chinese(text: str) -> None:
    assert decode_text(text.encode("gbk")) == text


@pytest.mark.parametrize("text", ["會議紀要", "發票號碼：033002000411"])
def test_short_big5_texts_are_traditional(text: str) -> None:
    assert decode_text(text.encode("big5")) == text


def test_rare_characters_beyond_gbk_survive() -> None:
    text = "员工𠮷田与㐂女士参加了会议，讨论了下一步的安排。"
    assert decode_text(text.encode("gb18030")) == text


def test_western_text_is_not_taken_for_chinese() -> None:
    text = "Le café était fermé à Noël, déjà réservé pour la soirée."
    assert decode_text(text.encode("cp1252")) == text


def test_a_wrong_declaration_is_not_believed() -> None:
    page = f'<meta charset="gb2312"><p>{SIMPLIFIED}</p>'
    assert SIMPLIFIED in decode_text(page.encode("utf-8"))


def test_gb2312_declared_but_gbk_used() -> None:
    page = f'<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><p>镕{SIMPLIFIED}</p>'
    assert "镕" in decode_text(page.encode("gbk"))


def test_a_cut_off_character_does_not_change_the_encoding() -> None:
    assert decode_text(SIMPLIFIED.encode("utf-8")[:-2]).startswith("各位好，下周三")
    assert decode_text(SIMPLIFIED.encode("gbk")[:-1]).startswith("各位好，下周三")


def test_a_damaged_byte_in_utf8_does_not_change_the_encoding() -> None:
    data = bytearray((SIMPLIFIED * 20).encode("utf-8"))
    data[100] = 0xFF
    assert decode_text(bytes(data)).count("评审改到上午十点") >= 19


@given(st.binary(max_size=400))
def test_it_never_fails(data: bytes) -> None:
    assert isinstance(decode_text(data), str)
