"""Finished screenings: written with the answer that ends them, corrected by a new one, kept with their protocol."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from mesofaq.chat.models import HandoffRef, Kind, ReplyDraft, TranscriptMessage
from mesofaq.errors import Code, Problem
from mesofaq.store.models import Handoff, Message, Protocol, Screening
from mesofaq.store.records import FollowUpLine, ScreeningLine, ScreeningSummary
from mesofaq.store.transcript import transcript
from mesofaq.store.values import is_id

__all__ = [
    "find_screening",
    "keep_protocol",
    "last_screening",
    "protocol_of",
    "screening_of",
    "summary_for",
    "told_since_last_screening",
    "write_screenings",
]

_PREFIX_MIN_CHARS = 4


def write_screenings(
    session: Session,
    message: Message,
    drafts: Sequence[ReplyDraft],
    handoff: HandoffRef | None,
    now: datetime,
) -> None:
    """Write each finished screening among the drafts and link it to the message's handoff."""
    for draft in drafts:
        if (result := draft.screening_result) is not None:
            session.add(
                Screening(
                    id=str(uuid4()),
                    conversation_id=message.conversation_id,
                    message_id=message.id,
                    handoff_id=handoff.id if handoff else None,
                    protocol_version=result.protocol_version,
                    about=result.about.value,
                    result=result.result,
                    flags=list(result.flags),
                    noted=list(result.noted),
                    answers=[answer.model_dump(mode="json") for answer in result.answers],
                    supersedes_id=result.supersedes,
                    at=now,
                )
            )


def last_screening(session: Session, conversation_id: str) -> Screening | None:
    """The conversation's latest finished screening."""
    statement = (
        select(Screening)
        .join(Message, Screening.message_id == Message.id)
        .where(Screening.conversation_id == conversation_id)
        .order_by(Message.sequence.desc())
        .limit(1)
    )
    return session.scalar(statement)


def told_since_last_screening(session: Session, conversation_id: str, limit: int) -> list[tuple[str, dict[str, Any]]]:
    """What was understood of the patient's latest messages, oldest first, as (message id, understanding).

    Only what came after the last result or cancellation: what was said for that is not said again for the next.
    """
    statement = (
        select(Message).where(Message.conversation_id == conversation_id).order_by(Message.sequence.desc()).limit(limit)
    )
    told: list[tuple[str, dict[str, Any]]] = []
    for row in session.scalars(statement):
        if row.reply is not None and _ends_it(row.reply):
            break
        if row.understanding is not None:
            told.append((row.id, row.understanding))
    return told[::-1]


def _ends_it(reply: dict[str, Any]) -> bool:
    """Whether a reply ended a screening for good: a result, "stop", an emergency."""
    return reply.get("kind") == Kind.EMERGENCY or (reply.get("screening") or {}).get("result") is not None


def keep_protocol(session: Session, version: str, protocol: dict[str, Any], now: datetime) -> None:
    """Keep a protocol under its version, if it is not kept already."""
    if session.get(Protocol, version) is None:
        session.add(Protocol(version=version, protocol=protocol, first_live_at=now))


def protocol_of(session: Session, version: str) -> dict[str, Any] | None:
    """The protocol with that version; None where it was never live here."""
    row = session.get(Protocol, version)
    return row.protocol if row is not None else None


def find_screening(session: Session, prefix: str) -> str:
    """The id of the one screening whose own id, or whose handoff's, begins with `prefix` (4 characters or more).

    A handoff that several screenings came into leads to the latest.

    Raises:
        Problem: `not-found` where none does; `conflict` where several do.
    """
    prefix = prefix.strip().lower()
    found: Sequence[str] = ()
    if len(prefix) >= _PREFIX_MIN_CHARS and set(prefix) <= set("0123456789abcdef-"):
        own = session.scalars(select(Screening.id).where(Screening.id.startswith(prefix)).limit(2)).all()
        of = Screening.handoff_id.startswith(prefix)
        handoffs = session.scalars(select(Screening.handoff_id).where(of).distinct().limit(2)).all()
        found = [*own, *(_latest_of(session, handoff_id) for handoff_id in handoffs if handoff_id)]
    if not found:
        raise Problem(
            Code.NOT_FOUND,
            "There is no such screening. Give its id or that of its handoff, or at least the first "
            f"{_PREFIX_MIN_CHARS} characters.",
        )
    if len(found) > 1:
        raise Problem(Code.CONFLICT, "Several screenings begin like that. Give more characters of the id.")
    return found[0]


def _latest_of(session: Session, handoff_id: str) -> str:
    statement = (
        select(Screening.id)
        .join(Message, Screening.message_id == Message.id)
        .where(Screening.handoff_id == handoff_id)
        .order_by(Message.sequence.desc())
        .limit(1)
    )
    return session.scalars(statement).one()


def screening_of(session: Session, screening_id: str) -> ScreeningSummary:
    """One screening with the patient's words.

    Raises:
        Problem: `not-found`.
    """
    row = session.get(Screening, screening_id) if is_id(screening_id) else None
    if row is None:
        raise Problem(Code.NOT_FOUND, "There is no such screening.")
    return _summary(row, transcript(session, row.conversation_id))


def summary_for(session: Session, handoff: Handoff, messages: Sequence[TranscriptMessage]) -> ScreeningSummary | None:
    """The handoff's own screening, or what it was corrected to since; else the conversation's latest.

    A person who answers should know of it, whatever the handoff is about.
    """
    statement = (
        select(Screening)
        .join(Message, Screening.message_id == Message.id)
        .where(Screening.conversation_id == handoff.conversation_id)
        .order_by(case((Screening.handoff_id == handoff.id, 0), else_=1), Message.sequence.desc())
        .limit(1)
    )
    row = session.scalar(statement)
    while row is not None and (later := session.scalar(select(Screening).where(Screening.supersedes_id == row.id))):
        row = later
    return _summary(row, messages) if row is not None else None


def _summary(row: Screening, messages: Sequence[TranscriptMessage]) -> ScreeningSummary:
    said = {message.id: message.text for message in messages if message.from_ == "patient"}
    return ScreeningSummary(
        id=row.id,
        conversation_id=row.conversation_id,
        protocol_version=row.protocol_version,
        about=row.about,
        result=row.result,
        flags=tuple(row.flags),
        noted=tuple(row.noted or ()),
        at=row.at,
        answers=tuple(
            ScreeningLine(
                item=answer["item"],
                typed=said.get(answer["message_id"]),
                reading=answer["reading"],
                follow_ups=tuple(
                    FollowUpLine(follow_up=more["follow_up"], typed=said.get(more["message_id"]))
                    for more in answer.get("follow_ups") or ()
                ),
            )
            for answer in row.answers
        ),
        corrects=row.supersedes_id,
    )
