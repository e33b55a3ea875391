"""Files that people share by mistake, by habit or to do harm: each gives its text or the right reason."""

import gzip
import json
import tarfile
import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from knowledge.filetext import FileText, ReadLimits
from knowledge.filetext.reasons import Reason
from tests.unit.knowledge.filetext.documents import (
    docx_bytes,
    pdf_bytes,
    pptx_bytes,
    pptx_shape,
    read_bytes,
    xlsx_bytes,
    xlsx_row,
    zip_bytes,
)

TEXT = "pump quote 12000"
DOCX = docx_bytes(f"<w:p><w:r><w:t>{TEXT}</w:t></w:r></w:p>")
XLSX = xlsx_bytes({"价格": xlsx_row(1, [TEXT])})
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + step)} "{f"&{chr(97 + step)};" * 10}">' for step in range(9))
    + "]>"
)
SEVEN_ZIP_HEAD = b"7z\xbc\xaf\x27\x1c"


def laughing(document: bytes, part: str) -> bytes:
    """The document with a billion laughs where its text was."""
    with zipfile.ZipFile(BytesIO(document)) as container:
        members = {name: container.read(name) for name in container.namelist()}
    head, _, rest = members[part].partition(b"?>")
    members[part] = head + b"?>" + LAUGHS.encode() + rest.replace(TEXT.encode(), b"&j;")
    return zip_bytes(members)


def locked(archive: bytes) -> bytes:
    """The archive with its first member marked as encrypted."""
    data = bytearray(archive)
    data[data.find(b"PK\3\4") + 6] |= 1
    data[data.find(b"PK\1\2") + 8] |= 1
    return bytes(data)


def with_link(target: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as container:
        link = zipfile.ZipInfo("shadow.txt")
        link.external_attr = 0o120777 << 16
        container.writestr(link, target)
        container.writestr("ok.txt", TEXT)
    return buffer.getvalue()


def tar_gz() -> bytes:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tape:
        for name, kind in (("docs/报价.txt", tarfile.REGTYPE), ("shadow", tarfile.SYMTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            info.size = len(TEXT) if kind == tarfile.REGTYPE else 0
            tape.addfile(info, BytesIO(TEXT.encode()))
    return buffer.getvalue()


def open_document(kind: str, body: str) -> bytes:
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("office", "office"), ("text", "text"), ("draw", "drawing"), ("table", "table"))
    )
    return zip_bytes(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f'<?xml version="1.0"?><office:document-content{names}><office:body><office:{kind}>{body}'
            f"</office:{kind}></office:body></office:document-content>",
        }
    )


SLIDES = open_document(
    "presentation",
    f"<draw:page><draw:frame><text:p>{TEXT}</text:p></draw:frame></draw:page><draw:page><text:p>zwei</text:p></draw:page>",
)
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "source": [TEXT]},
            {"cell_type": "code", "source": ["x = 1"], "outputs": [{"data": {"image/png": "QUJD" * 1000}}]},
        ]
    }
).encode()

OFD_NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def ofd_bytes(*pages: str, template: str = "") -> bytes:
    def layer(text: str, head: str = "") -> str:
        shown = f"<ofd:TextObject><ofd:TextCode>{text}</ofd:TextCode></ofd:TextObject>"
        return f'<?xml version="1.0"?><ofd:Page {OFD_NAMESPACE}>{head}<ofd:Content>{shown}</ofd:Content></ofd:Page>'

    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    return zip_bytes(
        {
            "OFD.xml": f'<?xml version="1.0"?><ofd:OFD {OFD_NAMESPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml'
            "</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": f'<?xml version="1.0"?><ofd:Document {OFD_NAMESPACE}><ofd:CommonData>'
            '<ofd:TemplatePage ID="9" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData>'
            f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
            "Doc_0/Tpls/Tpl_0/Content.xml": layer(template),
            **{
                f"Doc_0/Pages/Page_{n}/Content.xml": layer(text, '<ofd:Template TemplateID="9"/>')
                for n, text in enumerate(pages)
            },
        }
    )


