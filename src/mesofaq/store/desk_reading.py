"""What staff see: the queue, a conversation, search, proposals."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from mesofaq.chat.models import TranscriptMessage
from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import ACTIVE
from mesofaq.store.handoffs import URGENCY, record_of
from mesofaq.store.models import AnswerMark, Conversation, Handoff, Message, Note, Proposal
from mesofaq.store.records import (
    ConversationView,
    HandoffRecord,
    NoteRecord,
    ProposalRecord,
    QueueFilter,
    QueueLine,
    SearchHit,
    StaffMessage,
)
from mesofaq.store.screenings import summary_for
from mesofaq.store.staff_models import Staff
from mesofaq.store.transcript import as_transcript
from mesofaq.store.values import is_id

__all__ = ["current_handoff", "proposal", "proposals", "queue", "record", "search", "view"]

_EXCERPT_CHARS = 160
_BATCH = 500


def current_handoff(session: Session, conversation_id: str) -> Handoff | None:
    """The conversation's handoff that is open or claimed, else its latest."""
    is_active = Handoff.state.in_([state.value for state in ACTIVE])
    statement = (
        select(Handoff)
        .where(Handoff.conversation_id == conversation_id)
        .order_by(case((is_active, 0), else_=1), Handoff.created_at.desc(), Handoff.id)
        .limit(1)
    )
    return session.scalar(statement)


def queue(session: Session, wanted: QueueFilter, limit: int) -> list[QueueLine]:
    """The lines of the queue that `wanted` lets through, the most pressing first."""
    urgency = case({priority.value: rank for priority, rank in URGENCY.items()}, value=Handoff.priority)
    due = func.coalesce(Handoff.due_at, Handoff.created_at)
    order = (urgency, due, Handoff.created_at, Handoff.id)
    statement = select(Handoff).where(Handoff.state.in_(wanted.states)).order_by(*order).limit(limit)
    if wanted.reason is not None:
        statement = statement.where(Handoff.reason == wanted.reason.value)
    if wanted.priority is not None:
        statement = statement.where(Handoff.priority == wanted.priority.value)
    if wanted.held_by is not None:
        statement = statement.where(Handoff.claimed_by == wanted.held_by)
    rows = session.scalars(statement).all()
    names = _names(session, {row.claimed_by for row in rows})
    waiting = _waiting(session, [row.id for row in rows])
    channels = _channels(session, [row.conversation_id for row in rows])
    languages = _languages(session, [row.message_id for row in rows])
    lines = []
    for row in rows:
        count, since = waiting.get(row.id, (0, None))
        lines.append(
            QueueLine(
                **record(row).model_dump(),
                holder=names.get(row.claimed_by or ""),
                language=languages.get(row.message_id),
                channel=channels.get(row.conversation_id, "web"),
                questions=count,
                waiting_since=since or row.created_at,
            )
        )
    return lines


def view(session: Session, conversation_id: str) -> ConversationView:
    """Everything of one conversation.

    Raises:
        Problem: `not-found`.
    """
    conversation = session.get(Conversation, conversation_id) if is_id(conversation_id) else None
    if conversation is None:
        raise Problem(Code.NOT_FOUND, "There is no such conversation. It may have been erased. Go back to the queue.")
    of_it = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.sequence)
    rows = session.scalars(of_it).all()
    marks = {
        mark.message_id: mark.note
        for mark in session.scalars(select(AnswerMark).where(AnswerMark.conversation_id == conversation_id))
    }
    transcript = tuple(
        StaffMessage.model_validate(
            {
                **as_transcript(row),
                "bundle_id": row.bundle_id,
                "text_sha256": row.text_sha256,
                "handoff_id": row.handoff_id,
                "marked_wrong": marks.get(row.id),
            }
        )
        for row in rows
    )
    current = current_handoff(session, conversation_id)
    handoffs = session.scalars(
        select(Handoff)
        .where(Handoff.conversation_id == conversation_id)
        .order_by(Handoff.created_at.desc(), Handoff.id)
    ).all()
    notes = session.scalars(select(Note).where(Note.conversation_id == conversation_id).order_by(Note.at)).all()
    names = _names(session, {note.staff_id for note in notes} | {current.claimed_by if current else None})
    return ConversationView(
        id=conversation.id,
        created_at=conversation.created_at,
        channel=conversation.channel,
        language=_language(rows),
        contact=conversation.contact,
        handoff=record_of(current),
        holder=names.get(current.claimed_by or "") if current else None,
        earlier=tuple(record(row) for row in handoffs if current is None or row.id != current.id),
        transcript=transcript,
        notes=tuple(
            NoteRecord(id=note.id, author=names.get(note.staff_id, "?"), text=note.text, at=note.at) for note in notes
        ),
        screening=summary_for(session, current, _plain(rows)) if current is not None else None,
    )


