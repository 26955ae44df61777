"""Screening: what a reply asks, whose answers, what is noted, corrections, and the protocols that were live."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Only additions that the code before this can ignore.
    op.add_column("messages", sa.Column("dialogue_state", sa.JSON(), nullable=True))
    with op.batch_alter_table("screenings") as screenings:
        screenings.add_column(sa.Column("about", sa.String(16), server_default="self", nullable=False))
        screenings.add_column(sa.Column("noted", sa.JSON(), nullable=True))
        screenings.add_column(sa.Column("supersedes_id", sa.String(36), nullable=True))
        screenings.create_foreign_key(op.f("fk_screenings_supersedes_id"), "screenings", ["supersedes_id"], ["id"])
    op.create_index(op.f("ix_screenings_supersedes_id"), "screenings", ["supersedes_id"])
    op.create_table(
        "protocols",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("protocol", sa.JSON(), nullable=False),
        sa.Column("first_live_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_protocols")),
    )


def downgrade() -> None:
    raise NotImplementedError("Whoever must go back restores the backup that was taken before the upgrade.")