def test_an_electronic_invoice_is_read_with_what_its_form_prints(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, ofd_bytes("壹万贰仟元整", "第二页", template="价税合计"), "发票.ofd")
    assert [(page.label, page.text) for page in found.pages] == [
        ("1", "价税合计\n壹万贰仟元整"),
        ("2", "价税合计\n第二页"),
    ]


READABLE: dict[str, bytes] = {
    "named-wrongly.pdf": DOCX,
    "named-wrongly.docx": XLSX,
    "named-wrongly.zip": TEXT.encode(),
    "no-name": pdf_bytes([TEXT]),
    "slides.odp": SLIDES,
    "text.odt": open_document("text", f"<text:p>{TEXT}</text:p>"),
    "notes.ipynb": NOTEBOOK,
    "broken.ipynb": b'{"cells": ' + TEXT.encode(),
    "log.txt.gz": gzip.compress(TEXT.encode()),
    "backup.tar.gz": tar_gz(),
    "page.mht": b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<html><body>" + TEXT.encode() + b"</body></html>",
    "frames.html": f'<html><script>evil()</script><frameset><frame src="//x"></frameset><p>{TEXT}</p>'.encode(),
    "deep.html": b"<html><body>" + b"<div>" * 20_000 + TEXT.encode(),
    "legacy.rtf": rb"{\rtf1\ansi\ansicpg936 pump quote 12000 \'b1\'a8}",
    "escaped.json": json.dumps({"price": TEXT}).encode(),
    "query.sql": f"-- {TEXT}".encode(),
    "link.zip": with_link("/etc/passwd"),
    "nested.zip": zip_bytes({"inner.zip": zip_bytes({"ok.txt": TEXT})}),
    "far.xlsx": xlsx_bytes({"S": xlsx_row(1, [TEXT]) + '<row r="1048576"><c r="XFD1048576"><v>9</v></c></row>'}),
}


@pytest.mark.parametrize("name", READABLE)
def test_it_is_read_for_what_it_is_whatever_its_name(tmp_path: Path, name: str) -> None:
    found = read_bytes(tmp_path, READABLE[name], name)
    assert TEXT in found.text
    assert found.reason is None
    assert "evil()" not in found.text
    assert "root:" not in found.text


