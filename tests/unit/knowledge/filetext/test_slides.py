from pathlib import Path

from tests.unit.knowledge.filetext.documents import pptx_bytes, pptx_shape, read_bytes


def test_slides_in_the_order_they_are_shown_with_notes(tmp_path: Path) -> None:
    data = pptx_bytes(
        [pptx_shape("正文") + pptx_shape("标题一", "title"), pptx_shape("S|ome info") + pptx_shape("3", "sldNum")],
        notes={1: "记得提预算"},
        order=(2, 1),
    )
    found = read_bytes(tmp_path, data, "deck.pptx")
    assert found.kind == "pptx"
    assert found.title == "季度汇报"
    assert [(page.label, page.text) for page in found.pages] == [
        ("1", "Some info"),
        ("2", "标题一\n\n正文\n\nNotes: 记得提预算"),
    ]


def test_tables_on_slides(tmp_path: Path) -> None:
    def cell(text: str) -> str:
        return f"<a:tc><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"

    rows = "".join(f"<a:tr>{cell(left)}{cell(right)}</a:tr>" for left, right in (("区域", "销量"), ("华东", "120")))
    frame = f"<p:graphicFrame><a:graphic><a:tbl>{rows}</a:tbl></a:graphic></p:graphicFrame>"
    found = read_bytes(tmp_path, pptx_bytes([frame]), "deck.pptx")
    assert found.text == "| 区域 | 销量 |\n| --- | --- |\n| 华东 | 120 |"


def test_a_missing_slide_is_left_out_and_said(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, pptx_bytes([pptx_shape("here")], order=(7, 1)), "deck.pptx")
    assert [(page.label, page.text) for page in found.pages] == [("2", "here")]
    assert found.truncated


def test_an_empty_presentation(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, pptx_bytes([]), "deck.pptx").reason == "empty"
