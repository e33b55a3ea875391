"""first_schema"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "answers",
        sa.Column("answer_id", sa.String(length=512), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=True),
        sa.Column("person_id", sa.String(length=512), nullable=True),
        sa.Column("question_record_id", sa.String(length=512), nullable=True),
        sa.Column("answer_record_id", sa.String(length=512), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=512), nullable=True),
        sa.Column("model", sa.String(length=512), nullable=False),
        sa.Column("prompt_version", sa.String(length=512), nullable=False),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.Column("timings_ms", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("answer_id"),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_answer_record_id"), ["answer_record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answers_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_answers_channel_id"), ["channel_id"], unique=False)

    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=512), nullable=False),
        sa.Column("action", sa.String(length=512), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id"),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)

    op.create_table(
        "channels",
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("workspace_id", sa.String(length=512), nullable=False),
        sa.Column("name", sa.String(length=512), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channels_name"), ["name"], unique=False)

    op.create_table(
        "file_texts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=512), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "files",
        sa.Column("file_id", sa.String(length=1024), nullable=False),
        sa.Column("platform_file_id", sa.String(length=512), nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=512), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=512), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file_id"),
    )
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_files_applied_at"), ["applied_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_files_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_files_platform_file_id"), ["platform_file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_files_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_files_sha256"), ["sha256"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=512), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("event_id"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_next", ["state", "lane", "seq"], unique=False)

    op.create_table(
        "index_queue",
        sa.Column("record_id", sa.String(length=1024), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("enqueued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("record_id"),
    )
    with op.batch_alter_table("index_queue", schema=None) as batch_op:
        batch_op.create_index("ix_index_queue_next", ["lane", "enqueued_at"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("person_id", sa.String(length=512), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "person_id"),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_person_id"), ["person_id"], unique=False)

    op.create_table(
        "message_edits",
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("version_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "version_at"),
    )
    op.create_table(
        "messages",
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=True),
        sa.Column("author_id", sa.String(length=512), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("thread_id", sa.String(length=512), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("system", sa.Boolean(), nullable=False),
        sa.Column("permalink", sa.Text(), nullable=True),
        sa.Column("answer_id", sa.String(length=512), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_applied_at"), ["applied_at"], unique=False)
        batch_op.create_index("ix_messages_author", ["author_id"], unique=False)
        batch_op.create_index("ix_messages_channel_time", ["channel_id", "sent_at", "record_id"], unique=False)
        batch_op.create_index("ix_messages_thread", ["thread_id", "sent_at"], unique=False)

    op.create_table(
        "people",
        sa.Column("person_id", sa.String(length=512), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=512), nullable=False),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_name"), ["name"], unique=False)

    op.create_table(
        "reactions",
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("person_id", sa.String(length=512), nullable=False),
        sa.Column("emoji", sa.String(length=512), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "person_id", "emoji"),
    )
    op.create_table(
        "removed_files",
        sa.Column("platform_file_id", sa.String(length=512), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_file_id"),
    )
    op.create_table(
        "answer_sources",
        sa.Column("answer_id", sa.String(length=512), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("file_id", sa.String(length=1024), nullable=True),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=512), nullable=True),
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("cited", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id", "n"),
    )
    with op.batch_alter_table("answer_sources", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_sources_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_sources_record_id"), ["record_id"], unique=False)

    op.create_table(
        "verdicts",
        sa.Column("answer_id", sa.String(length=512), nullable=False),
        sa.Column("person_id", sa.String(length=512), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id", "person_id"),
    )
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verdicts_judged_at"), ["judged_at"], unique=False)


def downgrade() -> None:
    """Undo."""

    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_verdicts_judged_at"))

    op.drop_table("verdicts")
    with op.batch_alter_table("answer_sources", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_sources_record_id"))
        batch_op.drop_index(batch_op.f("ix_answer_sources_file_id"))

    op.drop_table("answer_sources")
    op.drop_table("removed_files")
    op.drop_table("reactions")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_name"))

    op.drop_table("people")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_thread")
        batch_op.drop_index("ix_messages_channel_time")
        batch_op.drop_index("ix_messages_author")
        batch_op.drop_index(batch_op.f("ix_messages_applied_at"))

    op.drop_table("messages")
    op.drop_table("message_edits")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_memberships_person_id"))

    op.drop_table("memberships")
    with op.batch_alter_table("index_queue", schema=None) as batch_op:
        batch_op.drop_index("ix_index_queue_next")

    op.drop_table("index_queue")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_next")

    op.drop_table("inbox")
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_files_sha256"))
        batch_op.drop_index(batch_op.f("ix_files_record_id"))
        batch_op.drop_index(batch_op.f("ix_files_platform_file_id"))
        batch_op.drop_index(batch_op.f("ix_files_channel_id"))
        batch_op.drop_index(batch_op.f("ix_files_applied_at"))

    op.drop_table("files")
    op.drop_table("file_texts")
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_channels_name"))

    op.drop_table("channels")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_at"))

    op.drop_table("audit")
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answers_channel_id"))
        batch_op.drop_index(batch_op.f("ix_answers_asked_at"))
        batch_op.drop_index(batch_op.f("ix_answers_answer_record_id"))

    op.drop_table("answers")
