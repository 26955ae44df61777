"""Writes the messages of both sides: once, in order, never changed. `transcript` reads them.

A message's place is the highest `sequence` of its conversation plus one, taken while the conversation's row
is locked. So no reader ever sees number 8 before number 7, and a client that resumes after 7 misses nothing.
The unique constraint stands behind the lock.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mesofaq.chat.models import HandoffRef, Reply, ReplyDraft
from mesofaq.errors import Code, Problem
from mesofaq.store.database import Database
from mesofaq.store.models import Conversation, Message
from mesofaq.store.records import Received
from mesofaq.store.values import clean_text, is_id

__all__ = [
    "CLIENT_MESSAGE_ID_MAX_CHARS",
    "conversation_of",
    "find_duplicate",
    "lock_conversation",
    "next_sequence",
    "receive",
    "save_understanding",
    "write_replies",
    "write_reply",
]

CLIENT_MESSAGE_ID_MAX_CHARS = 200  # a UUID from the widget; messengers' own ids are longer

_ATTEMPTS = 5


def lock_conversation(session: Session, conversation_id: str) -> Conversation:
    """Load the conversation and keep every other writer of it waiting until this transaction ends.

    SQLite's write transactions are alone anyway.

    Raises:
        Problem: `not-found`.
    """
    found = None
    if is_id(conversation_id):
        statement = select(Conversation).where(Conversation.id == conversation_id).with_for_update(key_share=True)
        found = session.scalar(statement)
    if found is None:
        raise Problem(Code.NOT_FOUND, "There is no such conversation.")
    return found


def conversation_of(session: Session, message_id: str) -> str:
    """The id of the conversation in which the patient's message `message_id` is.

    Raises:
        Problem: `not-found`.
    """
    found = None
    if is_id(message_id):
        statement = select(Message.conversation_id).where(Message.id == message_id, Message.author == "patient")
        found = session.scalar(statement)
    if found is None:
        raise Problem(Code.NOT_FOUND, "There is no such message of a patient.")
    return found


def next_sequence(session: Session, conversation_id: str) -> int:
    """The place of the next message. Only the holder of the conversation's lock can rely on it."""
    statement = select(func.coalesce(func.max(Message.sequence), 0)).where(Message.conversation_id == conversation_id)
    return session.scalars(statement).one() + 1


def receive(
    database: Database, conversation_id: str, text: str, client_message_id: str | None, now: datetime
) -> Received:
    """Commit a patient's message, once for each `client_message_id`.

    The insert itself finds out whether the message is on record: looking first would let two at once both
    miss it.

    Raises:
        Problem: `not-found`; `invalid-request` for an overlong `client_message_id`.
        IntegrityError: the message's place was taken by another again and again.
    """
    if client_message_id is not None:
        client_message_id = clean_text(client_message_id)
        if len(client_message_id) > CLIENT_MESSAGE_ID_MAX_CHARS:
            limit = CLIENT_MESSAGE_ID_MAX_CHARS
            raise Problem(Code.INVALID_REQUEST, f"A client_message_id has at most {limit} characters.", limit=limit)
    text = clean_text(text)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with database.writing() as session:
                lock_conversation(session, conversation_id)
                message = Message(
                    id=str(uuid4()),
                    conversation_id=conversation_id,
                    sequence=next_sequence(session, conversation_id),
                    author="patient",
                    text=text,
                    at=now,
                    client_message_id=client_message_id,
                    state="received",
                )
                session.add(message)
            return Received(message_id=message.id, sequence=message.sequence, duplicate=False, answered=False)
        except IntegrityError:
            # The client's id is taken: a repeat. Or our place in the order is: then try again.
            if (earlier := find_duplicate(database, conversation_id, client_message_id)) is not None:
                return earlier
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")  # pragma: no cover


def find_duplicate(database: Database, conversation_id: str, client_message_id: str | None) -> Received | None:
    """The message that is on record under `client_message_id`, if any."""
    if client_message_id is None:
        return None
    with database.reading() as session:
        statement = select(Message).where(
            Message.conversation_id == conversation_id, Message.client_message_id == client_message_id
        )
        row = session.scalar(statement)
        if row is None:
            return None
        answered = row.state == "answered"
        return Received(message_id=row.id, sequence=row.sequence, duplicate=True, answered=answered)


def save_understanding(session: Session, message_id: str, understanding: dict[str, Any]) -> None:
    """Keep what was understood beside the message.

    Raises:
        Problem: `not-found`.
        TypeError: something in it is not JSON.
        ValueError: a number in it is not finite.
    """
    json.dumps(understanding, allow_nan=False)  # here, since each driver would fail in its own way
    conversation_of(session, message_id)
    session.execute(update(Message).where(Message.id == message_id).values(understanding=understanding))


def write_replies(
    session: Session,
    message: Message,
    drafts: Sequence[ReplyDraft],
    *,
    bundle_id: str | None,
    handoff: HandoffRef | None,
    now: datetime,
) -> list[Reply]:
    """Write the bot's replies to `message`, in order; the conversation must be locked.

    Every draft that asked for a handoff carries `handoff`.
    """
    return [
        write_reply(
            session,
            message.conversation_id,
            draft,
            now=now,
            in_reply_to=message.id,
            bundle_id=bundle_id,
            handoff=handoff if draft.handoff is not None else None,
        )
        for draft in drafts
    ]


def write_reply(
    session: Session,
    conversation_id: str,
    draft: ReplyDraft,
    *,
    now: datetime,
    in_reply_to: str | None = None,
    bundle_id: str | None = None,
    handoff: HandoffRef | None = None,
    staff_id: str | None = None,
    client_message_id: str | None = None,
) -> Reply:
    """Write one message of the bot, or of staff where `staff_id` says whose; the conversation must be locked."""
    author = "staff" if staff_id else "bot"
    reply = Reply.model_validate(
        {
            "id": str(uuid4()),
            "from": author,
            "kind": draft.kind,
            "text": draft.text,
            "card": draft.card,
            "sources": draft.sources,
            "suggestions": draft.suggestions,
            "handoff": handoff,
            "screening": draft.screening,
            "staff": draft.staff,
        }
    )
    session.add(
        Message(
            id=reply.id,
            conversation_id=conversation_id,
            sequence=next_sequence(session, conversation_id),
            author=author,
            text=reply.text,
            at=now,
            client_message_id=client_message_id,
            in_reply_to=in_reply_to,
            reply=reply.model_dump(mode="json", by_alias=True),
            text_sha256=hashlib.sha256(reply.text.encode()).hexdigest(),
            card_id=reply.card.id if reply.card else None,
            card_version=reply.card.version if reply.card else None,
            bundle_id=bundle_id,
            dialogue_state=draft.state.model_dump(mode="json") if draft.state else None,
            staff_id=staff_id,
        )
    )
    session.flush()
    return reply
