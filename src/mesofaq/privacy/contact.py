"""The phone number or e-mail address that a patient may leave for an answer: asked, never required."""

import re
from datetime import datetime

from mesofaq.errors import Code, Problem
from mesofaq.store.audit import PATIENT, Action, append
from mesofaq.store.database import Database, guarded
from mesofaq.store.messages import lock_conversation
from mesofaq.store.values import clean_text

__all__ = ["CONTACT_MAX_CHARS", "checked_contact", "leave_contact"]

CONTACT_MIN_CHARS, CONTACT_MAX_CHARS = 3, 200
_MIN_DIGITS = 6


def checked_contact(contact: str) -> str:
    """The contact as it is kept: one line, no spaces around it.

    Raises:
        Problem: `invalid-request` for what can be neither a phone number nor an e-mail address.
    """
    contact = " ".join(clean_text(contact).split())
    reachable = "@" in contact or len(re.findall(r"\d", contact)) >= _MIN_DIGITS
    if not reachable or not CONTACT_MIN_CHARS <= len(contact) <= CONTACT_MAX_CHARS:
        raise Problem(
            Code.INVALID_REQUEST,
            f"That is no phone number or e-mail address that we could use. Write one with an @ or with {_MIN_DIGITS} "
            f"digits or more, in {CONTACT_MIN_CHARS} to {CONTACT_MAX_CHARS} characters.",
            max_chars=CONTACT_MAX_CHARS,
        )
    return contact


@guarded
def leave_contact(database: Database, conversation_id: str, contact: str | None, now: datetime) -> None:
    """Keep what `checked_contact` gave with the conversation, or remove what was kept (None). The audit gets no text.

    Raises:
        Problem: `not-found`.
    """
    with database.writing() as session:
        conversation = lock_conversation(session, conversation_id)
        if conversation.contact == contact:
            return
        conversation.contact = contact
        action = Action.CONTACT_LEFT
        append(session, now, actor=PATIENT, action=action, subject_id=conversation_id, removed=contact is None)
