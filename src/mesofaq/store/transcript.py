"""Reads the messages of both sides. `messages` writes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mesofaq.chat.models import Reply, TranscriptMessage
from mesofaq.store.models import Message
from mesofaq.store.records import PendingMessage
from mesofaq.store.values import is_id

__all__ = ["as_transcript", "last_replies", "last_state", "replies_to", "to_transcript", "transcript", "unanswered"]


def replies_to(session: Session, message_id: str) -> list[Reply] | None:
    """What was replied to a patient's message; None while it waits, and for one that is not on record."""
    if not is_id(message_id):
        return None
    if session.scalar(select(Message.state).where(Message.id == message_id)) != "answered":
        return None
    statement = select(Message.reply).where(Message.in_reply_to == message_id).order_by(Message.sequence)
    return [Reply.model_validate(reply) for reply in session.scalars(statement)]


def transcript(session: Session, conversation_id: str, after: int = 0) -> list[TranscriptMessage]:
    """Both sides' messages whose `sequence` is above `after`, in order; empty for an unknown conversation."""
    if not is_id(conversation_id):
        return []
    statement = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.sequence > after)
        .order_by(Message.sequence)
    )
    return [to_transcript(row) for row in session.scalars(statement)]


def last_replies(session: Session, conversation_id: str, limit: int) -> list[Reply]:
    """The latest messages of the bot and of staff, newest first."""
    if not is_id(conversation_id):
        return []
    statement = (
        select(Message.reply)
        .where(Message.conversation_id == conversation_id, Message.author != "patient")
        .order_by(Message.sequence.desc())
        .limit(limit)
    )
    return [Reply.model_validate(reply) for reply in session.scalars(statement)]


def last_state(session: Session, conversation_id: str) -> dict[str, Any] | None:
    """What the latest message of the bot or of staff asks; None where it asks nothing."""
    statement = (
        select(Message.dialogue_state)
        .where(Message.conversation_id == conversation_id, Message.author != "patient")
        .order_by(Message.sequence.desc())
        .limit(1)
    )
    return session.scalar(statement)


def unanswered(session: Session, older_than: datetime) -> list[PendingMessage]:
    """Patients' messages from before `older_than` that nobody has answered, oldest first."""
    statement = (
        select(Message)
        .where(Message.state == "received", Message.at < older_than)
        .order_by(Message.at, Message.conversation_id, Message.sequence)
    )
    rows = session.scalars(statement).all()
    return [
        PendingMessage.model_validate({**as_transcript(row), "conversation_id": row.conversation_id}) for row in rows
    ]


def to_transcript(row: Message) -> TranscriptMessage:
    """A row as a line of the transcript."""
    return TranscriptMessage.model_validate(as_transcript(row))


def as_transcript(row: Message) -> dict[str, Any]:
    """A row as the fields of a line of the transcript."""
    return {
        "id": row.id,
        "sequence": row.sequence,
        "from": row.author,
        "text": row.text,
        "at": row.at,
        "reply": row.reply,
        "understanding": row.understanding,
    }
