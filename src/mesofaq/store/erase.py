"""Erasure: a conversation and all that belongs to it is deleted, not marked.

SQLite overwrites the freed pages (`secure_delete`) and its log is cut afterwards; PostgreSQL frees the space
at its next vacuum. Backups are the operator's to expire.
"""

from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from mesofaq.errors import Problem
from mesofaq.store.messages import lock_conversation
from mesofaq.store.models import Conversation, Handoff, Message, OutboxEvent, Screening

__all__ = ["erase_conversation", "idle_conversations"]


def erase_conversation(session: Session, conversation_id: str, *, idle_since: datetime | None = None) -> bool:
    """Delete a conversation with its messages, handoffs, screenings and outbox rows.

    Args:
        session: a transaction that may write.
        conversation_id: which; an unknown one is erased already.
        idle_since: leave the conversation alone if anything was said in it at or after this moment.

    Returns:
        Whether there was something to erase.
    """
    try:
        lock_conversation(session, conversation_id)
    except Problem:
        return False
    if idle_since is not None and not session.scalar(
        select(Conversation.id).where(Conversation.id == conversation_id, _last_activity() < idle_since)
    ):
        return False
    handoffs = select(Handoff.id).where(Handoff.conversation_id == conversation_id)
    about_it = or_(OutboxEvent.aggregate_id == conversation_id, OutboxEvent.aggregate_id.in_(handoffs))
    session.execute(delete(OutboxEvent).where(about_it).execution_options(synchronize_session=False))
    for table in (Screening, Handoff, Message):  # in the order of their foreign keys
        of_it = table.conversation_id == conversation_id
        session.execute(delete(table).where(of_it).execution_options(synchronize_session=False))
    of_it = Conversation.id == conversation_id
    session.execute(delete(Conversation).where(of_it).execution_options(synchronize_session=False))
    return True


def idle_conversations(session: Session, older_than: datetime) -> list[str]:
    """The ids of the conversations in which nothing was said since `older_than`, oldest first."""
    statement = select(Conversation.id).where(_last_activity() < older_than).order_by(Conversation.created_at)
    return list(session.scalars(statement))


def _last_activity() -> ColumnElement[datetime]:
    """When something was last said in a conversation; for one without messages, when it was opened."""
    latest = select(func.max(Message.at)).where(Message.conversation_id == Conversation.id).scalar_subquery()
    return func.coalesce(latest, Conversation.created_at)
