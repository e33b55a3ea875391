"""PPTX: the text of each slide in the order it is shown, with tables, diagrams, pictures and speaker notes."""

from collections.abc import Iterator
from typing import Final

from knowledge.filetext.ocr import picture_text
from knowledge.filetext.package import Element, Package, attribute, keep_properties, local_name
from knowledge.filetext.reading import Reading
from knowledge.filetext.reasons import UnreadableFile
from knowledge.filetext.tables import table_lines

_TITLES: Final = frozenset({"title", "ctrTitle"})
_FURNITURE: Final = frozenset({"sldNum", "dt", "ftr", "sldImg", "hdr"})
_NOTES: Final = "Notes:"


def read_slides(data: bytes, reading: Reading) -> None:
    """Read a PPTX; a page's label is the slide's number. Missing slides are left out, the numbers of others stay."""
    with Package(data, reading) as package:
        main = "ppt/presentation.xml"
        root = package.xml(main)
        relations = package.relations(main)
        if root is None:
            raise UnreadableFile("corrupt", "no presentation part")
        keep_properties(package.core_properties(), reading)
        order = [attribute_id(element) for element in root.iter() if local_name(element) == "sldId"]
        for number, relation in enumerate(order, start=1):
            name = relations.get(relation, ("", ""))[1]
            slide = package.xml(name)
            if slide is None:
                reading.truncated = True
                continue
            reading.add(str(number), "\n\n".join(filter(None, _slide(package, name, slide, reading))))


def read_odf_slides(data: bytes, reading: Reading) -> None:
    """Read an OpenDocument presentation; a page's label is the slide's number, notes come last."""
    with Package(data, reading) as package:
        root = package.xml("content.xml")
        if root is None:
            raise UnreadableFile("corrupt", "no content part")
        slides = [element for element in root.iter() if local_name(element) == "page"]
        for number, slide in enumerate(slides, start=1):
            paragraphs = (element for element in slide.iter() if local_name(element) in {"p", "h"})
            reading.add(str(number), "\n".join("".join(paragraph.itertext()) for paragraph in paragraphs))


def attribute_id(element: Element) -> str:
    """The relation of a slide: its ``r:id``, not its own ``id``."""
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


def _slide(package: Package, name: str, slide: Element, reading: Reading) -> Iterator[str]:
    relations = package.relations(name)
    shapes = list(_shapes(slide))
    for shape in sorted(shapes, key=lambda shape: _placeholder(shape) not in _TITLES):
        if _placeholder(shape) not in _FURNITURE:
            yield _shape_text(shape)
    for kind, target in relations.values():
        if kind in {"diagramData", "chart"}:
            part = package.xml(target)
            yield "" if part is None else "\n".join(_part_texts(part))
    for kind, target in relations.values():
        data = package.read(target) if kind == "image" else None
        if data:
            yield picture_text(data, reading)
    for kind, target in relations.values():
        part = package.xml(target) if kind == "notesSlide" else None
        if part is not None:
            texts = (_shape_text(shape) for shape in _shapes(part) if _placeholder(shape) not in _FURNITURE)
            notes = "\n".join(filter(None, texts))
            yield f"{_NOTES} {notes}" if notes else ""


def _shapes(root: Element) -> Iterator[Element]:
    """Shapes and tables in drawing order, groups opened; of alternatives for old programs only the first."""
    for child in root:
        name = local_name(child)
        if name in {"sp", "graphicFrame", "cxnSp"}:
            yield child
        elif name != "Fallback":
            yield from _shapes(child)


def _placeholder(shape: Element) -> str:
    return next((attribute(element, "type") for element in shape.iter() if local_name(element) == "ph"), "")


def _shape_text(shape: Element) -> str:
    rows = [
        [_paragraphs(cell) for cell in row if local_name(cell) == "tc"]
        for row in shape.iter()
        if local_name(row) == "tr"
    ]
    return "\n".join(table_lines(rows)) if rows else _paragraphs(shape)


def _paragraphs(root: Element) -> str:
    lines = []
    for paragraph in root.iter():
        if local_name(paragraph) == "p":
            parts = (
                "\n" if local_name(e) == "br" else e.text or ""
                for e in paragraph.iter()
                if local_name(e) in {"t", "br"}
            )
            lines.append("".join(parts).strip())
    return "\n".join(line for line in lines if line)


def _part_texts(root: Element) -> Iterator[str]:
    """Words of a diagram or a chart: its paragraphs and the strings of its cached data."""
    seen: set[str] = set()
    for element in root.iter():
        name = local_name(element)
        text = _paragraphs_of(element) if name == "p" else (element.text or "") if name == "v" else ""
        if text.strip() and text not in seen:
            seen.add(text)
            yield text.strip()


def _paragraphs_of(paragraph: Element) -> str:
    return "".join(element.text or "" for element in paragraph.iter() if local_name(element) == "t")
