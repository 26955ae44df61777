"""What the store gives back: immutable records, detached from the database."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from mesofaq.chat.models import Priority, Reason, TranscriptMessage

__all__ = [
    "ConversationRecord",
    "FollowUpLine",
    "HandoffDetail",
    "HandoffRecord",
    "PendingMessage",
    "Received",
    "ScreeningContext",
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


class FollowUpLine(_Record):
    """A follow-up question as it was asked, and the patient's own words."""

    follow_up: str
    typed: str | None


class ScreeningLine(_Record):
    """One screening item: the patient's own words (`typed`, None where there are none) and their reading."""

    item: str
    typed: str | None
    reading: Literal["yes", "no", "unsure", "past", "not_answered"]
    follow_ups: tuple[FollowUpLine, ...] = ()


class ScreeningSummary(_Record):
    """A finished screening as staff see it; `corrects` is the id of the one that it takes the place of."""

    id: str
    conversation_id: str
    protocol_version: str
    about: str
    result: str
    flags: tuple[str, ...]
    noted: tuple[str, ...]
    at: datetime
    answers: tuple[ScreeningLine, ...]
    corrects: str | None = None


class ScreeningContext(_Record):
    """What the pre-screening must know of a conversation: what was asked, what was told, the last result's answers."""

    state: dict[str, Any] | None
    told: tuple[tuple[str, dict[str, Any]], ...]
    last_id: str | None
    last_about: str | None
    last_answers: dict[str, dict[str, Any]]


class HandoffDetail(HandoffRecord):
    """A handoff with all that a person needs to answer it: both sides' transcript and the screening."""

    transcript: tuple[TranscriptMessage, ...]
    screening: ScreeningSummary | None
