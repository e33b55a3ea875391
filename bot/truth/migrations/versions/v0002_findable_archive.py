"""findable_archive"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "categories",
        sa.Column("category_id", sa.String(length=64), nullable=False),
        sa.Column("name_zh", sa.String(length=512), nullable=False),
        sa.Column("name_en", sa.String(length=512), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("category_id"),
    )
    op.create_table(
        "category_corrections",
        sa.Column("record_id", sa.String(length=1024), nullable=False),
        sa.Column("category_id", sa.String(length=64), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.String(length=512), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "category_id"),
    )
    with op.batch_alter_table("category_corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_category_corrections_category_id"), ["category_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_category_corrections_corrected_at"), ["corrected_at"], unique=False)

    op.create_table(
        "conversation_queue",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("conversation_queue", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_queue_next", ["lane", "channel_id", "sent_at", "record_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_conversation_queue_record_id"), ["record_id"], unique=False)

    op.create_table(
        "erasures",
        sa.Column("erasure_id", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by", sa.String(length=512), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("erasure_id"),
    )
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasures_began_at"), ["began_at"], unique=False)

    op.create_table(
        "forgotten",
        sa.Column("rule_id", sa.String(length=512), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=True),
        sa.Column("person_id", sa.String(length=512), nullable=True),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rule_id"),
    )
    with op.batch_alter_table("forgotten", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_forgotten_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_forgotten_person_id"), ["person_id"], unique=False)

    op.create_table(
        "links",
        sa.Column("link_id", sa.String(length=1024), nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=512), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("link_id"),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_links_applied_at"), ["applied_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_links_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_links_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_links_host"), ["host"], unique=False)
        batch_op.create_index(batch_op.f("ix_links_record_id"), ["record_id"], unique=False)

    op.create_table(
        "message_conversations",
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("reply_to", sa.String(length=512), nullable=True),
        sa.Column("conversation_id", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    with op.batch_alter_table("message_conversations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_conversations_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_conversations_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_conversations_reply_to"), ["reply_to"], unique=False)

    op.create_table(
        "record_categories",
        sa.Column("record_id", sa.String(length=1024), nullable=False),
        sa.Column("category_id", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "category_id"),
    )
    with op.batch_alter_table("record_categories", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_categories_applied_at"), ["applied_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_record_categories_category_id"), ["category_id"], unique=False)

    op.create_table(
        "record_topics",
        sa.Column("record_id", sa.String(length=1024), nullable=False),
        sa.Column("topic_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    with op.batch_alter_table("record_topics", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_topics_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "retention_rules",
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_table(
        "topics",
        sa.Column("topic_id", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=512), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("topic_id"),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_at"))

    op.drop_table("audit")
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_question_record_id"), ["question_record_id"], unique=False)

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erasure_id", sa.String(length=512), nullable=True))
        batch_op.create_index(batch_op.f("ix_messages_erasure_id"), ["erasure_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_erasure_id"))
        batch_op.drop_column("erasure_id")

    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answers_question_record_id"))

    op.create_table(
        "audit",
        sa.Column("audit_id", sa.INTEGER(), nullable=False),
        sa.Column("at", sa.DATETIME(), nullable=False),
        sa.Column("actor", sa.String(length=512), nullable=False),
        sa.Column("action", sa.String(length=512), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id"),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)

    op.drop_table("topics")
    op.drop_table("retention_rules")
    with op.batch_alter_table("record_topics", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_topics_topic_id"))

    op.drop_table("record_topics")
    with op.batch_alter_table("record_categories", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_categories_category_id"))
        batch_op.drop_index(batch_op.f("ix_record_categories_applied_at"))

    op.drop_table("record_categories")
    with op.batch_alter_table("message_conversations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_conversations_reply_to"))
        batch_op.drop_index(batch_op.f("ix_message_conversations_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_message_conversations_channel_id"))

    op.drop_table("message_conversations")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_links_record_id"))
        batch_op.drop_index(batch_op.f("ix_links_host"))
        batch_op.drop_index(batch_op.f("ix_links_digest"))
        batch_op.drop_index(batch_op.f("ix_links_channel_id"))
        batch_op.drop_index(batch_op.f("ix_links_applied_at"))

    op.drop_table("links")
    with op.batch_alter_table("forgotten", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forgotten_person_id"))
        batch_op.drop_index(batch_op.f("ix_forgotten_channel_id"))

    op.drop_table("forgotten")
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_erasures_began_at"))

    op.drop_table("erasures")
    with op.batch_alter_table("conversation_queue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_queue_record_id"))
        batch_op.drop_index("ix_conversation_queue_next")

    op.drop_table("conversation_queue")
    with op.batch_alter_table("category_corrections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_category_corrections_corrected_at"))
        batch_op.drop_index(batch_op.f("ix_category_corrections_category_id"))

    op.drop_table("category_corrections")
    op.drop_table("categories")
