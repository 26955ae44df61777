"""What staff write down beside a conversation: notes for each other, wrong answers, proposals for the content.

Each in one transaction with its audit entry; `Desk` is this and what staff do with handoffs.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from mesofaq.accounts.models import StaffRecord
from mesofaq.errors import Code, Problem
from mesofaq.store import desk_reading as reading
from mesofaq.store.audit import Action, append, by_staff
from mesofaq.store.database import Database, guarded
from mesofaq.store.messages import lock_conversation
from mesofaq.store.models import AnswerMark, Message, Note, Proposal
from mesofaq.store.records import NoteRecord, ProposalRecord
from mesofaq.store.values import clean_text, is_id

__all__ = ["ReviewDesk"]


class ReviewDesk:
    """What every member of staff may do with a conversation, whoever holds it.

    Args:
        database: the record.
        clock: gives the present moment, with a time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    @guarded
    def note(self, conversation_id: str, text: str, *, by: StaffRecord) -> NoteRecord:
        """Write down something for the other staff; it belongs to the conversation's active or latest handoff.

        Raises:
            Problem: `not-found`; `conflict` where the conversation was never handed over; `text-empty`.
        """
        now, text = self._clock(), clean_text(text).strip()
        if not text:
            raise Problem(Code.TEXT_EMPTY, "The note is empty. Write something, or leave it.")
        with self._database.writing() as session:
            lock_conversation(session, conversation_id)
            handoff = reading.current_handoff(session, conversation_id)
            if handoff is None:
                raise Problem(Code.CONFLICT, "This conversation was never handed to a person, so it takes no notes.")
            if handoff.claimed_by == by.id:
                handoff.touched_at = now
            row = Note(
                id=str(uuid4()),
                conversation_id=conversation_id,
                handoff_id=handoff.id,
                staff_id=by.id,
                text=text,
                at=now,
            )
            session.add(row)
            append(session, now, actor=by_staff(by.id), action=Action.NOTED, subject_id=handoff.id, note_id=row.id)
            return NoteRecord(id=row.id, author=by.name, text=text, at=now)

    @guarded
    def mark_wrong(self, message_id: str, note: str, *, by: StaffRecord) -> None:
        """Mark an answer of the bot as wrong, and say why; marking it again changes the note.

        Raises:
            Problem: `not-found` where the bot said no such thing.
        """
        now = self._clock()
        with self._database.writing() as session:
            message = _message(session, message_id, author="bot")
            lock_conversation(session, message.conversation_id)
            mark = session.scalar(select(AnswerMark).where(AnswerMark.message_id == message.id))
            if mark is None:
                mark = AnswerMark(id=str(uuid4()), conversation_id=message.conversation_id, message_id=message.id)
                session.add(mark)
            mark.staff_id, mark.note, mark.at = by.id, clean_text(note).strip(), now
            session.flush()
            append(
                session,
                now,
                actor=by_staff(by.id),
                action=Action.ANSWER_MARKED,
                subject_id=message.conversation_id,
                message_id=message.id,
                card=message.card_id,
            )

    @guarded
    def propose(
        self,
        message_id: str,
        *,
        by: StaffRecord,
        kind: Literal["example", "card"],
        card_id: str,
        question: str,
        answer: str = "",
    ) -> ProposalRecord:
        """Propose a patient's question for the content, in words that identify nobody.

        Raises:
            Problem: `not-found` where no patient wrote that message.
        """
        now = self._clock()
        with self._database.writing() as session:
            message = _message(session, message_id, author="patient")
            lock_conversation(session, message.conversation_id)
            row = Proposal(
                id=str(uuid4()),
                conversation_id=message.conversation_id,
                message_id=message.id,
                staff_id=by.id,
                kind=kind,
                card_id=card_id,
                question=clean_text(question).strip(),
                answer=clean_text(answer).strip(),
                at=now,
            )
            session.add(row)
            append(
                session,
                now,
                actor=by_staff(by.id),
                action=Action.PROPOSED,
                subject_id=message.conversation_id,
                proposal_id=row.id,
                kind=kind,
            )
            return reading.proposal(row, by.name)

    @guarded
    def exported(self, proposal_ids: Sequence[str], *, by: StaffRecord) -> None:
        """Note that proposals were taken out as files."""
        now = self._clock()
        with self._database.writing() as session:
            rows = session.scalars(select(Proposal).where(Proposal.id.in_(proposal_ids))).all()
            for row in rows:
                row.exported_at = now
            append(
                session, now, actor=by_staff(by.id), action=Action.PROPOSAL_EXPORTED, proposals=[row.id for row in rows]
            )

    @guarded
    def proposals(self, by: StaffRecord) -> list[ProposalRecord]:
        """All proposals, newest first."""
        with self._database.reading() as session:
            return reading.proposals(session)


def _message(session: Session, message_id: str, *, author: str) -> Message:
    row = session.get(Message, message_id) if is_id(message_id) else None
    if row is None or row.author != author:
        raise Problem(Code.NOT_FOUND, "There is no such message. It may have been erased. Go back to the queue.")
    return row
