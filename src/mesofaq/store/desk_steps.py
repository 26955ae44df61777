"""One step of a handoff's life, in a transaction that is open: who may take it now, and what it leaves behind.

`neglected` finds the steps that the passing of time asks for.

The conversation is locked first, so what is read of its handoffs after that stays so until the step is committed.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.chat.models import Priority, ReplyDraft
from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import Outcome, State, Step, after
from mesofaq.store.audit import SYSTEM, Action, append, by_staff
from mesofaq.store.desk_reading import record
from mesofaq.store.handoffs import active_handoff, tell
from mesofaq.store.messages import lock_conversation, write_reply
from mesofaq.store.models import Handoff, Message
from mesofaq.store.records import HandoffRecord
from mesofaq.store.values import is_id

__all__ = ["Taken", "neglected", "only_holder", "take", "the_handoff"]

_PAST = {Step.CLAIM: "claimed", Step.RELEASE: "released", Step.RESOLVE: "resolved", Step.REOPEN: "reopened"}
_PAST |= {Step.LAPSE: "lapsed", Step.EXPIRE: "expired"}
_NEEDS_HOLDER = frozenset({Step.RELEASE, Step.RESOLVE})


@dataclass(frozen=True)
class Taken:
    """How a step is taken: by whom (None: by itself), from which version, and what it says. See `Desk.step`."""

    by: StaffRecord | None
    version: int | None
    outcome: Outcome | None
    notice: ReplyDraft | None
    due_at: datetime | None
    quiet_since: datetime | None


def the_handoff(session: Session, handoff_id: str) -> Handoff:
    """The handoff with that id, as it is now.

    Raises:
        Problem: `not-found`.
    """
    found = None
    if is_id(handoff_id):
        found = session.scalar(
            select(Handoff).where(Handoff.id == handoff_id).execution_options(populate_existing=True)
        )
    if found is None:
        raise Problem(Code.NOT_FOUND, "There is no such handoff. It may have been erased. Go back to the queue.")
    return found


def only_holder(handoff: Handoff, by: StaffRecord, *, admin_may: bool = True) -> None:
    """See that `by` holds the handoff.

    Raises:
        Problem: `conflict` when somebody else does.
    """
    if handoff.claimed_by != by.id and not (admin_may and by.role is Role.ADMIN):
        raise Problem(Code.CONFLICT, "Somebody else has this conversation now. Only they can do that.")


def take(session: Session, now: datetime, handoff_id: str, step: Step, how: Taken) -> Handoff:
    """Take the step, with its outbox row, the patient's notice and its audit entry.

    Raises:
        Problem: `not-found`; `conflict`.
    """
    conversation = lock_conversation(session, the_handoff(session, handoff_id).conversation_id)
    handoff = the_handoff(session, handoff_id)
    _allowed(session, handoff, step, how)
    target = after(State(handoff.state), step)
    taken = session.execute(
        update(Handoff)
        .where(Handoff.id == handoff.id, Handoff.version == handoff.version)
        .values(version=handoff.version + 1, state=target.value)
        .execution_options(synchronize_session="fetch")
    )
    if getattr(taken, "rowcount", 0) != 1:  # behind the lock this cannot be; two holders must never be
        raise _changed(handoff)
    session.refresh(handoff)
    _note_down(handoff, step, how, now)
    if step is Step.CLAIM:
        conversation.dialogue_epoch += 1  # what the bot was in the middle of is over
    tell(session, f"handoff.{_PAST[step]}", handoff, now)
    if how.notice is not None:
        write_reply(session, conversation.id, how.notice, now=now)
    append(
        session,
        now,
        actor=by_staff(how.by.id) if how.by else SYSTEM,
        action=Action.HANDOFF_STEP,
        subject_id=handoff.id,
        step=step.value,
        version=handoff.version,
        outcome=how.outcome.value if how.outcome else None,
    )
    return handoff


def neglected(session: Session, lapsed: datetime, expired: datetime) -> list[tuple[HandoffRecord, Step]]:
    """Claims without a sign of life after `lapsed`, open handoffs without one after `expired`; each with its step."""
    away = select(Handoff).where(Handoff.state == State.CLAIMED.value, _is_quiet(lapsed))
    waiting = select(Handoff).where(
        Handoff.state == State.OPEN.value, Handoff.priority != Priority.EMERGENCY.value, _is_quiet(expired)
    )
    return [
        (record(row), step)
        for statement, step in ((away, Step.LAPSE), (waiting, Step.EXPIRE))
        for row in session.scalars(statement.order_by(Handoff.created_at, Handoff.id))
    ]


def _quiet_since(session: Session, handoff: Handoff, moment: datetime) -> bool:
    """Whether a handoff has shown no sign of life after `moment`."""
    return session.scalar(select(Handoff.id).where(Handoff.id == handoff.id, _is_quiet(moment))) is not None


def _is_quiet(moment: datetime) -> ColumnElement[bool]:
    """No sign of life after `moment`: of its holder, for a claim; else of the patient, nor that it was given back."""
    last = select(func.max(Message.at)).where(Message.handoff_id == Handoff.id).correlate(Handoff).scalar_subquery()
    patient = or_(Handoff.state == State.CLAIMED.value, func.coalesce(last, Handoff.created_at) <= moment)
    return and_(func.coalesce(Handoff.touched_at, Handoff.created_at) <= moment, patient)


def _allowed(session: Session, handoff: Handoff, step: Step, how: Taken) -> None:
    if how.version is not None and how.version != handoff.version:
        raise _changed(handoff)
    after(State(handoff.state), step)
    if step in _NEEDS_HOLDER and how.by is not None:
        only_holder(handoff, how.by)
    if how.quiet_since is not None and not _quiet_since(session, handoff, how.quiet_since):
        raise _changed(handoff)
    if step is Step.EXPIRE and handoff.priority == Priority.EMERGENCY:
        raise Problem(Code.CONFLICT, "An emergency does not expire. A person must look at it.")
    other = active_handoff(session, handoff.conversation_id)
    if other is None or other.id == handoff.id:
        return
    if step is Step.REOPEN:
        raise Problem(Code.CONFLICT, "This conversation has another question that waits. Answer it there.")
    if step is Step.CLAIM and other.state == State.CLAIMED:  # a record from before may have several that wait
        raise Problem(Code.CONFLICT, "Somebody has this conversation already, for another question in it.")


def _changed(handoff: Handoff) -> Problem:
    return Problem(
        Code.CONFLICT,
        f"Somebody was faster: this handoff is {handoff.state} now. Look at it again before you go on.",
        state=handoff.state,
        version=handoff.version,
    )


def _note_down(handoff: Handoff, step: Step, how: Taken, now: datetime) -> None:
    """What a step leaves in the handoff, beside its state."""
    if step is Step.CLAIM:
        handoff.claimed_by, handoff.claimed_at, handoff.touched_at = how.by.id if how.by else None, now, now
    elif step is Step.RELEASE:
        # `touched_at` stays: a question that somebody gave back a moment ago is not one that nobody took up.
        handoff.claimed_by, handoff.claimed_at, handoff.touched_at = None, None, now
    elif step is Step.LAPSE:
        handoff.claimed_by = handoff.claimed_at = None
    elif step is Step.REOPEN:
        handoff.claimed_by, handoff.claimed_at, handoff.touched_at = None, None, now
        handoff.closed_at = handoff.closed_by = handoff.outcome = None
        handoff.answered_at, handoff.due_at = None, how.due_at or handoff.due_at
    else:
        handoff.closed_at, handoff.closed_by = now, how.by.id if how.by else None
        handoff.outcome = how.outcome.value if how.outcome else None
