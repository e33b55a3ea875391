from pathlib import Path

from knowledge.filetext.webpage import webpage_text
from tests.unit.knowledge.filetext.documents import read_bytes


def test_what_a_reader_sees(tmp_path: Path) -> None:
    page = (
        "<html><head><meta charset=gb2312><title> 团队 主页 </title><style>p{}</style></head>"
        "<body><script>alert(1)</script><h1>大标题</h1><p>你好<b>世</b>界 <a href='http://x.y/z'>链接</a>&nbsp;&lt;ok&gt;</p>"
        "<table><tr><th>名<th>价<tr><td>茶|叶<td>12.5</table><ul><li>甲<li>乙</ul><pre>a\n  b</pre>一<br>二</body>"
    )
    found = read_bytes(tmp_path, page.encode("gbk"), "home.html")
    assert found.title == "团队 主页"
    assert found.text.split("\n") == [
        "大标题",
        "你好世界 链接 <ok>",
        "| 名 | 价 |",
        "| --- | --- |",
        "| 茶|叶 | 12.5 |",
        "甲",
        "乙",
        "a",
        "  b",
        "一",
        "二",
    ]


def test_a_page_without_body_or_closed_head_keeps_its_text() -> None:
    assert webpage_text("<html><head><title>t</title><p>kept<p>too") == "kept\ntoo"


def test_a_layout_table_is_text_and_not_a_table() -> None:
    assert (
        webpage_text("<table><tr><td><div>one</div><div>two</div></td><td>three</td></tr></table>") == "one\ntwo\nthree"
    )


def test_nested_and_unclosed_tables() -> None:
    assert webpage_text("<table><tr><td>a<td><table><tr><td>b<td>c</table>") == "a\n| b | c |\n| --- | --- |"


def test_unclosed_script_hides_the_rest_without_failing() -> None:
    assert webpage_text("<p>seen</p><script>if (a < b) {") == "seen"
