"""What the figures page counts: read in few queries, each bounded to the period or to a number of rows.

Columns that may be sealed cannot be filtered or grouped in SQL; where a figure rests on one, the newest rows are
opened here and the figure says how many that were.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, null, or_, select
from sqlalchemy.orm import Session, aliased

from mesofaq.accounts.models import StaffRecord
from mesofaq.chat.models import Kind, Reason
from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import ACTIVE
from mesofaq.store import audit
from mesofaq.store.database import Database, guarded
from mesofaq.store.figure_rows import (
    CardCount,
    ClarifyCount,
    FiguresRows,
    HandoffRow,
    MarkRow,
    QuestionRow,
    UndeliveredRow,
)
from mesofaq.store.models import AnswerMark, Delivery, Handoff, Message, OutboxEvent
from mesofaq.store.staff_models import Staff
from mesofaq.store.values import is_id

__all__ = ["MAX_MARKS", "MAX_QUESTIONS", "MAX_REPLIES", "Figures"]

MAX_QUESTIONS = 500
"""How many unanswered questions are clustered: the newest."""
MAX_REPLIES = 5_000
"""How many of the bot's messages are opened to count clarifying questions: the newest."""
MAX_MARKS = 200
"""How many answers marked wrong are listed: the newest."""

_CANDIDATES = 4 * MAX_QUESTIONS  # thanks and greetings among them are no questions
_QUESTIONS = frozenset({"out_of_scope", "ask_other", "personal_medical", "medicine_change"})
_QUESTION_REASONS = frozenset({Reason.OUT_OF_SCOPE, Reason.PERSONAL_MEDICAL, Reason.MEDICINE_CHANGE, Reason.BOT_FAILED})


