"""The first schema: conversations, messages, handoffs, screenings, outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dialogue_epoch", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index(op.f("ix_conversations_created_at"), "conversations", ["created_at"])

    op.create_table(
        "messages",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("conversation_id", sa.String(36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_message_id", sa.Text(), nullable=True),
        sa.Column("state", sa.String(16), nullable=True),
        sa.Column("in_reply_to", sa.String(36), nullable=True),
        sa.Column("reply", sa.JSON(), nullable=True),
        sa.Column("text_sha256", sa.String(64), nullable=True),
        sa.Column("card_id", sa.Text(), nullable=True),
        sa.Column("card_version", sa.Text(), nullable=True),
        sa.Column("bundle_id", sa.Text(), nullable=True),
        sa.Column("understanding", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")),
        sa.ForeignKeyConstraint(["in_reply_to"], ["messages.id"], name=op.f("fk_messages_in_reply_to")),
        sa.UniqueConstraint("conversation_id", "sequence", name=op.f("uq_messages_conversation_id_sequence")),
        sa.UniqueConstraint(
            "conversation_id", "client_message_id", name=op.f("uq_messages_conversation_id_client_message_id")
        ),
        sa.CheckConstraint("author IN ('patient', 'bot', 'staff')", name=op.f("ck_messages_author")),
        sa.CheckConstraint("state IN ('received', 'answered')", name=op.f("ck_messages_state")),
        sa.CheckConstraint("(author = 'patient') = (state IS NOT NULL)", name=op.f("ck_messages_state_of_patient")),
        sa.CheckConstraint("(author = 'patient') = (reply IS NULL)", name=op.f("ck_messages_reply_of_others")),
    )
    op.create_index(op.f("ix_messages_state_at"), "messages", ["state", "at"])
    op.create_index(op.f("ix_messages_in_reply_to"), "messages", ["in_reply_to"])

    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("conversation_id", sa.String(36), nullable=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("priority", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_handoffs_conversation_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_handoffs_message_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_handoffs_message_id")),
    )
    op.create_index(op.f("ix_handoffs_state_created_at"), "handoffs", ["state", "created_at"])
    op.create_index(op.f("ix_handoffs_conversation_id_reason"), "handoffs", ["conversation_id", "reason"])

    op.create_table(
        "screenings",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("conversation_id", sa.String(36), nullable=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("handoff_id", sa.String(36), nullable=True),
        sa.Column("protocol_version", sa.Text(), nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screenings")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_screenings_conversation_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_screenings_message_id")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_screenings_handoff_id")),
    )
    op.create_index(op.f("ix_screenings_conversation_id"), "screenings", ["conversation_id"])
    op.create_index(op.f("ix_screenings_message_id"), "screenings", ["message_id"])
    op.create_index(op.f("ix_screenings_handoff_id"), "screenings", ["handoff_id"])

    op.create_table(
        "outbox",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("event_type", sa.String(64), nullable=False),
        sa.Column("aggregate_id", sa.String(36), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_aggregate_id"), "outbox", ["aggregate_id"])
    op.create_index(op.f("ix_outbox_delivered_at_created_at"), "outbox", ["delivered_at", "created_at"])


def downgrade() -> None:
    # A record is never thrown away by a command: whoever must go back restores the backup.
    raise NotImplementedError("The first schema has nothing to go back to.")
