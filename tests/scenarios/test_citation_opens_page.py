"""A citation of a file opens the page, sheet, slide, member or attachment that it quotes."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from connectors.events import PersonId, RecordId
from knowledge.passage import Audience, PassageFilter
from tests.builders import channel, posted
from tests.scenarios.stage import Stage
from tests.unit.knowledge.filetext.documents import (
    pdf_bytes,
    pptx_bytes,
    pptx_shape,
    xlsx_bytes,
    xlsx_row,
    zip_bytes,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

PDF = pdf_bytes(["the first page says nothing of interest", "the second page names lazurite as the code word"])
XLSX = xlsx_bytes({"价格": xlsx_row(1, ["nothing"]), "交期": xlsx_row(1, ["rhodonite needs 18 days"])})
PPTX = pptx_bytes([pptx_shape("opening words"), pptx_shape("closing words"), pptx_shape("the sodalite decision")])


def _mail() -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Subject"] = "Maya <maya@a.example>", "offer"
    mail.set_content("see the attachment")
    mail.add_attachment(PDF.replace(b"lazurite", b"amazonit"), maintype="application", subtype="pdf", filename="o.pdf")
    return mail.as_bytes()


@pytest.mark.parametrize(
    ("number", "name", "content", "words", "page"),
    [
        (1, "report.pdf", PDF, "lazurite code word", "2"),
        (2, "prices.xlsx", XLSX, "rhodonite days", "交期"),
        (3, "deck.pptx", PPTX, "sodalite decision", "3"),
        (4, "all.zip", zip_bytes({"in/deck.pptx": PPTX}), "sodalite decision", "in/deck.pptx · 3"),
        (5, "offer.eml", _mail(), "amazonit code word", "o.pdf · 2"),
    ],
)
async def test_it_opens_what_it_quotes(
    stage: Stage, number: int, name: str, content: bytes, words: str, page: str
) -> None:
    place = channel(f"pages-{number}")
    file = await stage.share(f"f{number}", name, content, "application/octet-stream")
    await stage.tell(posted(number, "here it is", files=(file,), place=place))
    where = PassageFilter(kinds=frozenset({"file"}), channel_ids=frozenset({place.channel_id}))  # type: ignore[arg-type]  # the same ids
    found, *_ = await stage.application.finder.search(words, audience=Audience.operator(), where=where)
    citation = found.citation()
    assert (citation.file_id, citation.page) == (f"m{number}|f{number}", page)
    opened = await stage.host.file(PersonId("console:Li Wei"), RecordId(str(citation.file_id)))
    assert " ".join(citation.quote.split()) in " ".join(dict(opened.pages)[page].split())