REFUSED: dict[str, tuple[bytes, Reason]] = {
    "laughs.docx": (laughing(DOCX, "word/document.xml"), "hostile"),
    "laughs.xlsx": (laughing(XLSX, "xl/worksheets/sheet1.xml"), "hostile"),
    "laughs.pptx": (laughing(pptx_bytes([pptx_shape(TEXT)]), "ppt/slides/slide1.xml"), "hostile"),
    "laughs.odp": (laughing(SLIDES, "content.xml"), "hostile"),
    "bomb.gz": (gzip.compress(b"0" * 30_000_000), "too_large"),
    "cut.pdf": (pdf_bytes([TEXT])[:200], "corrupt"),
    "cut.7z": (SEVEN_ZIP_HEAD + b"\0" * 40, "corrupt"),
    "noise.docx": (bytes(range(256)) * 20, "unsupported"),
    "noise.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "corrupt"),
    "photo.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "unsupported"),
    "film.mp4": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 100, "unsupported"),
    "blank.txt": (b" \n\t" * 50, "empty"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_for_the_right_reason(tmp_path: Path, name: str) -> None:
    data, reason = REFUSED[name]
    limits = ReadLimits(seconds=20, max_unpacked_bytes=20_000_000)
    found = read_bytes(tmp_path, data, name, limits=limits)
    assert (found.reason, found.pages) == (reason, ())


@pytest.mark.parametrize(
    "ending", ["pdf", "docx", "xlsx", "pptx", "zip", "png", "csv", "eml", "html", "json", "msg", "7z"]
)
def test_a_file_of_no_bytes_is_empty_whatever_its_name(tmp_path: Path, ending: str) -> None:
    assert read_bytes(tmp_path, b"", f"nothing.{ending}").reason == "empty"


def test_the_laughing_page_does_not_grow(tmp_path: Path) -> None:
    page = f"<!DOCTYPE html {LAUGHS[12:]}<html><body>&j; {TEXT}</body></html>"
    found = read_bytes(tmp_path, page.encode(), "laughs.html")
    assert TEXT in found.text
    assert len(found.text) < 100


def test_an_encrypted_archive_lists_its_members(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, locked(zip_bytes({"pump-plan.txt": TEXT}, compression=0)), "locked.zip")
    assert found.reason == "encrypted"
    assert "pump-plan.txt" in found.text
    assert TEXT not in found.text


def test_an_archive_in_an_archive_in_an_archive_is_listed_and_said_to_be_cut(tmp_path: Path) -> None:
    archive = zip_bytes({"deepest.txt": TEXT})
    for level in range(30):
        archive = zip_bytes({f"level{level}.zip": archive})
    found = read_bytes(tmp_path, archive, "nested.zip")
    assert found.truncated
    assert "level28.zip" in found.text


def test_pages_with_few_words_are_not_taken_for_scans(tmp_path: Path) -> None:
    found = read_bytes(
        tmp_path, pdf_bytes([f"slide {number}" for number in range(300)]), "deck.pdf", limits=ReadLimits()
    )
    assert [page.label for page in found.pages] == [str(number) for number in range(1, 301)]
    assert found.reason is None


def test_a_forwarded_message_keeps_its_subject_and_its_own_attachments(tmp_path: Path) -> None:
    inner = EmailMessage(policy=SMTP)
    inner["From"], inner["Subject"] = "bob@b.example", "inner subject"
    inner.set_content("inner body")
    inner.add_attachment(DOCX, maintype="application", subtype="octet-stream", filename="inner.docx")
    outer = EmailMessage(policy=SMTP)
    outer["From"], outer["Subject"] = "Maya <maya@a.example>", "outer"
    outer.set_content("outer body")
    outer.add_attachment(inner)
    found = read_bytes(tmp_path, outer.as_bytes(), "mail.eml")
    labels = {page.label: page.text for page in found.pages}
    assert "outer body" in labels[""]
    assert "inner body" not in labels[""]
    assert "Subject: inner subject" in labels["inner subject.eml"]
    assert labels["inner subject.eml · inner.docx · 1"] == TEXT


def test_messages_inside_messages_end_somewhere(tmp_path: Path) -> None:
    mail = b"Subject: deepest\r\n\r\nhello"
    for level in range(40):
        mail = b"Subject: level %d\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" % level + mail
    found = read_bytes(tmp_path, mail, "mail.eml")
    assert "level 39" in found.text
    assert "deepest" not in found.text


def test_characters_written_as_numbers_are_found(tmp_path: Path) -> None:
    data = json.dumps({"报价": "泵 😀", "path": "C:\\users", "tab": "a\tb"}).encode()
    assert read_bytes(tmp_path, data, "a.json").text == '{"报价": "泵 😀", "path": "C:\\\\users", "tab": "a\\tb"}'


def _picture(background: str | tuple[int, ...], ink: str | tuple[int, ...], mode: str) -> bytes:
    image = Image.new(mode, (320, 90), background)
    ImageDraw.Draw(image).text((20, 25), "PUMP 12000", fill=ink, font_size=36)
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_white_words_on_a_transparent_picture_are_read(tmp_path: Path) -> None:
    data = _picture((0, 0, 0, 0), (255, 255, 255, 255), "RGBA")
    found: FileText = read_bytes(tmp_path, data, "picture.png", limits=ReadLimits(seconds=60))
    assert "PUMP12000" in found.text.replace(" ", "")


@pytest.mark.parametrize("size", [(3, 3), (400, 300)])
def test_a_picture_of_nothing_has_no_text(tmp_path: Path, size: tuple[int, int]) -> None:
    buffer = BytesIO()
    Image.new("RGB", size, "white").save(buffer, "PNG")
    assert read_bytes(tmp_path, buffer.getvalue(), "blank.png", limits=ReadLimits()).reason == "no_text"


def test_a_picture_of_a_billion_pixels_is_not_decoded(tmp_path: Path) -> None:
    buffer = BytesIO()
    Image.new("1", (12000, 12000)).save(buffer, "PNG")
    assert read_bytes(tmp_path, buffer.getvalue(), "bomb.png", limits=ReadLimits()).reason == "too_large"
