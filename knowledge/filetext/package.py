"""Office files as what they are: ZIP containers of XML parts, opened with distrust."""

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final, Self
from xml.etree import ElementTree  # every part is searched for a DTD first, so no entity can expand

from knowledge.filetext.reading import Reading
from knowledge.filetext.reasons import UnreadableFile

Element = ElementTree.Element
ZIP_FAILURES: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
    IndexError,
    struct.error,
)
"""What ``zipfile`` raises on damaged or exotic containers."""
_PROLOG_BYTES: Final = 65_536
_DTD: Final = tuple(
    text.encode(code) for text in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
)
_MAX_PARTS: Final = 20_000


def local_name(element: Element) -> str:
    """The tag without its namespace: transitional and strict files differ in nothing else that matters here."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """The value of an attribute by its local name, or an empty string."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


class Package:
    """An office file; use as a context manager. Raises ``UnreadableFile`` for a broken, encrypted or hostile one."""

    def __init__(self, data: bytes, reading: Reading) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except ZIP_FAILURES as error:
            raise UnreadableFile("corrupt", str(error)) from None
        self._reading = reading
        self._check()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _check(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > _MAX_PARTS:
            raise UnreadableFile("hostile", "too many parts")
        if any(info.flag_bits & 1 for info in infos):
            raise UnreadableFile("encrypted", "encrypted part")
        self._reading.spend_unpacked(sum(info.file_size for info in infos))
        for info in infos:
            if info.filename.endswith((".xml", ".rels")):
                try:
                    with self._zip.open(info) as part:
                        prolog = part.read(_PROLOG_BYTES)
                except ZIP_FAILURES as error:
                    raise UnreadableFile("corrupt", str(error)) from None
                if any(mark in prolog for mark in _DTD):
                    raise UnreadableFile("hostile", f"document type definition in {info.filename}")

    @property
    def names(self) -> list[str]:
        """Names of all parts."""
        return self._zip.namelist()

    def read(self, name: str) -> bytes | None:
        """Bytes of a part, or None if it is missing or damaged."""
        try:
            info = self._zip.getinfo(name)
            with self._zip.open(info) as part:
                return part.read(info.file_size)  # never more than was accounted for
        except (KeyError, *ZIP_FAILURES):
            return None

    def xml(self, name: str) -> Element | None:
        """Root of an XML part, or None if it is missing or damaged."""
        data = self.read(name)
        if data is None:
            return None
        if any(mark in data for mark in _DTD):
            raise UnreadableFile("hostile", f"document type definition in {name}")
        try:
            return ElementTree.fromstring(data)  # noqa: S314  # no DTD in it, see above
        except ElementTree.ParseError:
            return None

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Relations of a part by id: the last word of the type (``image``, ``notesSlide``) and the target's name."""
        folder, base = posixpath.split(name)
        root = self.xml(f"{folder}/_rels/{base}.rels")
        if root is None:
            return {}
        found = {}
        for relation in root:
            target = attribute(relation, "Target")
            if attribute(relation, "TargetMode") == "External":
                continue
            absolute = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            )
            found[attribute(relation, "Id")] = (attribute(relation, "Type").rpartition("/")[2], absolute)
        return found

    def core_properties(self) -> Iterator[tuple[str, str]]:
        """Title, author and dates where the file states them."""
        root = self.xml("docProps/core.xml")
        wanted = {"title": "title", "creator": "author", "created": "created_at", "modified": "modified_at"}
        for element in () if root is None else root:
            key, value = wanted.get(local_name(element)), (element.text or "").strip()
            if key and value:
                yield key, value


def keep_properties(properties: Iterator[tuple[str, str]], reading: Reading) -> None:
    """Put properties of a document where the result takes them from."""
    for key, value in properties:
        if key == "title":
            reading.title = value[:300]
        else:
            reading.metadata[key] = value[:300]
