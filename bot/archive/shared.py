"""What messages share, files and links, as drafts: found by its own words, and by who shared it where and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.archive.draft import Draft
from bot.truth.tables import ChannelRow, FileRow, FileTextRow, LinkRow, MessageRow, PersonRow
from bot.truth.talk import Placed, place_with_neighbours
from knowledge.address import address_words, link_words, without_url_secrets
from knowledge.chunking import Chunk, chunk_pages
from knowledge.passage import ChannelId, Passage, PassageKind, PersonId, RecordId
from knowledge.surroundings import Line, Surroundings


@dataclass(frozen=True, slots=True)
class Sharing:
    """The message that shared something, and its place in the talk (None: it is not talk)."""

    author_id: str
    author: str
    channel: str
    sent_at: datetime
    thread_id: str | None
    text: str
    place: Placed | None

    def around(self, line: Line) -> Surroundings | None:
        """What was shared stands in the talk right behind its message."""
        if self.place is None:
            return None
        near = self.place.surroundings
        lines = {-2: near.neighbours.get(-1), -1: near.line, 1: near.neighbours.get(1), 2: near.neighbours.get(2)}
        return Surroundings(line, {offset: other for offset, other in lines.items() if other is not None}, near.head)

    def about(self) -> str:
        """Who shared it where, and with which words."""
        return f"#{self.channel}\n{self.author}: {self.text}"


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file to write; ``first_only`` when nothing but the talk around it changed, which its first passage tells."""

    row: FileRow
    sharing: Sharing
    pages: list[tuple[str, str]]
    first_only: bool


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A link to write."""

    row: LinkRow
    sharing: Sharing


def read_shared(
    session: Session, record_ids: Iterable[str], placed: Iterable[Placed]
) -> tuple[list[SharedFile], list[SharedLink]]:
    """The living files and links among ``record_ids``, and those of the messages that are ``placed`` anew."""
    asked = set(record_ids)
    places = {one.spoken.record_id: one for one in placed}
    files = session.scalars(
        select(FileRow).where(
            or_(FileRow.file_id.in_(asked), FileRow.record_id.in_(places)), FileRow.removed_at.is_(None)
        )
    ).all()
    links = session.scalars(select(LinkRow).where(or_(LinkRow.link_id.in_(asked), LinkRow.record_id.in_(places)))).all()
    sharing = _sharing(session, {*(row.record_id for row in files), *(row.record_id for row in links)}, places)
    return (
        [
            SharedFile(row, sharing[row.record_id], _pages(session, row), first_only=row.file_id not in asked)
            for row in files
            if row.record_id in sharing
        ],
        [SharedLink(row, sharing[row.record_id]) for row in links if row.record_id in sharing],
    )


def file_drafts(file: SharedFile) -> Iterable[Draft]:
    """The passages of a file; one without text is found by its name and the talk around it."""
    row, sharing = file.row, file.sharing
    pages = [(label, without_url_secrets(text)) for label, text in file.pages if text.strip()]
    chunks = chunk_pages(pages[:1] if file.first_only else pages)
    chunks = chunks or [Chunk(label=None, text=f"{row.name} {row.caption}".strip())]
    about = f"{row.name}\n{row.caption}\n{sharing.about()}"
    for number, chunk in enumerate(chunks[:1] if file.first_only else chunks):
        if not chunk.text.strip():
            continue
        passage = _passage(row.file_id, number, "file", sharing, row.channel_id or "", chunk.text, page=chunk.label)
        line = Line(record_id=f"{row.file_id}#{number}", author=row.name, text=chunk.text)
        # Talk changes often: only the first passage tells it, so that a long file is not embedded again and again.
        surroundings = sharing.around(line) if number == 0 else None
        context = _joined(line.spoken(), about, surroundings)
        yield Draft(passage, line, line.spoken(), context, surroundings, alone=file.first_only)


def link_draft(link: SharedLink) -> Draft:
    """The passage of a link: what it is called, and what its address says."""
    row, sharing = link.row, link.sharing
    said = address_words(row.url)
    words = f"{row.label}\n{row.url}\n{row.host}\n{said}".strip()
    passage = _passage(row.link_id, 0, "link", sharing, row.channel_id, link_words(row.label, row.url))
    line = Line(record_id=row.link_id, author=row.label, text=said)
    surroundings = sharing.around(line)
    return Draft(passage, line, words, _joined(words, sharing.about(), surroundings), surroundings)


def _passage(
    record_id: str, chunk: int, kind: PassageKind, sharing: Sharing, channel_id: str, text: str, page: str | None = None
) -> Passage:
    return Passage(
        record_id=RecordId(record_id),
        chunk=chunk,
        kind=kind,
        channel_id=ChannelId(channel_id),
        author_id=PersonId(sharing.author_id),
        sent_at=sharing.sent_at,
        text=text,
        thread_id=RecordId(sharing.thread_id) if sharing.thread_id else None,
        file_id=RecordId(record_id) if kind == "file" else None,
        page=page,
    )


def _joined(words: str, about: str, surroundings: Surroundings | None) -> str:
    return f"{words}\n{about}\n{surroundings.context() if surroundings else ''}".strip()


def _pages(session: Session, file: FileRow) -> list[tuple[str, str]]:
    text = session.get(FileTextRow, file.sha256) if file.sha256 and file.status == "read" else None
    return [(str(label), str(words)) for label, words in text.pages] if text else []


def _sharing(session: Session, message_ids: set[str], known: Mapping[str, Placed]) -> dict[str, Sharing]:
    """Living messages by id."""
    if not message_ids:
        return {}
    elsewhere = place_with_neighbours(session, message_ids.difference(known))
    places = {**{one.spoken.record_id: one for one in elsewhere}, **known}
    rows = session.execute(
        select(MessageRow, PersonRow.name, ChannelRow.name)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
        .where(MessageRow.record_id.in_(message_ids), MessageRow.deleted_at.is_(None))
    )
    return {
        message.record_id: Sharing(
            author_id=message.author_id or "",
            author=author or "",
            channel=channel,
            sent_at=message.sent_at or message.version_at,
            thread_id=message.thread_id,
            text=without_url_secrets(message.text),
            place=places.get(message.record_id),
        )
        for message, author, channel in rows
    }
