"""Standard answers that may be learnt of, and the prompt in which each is the right answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.answering.evidence import Evidence, excerpt_of
from bot.answering.prompt import answer_prompt
from bot.curating.standard_answers import EVERYBODY, StandardAnswer, StandardSource
from bot.llm.interface import ChatMessage
from bot.training.consent import Consents
from bot.training.example import Reason
from bot.training.given import Given, without_marks
from bot.truth.tables import (
    CaseAnswerRow,
    CaseRow,
    ChannelRow,
    FileRow,
    FileTextRow,
    MessageRow,
    PersonRow,
)

_ASKER: Final = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A standard answer with what it rests on and the answers that it was put in the place of."""

    standard_answer_id: str
    answer: StandardAnswer
    text: str
    """Without citation marks."""
    evidence: tuple[Evidence, ...]
    replaces: tuple[str, ...]
    channel_id: str | None
    """The first channel of its audience; None: everybody."""

    @property
    def records(self) -> frozenset[str]:
        """Messages that it rests on."""
        return frozenset(item.message_id for item in self.evidence)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the people whose words it rests on."""
        return tuple(dict.fromkeys(item.author for item in self.evidence if item.author))

    def prompt(self, zone: tzinfo) -> tuple[ChatMessage, ...]:
        """Its question over its sources, put as a question in a chat is."""
        made = answer_prompt(
            question=self.answer.question,
            person=_ASKER,
            evidence=self.evidence,
            now=self.answer.approved_at or self.answer.proposed_at,
            zone=zone,
            language=self.answer.language,
        )
        return made.messages

    def prompt_for(self, given: Given, zone: tzinfo) -> tuple[ChatMessage, ...]:
        """The prompt as it was given where it holds what this rests on; otherwise the question over the sources."""
        if given.prompt and self.records <= given.records:
            return given.prompt
        return self.prompt(zone)


def load_standard(
    session: Session, answers: Sequence[StandardAnswer], consents: Consents
) -> Mapping[str, Standard | Reason]:
    """Each of these that are in force, or why it may not be used."""
    messages = _messages(session, {source.record_id for one in answers for source in one.sources})
    replaced = _replaced(session, answers)
    found: dict[str, Standard | Reason] = {}
    for one in answers:
        if not messages.keys() >= {source.record_id for source in one.sources}:
            found[one.standard_answer_id] = "not_in_force"
            continue
        said = [messages[source.record_id] for source in one.sources]
        audience = sorted(one.channel_ids - {EVERYBODY})
        if not consents.allow_channels({*audience, *(str(message.channel_id) for message, _, _ in said)}):
            found[one.standard_answer_id] = "channel"
        elif not consents.allow_people({one.proposed_by, *(message.author_id or "" for message, _, _ in said)}):
            found[one.standard_answer_id] = "person"
        else:
            found[one.standard_answer_id] = Standard(
                standard_answer_id=one.standard_answer_id,
                answer=one,
                text=without_marks(one.text),
                evidence=_evidence(session, one, messages),
                replaces=replaced[one.standard_answer_id],
                channel_id=audience[0] if audience else None,
            )
    session.expunge_all()
    return found


def _messages(session: Session, record_ids: Collection[str]) -> dict[str, tuple[MessageRow, str, str]]:
    """Those that stand, with their author's and channel's names."""
    statement = (
        select(MessageRow, PersonRow.name, ChannelRow.name)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
        .where(MessageRow.record_id.in_(record_ids), MessageRow.deleted_at.is_(None))
    )
    return {row.record_id: (row, author or "", place) for row, author, place in session.execute(statement)}


def _evidence(
    session: Session, one: StandardAnswer, messages: Mapping[str, tuple[MessageRow, str, str]]
) -> tuple[Evidence, ...]:
    made: list[Evidence] = []
    for source in one.sources:
        message, author, place = messages[source.record_id]
        file_name, text = _words(session, source, message)
        made.append(
            Evidence(
                n=source.n,
                record_id=source.file_id or source.record_id,
                message_id=source.record_id,
                channel_id=message.channel_id or "",
                channel_name=place,
                author=author,
                time=message.sent_at or message.version_at.astimezone(UTC),
                text=text,
                excerpt=excerpt_of(text, f"{one.question} {one.text}"),
                kind="file" if source.file_id else "message",
                permalink=None,
                file_id=source.file_id,
                file_name=file_name,
                page=source.page,
            )
        )
    return tuple(made)


def _words(session: Session, source: StandardSource, message: MessageRow) -> tuple[str | None, str]:
    """Name and page of the file, or what the message says."""
    file = session.get(FileRow, source.file_id) if source.file_id else None
    if file is None or file.removed_at is not None:
        return None, message.text
    read = session.get(FileTextRow, file.sha256) if file.sha256 else None
    pages = {str(label): str(text) for label, text in (read.pages if read else ())}
    page = pages.get(source.page or "")
    return file.name, " ".join(pages.values()) if page is None else page


def _replaced(session: Session, answers: Sequence[StandardAnswer]) -> Mapping[str, tuple[str, ...]]:
    """The answer that each was made from, and those of the cases that it mended."""
    found: dict[str, list[str]] = {
        one.standard_answer_id: [one.replaces_answer_id] if one.replaces_answer_id else [] for one in answers
    }
    mended = (
        select(CaseRow.standard_answer_id, CaseAnswerRow.answer_id)
        .join(CaseAnswerRow, CaseAnswerRow.case_id == CaseRow.case_id)
        .where(CaseRow.standard_answer_id.in_(found), CaseRow.state == "mended")
        .order_by(CaseAnswerRow.added_at, CaseAnswerRow.answer_id)
    )
    for standard_id, answer_id in session.execute(mended):
        found[str(standard_id)].append(answer_id)
    return {standard_id: tuple(dict.fromkeys(answer_ids)) for standard_id, answer_ids in found.items()}


def moment_of(standard: Standard) -> datetime:
    """When it began to be given."""
    return standard.answer.approved_at or standard.answer.proposed_at
