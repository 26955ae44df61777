"""What the store gives back: immutable records, detached from the database."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from mesofaq.chat.models import Priority, Reason, TranscriptMessage

__all__ = [
    "ConversationRecord",
    "HandoffDetail",
    "HandoffRecord",
    "PendingMessage",
    "Received",
    "ScreeningLine",
    "ScreeningSummary",
]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ConversationRecord(_Record):
    """A conversation: the hash of its token, and how often its dialogue has been started afresh."""

    id: str
    token_sha256: str
    dialogue_epoch: int
    created_at: datetime


class Received(_Record):
    """A patient's message, now on record.

    `duplicate` is True when the same `client_message_id` was on record already; then all else describes that
    message, and `answered` says whether its replies can be read.
    """

    message_id: str
    sequence: int
    duplicate: bool
    answered: bool


class PendingMessage(TranscriptMessage):
    """A patient's message that nobody has answered, with the conversation it belongs to."""

    conversation_id: str


class HandoffRecord(_Record):
    """One line of the staff's work list. `question` is the patient's message that led to it."""

    id: str
    conversation_id: str
    message_id: str
    reason: Reason
    priority: Priority
    state: str
    question: str
    created_at: datetime


class ScreeningLine(_Record):
    """One screening item: the patient's own words (`typed`, None where there are none) and their reading."""

    item: str
    typed: str | None
    reading: Literal["yes", "no", "unsure", "not_answered"]


class ScreeningSummary(_Record):
    """A finished screening as staff see it."""

    protocol_version: str
    result: str
    flags: tuple[str, ...]
    at: datetime
    answers: tuple[ScreeningLine, ...]


class HandoffDetail(HandoffRecord):
    """A handoff with all that a person needs to answer it: both sides' transcript and the screening."""

    transcript: tuple[TranscriptMessage, ...]
    screening: ScreeningSummary | None
