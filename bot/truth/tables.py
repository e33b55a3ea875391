"""Tables of the truth. Times are stored in UTC; ids are those of ``connectors.events``.

Invariant 3 in columns: whatever holds words of a message (``messages.text``, ``message_edits``, ``file_texts``,
``inbox.payload``, ``answers``, ``answer_sources``) is emptied or removed when the message is deleted.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """Timezone-aware datetimes on every database; refuses naive ones instead of guessing."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps no zone, so it is stored without."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "naive datetime"
            raise ValueError(msg)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Declarative base; ids are plain strings, times are UTC."""

    type_annotation_map = {datetime: UtcDateTime(), str: String(512), dict[str, Any]: JSON, list[Any]: JSON}


class InboxRow(Base):
    """An event as received. ``payload`` is emptied once it is applied; the row stays to recognise duplicates."""

    __tablename__ = "inbox"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(unique=True)
    lane: Mapped[int]
    """0 live, 1 import: live events are taken first."""
    payload: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    error: Mapped[str | None]
    __table_args__ = (Index("ix_inbox_next", "state", "lane", "seq"), {"sqlite_autoincrement": True})


class ChannelRow(Base):
    """A group chat or direct chat; ``changed_at`` decides between events that arrive out of order."""

    __tablename__ = "channels"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    workspace_id: Mapped[str]
    name: Mapped[str] = mapped_column(index=True)
    visibility: Mapped[str] = mapped_column(String(16))
    archived: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class PersonRow(Base):
    """A person or bot of a platform."""

    __tablename__ = "people"
    person_id: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(index=True)
    is_bot: Mapped[bool] = mapped_column(default=False)
    is_guest: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class MembershipRow(Base):
    """Whether a person is in a channel, by the newest event about it. Rows of people who left stay."""

    __tablename__ = "memberships"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    present: Mapped[bool]
    changed_at: Mapped[datetime]


class MessageRow(Base):
    """A message. An edit or deletion that comes before its message makes a row without channel (a stub)."""

    __tablename__ = "messages"
    record_id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str | None]
    author_id: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    thread_id: Mapped[str | None]
    text: Mapped[str] = mapped_column(Text, default="")
    version_at: Mapped[datetime]
    edited: Mapped[bool] = mapped_column(default=False)
    system: Mapped[bool] = mapped_column(default=False)
    permalink: Mapped[str | None] = mapped_column(Text)
    answer_id: Mapped[str | None]
    """Set on the bot's own answers."""
    deleted_at: Mapped[datetime | None]
    erasure_id: Mapped[str | None] = mapped_column(index=True)
    """Set once it was forgotten on purpose: only its place in thread and channel is kept, whatever comes late."""
    applied_at: Mapped[datetime] = mapped_column(index=True)
    """When this row was last changed here: what a rebuild must look at once more."""
    __table_args__ = (
        Index("ix_messages_channel_time", "channel_id", "sent_at", "record_id"),
        Index("ix_messages_thread", "thread_id", "sent_at"),
        Index("ix_messages_author", "author_id"),
    )


class MessageEditRow(Base):
    """A former text of a message."""

    __tablename__ = "message_edits"
    record_id: Mapped[str] = mapped_column(primary_key=True)
    version_at: Mapped[datetime] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class FileRow(Base):
    """A file as shared with one message; a file shared twice is two rows, whose bytes lie once under ``sha256``."""

    __tablename__ = "files"
    file_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    """Record id of this share."""
    platform_file_id: Mapped[str] = mapped_column(index=True)
    record_id: Mapped[str] = mapped_column(index=True)
    channel_id: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str]
    size_bytes: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    caption: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(16))
    """pending, read or failed."""
    reason: Mapped[str | None]
    removed_at: Mapped[datetime | None]
    applied_at: Mapped[datetime] = mapped_column(index=True)
    """When this row was last changed here."""


class RemovedFileRow(Base):
    """A file that its platform has removed: a message that arrives later does not bring it back."""

    __tablename__ = "removed_files"
    platform_file_id: Mapped[str] = mapped_column(primary_key=True)
    removed_at: Mapped[datetime]


class FileTextRow(Base):
    """What was read from the bytes with this checksum: ``pages`` is a list of [label, text]."""

    __tablename__ = "file_texts"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    pages: Mapped[list[Any]]
    reason: Mapped[str | None]
    read_at: Mapped[datetime]


class ReactionRow(Base):
    """An emoji on a message by one person, by the newest event about it."""

    __tablename__ = "reactions"
    record_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    emoji: Mapped[str] = mapped_column(primary_key=True)
    present: Mapped[bool]
    changed_at: Mapped[datetime]


