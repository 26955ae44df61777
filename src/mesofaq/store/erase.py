"""Erasure: a conversation and all that belongs to it is deleted, not marked; a tombstone says that it was there.

SQLite's files are written anew afterwards (`wipe`); PostgreSQL frees the space at its next vacuum. Backups are the
operator's to expire. Rasa's own memory is erased by `tracker`, and `mesofaq.privacy.erasure` does both.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Table, delete, exists, func, not_, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from mesofaq.store.audit import Action, append
from mesofaq.store.base import Base
from mesofaq.store.database import Database, guarded
from mesofaq.store.models import Conversation, Delivery, Handoff, Message, OutboxEvent, Tombstone
from mesofaq.store.values import is_id

__all__ = ["erase_conversation", "erased_among", "erased_since", "idle_conversations"]

_AT_A_TIME = 500
"""Ids in one statement: SQLite takes no more than some thousands of parameters."""


def erase_conversation(
    session: Session, conversation_id: str, *, by: str, now: datetime, idle_since: datetime | None = None
) -> bool:
    """Delete a conversation with all rows of all tables that belong to it; leave a tombstone and an audit entry.

    Whoever is about to write into the conversation waits, and then finds none.

    Args:
        session: a transaction that may write; this must be the last that it does.
        conversation_id: which; an unknown one is erased already.
        by: who erases it, as the audit names them.
        now: when.
        idle_since: leave the conversation alone if anything was said in it at or after this moment.

    Returns:
        Whether there was something to erase.
    """
    of_it = Conversation.id == conversation_id
    # The whole row, against other rows that refer to it, too: a note written meanwhile would be left over.
    if not is_id(conversation_id) or session.scalar(select(Conversation.id).where(of_it).with_for_update()) is None:
        return False
    if idle_since is not None and not session.scalar(
        select(Conversation.id).where(of_it, _last_activity() < idle_since)
    ):
        return False
    deliveries, events = _erase_outbox(session, conversation_id)
    counts = {"deliveries": deliveries, "outbox": events}
    for table in _tables_of_conversations():
        statement = delete(table).where(table.c.conversation_id == conversation_id)
        counts[table.name] = session.execute(statement).rowcount  # type: ignore[attr-defined]
    session.execute(delete(Conversation).where(of_it).execution_options(synchronize_session=False))
    messages, handoffs = counts[Message.__tablename__], counts[Handoff.__tablename__]
    # Merged: a conversation that came back with a backup has a tombstone already.
    session.merge(
        Tombstone(conversation_id=conversation_id, erased_at=now, erased_by=by, messages=messages, handoffs=handoffs)
    )
    append(session, now, actor=by, action=Action.ERASED, subject_id=conversation_id, **counts)
    return True


def _erase_outbox(session: Session, conversation_id: str) -> tuple[int, int]:
    """Delete what was to be told of the conversation and of its handoffs; gives how many deliveries and events."""
    handoffs = select(Handoff.id).where(Handoff.conversation_id == conversation_id)
    about_it = or_(OutboxEvent.aggregate_id == conversation_id, OutboxEvent.aggregate_id.in_(handoffs))
    events = select(OutboxEvent.id).where(about_it)
    # Deliveries before events, as their worker takes them; and the events before deliveries are deleted, so that it
    # adds none in between.
    session.execute(select(Delivery.event_id).where(Delivery.event_id.in_(events)).with_for_update()).all()
    found = session.scalars(events.with_for_update()).all()
    gone = []
    for column, table in ((Delivery.event_id, Delivery), (OutboxEvent.id, OutboxEvent)):
        statement = delete(table).where(column.in_(found)).execution_options(synchronize_session=False)
        gone.append(session.execute(statement).rowcount)  # type: ignore[attr-defined]
    return gone[0], gone[1]


def _tables_of_conversations() -> Sequence[Table]:
    """Every table with a conversation's rows, those that refer to others first: a new one is not forgotten."""
    kept = (Tombstone.__tablename__, Conversation.__tablename__)
    tables = reversed(Base.metadata.sorted_tables)
    return [table for table in tables if "conversation_id" in table.c and table.name not in kept]


def idle_conversations(session: Session, older_than: datetime, *, handed_over: bool | None = None) -> list[str]:
    """The ids of the conversations in which nothing was said since `older_than`, oldest first.

    Args:
        session: a transaction.
        older_than: the moment.
        handed_over: only those that went to a person (True) or never did (False); None: all.
    """
    statement = select(Conversation.id).where(_last_activity() < older_than).order_by(Conversation.created_at)
    if handed_over is not None:
        went = exists().where(Handoff.conversation_id == Conversation.id)
        statement = statement.where(went if handed_over else not_(went))
    return list(session.scalars(statement))


@guarded
def erased_since(database: Database, moment: datetime) -> list[str]:
    """The ids of the conversations that were erased at `moment` or after it."""
    with database.reading() as session:
        return list(session.scalars(select(Tombstone.conversation_id).where(Tombstone.erased_at >= moment)))


@guarded
def erased_among(database: Database, conversation_ids: Iterable[str]) -> list[str]:
    """Those of the ids whose conversation was erased."""
    ids, found = sorted(set(conversation_ids)), list[str]()
    with database.reading() as session:
        for start in range(0, len(ids), _AT_A_TIME):
            some = Tombstone.conversation_id.in_(ids[start : start + _AT_A_TIME])
            found += session.scalars(select(Tombstone.conversation_id).where(some)).all()
    return found


def _last_activity() -> ColumnElement[datetime]:
    """When something was last said in a conversation; for one without messages, when it was opened."""
    latest = select(func.max(Message.at)).where(Message.conversation_id == Conversation.id).scalar_subquery()
    return func.coalesce(latest, Conversation.created_at)
