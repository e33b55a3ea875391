"""standard_offers"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "standard_offers",
        sa.Column("answer_id", sa.String(length=512), nullable=False),
        sa.Column("standard_answer_id", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_answer_id", sa.String(length=512), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.answer_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["given_answer_id"], ["answers.answer_id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["standard_answer_id"], ["standard_answers.standard_answer_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id"),
    )
    with op.batch_alter_table("standard_offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standard_offers_given_answer_id"), ["given_answer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_standard_offers_standard_answer_id"), ["standard_answer_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("standard_offers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standard_offers_standard_answer_id"))
        batch_op.drop_index(batch_op.f("ix_standard_offers_given_answer_id"))

    op.drop_table("standard_offers")
