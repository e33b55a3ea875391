"""DOCX: paragraphs, tables, text boxes, notes and pictures, with the page breaks that the word processor stored."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from knowledge.filetext.ocr import picture_text
from knowledge.filetext.package import Element, Package, attribute, keep_properties, local_name
from knowledge.filetext.reading import Reading
from knowledge.filetext.reasons import UnreadableFile
from knowledge.filetext.tables import table_lines

_SKIPPED: Final = frozenset(
    {"del", "moveFrom", "instrText", "delText", "pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr", "Fallback", "proofErr"}
)
_BREAK: Final = "\f"
_SKIPPED_PAGE: Final = "\v"
_CHARACTERS: Final = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}


def read_word(data: bytes, reading: Reading) -> None:
    """Read a DOCX; pages are those of its last layout, so a file never opened by a word processor is one page."""
    with Package(data, reading) as package:
        main = next((name for name in package.names if name.lower().endswith("word/document.xml")), None)
        main = main or next((name for name in package.names if name.lower().startswith("word/document")), "")
        root = package.xml(main)
        if root is None:
            raise UnreadableFile("corrupt", "no main document part")
        keep_properties(package.core_properties(), reading)
        _Document(package, main, root, reading).read()


@dataclass(slots=True)
class _Document:
    package: Package
    main: str
    root: Element
    reading: Reading
    lines: list[str] = field(default_factory=list)
    in_table: int = 0
    breaks_in_row: int = 0
    sections: list[bool] = field(default_factory=list)
    relations: dict[str, tuple[str, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    page_notes: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)

    def read(self) -> None:
        starts = (element for element in self.root.iter() if local_name(element) == "sectPr")
        self.sections = [_first(start, "type") not in {"continuous", "nextColumn"} for start in starts]
        self.relations = self.package.relations(self.main)
        for kind in ("footnotes", "endnotes"):
            self.notes |= self._notes(kind)
        self.lines.extend(self._parts("header"))
        self.blocks(self.root)
        self.lines.extend([*self._parts("footer"), *self._parts("comments")])
        self.flush()

    def _targets(self, kind: str) -> list[str]:
        return [target for type_, target in self.relations.values() if type_ == kind]

    def _parts(self, kind: str) -> list[str]:
        """Texts of side parts, each once: every section repeats its header."""
        texts: dict[str, None] = {}
        for target in self._targets(kind):
            root = self.package.xml(target)
            text = "" if root is None else "\n".join(filter(None, (self._plain(p) for p in _named(root, "p")))).strip()
            if text and not text.isdigit():
                texts[text] = None
        return list(texts)

    def _notes(self, kind: str) -> dict[str, str]:
        notes = {}
        for target in self._targets(kind):
            for note in self.package.xml(target) or ():
                if attribute(note, "type") in {"", "normal"}:
                    notes[f"{kind[:-1]}Reference{attribute(note, 'id')}"] = self._plain(note).strip()
        return notes

    def _plain(self, element: Element) -> str:
        return "".join(_inline(element, lambda _: ""))

    def blocks(self, parent: Element) -> None:
        for child in parent:
            name = local_name(child)
            if name == "p":
                self.paragraph(child)
            elif name == "tbl":
                self.table(child)
            elif name not in _SKIPPED:
                self.blocks(child)

    def paragraph(self, element: Element) -> None:
        properties = next((child for child in element if local_name(child) == "pPr"), ())
        names = {local_name(child) for child in properties}
        before = self.page_break() if "pageBreakBefore" in names else ""
        text = before + "".join(_inline(element, self.special)).strip("\n")
        if "sectPr" in names:  # the section ends with this paragraph; how the next one begins is said there
            self.sections = self.sections[1:]
            text += self.page_break() if self.sections and self.sections[0] else ""
        if text.strip(" \t\n"):
            self.lines.append(text)
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.blocks(box)

    def special(self, element: Element) -> str:
        """Text for an element that is more than characters: breaks, notes, pictures and text boxes."""
        name = local_name(element)
        if name == "lastRenderedPageBreak" or (name == "br" and attribute(element, "type") == "page"):
            return self.page_break()
        if name == "br":
            return "\n"
        if name in {"footnoteReference", "endnoteReference"}:
            note = self.notes.get(f"{name}{attribute(element, 'id')}")
            if note:
                self.page_notes.append(f"[{attribute(element, 'id')}] {note}")
                return f"[{attribute(element, 'id')}]"
        elif name == "txbxContent":
            self.boxes.append(element)
        elif name in {"blip", "imagedata"}:
            return self.picture(attribute(element, "embed") or attribute(element, "id"))
        return ""

    def picture(self, relation: str) -> str:
        data = self.package.read(self.relations.get(relation, ("", ""))[1])
        text = picture_text(data, self.reading) if data else ""
        return f"\n{text}\n" if text else ""

    def page_break(self) -> str:
        if self.in_table:
            self.breaks_in_row += 1
            return ""
        return _BREAK

    def table(self, element: Element) -> None:
        """A table stays together on the page it begins on; a row that is split has a break in each of its cells."""
        self.in_table += 1
        breaks = 0
        rows = []
        for row in _named(element, "tr"):
            cells, most = [], 0
            for cell in _named(row, "tc"):
                self.breaks_in_row = 0
                cells.append(self.cell(cell))
                most = max(most, self.breaks_in_row)
            rows.append(cells)
            breaks += most
        self.in_table -= 1
        self.breaks_in_row = breaks
        self.lines.append("\n".join(table_lines(rows)) + ("" if self.in_table else _SKIPPED_PAGE * breaks))

    def cell(self, element: Element) -> str:
        outer, self.lines = self.lines, []
        self.blocks(element)
        text, self.lines = "\n".join(self.lines), outer
        return text

    def flush(self) -> None:
        """Hand over the pages. Breaks of several kinds with nothing between them are one and the same break."""
        page, written = 1, False
        for part in re.split(f"([{_BREAK}{_SKIPPED_PAGE}])", "\n\n".join([*self.lines, *self.page_notes])):
            if part == _SKIPPED_PAGE or (part == _BREAK and written):
                page, written = page + 1, False
            elif part.strip():
                self.reading.add(str(page), part)
                written = True


def _first(parent: Element, name: str) -> str:
    """The value of the first child called ``name``."""
    return next((attribute(child, "val") for child in parent if local_name(child) == name), "")


def _named(parent: Element, name: str) -> Iterator[Element]:
    """Children called ``name``, through wrappers such as content controls, but not inside one another."""
    for child in parent:
        if local_name(child) == name:
            yield child
        elif local_name(child) not in {"tbl", "p", *_SKIPPED}:
            yield from _named(child, name)


def _inline(element: Element, special: Callable[[Element], str]) -> Iterator[str]:
    for child in element:
        name = local_name(child)
        if name in _SKIPPED:
            continue
        if name == "t":
            yield child.text or ""
        elif name in _CHARACTERS:
            yield _CHARACTERS[name]
        else:
            yield special(child)
            if name != "txbxContent":
                yield from _inline(child, special)
            if name == "p":
                yield "\n"
