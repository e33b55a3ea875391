from pathlib import Path

from knowledge.filetext import ReadLimits
from tests.unit.knowledge.filetext.documents import read_bytes


def test_text_keeps_its_words(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "会议纪要\r\n一、预算\r\n".encode("gbk"), "纪要.txt")
    assert (found.kind, found.text, found.pages[0].label) == ("text", "会议纪要\n一、预算", "")


def test_no_escape_sequence_reaches_a_terminal(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, b"a\x1b[31mb\x07\x0cc" + b" text" * 50, "a.txt").text.startswith("a[31mb\nc")


def test_markdown_is_kept_as_written_and_titled_by_its_heading(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "# 发布计划\n\n- `v1.2.0` *五月*\n".encode(), "plan.md")
    assert (found.kind, found.title) == ("markdown", "发布计划")
    assert "- `v1.2.0` *五月*" in found.text


def test_front_matter_titles_markdown(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, b'---\ntitle: "Weekly"\n---\ntext', "a.md").title == "Weekly"


def test_csv_is_a_table(tmp_path: Path) -> None:
    data = '姓名;备注\n王五;"有逗号,有换行\n的备注"\n'.encode("gb18030")
    found = read_bytes(tmp_path, data, "a.csv")
    assert found.text == "| 姓名 | 备注 |\n| --- | --- |\n| 王五 | 有逗号,有换行 的备注 |"


def test_too_much_text_is_cut_and_said(tmp_path: Path) -> None:
    limits = ReadLimits(max_chars=1000)
    for name, data in (("a.txt", b"word " * 1000), ("a.csv", b"a,b\n" * 1000)):
        found = read_bytes(tmp_path, data, name, limits=limits)
        assert found.truncated
        assert found.reason == "too_large"
        assert 900 < len(found.text) <= 1000
