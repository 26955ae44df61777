"""Handoffs to a person: opened in the transaction that answers the patient, together with their outbox row.

So there is never a handoff that nobody is told of, nor a notice of a handoff that does not exist.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import case, exists, select
from sqlalchemy.orm import Session

from mesofaq.chat.models import HandoffDraft, HandoffRef, Priority, Reason, ReplyDraft
from mesofaq.errors import Code, Problem
from mesofaq.store.models import Handoff, Message, OutboxEvent
from mesofaq.store.records import HandoffDetail, HandoffRecord
from mesofaq.store.screenings import summary_for
from mesofaq.store.transcript import transcript
from mesofaq.store.values import is_id

__all__ = [
    "HANDOFF_OPENED",
    "find_handoff",
    "handoff_detail",
    "list_handoffs",
    "open_handoff",
    "open_handoff_exists",
]

HANDOFF_OPENED = "handoff.opened"

_URGENCY = {Priority.EMERGENCY: 0, Priority.URGENT: 1, Priority.ROUTINE: 2}
_PREFIX_MIN_CHARS = 4


def open_handoff(session: Session, message: Message, drafts: Sequence[ReplyDraft], now: datetime) -> HandoffRef | None:
    """Open the one handoff of a patient's message, if any of the drafts asks for one.

    Where several ask, the most urgent decides: a person who looks too soon does no harm.
    """
    wanted = [draft.handoff for draft in drafts if draft.handoff is not None]
    if not wanted:
        return None
    chosen: HandoffDraft = min(wanted, key=lambda draft: _URGENCY[draft.priority])
    handoff = Handoff(
        id=str(uuid4()),
        conversation_id=message.conversation_id,
        message_id=message.id,
        reason=chosen.reason.value,
        priority=chosen.priority.value,
        state="open",
        question=message.text,
        created_at=now,
    )
    event = OutboxEvent(
        id=str(uuid4()),
        event_type=HANDOFF_OPENED,
        aggregate_id=handoff.id,
        # Ids only: even the reason would tell a mail server something about a patient's health.
        payload={
            "handoff_id": handoff.id,
            "conversation_id": message.conversation_id,
            "message_id": message.id,
        },
        created_at=now,
    )
    session.add_all([handoff, event])
    session.flush()  # before the screenings, which refer to it
    return HandoffRef(id=handoff.id, priority=chosen.priority)


def list_handoffs(session: Session, limit: int, state: str | None = None) -> list[HandoffRecord]:
    """The work list: emergencies first, then urgent ones, then the rest; the oldest first within each."""
    urgency = case({priority.value: rank for priority, rank in _URGENCY.items()}, value=Handoff.priority)
    statement = select(Handoff).order_by(urgency, Handoff.created_at, Handoff.id).limit(limit)
    if state is not None:
        statement = statement.where(Handoff.state == state)
    return [HandoffRecord(**_fields(row)) for row in session.scalars(statement)]


def find_handoff(session: Session, prefix: str) -> str:
    """The id of the one handoff whose id begins with `prefix` (4 characters or more, as lists show it).

    Raises:
        Problem: `not-found` where none does; `conflict` where several do.
    """
    prefix = prefix.strip().lower()
    found: Sequence[str] = ()
    if len(prefix) >= _PREFIX_MIN_CHARS and set(prefix) <= set("0123456789abcdef-"):
        found = session.scalars(select(Handoff.id).where(Handoff.id.startswith(prefix)).limit(2)).all()
    if not found:
        raise Problem(
            Code.NOT_FOUND,
            f"There is no such handoff. Give its id, or at least its first {_PREFIX_MIN_CHARS} characters.",
        )
    if len(found) > 1:
        raise Problem(Code.CONFLICT, "Several handoffs begin like that. Give more characters of the id.")
    return found[0]


def handoff_detail(session: Session, handoff_id: str) -> HandoffDetail:
    """A handoff with the conversation and the screening that belong to it.

    Raises:
        Problem: `not-found`.
    """
    row = session.get(Handoff, handoff_id) if is_id(handoff_id) else None
    if row is None:
        raise Problem(Code.NOT_FOUND, "There is no such handoff.")
    messages = transcript(session, row.conversation_id)
    return HandoffDetail(**_fields(row), transcript=tuple(messages), screening=summary_for(session, row, messages))


def open_handoff_exists(session: Session, conversation_id: str, reason: Reason) -> bool:
    """Whether a handoff for that reason waits in the conversation."""
    if not is_id(conversation_id):
        return False
    statement = select(
        exists().where(
            Handoff.conversation_id == conversation_id,
            Handoff.reason == reason.value,
            Handoff.state == "open",
        )
    )
    return bool(session.scalar(statement))


def _fields(row: Handoff) -> dict[str, Any]:
    return {name: getattr(row, name) for name in HandoffRecord.model_fields}
