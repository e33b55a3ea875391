"""The sources of a standard answer as citations."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.answering.excerpt import excerpt
from bot.curating.standard_answer import StandardAnswer, StandardSource
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, FileRow, FileTextRow, MessageRow, PersonRow
from connectors.connector import Citation
from connectors.events import RecordId
from knowledge.address import without_url_secrets
from knowledge.lexical import terms

_QUOTE_CHARS = 300
_READ_CHARS = 20_000
"""Of a page: a sheet can be very long."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation and the channel where its source stands."""

    citation: Citation
    channel_id: str


async def citations_of(database: Database, given: StandardAnswer, question: str) -> list[Cited]:
    """Those of its sources that stand, by number, each with what it says about the question."""
    if not given.sources:
        return []
    wanted = frozenset(terms(f"{question} {given.text}"))
    async with database.read() as connection:
        return await connection.run_sync(
            lambda sync: [
                cited for source in given.sources if (cited := _cited(Session(sync), source, wanted)) is not None
            ]
        )


def _cited(session: Session, source: StandardSource, wanted: frozenset[str]) -> Cited | None:
    row = session.execute(
        select(MessageRow, PersonRow.name, ChannelRow.name)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
        .where(MessageRow.record_id == source.record_id, MessageRow.deleted_at.is_(None))
    ).first()
    if row is None:
        return None
    message, author, channel_name = row
    file = session.get(FileRow, source.file_id) if source.file_id is not None else None
    said = without_url_secrets(message.text) if file is None else _page(session, file, source.page)
    citation = Citation(
        n=source.n,
        record_id=RecordId(source.record_id),
        quote=excerpt(said[:_READ_CHARS], wanted, limit=_QUOTE_CHARS),
        author=author or "",
        channel_name=channel_name,
        time=message.sent_at or message.version_at,
        permalink=message.permalink,
        file_id=RecordId(file.file_id) if file is not None else None,
        file_name=file.name if file is not None else None,
        page=source.page,
    )
    return Cited(citation, message.channel_id or "")


def _page(session: Session, file: FileRow, page: str | None) -> str:
    text = session.get(FileTextRow, file.sha256) if file.sha256 is not None else None
    pages = text.pages if text is not None else []
    found = next((str(words) for label, words in pages if page is None or str(label or "") == page), "")
    return found or file.caption or file.name
