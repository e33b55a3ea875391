"""OFD (GB/T 33190): the fixed-layout documents of Chinese offices and electronic invoices; the text of each page."""

import posixpath
from collections.abc import Iterator

from knowledge.filetext.package import Element, Package, attribute, local_name
from knowledge.filetext.reading import Reading
from knowledge.filetext.reasons import UnreadableFile


def read_ofd(data: bytes, reading: Reading) -> None:
    """Read an OFD; a page's label is its number counted from one. What its template prints comes first."""
    with Package(data, reading) as package:
        number = 0
        for document in _texts(package.xml("OFD.xml"), "DocRoot"):
            name = document.strip().lstrip("/")
            root = package.xml(name)
            if root is None:
                raise UnreadableFile("corrupt", "no document part")
            folder = posixpath.dirname(name)
            templates = {attribute(one, "ID"): _part(folder, one) for one in _named(root, "TemplatePage")}
            for page in _named(root, "Page"):
                number += 1
                content = package.xml(_part(folder, page))
                if content is None:
                    reading.truncated = True
                    continue
                printed = [templates.get(attribute(one, "TemplateID"), "") for one in _named(content, "Template")]
                layers = [*(package.xml(part) for part in printed if part), content]
                reading.add(str(number), "\n".join(line for layer in layers for line in _lines(layer)))


def _part(folder: str, element: Element) -> str:
    location = attribute(element, "BaseLoc")
    return location.lstrip("/") if location.startswith("/") else posixpath.normpath(posixpath.join(folder, location))


def _named(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if local_name(element) == name)


def _texts(root: Element | None, name: str) -> list[str]:
    return [] if root is None else [element.text or "" for element in _named(root, name)]


def _lines(layer: Element | None) -> Iterator[str]:
    """One line a text object, as programs write a field or a line of print."""
    for text in () if layer is None else _named(layer, "TextObject"):
        yield "".join(_texts(text, "TextCode"))
