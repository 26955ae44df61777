"""What staff do with handoffs, each in one transaction with its audit entry and its outbox row.

`handoff/states.py` draws the life of a handoff. Every step (`desk_steps`) locks the conversation first, then takes the
handoff as it is now: whoever saw an older version is told so, and nothing of theirs is written. What staff read is in
`desk_reading`, what they write down beside a conversation in `desk_review`.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from mesofaq.accounts.models import StaffRecord
from mesofaq.chat.models import HandoffRef, Priority, Reply, ReplyDraft, StaffRef
from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import Outcome, State, Step
from mesofaq.store import desk_reading as reading
from mesofaq.store.audit import Action, append, by_staff
from mesofaq.store.database import guarded
from mesofaq.store.desk_review import ReviewDesk
from mesofaq.store.desk_steps import Taken, neglected, only_holder, take, the_handoff
from mesofaq.store.handoffs import active_handoff
from mesofaq.store.messages import lock_conversation, write_reply
from mesofaq.store.models import Message
from mesofaq.store.records import ConversationView, HandoffRecord, QueueFilter, QueueLine, SearchHit
from mesofaq.store.staff_models import Staff
from mesofaq.store.values import clean_text

__all__ = ["NOBODY_FILTERED", "Desk"]

NOBODY_FILTERED = QueueFilter()
"""All that is open or claimed."""


class Desk(ReviewDesk):
    """The staff's side of the record. Safe to share between threads.

    Args:
        database: the record.
        clock: gives the present moment, with a time zone.
    """

    @guarded
    def step(
        self,
        handoff_id: str,
        step: Step,
        *,
        by: StaffRecord | None,
        version: int | None,
        outcome: Outcome | None = None,
        notice: ReplyDraft | None = None,
        due_at: datetime | None = None,
        quiet_since: datetime | None = None,
    ) -> HandoffRecord:
        """Take one step of a handoff's life.

        Args:
            handoff_id: which.
            step: what to do.
            by: who does it; None for what happens by itself (lapse, expire).
            version: the version that they saw; None does not ask.
            outcome: how it ended, for `resolve`.
            notice: what the patient is told of it.
            due_at: the new time to answer by, for `reopen`.
            quiet_since: take it only if the handoff has shown no sign of life after that moment (see `neglected`).

        Raises:
            Problem: `not-found`; `conflict` when it is no longer as they saw it, when the step cannot be taken from its
                state, when somebody else holds it, or when the conversation has another active handoff.
        """
        how = Taken(by, version, outcome, notice, due_at, quiet_since)
        with self._database.writing() as session:
            return reading.record(take(session, self._clock(), handoff_id, step, how))

    @guarded
    def reply(self, conversation_id: str, draft: ReplyDraft, *, by: StaffRecord, client_message_id: str) -> Reply:
        """Write to the patient. The same `client_message_id` of the same person again writes nothing more.

        Raises:
            Problem: `not-found`; `conflict` unless `by` holds the conversation.
        """
        now = self._clock()
        key = f"staff:{by.id}:{clean_text(client_message_id)}"
        with self._database.writing() as session:
            lock_conversation(session, conversation_id)
            earlier = session.scalar(
                select(Message).where(Message.conversation_id == conversation_id, Message.client_message_id == key)
            )
            if earlier is not None:
                return Reply.model_validate(earlier.reply)
            handoff = active_handoff(session, conversation_id)
            if handoff is None or handoff.state != State.CLAIMED:
                raise Problem(Code.CONFLICT, "Claim the conversation first. Until then the assistant answers in it.")
            only_holder(handoff, by, admin_may=False)
            handoff.touched_at = now
            handoff.answered_at = handoff.answered_at or now
            reply = write_reply(
                session,
                conversation_id,
                draft.model_copy(update={"text": clean_text(draft.text)}),
                now=now,
                handoff=HandoffRef(id=handoff.id, priority=Priority(handoff.priority)),
                staff_id=by.id,
                client_message_id=key,
            )
            append(
                session,
                now,
                actor=by_staff(by.id),
                action=Action.REPLIED,
                subject_id=handoff.id,
                message_id=reply.id,
                card=reply.card.id if reply.card else None,
            )
            return reply

    @guarded
    def queue(self, by: StaffRecord, wanted: QueueFilter = NOBODY_FILTERED, limit: int = 200) -> list[QueueLine]:
        """What waits: emergencies, urgent ones, then by the time to answer by. Not audited: it refreshes itself."""
        with self._database.reading() as session:
            return reading.queue(session, wanted, limit)

    @guarded
    def view(self, conversation_id: str, by: StaffRecord, *, fresh: bool = True) -> ConversationView:
        """Everything of one conversation.

        Args:
            conversation_id: which.
            by: who reads it.
            fresh: it is opened now, which is audited; False where a page that was opened refreshes itself.

        Raises:
            Problem: `not-found`.
        """
        if not fresh:
            with self._database.reading() as session:
                return reading.view(session, conversation_id)
        with self._database.writing() as session:
            found = reading.view(session, conversation_id)
            actor = by_staff(by.id)
            append(session, self._clock(), actor=actor, action=Action.TRANSCRIPT_READ, subject_id=conversation_id)
            return found

    @guarded
    def search(self, query: str, *, by: StaffRecord, limit: int = 100) -> list[SearchHit]:
        """The newest messages that hold every word of `query`, whoever wrote them."""
        # Read first: it may take long, and a transaction that writes would keep patients waiting. Nothing is given
        # before it is audited.
        with self._database.reading() as session:
            hits = reading.search(session, query, limit)
        with self._database.writing() as session:
            append(session, self._clock(), actor=by_staff(by.id), action=Action.SEARCHED, hits=len(hits))
        return hits

    @guarded
    def priority(self, handoff_id: str) -> Priority:
        """How urgent a handoff is.

        Raises:
            Problem: `not-found`.
        """
        with self._database.reading() as session:
            return Priority(the_handoff(session, handoff_id).priority)

    @guarded
    def holder(self, handoff_id: str) -> StaffRef | None:
        """Who has a handoff, as patients see them; None where nobody has.

        Raises:
            Problem: `not-found`.
        """
        with self._database.reading() as session:
            handoff = the_handoff(session, handoff_id)
            staff = session.get(Staff, handoff.claimed_by) if handoff.state == State.CLAIMED else None
            return StaffRef(name=staff.name, title=staff.title) if staff is not None else None

    @guarded
    def neglected(self, lapse_after: timedelta, expire_after: timedelta) -> list[tuple[HandoffRecord, Step]]:
        """What the passing of time asks for: claims whose holder is away, and questions that nobody took up.

        A claim's time runs from its holder's last act. That of a handoff nobody holds runs from its last sign of life:
        the patient's last message in it, or that it was given back or reopened. An emergency never expires.
        """
        now = self._clock()
        with self._database.reading() as session:
            return neglected(session, now - lapse_after, now - expire_after)
