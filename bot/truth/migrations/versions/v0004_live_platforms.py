"""live_platforms"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "channel_histories",
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("reached", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_table(
        "fetched_files",
        sa.Column("platform_file_id", sa.String(length=512), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("unavailable_reason", sa.String(length=512), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.String(length=512), nullable=True),
        sa.Column("caption", sa.Text(), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_file_id"),
    )
    with op.batch_alter_table("fetched_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fetched_files_sha256"), ["sha256"], unique=False)

    op.create_table(
        "gone_workspaces",
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("workspace_id", sa.String(length=512), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erasure_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("platform", "workspace_id"),
    )
    op.create_table(
        "letters",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=256), nullable=False),
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index("ix_letters_next", ["state", "source", "seq"], unique=False)
        batch_op.create_index("ux_letters_key", ["source", "key"], unique=True)

    op.create_table(
        "notes",
        sa.Column("source", sa.String(length=256), nullable=False),
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "key"),
    )
    op.create_table(
        "reminders",
        sa.Column("reminder_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=512), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("workspace_id", sa.String(length=512), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reminder_id"),
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminders_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminders_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminders_state"), ["state"], unique=False)

    op.create_table(
        "revisions",
        sa.Column("answer_id", sa.String(length=512), nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("answer_id"),
    )
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revisions_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_revisions_not_before"), ["not_before"], unique=False)

    op.create_table(
        "standard_answers",
        sa.Column("standard_answer_id", sa.String(length=64), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("variants", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("source_record_id", sa.String(length=512), nullable=True),
        sa.Column("replaces_answer_id", sa.String(length=64), nullable=True),
        sa.Column("proposed_by", sa.String(length=512), nullable=False),
        sa.Column("owner", sa.String(length=512), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel_ids", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("standard_answer_id"),
    )
    with op.batch_alter_table("standard_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standard_answers_proposed_by"), ["proposed_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_standard_answers_source_record_id"), ["source_record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_standard_answers_state"), ["state"], unique=False)

    op.create_table(
        "preferences",
        sa.Column("person_id", sa.String(length=512), nullable=False),
        sa.Column("pair", sa.String(length=160), nullable=False),
        sa.Column("chosen", sa.String(length=512), nullable=False),
        sa.Column("other", sa.String(length=512), nullable=False),
        sa.Column("first_shown", sa.String(length=512), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=True),
        sa.Column("preferred_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["chosen"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "pair"),
    )
    with op.batch_alter_table("preferences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preferences_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_preferences_chosen"), ["chosen"], unique=False)
        batch_op.create_index(batch_op.f("ix_preferences_other"), ["other"], unique=False)
        batch_op.create_index(batch_op.f("ix_preferences_preferred_at"), ["preferred_at"], unique=False)

    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.add_column(sa.Column("external", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("active_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("left_at")
        batch_op.drop_column("active_at")
        batch_op.drop_column("active")

    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.drop_column("listed_at")
        batch_op.drop_column("external")

    with op.batch_alter_table("preferences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preferences_preferred_at"))
        batch_op.drop_index(batch_op.f("ix_preferences_other"))
        batch_op.drop_index(batch_op.f("ix_preferences_chosen"))
        batch_op.drop_index(batch_op.f("ix_preferences_channel_id"))

    op.drop_table("preferences")
    with op.batch_alter_table("standard_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standard_answers_state"))
        batch_op.drop_index(batch_op.f("ix_standard_answers_source_record_id"))
        batch_op.drop_index(batch_op.f("ix_standard_answers_proposed_by"))

    op.drop_table("standard_answers")
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revisions_not_before"))
        batch_op.drop_index(batch_op.f("ix_revisions_channel_id"))

    op.drop_table("revisions")
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminders_state"))
        batch_op.drop_index(batch_op.f("ix_reminders_person_id"))
        batch_op.drop_index(batch_op.f("ix_reminders_due_at"))
        batch_op.drop_index(batch_op.f("ix_reminders_channel_id"))

    op.drop_table("reminders")
    op.drop_table("notes")
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index("ux_letters_key")
        batch_op.drop_index("ix_letters_next")

    op.drop_table("letters")
    op.drop_table("gone_workspaces")
    with op.batch_alter_table("fetched_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fetched_files_sha256"))

    op.drop_table("fetched_files")
    op.drop_table("channel_histories")
