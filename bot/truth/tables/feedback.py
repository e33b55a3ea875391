"""What is made of people's verdicts: what is to be taken in, what it is about, and the cases operators work on."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.truth.tables.answers import AnswerRow, of_the_answer
from bot.truth.tables.base import Base


class IntakeRow(Base):
    """An answer of which something is to be taken in: it was given, judged, picked, or a sign of it was seen.

    Written with what it tells of in one transaction, and removed when it was taken in, unless noted again meanwhile.
    """

    __tablename__ = "intake"
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), primary_key=True)
    noted_at: Mapped[datetime] = mapped_column(index=True)


class QuestionVectorRow(Base):
    """What a question is about. Goes with the words of the question."""

    __tablename__ = "question_vectors"
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), primary_key=True)
    embedding_model: Mapped[str]
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    """Of unit length, little-endian float16."""


class SignRow(Base):
    """Something a person did that tells of an answer without being a verdict; each thing once."""

    __tablename__ = "signs"
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    """opened, asked_again, answered_by_person, shared, quoted or meant."""
    record_id: Mapped[str] = mapped_column(primary_key=True, default="", index=True)
    """The source that was opened, the message that answered or quoted, the channel it was shared in, or the standard
    answer that was meant; or empty."""
    seen_at: Mapped[datetime] = mapped_column(index=True)
    asked_at: Mapped[datetime] = mapped_column(default=of_the_answer(AnswerRow.asked_at))
    channel_id: Mapped[str | None] = mapped_column(default=of_the_answer(AnswerRow.channel_id))
    """When and where the answer was asked for, which never changes: signs are counted without opening it."""
    __table_args__ = (Index("ix_signs_use", "asked_at", "channel_id", "kind", "answer_id"),)


class CaseRow(Base):
    """Questions of one kind whose answers failed somebody; its words are those of the answers in it."""

    __tablename__ = "cases"
    case_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    """open, mended, dismissed or merged."""
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(index=True)
    decided_by: Mapped[str | None]
    """Name of the operator."""
    merged_into: Mapped[str | None] = mapped_column(String(32))
    standard_answer_id: Mapped[str | None] = mapped_column(String(64), index=True)
    """By which it was mended, or which is the reason for it: expired, contested or without its source."""


class CaseAnswerRow(Base):
    """An answer in a case; an answer is in one case at most."""

    __tablename__ = "case_answers"
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id", ondelete="CASCADE"))
    causes: Mapped[list[Any]]
    """down, abstained, unsupported, asked_again, answered_by_person."""
    added_at: Mapped[datetime]
    asked_at: Mapped[datetime] = mapped_column(default=of_the_answer(AnswerRow.asked_at))
    channel_id: Mapped[str | None] = mapped_column(default=of_the_answer(AnswerRow.channel_id))
    person_id: Mapped[str | None] = mapped_column(default=of_the_answer(AnswerRow.person_id))
    """When, where and by whom it was asked, which never changes: cases are counted without opening answers."""
    __table_args__ = (Index("ix_case_answers_use", "case_id", "asked_at", "channel_id", "person_id"),)


class LearningResetRow(Base):
    """From when on votes count for the order of search: of one passage's record, or of everything."""

    __tablename__ = "learning_resets"
    record_id: Mapped[str] = mapped_column(primary_key=True)
    """Empty: everything."""
    reset_at: Mapped[datetime]
    reset_by: Mapped[str]


class PairOfferRow(Base):
    """A second answer made beside a first, for a person to pick from.

    Remembered to ask seldom, and not where it is disliked; a second answer is no other question.
    """

    __tablename__ = "pair_offers"
    offer_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(index=True)
    channel_id: Mapped[str] = mapped_column(index=True)
    first_answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), index=True)
    second_answer_id: Mapped[str | None] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"))
    unasked: Mapped[bool]
    offered_at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(String(16))
    """made, open once it was shown, picked or declined."""


class ComparisonRow(Base):
    """Two configurations compared on the team's own questions."""

    __tablename__ = "comparisons"
    comparison_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    left: Mapped[dict[str, Any]]
    right: Mapped[dict[str, Any]]
    """Settings that differ from those in force."""
    state: Mapped[str] = mapped_column(String(16), index=True)
    """running, done or failed."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[str]
    figures: Mapped[dict[str, Any]]


class ComparisonItemRow(Base):
    """A question of a comparison with both answers, which are kept like any other and go with their sources."""

    __tablename__ = "comparison_items"
    comparison_id: Mapped[str] = mapped_column(
        ForeignKey("comparisons.comparison_id", ondelete="CASCADE"), primary_key=True
    )
    asked_answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), primary_key=True)
    """The answer from use whose question is asked."""
    left_answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), index=True)
    right_answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), index=True)
    left_is_shown_first: Mapped[bool]
    picked: Mapped[str | None] = mapped_column(String(8))
    """left, right or neither, by a person."""
    picked_by: Mapped[str | None]
    judged: Mapped[str | None] = mapped_column(String(8))
    """left, right or neither, by a model that was asked in both orders."""
    measures: Mapped[dict[str, Any]]


class TrainingConsentRow(Base):
    """What a channel or a person says to their words being exported for training; without a row: no."""

    __tablename__ = "training_consents"
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    """channel or person."""
    subject_id: Mapped[str] = mapped_column(primary_key=True)
    allowed: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class PromptVersionRow(Base):
    """A text of a prompt that operators wrote; the one in force is told by ``activated_at`` and ``retired_at``."""

    __tablename__ = "prompt_versions"
    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class StandardAnswerSourceRow(Base):
    """What a standard answer rests on, as ``n`` in its text; when one of these goes, it is given no more."""

    __tablename__ = "standard_answer_sources"
    standard_answer_id: Mapped[str] = mapped_column(
        ForeignKey("standard_answers.standard_answer_id", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(index=True)
    file_id: Mapped[str | None] = mapped_column(String(1024), index=True)
    page: Mapped[str | None]
    channel_id: Mapped[str]


class StandardOfferRow(Base):
    """Beside an answer a standard answer was named by its question: perhaps that was meant. Its words are not here."""

    __tablename__ = "standard_offers"
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), primary_key=True)
    standard_answer_id: Mapped[str] = mapped_column(
        ForeignKey("standard_answers.standard_answer_id", ondelete="CASCADE"), index=True
    )
    ended_at: Mapped[datetime | None]
    """Since when it is named no more: the question or who may be given its answer changed."""
    given_answer_id: Mapped[str | None] = mapped_column(
        ForeignKey("answers.answer_id", ondelete="SET NULL"), index=True
    )
    """As which it was given to whoever said yes."""
