"""Everything that is held about a conversation, gathered for whoever asks to see it or to take it along.

**What the patient's own file leaves out: the words that staff write for each other** (notes, and why they marked an
answer as wrong). They are about the patient, who may ask for them; but this file is given at once to whoever holds the
browser, who may be the very person that a note is about ("her partner reads along"). So the file says how many there
are and that the clinic hands them out when asked, and the file that staff take has them.
"""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session

from mesofaq.content.models import Retention
from mesofaq.errors import Code, Problem
from mesofaq.store.audit import Action, append
from mesofaq.store.database import Database, guarded
from mesofaq.store.models import (
    AnswerMark,
    Conversation,
    Delivery,
    Handoff,
    Message,
    Note,
    OutboxEvent,
    Proposal,
    Screening,
    Tombstone,
)
from mesofaq.store.records import ScreeningSummary
from mesofaq.store.screenings import screening_of
from mesofaq.store.staff_models import Staff
from mesofaq.store.values import is_id

__all__ = ["Held", "HeldHandoff", "HeldMessage", "HeldNotice", "StaffOnly", "find_conversation", "held"]

_PREFIX_MIN_CHARS = 4
_NOTES = (
    "Staff may have written notes for each other about this chat, or marked an answer of the assistant as wrong. "
    "They are not in this file. Ask the clinic if you want to have them."
)


