"""feedback"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operator", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=512), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id"),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_done_at"), ["done_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_operator"), ["operator"], unique=False)

    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=512), nullable=True),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("standard_answer_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("case_id"),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_standard_answer_id"), ["standard_answer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_state"), ["state"], unique=False)

    op.create_table(
        "category_versions",
        sa.Column("version_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("category_id", sa.String(length=64), nullable=False),
        sa.Column("name_zh", sa.String(length=512), nullable=False),
        sa.Column("name_en", sa.String(length=512), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("version_id"),
    )
    with op.batch_alter_table("category_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_category_versions_category_id"), ["category_id"], unique=False)

    op.create_table(
        "comparisons",
        sa.Column("comparison_id", sa.String(length=32), nullable=False),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.Column("right", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=512), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("comparison_id"),
    )
    with op.batch_alter_table("comparisons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comparisons_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_comparisons_state"), ["state"], unique=False)

    op.create_table(
        "desk_settings",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "learning_resets",
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("reset_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reset_by", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    op.create_table(
        "operators",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("token_sha256"),
    )
    op.create_table(
        "prompt_versions",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=512), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("version"),
    )
    with op.batch_alter_table("prompt_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prompt_versions_name"), ["name"], unique=False)

    op.create_table(
        "training_consents",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=512), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id"),
    )
    op.create_table(
        "case_answers",
        sa.Column("answer_id", sa.String(length=512), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=True),
        sa.Column("person_id", sa.String(length=512), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id"),
    )
    with op.batch_alter_table("case_answers", schema=None) as batch_op:
        batch_op.create_index("ix_case_answers_use", ["case_id", "asked_at", "channel_id", "person_id"], unique=False)

    op.create_table(
        "comparison_items",
        sa.Column("comparison_id", sa.String(length=32), nullable=False),
        sa.Column("asked_answer_id", sa.String(length=512), nullable=False),
        sa.Column("left_answer_id", sa.String(length=512), nullable=False),
        sa.Column("right_answer_id", sa.String(length=512), nullable=False),
        sa.Column("left_is_shown_first", sa.Boolean(), nullable=False),
        sa.Column("picked", sa.String(length=8), nullable=True),
        sa.Column("picked_by", sa.String(length=512), nullable=True),
        sa.Column("judged", sa.String(length=8), nullable=True),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["asked_answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["comparison_id"], ["comparisons.comparison_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["left_answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["right_answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("comparison_id", "asked_answer_id"),
    )
    with op.batch_alter_table("comparison_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comparison_items_left_answer_id"), ["left_answer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comparison_items_right_answer_id"), ["right_answer_id"], unique=False)

    op.create_table(
        "intake",
        sa.Column("answer_id", sa.String(length=512), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id"),
    )
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_noted_at"), ["noted_at"], unique=False)

    op.create_table(
        "pair_offers",
        sa.Column("offer_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=512), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.Column("first_answer_id", sa.String(length=512), nullable=False),
        sa.Column("second_answer_id", sa.String(length=512), nullable=True),
        sa.Column("unasked", sa.Boolean(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["first_answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["second_answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("offer_id"),
    )
    with op.batch_alter_table("pair_offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pair_offers_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pair_offers_first_answer_id"), ["first_answer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pair_offers_offered_at"), ["offered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_pair_offers_person_id"), ["person_id"], unique=False)

    op.create_table(
        "question_vectors",
        sa.Column("answer_id", sa.String(length=512), nullable=False),
        sa.Column("embedding_model", sa.String(length=512), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id"),
    )
    op.create_table(
        "signs",
        sa.Column("answer_id", sa.String(length=512), nullable=False),
        sa.Column("person_id", sa.String(length=512), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel_id", sa.String(length=512), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id", "person_id", "kind", "record_id"),
    )
    with op.batch_alter_table("signs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signs_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signs_seen_at"), ["seen_at"], unique=False)
        batch_op.create_index("ix_signs_use", ["asked_at", "channel_id", "kind", "answer_id"], unique=False)

    op.create_table(
        "standard_answer_sources",
        sa.Column("standard_answer_id", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("file_id", sa.String(length=1024), nullable=True),
        sa.Column("page", sa.String(length=512), nullable=True),
        sa.Column("channel_id", sa.String(length=512), nullable=False),
        sa.ForeignKeyConstraint(["standard_answer_id"], ["standard_answers.standard_answer_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("standard_answer_id", "n"),
    )
    with op.batch_alter_table("standard_answer_sources", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standard_answer_sources_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_standard_answer_sources_record_id"), ["record_id"], unique=False)

    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("standard_answer_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("first_token_ms", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("total_ms", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("question_group", sa.String(length=64), nullable=True))
        batch_op.create_index("ix_answers_question_group", ["question_group", "asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_answers_standard_answer_id"), ["standard_answer_id"], unique=False)
        batch_op.create_index(
            "ix_answers_use",
            [
                "asked_at",
                "channel_id",
                "person_id",
                "abstained",
                "reason",
                "standard_answer_id",
                "first_token_ms",
                "total_ms",
                "question_group",
                "answer_id",
            ],
            unique=False,
        )

    with op.batch_alter_table("channel_settings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offers_pairs", sa.Boolean(), nullable=True))

    with op.batch_alter_table("standard_answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("changed_by", sa.String(length=512), nullable=True))
        batch_op.add_column(sa.Column("contested_by", sa.String(length=512), nullable=True))
        batch_op.add_column(sa.Column("contested_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("channel_id", sa.String(length=512), nullable=True))
        batch_op.create_index("ix_verdicts_use", ["asked_at", "channel_id", "kind", "answer_id"], unique=False)

    # Times of answers that were given before, so that they count, too.
    as_number = (
        "cast(timings_ms ->> '{0}' as integer)"
        if op.get_bind().dialect.name != "sqlite"
        else ("json_extract(timings_ms, '$.{0}')")
    )
    first, total = as_number.format("first_token"), as_number.format("total")
    op.execute(f"update answers set first_token_ms = {first}, total_ms = {total}")  # noqa: S608 - constants
    op.execute(
        "update verdicts set"
        " asked_at = (select asked_at from answers where answers.answer_id = verdicts.answer_id),"
        " channel_id = (select channel_id from answers where answers.answer_id = verdicts.answer_id)"
    )
    op.execute(
        "INSERT INTO standard_answer_sources (standard_answer_id, n, record_id, channel_id)"
        " SELECT standard_answers.standard_answer_id, 1, standard_answers.source_record_id,"
        " coalesce(messages.channel_id, '') FROM standard_answers"
        " LEFT JOIN messages ON messages.record_id = standard_answers.source_record_id"
        " WHERE standard_answers.source_record_id IS NOT NULL AND standard_answers.state <> 'removed'"
    )
    op.execute(
        "UPDATE standard_answers SET contested_by = source_record_id, contested_at ="
        " (SELECT version_at FROM messages WHERE messages.record_id = standard_answers.source_record_id)"
        " WHERE state = 'approved' AND EXISTS (SELECT 1 FROM messages"
        " WHERE messages.record_id = standard_answers.source_record_id"
        " AND messages.version_at > standard_answers.approved_at)"
    )
    op.execute("UPDATE standard_answers SET source_record_id = NULL")


def downgrade() -> None:
    """Undo."""
    op.execute(
        "UPDATE standard_answers SET source_record_id = (SELECT record_id FROM standard_answer_sources AS source"
        " WHERE source.standard_answer_id = standard_answers.standard_answer_id AND source.n = 1)"
    )
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.drop_index("ix_verdicts_use")
        batch_op.drop_column("channel_id")
        batch_op.drop_column("asked_at")

    with op.batch_alter_table("standard_answers", schema=None) as batch_op:
        batch_op.drop_column("contested_at")
        batch_op.drop_column("contested_by")
        batch_op.drop_column("changed_by")
        batch_op.drop_column("changed_at")

    with op.batch_alter_table("channel_settings", schema=None) as batch_op:
        batch_op.drop_column("offers_pairs")

    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_index("ix_answers_use")
        batch_op.drop_index(batch_op.f("ix_answers_standard_answer_id"))
        batch_op.drop_index("ix_answers_question_group")
        batch_op.drop_column("question_group")
        batch_op.drop_column("total_ms")
        batch_op.drop_column("first_token_ms")
        batch_op.drop_column("standard_answer_id")

    with op.batch_alter_table("standard_answer_sources", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standard_answer_sources_record_id"))
        batch_op.drop_index(batch_op.f("ix_standard_answer_sources_file_id"))

    op.drop_table("standard_answer_sources")
    with op.batch_alter_table("signs", schema=None) as batch_op:
        batch_op.drop_index("ix_signs_use")
        batch_op.drop_index(batch_op.f("ix_signs_seen_at"))
        batch_op.drop_index(batch_op.f("ix_signs_record_id"))

    op.drop_table("signs")
    op.drop_table("question_vectors")
    with op.batch_alter_table("pair_offers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pair_offers_person_id"))
        batch_op.drop_index(batch_op.f("ix_pair_offers_offered_at"))
        batch_op.drop_index(batch_op.f("ix_pair_offers_first_answer_id"))
        batch_op.drop_index(batch_op.f("ix_pair_offers_channel_id"))

    op.drop_table("pair_offers")
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_noted_at"))

    op.drop_table("intake")
    with op.batch_alter_table("comparison_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comparison_items_right_answer_id"))
        batch_op.drop_index(batch_op.f("ix_comparison_items_left_answer_id"))

    op.drop_table("comparison_items")
    with op.batch_alter_table("case_answers", schema=None) as batch_op:
        batch_op.drop_index("ix_case_answers_use")

    op.drop_table("case_answers")
    op.drop_table("training_consents")
    with op.batch_alter_table("prompt_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prompt_versions_name"))

    op.drop_table("prompt_versions")
    op.drop_table("operators")
    op.drop_table("learning_resets")
    op.drop_table("desk_settings")
    with op.batch_alter_table("comparisons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comparisons_state"))
        batch_op.drop_index(batch_op.f("ix_comparisons_created_at"))

    op.drop_table("comparisons")
    with op.batch_alter_table("category_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_category_versions_category_id"))

    op.drop_table("category_versions")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cases_state"))
        batch_op.drop_index(batch_op.f("ix_cases_standard_answer_id"))
        batch_op.drop_index(batch_op.f("ix_cases_changed_at"))

    op.drop_table("cases")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_operator"))
        batch_op.drop_index(batch_op.f("ix_audit_done_at"))
        batch_op.drop_index(batch_op.f("ix_audit_action"))

    op.drop_table("audit")