class Figures:
    """Reads the figures.

    Args:
        database: the record.
        clock: gives the present moment, with a time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    @guarded
    def read(self, days: int, *, by: StaffRecord) -> FiguresRows:
        """Everything of the last `days` days, and what is open or undelivered now.

        It is audited first, in a transaction of its own: opening hundreds of texts takes a moment, and on SQLite
        nobody could write meanwhile.

        Args:
            days: how far to look back.
            by: who reads it.
        """
        now = self._clock()
        since = now - timedelta(days=days)
        with self._database.writing() as session:
            audit.append(session, now, actor=audit.by_staff(by.id), action=audit.Action.FIGURES_READ, days=days)
        with self._database.reading() as session:
            questions, more = _questions(session, since)
            return FiguresRows(
                now=now,
                since=since,
                handoffs=_handoffs(session, since),
                questions=questions,
                more_questions=more,
                marks=_marks(session, since),
                cards=_cards(session, since),
                clarify=_clarify(session, since),
                undelivered=_undelivered(session),
            )

    @guarded
    def place_of(self, message_id: str) -> tuple[str, int]:
        """In which conversation a message of either side is, and its place there.

        Raises:
            Problem: `not-found`.
        """
        found = None
        if is_id(message_id):
            with self._database.reading() as session:
                wanted = select(Message.conversation_id, Message.sequence).where(Message.id == message_id)
                found = session.execute(wanted).one_or_none()
        if found is None:
            raise Problem(Code.NOT_FOUND, "There is no such message. It may have been erased. Go back to the queue.")
        return found[0], found[1]


def _handoffs(session: Session, since: datetime) -> tuple[HandoffRow, ...]:
    statement = (
        select(
            Handoff.reason,
            Handoff.priority,
            Handoff.state,
            Handoff.outcome,
            Handoff.created_at,
            Handoff.due_at,
            Handoff.claimed_at,
            Handoff.answered_at,
            Handoff.closed_at,
        )
        .where(or_(Handoff.created_at >= since, Handoff.state.in_(sorted(ACTIVE))))
        .order_by(Handoff.created_at, Handoff.id)
    )
    return tuple(HandoffRow(*row) for row in session.execute(statement))


def _questions(session: Session, since: datetime) -> tuple[tuple[QuestionRow, ...], bool]:
    """The newest questions that went to a person and that no card answered; whether there were more."""
    reply = aliased(Message)
    answered = exists().where(reply.in_reply_to == Message.id, reply.card_id.is_not(None))
    opened_or_joined = or_(Message.handoff_id == Handoff.id, Handoff.message_id == Message.id)
    statement = (
        select(Message, Handoff.reason)
        .join(Handoff, and_(Handoff.conversation_id == Message.conversation_id, opened_or_joined))
        .where(Message.author == "patient", Message.at >= since, ~answered)
        .order_by(Message.at.desc(), Message.id)
        .limit(_CANDIDATES)
    )
    found: dict[str, QuestionRow] = {}
    looked_at = 0
    for message, reason in session.execute(statement):
        looked_at += 1
        if message.id not in found and _is_question(message.understanding, reason):
            found[message.id] = QuestionRow(message.id, message.conversation_id, message.text, message.at)
    newest = tuple(found.values())[:MAX_QUESTIONS]
    return newest, len(found) > MAX_QUESTIONS or looked_at == _CANDIDATES


def _is_question(understanding: dict[str, Any] | None, reason: str) -> bool:
    """Whether the message itself is a question that a card might answer one day.

    What a joined message is told by what was understood of it; its handoff may be about something else.
    """
    if understanding is None or "intent" not in understanding:
        return reason in _QUESTION_REASONS
    return understanding["intent"] in _QUESTIONS


def _marks(session: Session, since: datetime) -> tuple[MarkRow, ...]:
    statement = (
        select(
            Message.conversation_id,
            Message.sequence,
            Message.card_id,
            Message.card_version,
            Message.at,
            AnswerMark.note,
            AnswerMark.at,
            Staff.name,
        )
        .join(Message, Message.id == AnswerMark.message_id)
        .outerjoin(Staff, Staff.id == AnswerMark.staff_id)
        .where(AnswerMark.at >= since)
        .order_by(AnswerMark.at.desc(), AnswerMark.id)
        .limit(MAX_MARKS)
    )
    return tuple(MarkRow(*row) for row in session.execute(statement))


def _cards(session: Session, since: datetime) -> tuple[CardCount, ...]:
    def times(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    statement = (
        select(
            Message.card_id,
            Message.card_version,
            times(Message.author == "bot"),
            times(Message.author == "staff"),
            times(and_(Message.author == "bot", AnswerMark.id.is_not(None))),
        )
        .outerjoin(AnswerMark, AnswerMark.message_id == Message.id)
        .where(Message.card_id.is_not(None), Message.at >= since)
        .group_by(Message.card_id, Message.card_version)
        .order_by(Message.card_id, Message.card_version)
    )
    return tuple(
        CardCount(str(card), version or "", *map(int, counts)) for card, version, *counts in session.execute(statement)
    )


def _clarify(session: Session, since: datetime) -> ClarifyCount:
    # The kind of a reply is in its sealed JSON; a reply with a card is an answer without a look into it.
    opened = case((Message.card_id.is_(None), Message.reply), else_=null())
    statement = (
        select(Message.card_id, opened)
        .where(Message.author == "bot", Message.at >= since)
        .order_by(Message.at.desc(), Message.id)
        .limit(MAX_REPLIES)
    )
    looked_at = answers = clarifies = 0
    offered: Counter[str] = Counter()
    for card_id, reply in session.execute(statement):
        looked_at += 1
        if card_id is not None:
            answers += 1
        elif reply is not None and reply.get("kind") == Kind.CLARIFY:
            clarifies += 1
            offered.update({item["card"] for item in reply.get("suggestions", ()) if item.get("card")})
    return ClarifyCount(looked_at, answers, clarifies, dict(offered))


def _undelivered(session: Session) -> tuple[UndeliveredRow, ...]:
    """By way and fault; an event that no way has a line for is one that nobody has taken up."""
    taken_up = exists().where(Delivery.event_id == OutboxEvent.id)
    by_way = (
        select(
            Delivery.way,
            Delivery.fault,
            func.count(),
            func.max(Delivery.attempts),
            func.min(OutboxEvent.created_at),
        )
        .join(OutboxEvent, OutboxEvent.id == Delivery.event_id)
        .where(Delivery.delivered_at.is_(None))
        .group_by(Delivery.way, Delivery.fault)
        .order_by(Delivery.way, func.coalesce(Delivery.fault, ""))
    )
    rows = [UndeliveredRow(*row) for row in session.execute(by_way)]
    count, oldest = session.execute(
        select(func.count(), func.min(OutboxEvent.created_at)).where(OutboxEvent.delivered_at.is_(None), ~taken_up)
    ).one()
    if count:
        rows.append(UndeliveredRow(None, None, count, 0, oldest))
    return tuple(rows)
