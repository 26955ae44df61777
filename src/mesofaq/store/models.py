"""The tables of the system of record. `migrations/` creates them; a test holds the two against each other.

Identifiers are UUIDs as text, so that they look the same in SQLite, in PostgreSQL, in JSON and in a URL.
Texts have no length limit here: limits belong to the door, and PostgreSQL would enforce what SQLite ignores.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = ["Base", "Conversation", "Handoff", "Message", "OutboxEvent", "Protocol", "Screening", "UtcDateTime"]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, to the microsecond. SQLite keeps no time zone, so every value becomes UTC first."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn `value` into UTC.

        Raises:
            ValueError: the value has no time zone, so nobody can say which moment it means.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give `value` back as UTC, whatever time zone the database session has."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables, with constraints named the same way everywhere, so that a migration can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Conversation(Base):
    """One patient's conversation. Erasing it deletes the row and everything that belongs to it."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    dialogue_epoch: Mapped[int] = mapped_column(default=0, server_default="0")


class Message(Base):
    """One message of either side. `sequence` counts from 1 within the conversation: clients resume by it."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "sequence"),
        UniqueConstraint("conversation_id", "client_message_id"),
        CheckConstraint("author IN ('patient', 'bot', 'staff')", name="author"),
        CheckConstraint("state IN ('received', 'answered')", name="state"),
        # A patient's message is waiting or answered; what we say ourselves has no such state.
        CheckConstraint("(author = 'patient') = (state IS NOT NULL)", name="state_of_patient"),
        CheckConstraint("(author = 'patient') = (reply IS NULL)", name="reply_of_others"),
        Index(None, "state", "at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    sequence: Mapped[int]
    author: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    client_message_id: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(String(16))
    in_reply_to: Mapped[str | None] = mapped_column(ForeignKey("messages.id"), index=True)
    reply: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    text_sha256: Mapped[str | None] = mapped_column(String(64))
    card_id: Mapped[str | None] = mapped_column(Text)
    card_version: Mapped[str | None] = mapped_column(Text)
    bundle_id: Mapped[str | None] = mapped_column(Text)
    understanding: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    dialogue_state: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Handoff(Base):
    """A patient's message that a person must answer: at most one a message, by constraint."""

    __tablename__ = "handoffs"
    __table_args__ = (Index(None, "state", "created_at"), Index(None, "conversation_id", "reason"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(32))
    priority: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Screening(Base):
    """A finished pre-screening, and the handoff by which it went to a person, where there is one."""

    __tablename__ = "screenings"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), index=True)
    handoff_id: Mapped[str | None] = mapped_column(ForeignKey("handoffs.id"), index=True)
    protocol_version: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(String(16))
    flags: Mapped[list[str]] = mapped_column(JSON)
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    about: Mapped[str] = mapped_column(String(16), default="self", server_default="self")
    noted: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    supersedes_id: Mapped[str | None] = mapped_column(ForeignKey("screenings.id"), index=True)


class Protocol(Base):
    """A screening protocol that was live, word for word: a result can be read long after the protocol has changed."""

    __tablename__ = "protocols"

    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    protocol: Mapped[dict[str, Any]] = mapped_column(JSON)
    first_live_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OutboxEvent(Base):
    """Something to tell the outside: written in the transaction that made it true, delivered at least once.

    The id is a UUID, never a counter: receivers drop repeats by it, and SQLite gives a deleted row's number
    out again. The payload holds ids only. What was said stays in the record, behind the staff's sign-in.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "delivered_at", "created_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    event_type: Mapped[str] = mapped_column(String(64))
    aggregate_id: Mapped[str] = mapped_column(String(36), index=True)
    payload: Mapped[dict[str, str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