class LinkRow(Base):
    """An address that a message names: a record of its own. Rows go with their message or its edit."""

    __tablename__ = "links"
    link_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    """Record id: the message's and a digest of the address."""
    record_id: Mapped[str] = mapped_column(index=True)
    channel_id: Mapped[str] = mapped_column(index=True)
    url: Mapped[str] = mapped_column(Text)
    """As shared, without secrets."""
    digest: Mapped[str] = mapped_column(String(32), index=True)
    """The same for two shares of one address, whatever tracking parameters they carry."""
    host: Mapped[str] = mapped_column(index=True)
    label: Mapped[str] = mapped_column(Text, default="")
    """What the platform shows instead of the address, or tells about the page; nothing is fetched."""
    applied_at: Mapped[datetime] = mapped_column(index=True)


class ConversationRow(Base):
    """Which conversation of its channel a message belongs to, and what it replies to; computed, never typed in."""

    __tablename__ = "message_conversations"
    record_id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(index=True)
    reply_to: Mapped[str | None] = mapped_column(index=True)
    conversation_id: Mapped[str] = mapped_column(index=True)
    """Record id of the conversation's first message."""


class ConversationQueueRow(Base):
    """A place in a channel where talk came, went or changed: what follows it is to be separated anew."""

    __tablename__ = "conversation_queue"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    lane: Mapped[int]
    channel_id: Mapped[str]
    sent_at: Mapped[datetime]
    record_id: Mapped[str] = mapped_column(index=True)
    __table_args__ = (
        Index("ix_conversation_queue_next", "lane", "channel_id", "sent_at", "record_id"),
        {"sqlite_autoincrement": True},
    )


class CategoryRow(Base):
    """A category of the team's own; archived ones are no longer given."""

    __tablename__ = "categories"
    category_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int]
    archived: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class RecordCategoryRow(Base):
    """A category of a record as given by rules and small models, 0 … 1 sure."""

    __tablename__ = "record_categories"
    record_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    category_id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    score: Mapped[float]
    applied_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC), index=True)
    """When it was given."""


class CategoryCorrectionRow(Base):
    """What a person says about a category of a record: it counts before any model, and models learn from it."""

    __tablename__ = "category_corrections"
    record_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    category_id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    present: Mapped[bool]
    person_id: Mapped[str]
    corrected_at: Mapped[datetime] = mapped_column(index=True)


class TopicRow(Base):
    """A topic found in the data: its words, most telling first."""

    __tablename__ = "topics"
    topic_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    label: Mapped[str]
    words: Mapped[list[Any]]
    found_at: Mapped[datetime]


class RecordTopicRow(Base):
    """The topic of a record."""

    __tablename__ = "record_topics"
    record_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    topic_id: Mapped[str] = mapped_column(String(64), index=True)


