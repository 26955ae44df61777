"""Handoffs that people work on: their steps, notes, marks, proposals; accounts, sessions, audit; deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)
_ID = sa.String(36)


def upgrade() -> None:
    # Only additions that the code before this can ignore.
    op.add_column("conversations", sa.Column("channel", sa.String(32), server_default="web", nullable=False))
    op.add_column("conversations", sa.Column("consent_version", sa.String(64), nullable=True))
    op.add_column("conversations", sa.Column("consent_at", _AT, nullable=True))
    op.add_column("conversations", sa.Column("contact", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("handoff_id", _ID, nullable=True))
    op.create_index(op.f("ix_messages_handoff_id"), "messages", ["handoff_id"])
    op.add_column("messages", sa.Column("staff_id", _ID, nullable=True))
    op.execute(
        "UPDATE messages SET handoff_id = (SELECT id FROM handoffs WHERE handoffs.message_id = messages.id)"
        " WHERE author = 'patient'"
    )
    op.add_column("handoffs", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    for name in ("due_at", "claimed_at", "touched_at", "answered_at", "closed_at"):
        op.add_column("handoffs", sa.Column(name, _AT, nullable=True))
    for name in ("claimed_by", "closed_by"):
        op.add_column("handoffs", sa.Column(name, _ID, nullable=True))
    op.add_column("handoffs", sa.Column("outcome", sa.String(32), nullable=True))
    op.create_index(op.f("ix_handoffs_claimed_by"), "handoffs", ["claimed_by"])

    op.create_table(
        "notes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation_id", _ID, nullable=False),
        sa.Column("handoff_id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_notes_conversation_id")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_notes_handoff_id")),
    )
    op.create_index(op.f("ix_notes_conversation_id"), "notes", ["conversation_id"])
    op.create_index(op.f("ix_notes_handoff_id"), "notes", ["handoff_id"])
    op.create_table(
        "answer_marks",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation_id", _ID, nullable=False),
        sa.Column("message_id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_marks")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_answer_marks_conversation_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_answer_marks_message_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_answer_marks_message_id")),
    )
    op.create_index(op.f("ix_answer_marks_conversation_id"), "answer_marks", ["conversation_id"])
    op.create_table(
        "proposals",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation_id", _ID, nullable=False),
        sa.Column("message_id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("exported_at", _AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_proposals_conversation_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_proposals_message_id")),
    )
    op.create_index(op.f("ix_proposals_conversation_id"), "proposals", ["conversation_id"])
    op.create_index(op.f("ix_proposals_message_id"), "proposals", ["message_id"])
    op.create_table(
        "tombstones",
        sa.Column("conversation_id", _ID, nullable=False),
        sa.Column("erased_at", _AT, nullable=False),
        sa.Column("erased_by", sa.String(64), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("handoffs", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_tombstones")),
    )
    op.create_table(
        "deliveries",
        sa.Column("event_id", _ID, nullable=False),
        sa.Column("way", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", _AT, nullable=False),
        sa.Column("leased_until", _AT, nullable=True),
        sa.Column("delivered_at", _AT, nullable=True),
        sa.Column("fault", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "way", name=op.f("pk_deliveries")),
        sa.ForeignKeyConstraint(["event_id"], ["outbox.id"], name=op.f("fk_deliveries_event_id")),
    )
    op.create_index(op.f("ix_deliveries_delivered_at_next_at"), "deliveries", ["delivered_at", "next_at"])

    op.create_table(
        "staff",
        sa.Column("id", _ID, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_changed_at", _AT, nullable=False),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("disabled_at", _AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_username")),
        sa.CheckConstraint("role IN ('reviewer', 'clinician', 'admin')", name=op.f("ck_staff_role")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("csrf_token", sa.String(64), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("seen_at", _AT, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_staff_sessions_token_sha256")),
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"])
    _audit()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_sha256", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_index(op.f("ix_audit_subject_id"), "audit", ["subject_id"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("removed_sequence", sa.BigInteger(), nullable=False),
        sa.Column("removed_sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    beginning = {"sequence": 0, "sha256": "0" * 64, "removed_sequence": 0, "removed_sha256": "0" * 64}
    op.bulk_insert(head, [{"id": 1, **beginning}])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit"
            " BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
        )
        op.execute(
            "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit"
            " WHEN OLD.sequence > (SELECT removed_sequence FROM audit_head)"
            " BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION mesofaq_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'DELETE' AND OLD.sequence <= (SELECT removed_sequence FROM audit_head) THEN RETURN OLD; END IF;"
        " RAISE EXCEPTION 'the audit is only added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_guard BEFORE UPDATE OR DELETE ON audit"
        " FOR EACH ROW EXECUTE FUNCTION mesofaq_audit_guard()"
    )


def downgrade() -> None:
    raise NotImplementedError("Whoever must go back restores the backup that was taken before the upgrade.")
