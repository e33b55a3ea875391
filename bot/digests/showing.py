"""A digest as an answer: its text with links to messages that stand, read from the truth at the moment of showing."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.digests.digest import Digest
from bot.digests.rendering import DigestText
from bot.errors import Language
from bot.feedback.report_text import ReportText
from bot.guarding.masking import mask
from bot.truth.partly import partly_kept
from bot.truth.tables import ChannelRow, DigestRow, MessageRow, PersonRow
from connectors.connector import Answer, Citation
from connectors.events import RecordId
from knowledge.address import without_url_secrets

REASON = "digest"
_QUOTE_CHARS = 240


def digest_views(session: Session, digest_ids: Sequence[str]) -> dict[str, Answer]:
    """Kept digests by id. Their words are kept in their lines alone, so that they go with their messages."""
    rows = session.scalars(select(DigestRow).where(DigestRow.digest_id.in_(digest_ids)))
    return {row.digest_id: shown(session, Digest.of(row)) for row in rows}


def shown(session: Session, digest: Digest, *, about: str = "") -> Answer:
    """A digest, kept or not, as connectors and pages show it; ``about`` as in ``DigestText``."""
    if digest.facts.report is not None:
        text = ReportText(digest, digest.facts.report).text()
    else:
        text = DigestText(digest, _names(session, digest), about=about, partial=_partial(session, digest)).text()
    return Answer(
        answer_id=digest.digest_id,
        question="",
        text=text,
        abstained=False,
        reason=REASON,
        citations=_citations(session, digest),
        model=digest.model,
        language=digest.language,
    )


def permalinks(session: Session, record_ids: Sequence[str]) -> dict[str, str | None]:
    """The permalink of each of these messages that stands, None where it came without one."""
    standing = select(MessageRow.record_id, MessageRow.permalink).where(
        MessageRow.record_id.in_(record_ids), MessageRow.deleted_at.is_(None)
    )
    return dict(session.execute(standing).all())


def _names(session: Session, digest: Digest) -> dict[str, str]:
    channels = select(ChannelRow.channel_id, ChannelRow.name).where(
        ChannelRow.channel_id.in_(digest.channel_ids), ChannelRow.visibility != "direct"
    )
    return dict(session.execute(channels).all())


def _partial(session: Session, digest: Digest) -> tuple[str, ...]:
    return partly_kept(session, digest.channel_ids, since=digest.since)


def _citations(session: Session, digest: Digest) -> tuple[Citation, ...]:
    numbers = {one.n: one.line.record_ids[0] for one in digest.lines}
    found = {
        message.record_id: (message, author, channel)
        for message, author, channel in session.execute(
            select(MessageRow, PersonRow.name, ChannelRow.name)
            .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
            .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
            .where(MessageRow.record_id.in_(numbers.values()), MessageRow.deleted_at.is_(None))
        )
    }
    return tuple(
        Citation(
            n=n,
            record_id=RecordId(record_id),
            quote=_quote(found[record_id][0].text, digest.language),
            author=found[record_id][1] or "",
            channel_name=found[record_id][2],
            time=found[record_id][0].sent_at or found[record_id][0].version_at,
            permalink=found[record_id][0].permalink,
        )
        for n, record_id in sorted(numbers.items())
        if record_id in found
    )


def _quote(text: str, language: Language) -> str:
    words = mask(" ".join(without_url_secrets(text).split()), language)
    return words if len(words) <= _QUOTE_CHARS else f"{words[:_QUOTE_CHARS].rstrip()}…"