def search(session: Session, query: str, limit: int) -> list[SearchHit]:
    """The newest messages that hold every word of `query`, without regard to case.

    Texts may be encrypted, so the database cannot compare them: all are read, newest first, in batches.
    """
    words = query.casefold().split()
    hits: list[SearchHit] = []
    if not words:
        return hits
    statement = select(Message).order_by(Message.at.desc(), Message.id).execution_options(yield_per=_BATCH)
    with closing(session.scalars(statement)) as newest:  # the cursor of a stream that is not read to its end stays open
        for row in newest:
            folded = row.text.casefold()
            if all(word in folded for word in words):
                hits.append(
                    SearchHit(
                        conversation_id=row.conversation_id,
                        message_id=row.id,
                        author=row.author,
                        at=row.at,
                        excerpt=_excerpt(row.text, folded.find(words[0])),
                    )
                )
                if len(hits) == limit:
                    break
    return hits


def proposals(session: Session) -> list[ProposalRecord]:
    """All proposals, newest first."""
    rows = session.scalars(select(Proposal).order_by(Proposal.at.desc(), Proposal.id)).all()
    names = _names(session, {row.staff_id for row in rows})
    return [proposal(row, names.get(row.staff_id, "?")) for row in rows]


def proposal(row: Proposal, author: str) -> ProposalRecord:
    """A row as the rest of MesoFAQ sees it."""
    fields = {name: getattr(row, name) for name in ProposalRecord.model_fields if name != "author"}
    return ProposalRecord(**fields, author=author)


def record(row: Handoff) -> HandoffRecord:
    """A row as the rest of MesoFAQ sees it."""
    return HandoffRecord(**{name: getattr(row, name) for name in HandoffRecord.model_fields})


def _names(session: Session, staff_ids: Iterable[str | None]) -> dict[str, str]:
    wanted = [staff_id for staff_id in staff_ids if staff_id]
    if not wanted:
        return {}
    return {row.id: row.name for row in session.scalars(select(Staff).where(Staff.id.in_(wanted)))}


def _waiting(session: Session, handoff_ids: Sequence[str]) -> dict[str, tuple[int, datetime]]:
    """For each handoff, how many of its messages no person has answered, and when the oldest of them came."""
    answered = (
        select(Message.conversation_id, func.max(Message.sequence).label("upto"))
        .where(Message.author == "staff")
        .group_by(Message.conversation_id)
        .subquery()
    )
    statement = (
        select(Message.handoff_id, func.count(), func.min(Message.at))
        .outerjoin(answered, answered.c.conversation_id == Message.conversation_id)
        .where(Message.handoff_id.in_(handoff_ids), Message.sequence > func.coalesce(answered.c.upto, 0))
        .group_by(Message.handoff_id)
    )
    return {str(handoff_id): (count, since) for handoff_id, count, since in session.execute(statement)}


def _channels(session: Session, conversation_ids: Sequence[str]) -> dict[str, str]:
    statement = select(Conversation.id, Conversation.channel).where(Conversation.id.in_(conversation_ids))
    return {row.id: row.channel for row in session.execute(statement)}


def _languages(session: Session, message_ids: Sequence[str]) -> dict[str, str]:
    rows = session.execute(select(Message.id, Message.understanding).where(Message.id.in_(message_ids)))
    found = {row.id: (row.understanding or {}).get("language") for row in rows}
    return {message_id: str(language) for message_id, language in found.items() if language}


def _language(rows: Sequence[Message]) -> str | None:
    """The language of the patient's latest message that is in another than English."""
    found = [(row.understanding or {}).get("language") for row in rows if row.author == "patient"]
    return next((str(language) for language in reversed(found) if language), None)


def _plain(rows: Sequence[Message]) -> list[TranscriptMessage]:
    return [TranscriptMessage.model_validate(as_transcript(row)) for row in rows]


def _excerpt(text: str, place: int) -> str:
    begin = max(0, place - _EXCERPT_CHARS // 3)
    part = " ".join(text[begin : begin + _EXCERPT_CHARS].split())
    return f"{'…' if begin else ''}{part}{'…' if begin + _EXCERPT_CHARS < len(text) else ''}"
