"""What the store gives back: immutable records, detached from the database."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from mesofaq.chat.models import Priority, Reason, TranscriptMessage

__all__ = [
    "ConversationRecord",
    "ConversationView",
    "FollowUpLine",
    "HandoffDetail",
    "HandoffRecord",
    "NoteRecord",
    "PendingMessage",
    "ProposalRecord",
    "QueueFilter",
    "QueueLine",
    "Received",
    "ScreeningContext",
    "ScreeningLine",
    "ScreeningSummary",
    "SearchHit",
    "StaffMessage",
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
    """One line of the staff's work list. `question` is the patient's message that led to it.

    `version` counts its steps: whoever takes one says which version they saw. `due_at` is when a person should have
    answered, by the clinic's hours.
    """

    id: str
    conversation_id: str
    message_id: str
    reason: Reason
    priority: Priority
    state: str
    question: str
    created_at: datetime
    version: int = 1
    due_at: datetime | None = None
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: str | None = None


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


class QueueLine(HandoffRecord):
    """A line of the queue: the handoff, who holds it, and how many messages of the patient wait in it.

    `waiting_since` is when the oldest message that no person has answered was written.
    """

    holder: str | None = None
    language: str | None = None
    channel: str = "web"
    questions: int = 1
    waiting_since: datetime


class QueueFilter(_Record):
    """What to show of the queue; nothing set: all that is open or claimed."""

    states: tuple[str, ...] = ("open", "claimed")
    reason: Reason | None = None
    priority: Priority | None = None
    held_by: str | None = None


class NoteRecord(_Record):
    """What staff wrote for each other; `author` is the writer's name."""

    id: str
    author: str
    text: str
    at: datetime


class StaffMessage(TranscriptMessage):
    """A line of the transcript as staff see it: with the evidence, the bundle, and a mark if it was called wrong."""

    bundle_id: str | None = None
    text_sha256: str | None = None
    handoff_id: str | None = None
    marked_wrong: str | None = None
    """The note of whoever marked it; None where nobody did."""

    @property
    def evidence(self) -> dict[str, Any] | None:
        """What was understood of a patient's message."""
        return self.understanding


class ConversationView(_Record):
    """Everything staff see of one conversation.

    `handoff` is the one that is open or claimed, else the latest; `earlier` are all others, newest first. `holder` is
    the name of whoever has claimed it.
    """

    id: str
    created_at: datetime
    channel: str
    language: str | None
    contact: str | None
    handoff: HandoffRecord | None
    holder: str | None
    earlier: tuple[HandoffRecord, ...]
    transcript: tuple[StaffMessage, ...]
    notes: tuple[NoteRecord, ...]
    screening: ScreeningSummary | None


class SearchHit(_Record):
    """A message that holds what was searched for."""

    conversation_id: str
    message_id: str
    author: str
    at: datetime
    excerpt: str


class ProposalRecord(_Record):
    """A question proposed for the content. `kind` is `example` (of the card `card_id`) or `card` (a new draft)."""

    id: str
    conversation_id: str
    message_id: str
    author: str
    kind: Literal["example", "card"]
    card_id: str
    question: str
    answer: str
    at: datetime
    exported_at: datetime | None
