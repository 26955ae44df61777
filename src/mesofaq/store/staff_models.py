"""The tables of staff accounts, their sessions, and the audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mesofaq.store.base import Base, SealedText, UtcDateTime

__all__ = ["AuditEntry", "AuditHead", "Staff", "StaffSession"]


class Staff(Base):
    """Somebody who may sign in. `name` and `title` are what patients see ("Dana Reyes, nurse")."""

    __tablename__ = "staff"
    __table_args__ = (CheckConstraint("role IN ('reviewer', 'clinician', 'admin')", name="role"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    username: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str] = mapped_column(Text)
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    totp_secret: Mapped[str | None] = mapped_column(SealedText)
    # The last time step (RFC 6238) whose code was taken: a code opens one session, not two.
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """A signed-in browser. The cookie holds the token, this table its hash; ending a session deletes the row."""

    __tablename__ = "staff_sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # False while the second factor is still wanted: such a session opens nothing but the page that asks for it.
    complete: Mapped[bool]


class AuditEntry(Base):
    """One act, never changed: who did what to what, by ids alone. Each holds the hash of the one before it."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "at"), Index(None, "subject_id"))

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_sha256: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """Where the chain stands (one row, id 1): its last entry, and the last one that retention has removed.

    Whoever appends locks this row, so that entries are in one order.
    """

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    removed_sequence: Mapped[int] = mapped_column(BigInteger)
    removed_sha256: Mapped[str] = mapped_column(String(64))
