"""Names and types of files, from headers that nobody wrote for us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wecom.byte_text import byte_count
from connectors.wecom.media_names import cleaned, media_type_of, name_in, with_ending
from tests.fakes.wecom.media import disposition


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (disposition("水泵 合同.pdf"), "水泵 合同.pdf"),
        ("attachment; filename=\"plain.txt\"; filename*=UTF-8''real%20name.txt", "real name.txt"),
        ("attachment; filename*=utf-8''%E6%B3%B5.pdf", "泵.pdf"),
        ("attachment; filename*=GBK''%B1%C3.pdf", "泵.pdf"),
        ("attachment; filename*=nonsense''%E6%B3%B5.pdf", "泵.pdf"),
        ('attachment; filename="a \\"b\\".txt"', "a b.txt"),
        ("attachment; filename=bare.txt", "bare.txt"),
        ('attachment; filename="%E6%B3%B5.pdf"', "泵.pdf"),
        ('attachment; filename="æ³µ.pdf"', "泵.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\temp\\\\a.txt"', "a.txt"),
        ("attachment; filename*=UTF-8''a%00b%E2%80%AEgpj.exe", "abgpj.exe"),
        ("attachment", ""),
        ("", ""),
    ],
)
def test_the_name_in_the_headers(header: str, name: str) -> None:
    assert name_in({"Content-Disposition": header}) == name


@given(st.text(max_size=400))
def test_a_cleaned_name_is_a_plain_short_one(name: str) -> None:
    plain = cleaned(name)
    assert byte_count(plain) <= 200
    assert "/" not in plain
    assert "\\" not in plain
    assert plain.isprintable() or not plain
    assert cleaned(plain) == plain


@given(st.text(max_size=300))
def test_no_header_whatever_raises(header: str) -> None:
    name_in({"Content-Disposition": f"attachment; {header}"})
    name_in({"Content-Disposition": f"attachment; filename*={header}"})
    name_in({"Content-Disposition": f'attachment; filename="{header}"'})


def test_a_long_name_keeps_its_ending() -> None:
    name = cleaned("水" * 200 + ".pdf")
    assert name.endswith("水.pdf")
    assert byte_count(name) <= 200


@pytest.mark.parametrize(
    ("name", "begin", "told", "media_type", "whole_name"),
    [
        ("图片", b"\x89PNG\r\n\x1a\n", "application/octet-stream", "image/png", "图片.png"),
        ("图片", b"\xff\xd8\xff\xe0", "", "image/jpeg", "图片.jpg"),
        ("a.docx", b"PK", "application/octet-stream", (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        ), "a.docx"),
        ("a.csv", b"a,b", "text/csv; charset=utf-8", "text/csv", "a.csv"),
        ("a", b"", "", "", "a"),
    ],
)  # fmt: skip
def test_types_and_endings(name: str, begin: bytes, told: str, media_type: str, whole_name: str) -> None:
    assert media_type_of(name, begin, told) == media_type
    assert with_ending(name, begin) == whole_name
