"""Handoffs to a person: opened, or joined, in the transaction that answers the patient, with audit and outbox row.

So there is never a handoff that nobody is told of, nor a notice of a handoff that does not exist.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from mesofaq.chat.models import HandoffDraft, HandoffRef, Priority, ReplyDraft
from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import ACTIVE, State
from mesofaq.store.audit import PATIENT, Action, append
from mesofaq.store.models import Handoff, Message, OutboxEvent
from mesofaq.store.records import HandoffDetail, HandoffRecord
from mesofaq.store.screenings import summary_for
from mesofaq.store.transcript import transcript
from mesofaq.store.values import is_id

__all__ = [
    "HANDOFF_ESCALATED",
    "HANDOFF_OPENED",
    "URGENCY",
    "DueAt",
    "active_handoff",
    "find_handoff",
    "hand_over",
    "handed_over",
    "handoff_detail",
    "list_handoffs",
    "record_of",
    "tell",
]

HANDOFF_OPENED = "handoff.opened"
HANDOFF_ESCALATED = "handoff.escalated"

URGENCY = {Priority.EMERGENCY: 0, Priority.URGENT: 1, Priority.ROUTINE: 2}
"""The order in which people look."""

_PREFIX_MIN_CHARS = 4
_TOLD_AGAIN_AFTER = timedelta(minutes=1)
"""Emergencies are never throttled, so one chat could send mails without end and bury those about others."""

DueAt = Callable[[Priority, datetime], datetime]
"""By when a person should have answered what was asked at that moment, by the clinic's hours."""


def active_handoff(session: Session, conversation_id: str) -> Handoff | None:
    """The conversation's handoff that is open or claimed. There is at most one, as whoever writes holds the lock."""
    statement = (
        select(Handoff)
        .where(Handoff.conversation_id == conversation_id, Handoff.state.in_([state.value for state in ACTIVE]))
        .order_by(case((Handoff.state == State.CLAIMED.value, 0), else_=1), Handoff.created_at)
        .limit(1)
    )
    return session.scalar(statement) if is_id(conversation_id) else None


def hand_over(
    session: Session, message: Message, drafts: Sequence[ReplyDraft], now: datetime, due_at: DueAt | None
) -> HandoffRef | None:
    """Open a handoff for a patient's message, or let it join the active one, if any of the drafts asks for that.

    Where several ask, the most urgent decides: a person who looks too soon does no harm. A more urgent question raises
    the handoff that it joins, becomes its question, and is told anew. One that joins after an answer waits anew.
    """
    wanted = [draft.handoff for draft in drafts if draft.handoff is not None]
    active = active_handoff(session, message.conversation_id)
    if not wanted:
        if active is not None and active.state == State.CLAIMED:
            message.handoff_id = active.id  # whoever holds it answers
        return None
    chosen: HandoffDraft = min(wanted, key=lambda draft: URGENCY[draft.priority])
    if active is None:
        return _open(session, message, chosen, now, due_at)
    message.handoff_id = active.id
    is_worse = URGENCY[chosen.priority] < URGENCY[Priority(active.priority)]
    if is_worse:
        active.priority, active.reason = chosen.priority.value, chosen.reason.value
        active.message_id, active.question = message.id, message.text
        if due_at is not None:
            due = due_at(chosen.priority, now)
            active.due_at = min(due, active.due_at or due)
    if active.state == State.OPEN and active.answered_at is not None:
        # A person has answered and given it back: what is asked now waits anew.
        active.answered_at = None
        active.due_at = due_at(Priority(active.priority), now) if due_at is not None else active.due_at
    is_again = chosen.priority is Priority.EMERGENCY and not _told_since(session, active.id, now - _TOLD_AGAIN_AFTER)
    if is_worse or is_again:
        tell(session, HANDOFF_ESCALATED, active, now)
    append(
        session,
        now,
        actor=PATIENT,
        action=Action.HANDOFF_JOINED,
        subject_id=active.id,
        reason=chosen.reason.value,
        priority=active.priority,
    )
    return HandoffRef(id=active.id, priority=Priority(active.priority))


def _open(session: Session, message: Message, chosen: HandoffDraft, now: datetime, due_at: DueAt | None) -> HandoffRef:
    handoff = Handoff(
        id=str(uuid4()),
        conversation_id=message.conversation_id,
        message_id=message.id,
        reason=chosen.reason.value,
        priority=chosen.priority.value,
        state=State.OPEN.value,
        question=message.text,
        created_at=now,
        version=1,
        due_at=due_at(chosen.priority, now) if due_at is not None else None,
    )
    message.handoff_id = handoff.id
    session.add(handoff)
    session.flush()  # before the screenings, which refer to it
    tell(session, HANDOFF_OPENED, handoff, now)
    append(
        session,
        now,
        actor=PATIENT,
        action=Action.HANDOFF_OPENED,
        subject_id=handoff.id,
        reason=chosen.reason.value,
        priority=chosen.priority.value,
    )
    return HandoffRef(id=handoff.id, priority=chosen.priority)


def _told_since(session: Session, handoff_id: str, moment: datetime) -> bool:
    of_it = (OutboxEvent.aggregate_id == handoff_id) & OutboxEvent.event_type.in_((HANDOFF_OPENED, HANDOFF_ESCALATED))
    return session.scalar(select(OutboxEvent.id).where(of_it, OutboxEvent.created_at > moment).limit(1)) is not None


def tell(session: Session, event_type: str, handoff: Handoff, now: datetime) -> None:
    """Put an event into the outbox, for whoever must be told outside of the console."""
    session.add(
        OutboxEvent(
            id=str(uuid4()),
            event_type=event_type,
            aggregate_id=handoff.id,
            # Ids and the priority only: even the reason would tell a mail server something about a patient's health.
            payload={
                "handoff_id": handoff.id,
                "conversation_id": handoff.conversation_id,
                "message_id": handoff.message_id,
                "priority": handoff.priority,
            },
            created_at=now,
        )
    )


def list_handoffs(session: Session, limit: int, state: str | None = None) -> list[HandoffRecord]:
    """The work list: emergencies first, then urgent ones, then the rest; the oldest first within each."""
    urgency = case({priority.value: rank for priority, rank in URGENCY.items()}, value=Handoff.priority)
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


def record_of(row: Handoff | None) -> HandoffRecord | None:
    """A row as the rest of MesoFAQ sees it."""
    return HandoffRecord(**_fields(row)) if row is not None else None


def handed_over(session: Session, conversation_id: str, states: Sequence[State]) -> list[str]:
    """The patient's messages that belong to handoffs of the conversation in those states, newest first."""
    statement = (
        select(Message.text)
        .join(Handoff, Message.handoff_id == Handoff.id)
        .where(Handoff.conversation_id == conversation_id, Handoff.state.in_([one.value for one in states]))
        .order_by(Message.sequence.desc())
    )
    return list(session.scalars(statement)) if is_id(conversation_id) else []


def _fields(row: Handoff) -> dict[str, Any]:
    return {name: getattr(row, name) for name in HandoffRecord.model_fields}
