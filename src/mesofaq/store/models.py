"""The tables of conversations and handoffs; `staff_models` has those of accounts and the audit.

`migrations/` creates them; a test holds the two against each other. Identifiers are UUIDs as text, so that they look
the same in SQLite, in PostgreSQL, in JSON and in a URL. Texts have no length limit here: limits belong to the door,
and PostgreSQL would enforce what SQLite ignores.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mesofaq.store.base import Base, SealedJson, SealedText, UtcDateTime

__all__ = [
    "AnswerMark",
    "Base",
    "Conversation",
    "Delivery",
    "Handoff",
    "Message",
    "Note",
    "OutboxEvent",
    "Proposal",
    "Protocol",
    "Screening",
    "Tombstone",
]


class Conversation(Base):
    """One patient's conversation. Erasing it deletes the row and everything that belongs to it."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    dialogue_epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    channel: Mapped[str] = mapped_column(String(32), default="web", server_default="web")
    consent_version: Mapped[str | None] = mapped_column(String(64))
    consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contact: Mapped[str | None] = mapped_column(SealedText)


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
    text: Mapped[str] = mapped_column(SealedText)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    client_message_id: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(String(16))
    in_reply_to: Mapped[str | None] = mapped_column(ForeignKey("messages.id"), index=True)
    reply: Mapped[dict[str, Any] | None] = mapped_column(SealedJson)
    text_sha256: Mapped[str | None] = mapped_column(String(64))
    card_id: Mapped[str | None] = mapped_column(Text)
    card_version: Mapped[str | None] = mapped_column(Text)
    bundle_id: Mapped[str | None] = mapped_column(Text)
    understanding: Mapped[dict[str, Any] | None] = mapped_column(SealedJson)
    dialogue_state: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # The handoff that this message of the patient opened or was added to. No foreign key: the two tables would refer
    # to each other, and an erasure could delete neither first.
    handoff_id: Mapped[str | None] = mapped_column(String(36), index=True)
    # Who of the staff wrote it; kept when the account is gone, so no foreign key either.
    staff_id: Mapped[str | None] = mapped_column(String(36))


class Handoff(Base):
    """What a person must answer. `mesofaq.handoff.states` draws its life; `version` counts its steps.

    A conversation has at most one that is open or claimed: later questions join it. `message_id` is the message that
    opened it.
    """

    __tablename__ = "handoffs"
    __table_args__ = (Index(None, "state", "created_at"), Index(None, "conversation_id", "reason"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(32))
    priority: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(SealedText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_by: Mapped[str | None] = mapped_column(String(36), index=True)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When its holder last did something for it: a claim that is forgotten lapses.
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When a person of the clinic first wrote to the patient.
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(36))
    outcome: Mapped[str | None] = mapped_column(String(32))


class Note(Base):
    """What staff wrote down for each other about a handoff; no patient sees it."""

    __tablename__ = "notes"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    handoff_id: Mapped[str] = mapped_column(ForeignKey("handoffs.id"), index=True)
    staff_id: Mapped[str] = mapped_column(String(36))
    text: Mapped[str] = mapped_column(SealedText)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AnswerMark(Base):
    """An answer of the bot that staff marked as wrong: at most once a message."""

    __tablename__ = "answer_marks"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), unique=True)
    staff_id: Mapped[str] = mapped_column(String(36))
    note: Mapped[str] = mapped_column(SealedText)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Proposal(Base):
    """A question that staff propose for the content: an example of a card, or the draft of a new one."""

    __tablename__ = "proposals"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), index=True)
    staff_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(16))
    card_id: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(SealedText)
    answer: Mapped[str] = mapped_column(SealedText, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    exported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Tombstone(Base):
    """All that is left of an erased conversation: that it was erased, when, by whom, and how much it was."""

    __tablename__ = "tombstones"

    conversation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_by: Mapped[str] = mapped_column(String(64))
    messages: Mapped[int]
    handoffs: Mapped[int]


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


class Delivery(Base):
    """How far one outbox event has come on one way to the outside (`mail`, `webhook`)."""

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "delivered_at", "next_at"),)

    event_id: Mapped[str] = mapped_column(ForeignKey("outbox.id"), primary_key=True)
    way: Mapped[str] = mapped_column(String(32), primary_key=True)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Until then one worker has it; a worker that died gives it back by that.
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The kind of the last fault: a class's name or an HTTP status, never a text.
    fault: Mapped[str | None] = mapped_column(String(64))
