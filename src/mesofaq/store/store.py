"""The system of record, as the rest of MesoFAQ sees it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select, text

from mesofaq.chat.models import Reply, ReplyDraft, TranscriptMessage
from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import State
from mesofaq.privacy.seal import PLAIN, Seal
from mesofaq.store import erase, handoffs, messages, schema, screenings, transcript
from mesofaq.store.audit import PATIENT, SYSTEM, Action, append
from mesofaq.store.database import Database, guarded
from mesofaq.store.handoffs import DueAt
from mesofaq.store.models import Conversation, Message
from mesofaq.store.records import (
    ConversationRecord,
    HandoffDetail,
    HandoffRecord,
    PendingMessage,
    Received,
    ScreeningContext,
    ScreeningSummary,
)
from mesofaq.store.values import is_id
from mesofaq.store.wipe import wipe

__all__ = ["Store", "utc_now"]


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


class Store:
    """Everything that was said, and every decision about it.

    A patient's message goes through two transactions:

        receive() ─commit─> received ─finish()─commit─> answered, with replies, handoff, outbox, screening

    A crash between the two leaves it `received`, where `unanswered` finds it. Every method may be called from
    any thread, and raises the Problem `store-failed` when the database cannot be read or written.

    Args:
        url: a SQLAlchemy URL: SQLite (a file) or PostgreSQL.
        clock: gives the present moment, with a time zone.
        lock_timeout_s: seconds to wait for a lock before giving up.
        seal: closes and opens what people wrote.

    Raises:
        Problem: `setting-invalid` when the URL cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        lock_timeout_s: float = 10.0,
        seal: Seal = PLAIN,
    ) -> None:
        self._database = Database(url, lock_timeout_s=lock_timeout_s, seal=seal)
        self._clock = clock

    @property
    def database(self) -> Database:
        """The connection, for the other parts of the record: accounts, audit, outbox, the desk."""
        return self._database

    @guarded
    def migrate(self) -> None:
        """Bring the database to this code's schema. Safe when several processes start at once.

        Raises:
            Problem: `store-failed`, also when the schema is newer than this code.
        """
        schema.migrate(self._database)

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._database.engine.dispose()

    @guarded
    def ping(self) -> None:
        """Ask the database for a sign of life."""
        with self._database.reading() as session:
            session.execute(text("SELECT 1"))

    @guarded
    def create_conversation(
        self, token_sha256: str, *, channel: str = "web", consent_version: str | None = None
    ) -> ConversationRecord:
        """Begin a conversation for whoever holds the token with that SHA-256.

        Args:
            token_sha256: the token's hash.
            channel: by which way the patient writes.
            consent_version: the privacy text that the patient was shown and agreed to; None: none was shown.
        """
        now = self._now()
        row = Conversation(
            id=str(uuid4()),
            token_sha256=token_sha256,
            created_at=now,
            dialogue_epoch=0,
            channel=channel,
            consent_version=consent_version,
            consent_at=now if consent_version is not None else None,
        )
        with self._database.writing() as session:
            session.add(row)
        return _conversation(row)

    @guarded
    def get_conversation(self, conversation_id: str) -> ConversationRecord:
        """The conversation with that id.

        Raises:
            Problem: `not-found`.
        """
        row = None
        if is_id(conversation_id):
            with self._database.reading() as session:
                row = session.get(Conversation, conversation_id)
        if row is None:
            raise Problem(Code.NOT_FOUND, "There is no such conversation.")
        return _conversation(row)

    @guarded
    def receive(self, conversation_id: str, text: str, client_message_id: str | None) -> Received:
        """Commit a patient's message, before anything else happens to it.

        U+0000 is dropped from the text (`clean_text`). The same `client_message_id` again, in the same
        conversation, writes nothing and tells about the first; its text is then ignored.

        Raises:
            Problem: `not-found`; `invalid-request` for an overlong `client_message_id`.
        """
        return messages.receive(self._database, conversation_id, text, client_message_id, self._now())

    @guarded
    def save_understanding(self, message_id: str, understanding: dict[str, Any]) -> None:
        """Keep what was understood (scores, spans, rule ids) with the patient's message.

        Raises:
            Problem: `not-found`.
            TypeError: something in it is not JSON.
            ValueError: a number in it is not finite.
        """
        with self._database.writing() as session:
            messages.save_understanding(session, message_id, understanding)

    @guarded
    def get_message(self, message_id: str) -> TranscriptMessage | None:
        """One message of either side, with its understanding; None when there is none with that id."""
        if not is_id(message_id):
            return None
        with self._database.reading() as session:
            row = session.get(Message, message_id)
            return transcript.to_transcript(row) if row is not None else None

    @guarded
    def finish(
        self,
        message_id: str,
        drafts: Sequence[ReplyDraft],
        *,
        bundle_id: str | None,
        new_epoch: bool = False,
        due_at: DueAt | None = None,
        beside_a_person: bool = False,
    ) -> list[Reply]:
        """Answer a patient's message: replies, handoff, outbox row, screening and epoch in one transaction.

        A message is answered once. Whoever comes second gets the stored replies, and nothing of theirs is
        written. A conversation has at most one active handoff: a message joins it. While a person has claimed it, the
        bot is silent: only drafts that are `always` said are written, whatever was decided before the claim.

        Args:
            message_id: the patient's message.
            drafts: what to say, in order.
            bundle_id: the content that was live when it was decided.
            new_epoch: the dialogue starts afresh after this message.
            due_at: by when a handoff should be answered.
            beside_a_person: nothing is said because a person has the conversation.

        Raises:
            Problem: `not-found`, also when the conversation was erased meanwhile; `conflict`, and nothing is written,
                where that person has left meanwhile.
        """
        now = self._now()
        with self._database.writing() as session:
            # The conversation first, in every transaction: two that lock in different orders would block each
            # other.
            conversation = messages.lock_conversation(session, messages.conversation_of(session, message_id))
            message = session.scalars(select(Message).where(Message.id == message_id)).one()
            if message.state == "answered":
                return transcript.replies_to(session, message_id) or []
            active = handoffs.active_handoff(session, conversation.id)
            if beside_a_person and (active is None or active.state != State.CLAIMED):
                raise Problem(Code.CONFLICT, "Nobody has this conversation any more. Decide anew what to answer.")
            message.state = "answered"
            said = drafts
            if active is not None and active.state == State.CLAIMED:
                # What asks for a person still raises the handoff that they hold.
                said = [draft for draft in drafts if draft.always]
            if new_epoch:
                conversation.dialogue_epoch += 1
            handoff = handoffs.hand_over(session, message, drafts, now, due_at)
            screenings.write_screenings(session, message, said, handoff, now)
            return messages.write_replies(session, message, said, bundle_id=bundle_id, handoff=handoff, now=now)

    @guarded
    def holder(self, conversation_id: str) -> str | None:
        """Who of the staff has the conversation (their id); None while the bot answers."""
        with self._database.reading() as session:
            active = handoffs.active_handoff(session, conversation_id)
            return active.claimed_by if active is not None and active.state == State.CLAIMED else None

    @guarded
    def active_handoff(self, conversation_id: str) -> HandoffRecord | None:
        """The conversation's handoff that is open or claimed."""
        with self._database.reading() as session:
            return handoffs.record_of(handoffs.active_handoff(session, conversation_id))

    @guarded
    def handed_over(self, conversation_id: str, *states: State) -> list[str]:
        """The patient's messages that belong to handoffs of the conversation in those states, newest first."""
        with self._database.reading() as session:
            return handoffs.handed_over(session, conversation_id, states)

    @guarded
    def replies_to(self, message_id: str) -> list[Reply] | None:
        """What was replied to a patient's message; None while it is unanswered."""
        with self._database.reading() as session:
            return transcript.replies_to(session, message_id)

    @guarded
    def transcript(self, conversation_id: str, after: int = 0) -> list[TranscriptMessage]:
        """Both sides' messages with a `sequence` above `after`, in order; none for an unknown id."""
        with self._database.reading() as session:
            return transcript.transcript(session, conversation_id, after)

    @guarded
    def last_replies(self, conversation_id: str, limit: int) -> list[Reply]:
        """At most `limit` messages of the bot and of staff, newest first."""
        with self._database.reading() as session:
            return transcript.last_replies(session, conversation_id, limit)

    @guarded
    def screening_context(self, conversation_id: str, limit: int) -> ScreeningContext:
        """What the pre-screening must know of a conversation to read the next message.

        Args:
            conversation_id: which.
            limit: how many messages to look back at most for what was volunteered.
        """
        with self._database.reading() as session:
            state = transcript.last_state(session, conversation_id)
            if state is not None and state.get("item") is not None:
                # In the middle of the questions nothing before them matters any more: their answers are in the form.
                return ScreeningContext(state=state, told=(), last_id=None, last_about=None, last_answers={})
            row = screenings.last_screening(session, conversation_id)
            return ScreeningContext(
                state=state,
                told=tuple(screenings.told_since_last_screening(session, conversation_id, limit)),
                last_id=row.id if row else None,
                last_about=row.about if row else None,
                last_answers={answer["item"]: answer for answer in row.answers} if row else {},
            )

    @guarded
    def screening(self, screening_id: str) -> ScreeningSummary:
        """A finished screening with the patient's words.

        Raises:
            Problem: `not-found`.
        """
        with self._database.reading() as session:
            return screenings.screening_of(session, screening_id)

    @guarded
    def find_screening(self, prefix: str) -> str:
        """The full id of the one screening whose id, or whose handoff's, begins with `prefix`.

        Raises:
            Problem: `not-found` where none does, `conflict` where several do.
        """
        with self._database.reading() as session:
            return screenings.find_screening(session, prefix)

    @guarded
    def keep_protocol(self, version: str, protocol: dict[str, Any]) -> None:
        """Keep a screening protocol that is live now, word for word, if it is not kept already."""
        with self._database.writing() as session:
            screenings.keep_protocol(session, version, protocol, self._now())

    @guarded
    def protocol(self, version: str) -> dict[str, Any] | None:
        """The screening protocol with that version; None where it was never live here."""
        with self._database.reading() as session:
            return screenings.protocol_of(session, version)

    @guarded
    def unanswered(self, older_than: datetime) -> list[PendingMessage]:
        """Patients' messages from before `older_than` that nobody has answered, oldest first."""
        with self._database.reading() as session:
            return transcript.unanswered(session, older_than)

    @guarded
    def handoffs(self, limit: int, state: str | None = None) -> list[HandoffRecord]:
        """At most `limit` handoffs: emergency, urgent, routine; the oldest first within each."""
        with self._database.reading() as session:
            return handoffs.list_handoffs(session, limit, state)

    @guarded
    def handoff(self, handoff_id: str) -> HandoffDetail:
        """A handoff with both sides' transcript and the screening.

        Raises:
            Problem: `not-found`.
        """
        with self._database.reading() as session:
            return handoffs.handoff_detail(session, handoff_id)

    @guarded
    def note_read(self, conversation_id: str, *, by: str) -> None:
        """Put into the audit that somebody read a conversation."""
        with self._database.writing() as session:
            append(session, self._now(), actor=by, action=Action.TRANSCRIPT_READ, subject_id=conversation_id)

    @guarded
    def find_handoff(self, prefix: str) -> str:
        """The full id of the one handoff whose id begins with `prefix`.

        Raises:
            Problem: `not-found` where none does, `conflict` where several do.
        """
        with self._database.reading() as session:
            return handoffs.find_handoff(session, prefix)

    @guarded
    def erase(self, conversation_id: str, *, by: str = PATIENT) -> bool:
        """Delete a conversation and all that belongs to it; a tombstone and an audit entry stay.

        Returns:
            Whether there was something to erase.
        """
        with self._database.writing() as session:
            erased = erase.erase_conversation(session, conversation_id, by=by, now=self._now())
        if erased:
            wipe(self._database.engine)
        return erased

    @guarded
    def idle_conversations(self, older_than: datetime, *, handed_over: bool | None = None) -> list[str]:
        """The ids of the conversations in which nothing was said since `older_than`; `purge` has the arguments."""
        with self._database.reading() as session:
            return erase.idle_conversations(session, older_than, handed_over=handed_over)

    @guarded
    def purge(self, older_than: datetime, *, by: str = SYSTEM, handed_over: bool | None = None) -> int:
        """Erase every conversation in which nothing was said since `older_than`, answered or not.

        One transaction each, so that a long purge never keeps the service waiting.

        Args:
            older_than: the moment.
            by: who erases them, as the audit names them.
            handed_over: only those that went to a person (True) or never did (False); None: all.

        Returns:
            How many were erased.
        """
        erased = 0
        for conversation_id in self.idle_conversations(older_than, handed_over=handed_over):
            with self._database.writing() as session:
                erased += erase.erase_conversation(
                    session, conversation_id, by=by, now=self._now(), idle_since=older_than
                )
        if erased:
            wipe(self._database.engine)
        return erased

    def _now(self) -> datetime:
        now = self._clock()
        if now.tzinfo is None:
            raise ValueError("the clock must give a time zone")
        return now


def _conversation(row: Conversation) -> ConversationRecord:
    return ConversationRecord(
        id=row.id, token_sha256=row.token_sha256, dialogue_epoch=row.dialogue_epoch, created_at=row.created_at
    )
