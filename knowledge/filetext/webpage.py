"""HTML: the text a reader sees, block by block, without scripts, styles and markup."""

from html.parser import HTMLParser
from typing import Final

from knowledge.filetext.encoding import decode_text
from knowledge.filetext.reading import Reading
from knowledge.filetext.tables import table_lines

_UNSEEN: Final = frozenset({"script", "style", "template", "noscript", "svg", "math", "iframe", "object"})
_BLOCKS: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog"),
        *("div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("header", "hr", "html", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "select"),
        *("summary", "tr", "ul"),
    }
)
_VOID: Final = frozenset({"area", "base", "col", "embed", "img", "input", "link", "meta", "source", "track", "wbr"})


def read_webpage(data: bytes, reading: Reading, *, declared: str | None = None) -> None:
    """Read an HTML file as one page."""
    parser = _PageParser()
    parser.feed(decode_text(data, declared=declared))
    parser.close()
    reading.title = " ".join(parser.title.split())[:300]
    reading.add("", parser.text())


def webpage_text(markup: str) -> str:
    """The text of a piece of HTML, such as the body of an e-mail."""
    parser = _PageParser()
    parser.feed(markup)
    parser.close()
    return parser.text()


class _Table:
    """Rows of a data table; a table that holds blocks of text (an old page's layout) is not kept as one."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.cell: list[str] | None = None

    def close_cell(self) -> None:
        if self.cell is not None and self.rows:
            self.rows[-1].append("".join(self.cell))
        self.cell = None


class _PageParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._blocks: list[str] = []
        self._line: list[str] = []
        self._tables: list[_Table] = []
        self._unseen: list[str] = []
        self._preformatted = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title" and not self.title:
            self._in_title = True
        if tag == "body":
            self._unseen.clear()
        if tag in _UNSEEN:
            self._unseen.append(tag)
        if self._unseen:
            return
        if tag == "pre":
            self._preformatted += 1
        if tag == "table":
            self._end_block()
            self._tables.append(_Table())
        elif self._tables and tag in {"tr", "td", "th"}:
            self._table_tag(tag)
        elif tag in _BLOCKS:
            self._end_block()
        elif tag == "img":
            self._append(next((value for key, value in attrs if key == "alt" and value), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if tag in self._unseen:
            while self._unseen and self._unseen.pop() != tag:
                pass
            return
        if self._unseen or tag in _VOID:
            return
        if tag == "table" and self._tables:
            self._end_table()
        elif self._tables and tag in {"td", "th", "tr"}:
            self._tables[-1].close_cell()
        elif tag in _BLOCKS:
            self._end_block()
        if tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._unseen:
            self._append(data)

    def text(self) -> str:
        while self._tables:
            self._end_table()
        self._end_block()
        return "\n".join(self._blocks)

    def _table_tag(self, tag: str) -> None:
        table = self._tables[-1]
        table.close_cell()
        if tag == "tr":
            table.rows.append([])
        else:
            if not table.rows:
                table.rows.append([])
            table.cell = []

    def _append(self, text: str) -> None:
        cell = self._tables[-1].cell if self._tables else None
        (self._line if cell is None else cell).append(text)

    def _end_block(self) -> None:
        if self._tables and self._tables[-1].cell is not None:
            self._tables[-1].cell.append("\n")
            return
        text = "".join(self._line)
        self._line = []
        kept = text.strip("\n") if self._preformatted else " ".join(text.split())
        if kept.strip():
            self._blocks.append(kept)

    def _end_table(self) -> None:
        table = self._tables.pop()
        table.close_cell()
        rows = [[cell.strip() for cell in row] for row in table.rows]
        if any("\n" in cell for row in rows for cell in row) or max(map(len, rows), default=0) == 1:
            text = "\n".join(" ".join(line.split()) for row in rows for cell in row for line in cell.split("\n"))
        else:
            text = "\n".join(table_lines(rows))
        text = "\n".join(line for line in text.split("\n") if line.strip())
        if not text:
            return
        if self._tables and self._tables[-1].cell is not None:
            self._tables[-1].cell.append(f"\n{text}\n")
        else:
            self._end_block()
            self._blocks.append(text)
