from email.message import EmailMessage
from pathlib import Path

from knowledge.filetext import ReadLimits
from tests.unit.knowledge.filetext.documents import pdf_bytes, read_bytes, zip_bytes


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "关于三季度预算"
    mail["From"] = "王小明 <wang@example.com>"
    mail["To"] = "li@example.com"
    mail["Date"] = "Mon, 04 Aug 2025 09:30:00 +0800"
    mail.set_content("预算见附件。", charset="gb18030")
    return mail


def test_headers_body_and_attachments(tmp_path: Path) -> None:
    mail = message()
    mail.add_alternative("<p>the same as HTML</p>", subtype="html")
    mail.add_attachment(
        pdf_bytes(["Total 120000 yuan for servers"]), maintype="application", subtype="pdf", filename="预算.pdf"
    )
    found = read_bytes(tmp_path, mail.as_bytes(), "mail.eml")
    assert found.kind == "email"
    assert found.title == "关于三季度预算"
    assert found.metadata["attachments"] == "预算.pdf"
    first = found.pages[0].text
    for text in ("Subject: 关于三季度预算", "From: 王小明 <wang@example.com>", "Attachments: 预算.pdf", "预算见附件。"):
        assert text in first
    assert "HTML" not in first
    assert (found.pages[1].label, found.pages[1].text) == ("预算.pdf · 1", "Total 120000 yuan for servers")


def test_html_only(tmp_path: Path) -> None:
    mail = message()
    mail.clear_content()
    mail.set_content("<p>第一段</p><p>第二段</p>", subtype="html")
    assert "第一段\n第二段" in read_bytes(tmp_path, mail.as_bytes(), "mail.eml").text


def test_raw_gbk_headers_of_old_programs(tmp_path: Path) -> None:
    raw = "Subject: 会议通知\nFrom: a@b.c\nTo: d@e.f\n\n下午三点开会，请准时参加。\n".encode("gbk")
    found = read_bytes(tmp_path, raw, "old.eml")
    assert found.title == "会议通知"
    assert "下午三点开会" in found.text


def test_a_bomb_in_an_attachment_does_not_hide_the_mail(tmp_path: Path) -> None:
    mail = message()
    bomb = zip_bytes({"zeros": bytes(50_000_000)})
    mail.add_attachment(bomb, maintype="application", subtype="zip", filename="a.zip")
    limits = ReadLimits(max_unpacked_bytes=10_000_000)
    found = read_bytes(tmp_path, mail.as_bytes(), "mail.eml", limits=limits)
    assert "预算见附件。" in found.text
    assert found.reason == "too_large"