class RetentionRow(Base):
    """How long a channel keeps its records; the setting counts for channels without a row."""

    __tablename__ = "retention_rules"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    keep_days: Mapped[int | None]
    """None keeps forever."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class ErasureRow(Base):
    """The receipt of a removal by ``forget`` or retention: what went from where, in numbers and ids, never in words."""

    __tablename__ = "erasures"
    erasure_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    requested_by: Mapped[str]
    scope: Mapped[dict[str, Any]]
    removed: Mapped[dict[str, Any]]


class ForgottenRow(Base):
    """What is not taken in any more: messages of this channel and by this person (None: any) sent before a moment."""

    __tablename__ = "forgotten"
    rule_id: Mapped[str] = mapped_column(primary_key=True)
    """The erasure that made it, or ``retention:`` and the channel."""
    channel_id: Mapped[str | None] = mapped_column(index=True)
    person_id: Mapped[str | None] = mapped_column(index=True)
    before: Mapped[datetime]


class ChannelSettingsRow(Base):
    """What a channel lets the bot do beyond answering when spoken to; without a row the defaults count."""

    __tablename__ = "channel_settings"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    answers_unasked: Mapped[bool] = mapped_column(default=False)
    """Whether it answers a question put to nobody when the archive plainly holds the answer."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class ConversationSummaryRow(Base):
    """What a conversation came to, kept until one of its messages changes."""

    __tablename__ = "conversation_summaries"
    summary_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(index=True)
    channel_id: Mapped[str] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(8))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of the messages with their versions, the prompt and the model: another one means that it is out of date."""
    lines: Mapped[list[Any]]
    """Checked lines with section, text and the records that support them."""
    model: Mapped[str]
    prompt_version: Mapped[str]
    made_at: Mapped[datetime]


class ConversationSummarySourceRow(Base):
    """A message that a kept summary was made of: the summary goes with it."""

    __tablename__ = "conversation_summary_sources"
    summary_id: Mapped[str] = mapped_column(
        ForeignKey("conversation_summaries.summary_id", ondelete="CASCADE"), primary_key=True
    )
    record_id: Mapped[str] = mapped_column(primary_key=True, index=True)


class DigestScheduleRow(Base):
    """A digest that comes by itself: of some channels, to a channel or to one person, daily or weekly."""

    __tablename__ = "digest_schedules"
    schedule_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    workspace_id: Mapped[str]
    target_channel_id: Mapped[str | None] = mapped_column(index=True)
    """Where it is posted; None: the direct chat of the person."""
    person_id: Mapped[str | None] = mapped_column(index=True)
    """Set when it is for one person."""
    channel_ids: Mapped[list[Any]]
    """What it is about; none, for a person: every channel that the person is in."""
    period: Mapped[str] = mapped_column(String(16))
    """daily or weekly."""
    minute_of_day: Mapped[int]
    weekday: Mapped[int]
    """0 is Monday; of a weekly one."""
    timezone: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    skip_quiet: Mapped[bool] = mapped_column(default=False)
    """Nothing is posted when nothing was said."""
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """Times before it are not due."""
    enabled: Mapped[bool] = mapped_column(default=True)
    covered_until: Mapped[datetime]
    """The end of the period that was told last; the next one begins here."""


class DigestRow(Base):
    """A digest as made; one a schedule and period, whatever restarts come between."""

    __tablename__ = "digests"
    digest_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    schedule_id: Mapped[str | None] = mapped_column(String(64), index=True)
    target_channel_id: Mapped[str | None] = mapped_column(index=True)
    person_id: Mapped[str | None] = mapped_column(index=True)
    channel_ids: Mapped[list[Any]]
    since: Mapped[datetime]
    until: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(8))
    lines: Mapped[list[Any]]
    """Those that tell of a message go when it is deleted or changed."""
    facts: Mapped[dict[str, Any]]
    """Numbers for its heading, and its time zone; never words of messages."""
    model: Mapped[str]
    prompt_version: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    """made, posting (given to the platform, outcome unknown), posted, empty (nothing to post) or failed."""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(64))
    posted_record_id: Mapped[str | None] = mapped_column(index=True)
    posted_at: Mapped[datetime | None]
    __table_args__ = (Index("ux_digests_schedule_period", "schedule_id", "until", unique=True),)


class DigestSourceRow(Base):
    """A message that a digest tells of."""

    __tablename__ = "digest_sources"
    digest_id: Mapped[str] = mapped_column(ForeignKey("digests.digest_id", ondelete="CASCADE"), primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True, index=True)


class ConfirmationRow(Base):
    """Something that changes or deletes, put to the person who asked for it; done only when they say yes."""

    __tablename__ = "confirmations"
    confirmation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(index=True)
    channel_id: Mapped[str | None] = mapped_column(index=True)
    action: Mapped[dict[str, Any]]
    """Its kind and what it needs, never words of messages."""
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]


class IndexQueueRow(Base):
    """A record whose passages in Qdrant are not what the truth says: the archivist's to-do list."""

    __tablename__ = "index_queue"
    record_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    lane: Mapped[int]
    enqueued_at: Mapped[datetime]
    ticket: Mapped[str] = mapped_column(String(32))
    """Changes whenever the record is queued again, so that a change made while indexing is not forgotten."""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    error: Mapped[str | None]
    __table_args__ = (Index("ix_index_queue_next", "lane", "enqueued_at"),)


class AnswerRow(Base):
    """An answer with everything needed to show, judge and replay it."""

    __tablename__ = "answers"
    answer_id: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    channel_id: Mapped[str | None] = mapped_column(index=True)
    person_id: Mapped[str | None]
    question_record_id: Mapped[str | None] = mapped_column(index=True)
    answer_record_id: Mapped[str | None] = mapped_column(index=True)
    """The bot's message that shows it."""
    question: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    abstained: Mapped[bool]
    reason: Mapped[str | None]
    model: Mapped[str]
    prompt_version: Mapped[str]
    trace: Mapped[dict[str, Any]]
    """Prompt, sampling, raw output and checks; emptied when a source is deleted."""
    timings_ms: Mapped[dict[str, Any]]
    withdrawn_at: Mapped[datetime | None]
    """Set when a source was deleted: text and trace are gone."""


class AnswerSourceRow(Base):
    """A passage an answer was given (``n`` as shown to the model) and whether the answer cites it."""

    __tablename__ = "answer_sources"
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(index=True)
    file_id: Mapped[str | None] = mapped_column(String(1024), index=True)
    chunk: Mapped[int]
    page: Mapped[str | None]
    channel_id: Mapped[str]
    quote: Mapped[str] = mapped_column(Text)
    cited: Mapped[bool]


class VerdictRow(Base):
    """One person's verdict on one answer; the last one counts."""

    __tablename__ = "verdicts"
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[list[Any]]
    comment: Mapped[str] = mapped_column(Text, default="")
    judged_at: Mapped[datetime] = mapped_column(index=True)
