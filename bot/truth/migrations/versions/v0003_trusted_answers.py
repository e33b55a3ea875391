"""trusted_answers"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "channel_settings",
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("answers_unasked", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_table(
        "confirmations",
        sa.Column("confirmation_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=512), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=True),
        sa.Column("action", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("confirmation_id"),
    )
    with op.batch_alter_table("confirmations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_confirmations_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_confirmations_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_confirmations_person_id"), ["person_id"], unique=False)

    op.create_table(
        "conversation_summaries",
        sa.Column("summary_id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=512), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("model", sa.String(length=512), nullable=False),
        sa.Column("prompt_version", sa.String(length=512), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("summary_id"),
    )
    with op.batch_alter_table("conversation_summaries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_summaries_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_conversation_summaries_conversation_id"), ["conversation_id"], unique=False
        )

    op.create_table(
        "digest_schedules",
        sa.Column("schedule_id", sa.String(length=64), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("workspace_id", sa.String(length=512), nullable=False),
        sa.Column("target_channel_id", sa.String(length=512), nullable=True),
        sa.Column("person_id", sa.String(length=512), nullable=True),
        sa.Column("channel_ids", sa.JSON(), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("minute_of_day", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("skip_quiet", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=512), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("covered_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("schedule_id"),
    )
    with op.batch_alter_table("digest_schedules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_schedules_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_schedules_target_channel_id"), ["target_channel_id"], unique=False)

    op.create_table(
        "digests",
        sa.Column("digest_id", sa.String(length=64), nullable=False),
        sa.Column("schedule_id", sa.String(length=64), nullable=True),
        sa.Column("target_channel_id", sa.String(length=512), nullable=True),
        sa.Column("person_id", sa.String(length=512), nullable=True),
        sa.Column("channel_ids", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("model", sa.String(length=512), nullable=False),
        sa.Column("prompt_version", sa.String(length=512), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.Column("posted_record_id", sa.String(length=512), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest_id"),
    )
    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digests_made_at"), ["made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_digests_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_digests_posted_record_id"), ["posted_record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_digests_schedule_id"), ["schedule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_digests_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_digests_target_channel_id"), ["target_channel_id"], unique=False)
        batch_op.create_index("ux_digests_schedule_period", ["schedule_id", "until"], unique=True)

    op.create_table(
        "conversation_summary_sources",
        sa.Column("summary_id", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.ForeignKeyConstraint(["summary_id"], ["conversation_summaries.summary_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("summary_id", "record_id"),
    )
    with op.batch_alter_table("conversation_summary_sources", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_summary_sources_record_id"), ["record_id"], unique=False)

    op.create_table(
        "digest_sources",
        sa.Column("digest_id", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.ForeignKeyConstraint(["digest_id"], ["digests.digest_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest_id", "record_id"),
    )
    with op.batch_alter_table("digest_sources", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_sources_record_id"), ["record_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("digest_sources", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_sources_record_id"))

    op.drop_table("digest_sources")
    with op.batch_alter_table("conversation_summary_sources", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_summary_sources_record_id"))

    op.drop_table("conversation_summary_sources")
    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.drop_index("ux_digests_schedule_period")
        batch_op.drop_index(batch_op.f("ix_digests_target_channel_id"))
        batch_op.drop_index(batch_op.f("ix_digests_state"))
        batch_op.drop_index(batch_op.f("ix_digests_schedule_id"))
        batch_op.drop_index(batch_op.f("ix_digests_posted_record_id"))
        batch_op.drop_index(batch_op.f("ix_digests_person_id"))
        batch_op.drop_index(batch_op.f("ix_digests_made_at"))

    op.drop_table("digests")
    with op.batch_alter_table("digest_schedules", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_schedules_target_channel_id"))
        batch_op.drop_index(batch_op.f("ix_digest_schedules_person_id"))

    op.drop_table("digest_schedules")
    with op.batch_alter_table("conversation_summaries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_summaries_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_conversation_summaries_channel_id"))

    op.drop_table("conversation_summaries")
    with op.batch_alter_table("confirmations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_confirmations_person_id"))
        batch_op.drop_index(batch_op.f("ix_confirmations_expires_at"))
        batch_op.drop_index(batch_op.f("ix_confirmations_channel_id"))

    op.drop_table("confirmations")
    op.drop_table("channel_settings")