class _Held(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HeldMessage(_Held):
    """One message. `by` is how staff are named to patients; `understood` is what the assistant took it for."""

    id: str
    at: datetime
    author: str
    text: str
    by: str | None
    kind: str | None
    card: dict[str, Any] | None
    sources: tuple[dict[str, Any], ...]
    understood: dict[str, Any] | None


class HeldHandoff(_Held):
    """A question that went to staff, and what became of it."""

    id: str
    question: str
    reason: str
    priority: str
    state: str
    asked_at: datetime
    due_at: datetime | None
    taken_up_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    outcome: str | None


class HeldNotice(_Held):
    """That staff were told of something, by e-mail or by another program: ids and times, no text."""

    what: str
    at: datetime
    ways: dict[str, datetime | None]


class StaffOnly(_Held):
    """What staff wrote for each other, and questions that they proposed for the clinic's texts."""

    notes: tuple[dict[str, Any], ...]
    marks: tuple[dict[str, Any], ...]
    proposals: tuple[dict[str, Any], ...]


class Held(_Held):
    """All of it. `kept_until` is when the clinic erases it if nothing more is said."""

    conversation_id: str
    made_at: datetime
    opened_at: datetime
    channel: str
    consent_version: str | None
    consent_at: datetime | None
    contact: str | None
    kept_until: datetime
    messages: tuple[HeldMessage, ...]
    handoffs: tuple[HeldHandoff, ...]
    screenings: tuple[ScreeningSummary, ...]
    notices: tuple[HeldNotice, ...]
    notes_of_staff: str
    counts_of_staff: dict[str, int]
    of_staff: StaffOnly | None


@guarded
def held(
    database: Database, conversation_id: str, retention: Retention, now: datetime, *, by: str, staff_words: bool
) -> Held:
    """Gather what is held; the audit notes that it was taken.

    Args:
        database: the record.
        conversation_id: which.
        retention: how long the clinic keeps it.
        now: when.
        by: who takes it, as the audit names them.
        staff_words: with what staff wrote for each other.

    Raises:
        Problem: `not-found`.
    """
    with database.writing() as session:
        row = session.get(Conversation, conversation_id) if is_id(conversation_id) else None
        if row is None:
            raise Problem(Code.NOT_FOUND, "There is no such conversation.")
        found = _gather(session, row, retention, now, staff_words=staff_words)
        append(session, now, actor=by, action=Action.EXPORTED, subject_id=conversation_id, messages=len(found.messages))
        return found


@guarded
def find_conversation(database: Database, prefix: str) -> str:
    """The id of the one conversation whose id begins with `prefix` (4 characters or more).

    Raises:
        Problem: `not-found` where none does; `conflict` where several do.
    """
    prefix = prefix.strip().lower()
    found: list[str] = []
    if len(prefix) >= _PREFIX_MIN_CHARS and set(prefix) <= set("0123456789abcdef-"):
        with database.reading() as session:
            begins = Conversation.id.startswith(prefix)
            found = list(session.scalars(select(Conversation.id).where(begins).limit(2)))
            erased = session.scalar(select(Tombstone.erased_at).where(Tombstone.conversation_id == prefix))
            if not found and erased is not None:
                raise Problem(Code.NOT_FOUND, f"That conversation was erased on {erased:%Y-%m-%d at %H:%M} UTC.")
    if not found:
        raise Problem(
            Code.NOT_FOUND,
            f"There is no such conversation. Give its id, or at least its first {_PREFIX_MIN_CHARS} characters.",
        )
    if len(found) > 1:
        raise Problem(Code.CONFLICT, "Several conversations begin like that. Give more characters of the id.")
    return found[0]


def _gather(session: Session, row: Conversation, retention: Retention, now: datetime, *, staff_words: bool) -> Held:
    messages = session.scalars(select(Message).where(Message.conversation_id == row.id).order_by(Message.sequence))
    said = tuple(_message(message) for message in messages)
    ours = Handoff.conversation_id == row.id
    handoffs = session.scalars(select(Handoff).where(ours).order_by(Handoff.created_at, Handoff.id)).all()
    screenings = select(Screening.id).where(Screening.conversation_id == row.id).order_by(Screening.at, Screening.id)
    days = retention.handoffs_days if handoffs else retention.transcripts_days
    last = max((message.at for message in said), default=row.created_at)
    of_staff = _of_staff(session, row.id)
    return Held(
        conversation_id=row.id,
        made_at=now,
        opened_at=row.created_at,
        channel=row.channel,
        consent_version=row.consent_version,
        consent_at=row.consent_at,
        contact=row.contact,
        kept_until=last + timedelta(days=days),
        messages=said,
        handoffs=tuple(_handoff(handoff) for handoff in handoffs),
        screenings=tuple(screening_of(session, found) for found in session.scalars(screenings).all()),
        notices=_notices(session, [row.id, *(handoff.id for handoff in handoffs)]),
        notes_of_staff="" if staff_words else _NOTES,
        counts_of_staff={name: len(value) for name, value in of_staff},
        of_staff=of_staff if staff_words else None,
    )


def _message(row: Message) -> HeldMessage:
    reply = row.reply or {}
    staff = reply.get("staff")
    return HeldMessage(
        id=row.id,
        at=row.at,
        author=row.author,
        text=row.text,
        by=f"{staff['name']}, {staff['title']}" if staff else None,
        kind=reply.get("kind"),
        card=reply.get("card"),
        sources=tuple(reply.get("sources") or ()),
        understood=row.understanding,
    )


def _handoff(row: Handoff) -> HeldHandoff:
    return HeldHandoff(
        id=row.id,
        question=row.question,
        reason=row.reason,
        priority=row.priority,
        state=row.state,
        asked_at=row.created_at,
        due_at=row.due_at,
        taken_up_at=row.claimed_at,
        answered_at=row.answered_at,
        closed_at=row.closed_at,
        outcome=row.outcome,
    )


def _notices(session: Session, about: list[str]) -> tuple[HeldNotice, ...]:
    events = select(OutboxEvent).where(OutboxEvent.aggregate_id.in_(about)).order_by(OutboxEvent.created_at)
    told = []
    for event in session.scalars(events).all():
        deliveries = session.scalars(select(Delivery).where(Delivery.event_id == event.id).order_by(Delivery.way))
        ways = {delivery.way: delivery.delivered_at for delivery in deliveries}
        told.append(HeldNotice(what=event.event_type, at=event.created_at, ways=ways))
    return tuple(told)


def _of_staff(session: Session, conversation_id: str) -> StaffOnly:
    def rows(table: Any, *names: str) -> tuple[dict[str, Any], ...]:
        statement = select(table, Staff.name).outerjoin(Staff, Staff.id == table.staff_id)
        found = session.execute(statement.where(table.conversation_id == conversation_id).order_by(table.at, table.id))
        # Whoever is no longer known wrote it all the same.
        return tuple({name: getattr(row, name) for name in names} | {"author": author} for row, author in found)

    return StaffOnly(
        notes=rows(Note, "at", "text"),
        marks=rows(AnswerMark, "at", "message_id", "note"),
        proposals=rows(Proposal, "at", "message_id", "kind", "card_id", "question", "answer", "exported_at"),
    )
