from io import BytesIO
from pathlib import Path

import docx

from tests.unit.knowledge.filetext.documents import docx_bytes, read_bytes


def paragraph(text: str, before: str = "") -> str:
    return f"<w:p><w:r>{before}<w:t>{text}</w:t></w:r></w:p>"


def test_a_document_of_a_library(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "项目周报"
    document.core_properties.author = "王小明"
    document.add_heading("本周进展", level=1)
    document.add_paragraph("完成了登录页面的改版。")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["负责人", "状态", "李雷", "已完成"], strict=True):  # all cells
        cell.text = text
    document.sections[0].header.paragraphs[0].text = "内部资料"
    buffer = BytesIO()
    document.save(buffer)
    found = read_bytes(tmp_path, buffer.getvalue(), "周报.docx")
    assert found.kind == "docx"
    assert found.title == "项目周报"
    assert found.metadata["author"] == "王小明"
    assert found.language == "zh"
    assert [page.label for page in found.pages] == ["1"]
    for text in (
        "本周进展",
        "完成了登录页面的改版。",
        "| 负责人 | 状态 |\n| --- | --- |\n| 李雷 | 已完成 |",
        "内部资料",
    ):
        assert text in found.text


def test_pages_of_the_last_layout(tmp_path: Path) -> None:
    page_break = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    body = (
        paragraph("first")
        + paragraph("second", "<w:lastRenderedPageBreak/>")
        + page_break  # a break that the layout noted too, as word processors do
        + paragraph("third", "<w:lastRenderedPageBreak/>")
    )
    found = read_bytes(tmp_path, docx_bytes(body), "a.docx")
    assert [(page.label, page.text) for page in found.pages] == [("1", "first"), ("2", "second"), ("3", "third")]


def test_a_section_begins_a_page_unless_it_is_continuous(tmp_path: Path) -> None:
    def section(kind: str) -> str:
        return f'<w:p><w:pPr><w:sectPr><w:type w:val="{kind}"/></w:sectPr></w:pPr></w:p>'

    last = '<w:sectPr><w:type w:val="nextPage"/></w:sectPr>'
    body = paragraph("a") + section("nextPage") + paragraph("b") + section("continuous") + paragraph("c") + last
    found = read_bytes(tmp_path, docx_bytes(body), "a.docx")
    assert [(page.label, page.text) for page in found.pages] == [("1", "a\n\nb"), ("2", "c")]


def test_tabs_breaks_deletions_and_notes(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>姓名</w:t><w:tab/><w:t>张三</w:t><w:br/><w:t>next</w:t></w:r>"
        "<w:del><w:r><w:delText>removed</w:delText></w:r></w:del><w:ins><w:r><w:t> added</w:t></w:r></w:ins>"
        '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    )
    notes = '<w:footnote w:id="2"><w:p><w:r><w:t>见附件三</w:t></w:r></w:p></w:footnote>'
    data = docx_bytes(body, {"word/footnotes.xml": notes}, {"r1": ("footnotes", "footnotes.xml")})
    assert read_bytes(tmp_path, data, "a.docx").text == "姓名\t张三\nnext added[2]\n\n[2] 见附件三"


def test_text_boxes_and_nested_tables(tmp_path: Path) -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraph('inner')}</w:tc></w:tr></w:tbl>"
    body = (
        f"<w:tbl><w:tr><w:tc>{paragraph('h1')}</w:tc><w:tc>{paragraph('h2')}</w:tc></w:tr>"
        f"<w:tr><w:tc>{inner}<w:p/></w:tc><w:tc>{paragraph('x')}</w:tc></w:tr></w:tbl>"
        f"<w:p><w:r><w:pict><w:txbxContent>{paragraph('boxed')}</w:txbxContent></w:pict></w:r></w:p>"
    )
    assert read_bytes(tmp_path, docx_bytes(body), "a.docx").text == "| h1 | h2 |\n| --- | --- |\n| inner | x |\n\nboxed"


def test_broken_and_empty_documents(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, docx_bytes("<w:p>")[:-30], "a.docx").reason == "corrupt"
    assert read_bytes(tmp_path, docx_bytes("<w:p>"), "a.docx").reason == "corrupt"
    assert read_bytes(tmp_path, docx_bytes("<w:p/>"), "a.docx").reason == "empty"


def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    depth = 20_000
    body = "<w:sdt>" * depth + "</w:sdt>" * depth
    assert read_bytes(tmp_path, docx_bytes(body), "a.docx").reason == "hostile"
