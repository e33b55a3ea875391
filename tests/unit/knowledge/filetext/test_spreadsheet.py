from pathlib import Path

from tests.unit.knowledge.filetext.documents import read_bytes, xlsx_bytes, xlsx_row


def test_each_sheet_is_a_page_of_rows(tmp_path: Path) -> None:
    rows = (
        xlsx_row(1, ["项目", "金额", "日期"])
        + '<row r="2"><c t="inlineStr"><is><t>服务器</t></is></c><c><v>1234567.8</v></c><c s="1"><v>45000</v></c></row>'
        + '<row r="3"><c t="inlineStr"><is><t>合计</t></is></c><c><f>SUM(B2:B2)</f><v>0.30000000000000004</v></c></row>'
    )
    data = xlsx_bytes({"预算": rows, "空": "", "Q3": xlsx_row(1, [42.0])})
    found = read_bytes(tmp_path, data, "预算.xlsx")
    assert found.kind == "spreadsheet"
    assert [page.label for page in found.pages] == ["预算", "Q3"]
    assert found.pages[0].text.split("\n") == [
        "| 项目 | 金额 | 日期 |",
        "| --- | --- | --- |",
        "| 服务器 | 1234567.8 | 2023-03-15 |",
        "| 合计 | 0.3 |",
    ]


def test_an_empty_workbook(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, xlsx_bytes({"a": ""}), "a.xlsx").reason == "empty"


def test_entities_are_refused_before_anything_expands(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'
    for encoding in ("utf-8", "utf-16"):
        strings = bomb.encode(encoding).decode("latin-1") if encoding == "utf-8" else bomb
        data = xlsx_bytes({"a": xlsx_row(1, ["x"])}, shared_strings=strings)
        assert read_bytes(tmp_path, data, "a.xlsx").reason == "hostile"


def test_a_cut_off_workbook(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, xlsx_bytes({"a": xlsx_row(1, ["x"])})[:-60], "a.xlsx").reason == "corrupt"
