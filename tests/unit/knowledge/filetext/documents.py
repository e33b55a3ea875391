"""Small files made by hand for the tests of the readers."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from knowledge.filetext import FileText, ReadLimits, read_file

NO_OCR = ReadLimits(ocr=False, seconds=20)
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read_bytes(folder: Path, data: bytes, name: str, *, limits: ReadLimits = NO_OCR) -> FileText:
    """What the reader makes of ``data`` in a file called ``name``."""
    path = folder / Path(name).name
    path.write_bytes(data)
    return read_file(path, name=name, limits=limits)


def zip_bytes(members: Mapping[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as container:
        for name, content in members.items():
            container.writestr(name, content)
    return buffer.getvalue()


def pdf_bytes(pages: Sequence[str]) -> bytes:
    """A PDF whose pages each show one line of Latin text; an empty one shows nothing."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for text in pages:
        stream = f"BT /F1 18 Tf 40 150 Td ({text}) Tj ET" if text else ""
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 200] /Contents {len(objects)} 0 R"
            " /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return body + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'{_XML}<Relationships xmlns="{_RELS}">{entries}</Relationships>'


def xlsx_bytes(sheets: Mapping[str, str], *, shared_strings: str | None = None) -> bytes:
    """A workbook from the XML of the rows of each sheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>' for number, name in enumerate(sheets, start=1)
    )
    parts = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": _relations({"r1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{main}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            {f"r{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)}
            | {"r0": ("styles", "styles.xml")}
            | ({"r99": ("sharedStrings", "sharedStrings.xml")} if shared_strings else {})
        ),
        "xl/styles.xml": f'{_XML}<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/>'
        "</cellXfs></styleSheet>",
    }
    for number, rows in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'{_XML}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        )
    if shared_strings:
        parts["xl/sharedStrings.xml"] = shared_strings
    return zip_bytes(parts)


def xlsx_row(number: int, cells: Sequence[str | float]) -> str:
    """A row of texts and numbers."""
    shown = "".join(
        f'<c t="inlineStr"><is><t>{cell}</t></is></c>' if isinstance(cell, str) else f"<c><v>{cell}</v></c>"
        for cell in cells
    )
    return f'<row r="{number}">{shown}</row>'


def pptx_bytes(slides: Sequence[str], *, notes: Mapping[int, str] | None = None, order: Sequence[int] = ()) -> bytes:
    """A presentation from the XML inside each slide's shape tree; ``order`` names slides by number from one."""
    ns = (
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="{_OFFICE}"'
    )
    shown = order or range(1, len(slides) + 1)
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in shown)
    parts = {
        "ppt/presentation.xml": f"{_XML}<p:presentation {ns}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": _relations({f"r{n}": ("slide", f"slides/slide{n}.xml") for n in shown}),
        "docProps/core.xml": f'{_XML}<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>季度汇报</dc:title></c>',
    }
    for number, shapes in enumerate(slides, start=1):
        parts[f"ppt/slides/slide{number}.xml"] = (
            f"{_XML}<p:sld {ns}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
        )
    for number, text in (notes or {}).items():
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = _relations(
            {"n1": ("notesSlide", f"../notesSlides/notesSlide{number}.xml")}
        )
        parts[f"ppt/notesSlides/notesSlide{number}.xml"] = f"{_XML}<p:notes {ns}>{pptx_shape(text, 'body')}</p:notes>"
    return zip_bytes(parts)


def pptx_shape(text: str, placeholder: str = "") -> str:
    """A shape; each ``|`` begins a new run, as editors do between Chinese and Latin."""
    runs = "".join(f"<a:r><a:t>{run}</a:t></a:r>" for run in text.split("|"))
    kind = f'<p:nvSpPr><p:nvPr><p:ph type="{placeholder}"/></p:nvPr></p:nvSpPr>' if placeholder else ""
    return f"<p:sp>{kind}<p:txBody><a:p>{runs}</a:p></p:txBody></p:sp>"


def docx_bytes(
    body: str, extra: Mapping[str, str] | None = None, relations: Mapping[str, tuple[str, str]] | None = None
) -> bytes:
    """A document from the XML inside its body."""
    ns = f'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="{_OFFICE}"'
    return zip_bytes(
        {
            "word/document.xml": f"{_XML}<w:document {ns}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": _relations(relations or {}),
            **{name: f"{_XML}<w:part {ns}>{content}</w:part>" for name, content in (extra or {}).items()},
        }
    )
