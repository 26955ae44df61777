"""What goes over the chat API, and the drafts from which the store makes it: replies, handoffs, screening results.

A *draft* is what the dialogue decided; the store gives it an id, a time and its place in the conversation, in one
transaction with everything that follows from it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "About",
    "CardRef",
    "DialogueState",
    "FollowUpAnswer",
    "HandoffDraft",
    "HandoffRef",
    "Kind",
    "Priority",
    "Reason",
    "Reply",
    "ReplyDraft",
    "ScreeningAnswer",
    "ScreeningDraft",
    "ScreeningRef",
    "SourceRef",
    "StaffRef",
    "Suggestion",
]


class Kind(StrEnum):
    """What kind of reply this is; programs switch on it."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    SCREENING = "screening"
    HANDOFF = "handoff"
    EMERGENCY = "emergency"
    OUT_OF_SCOPE = "out_of_scope"
    SOURCES = "sources"
    SMALLTALK = "smalltalk"
    NOTICE = "notice"


class Priority(StrEnum):
    """How soon a person must look."""

    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class Reason(StrEnum):
    """Why a conversation was handed to a person."""

    EMERGENCY = "emergency"
    COMPLICATION = "complication"
    MEDICINE_CHANGE = "medicine_change"
    PERSONAL_MEDICAL = "personal_medical"
    ASKED_FOR_PERSON = "asked_for_person"
    OUT_OF_SCOPE = "out_of_scope"
    OTHER_LANGUAGE = "other_language"
    SCREENING = "screening"
    BOT_FAILED = "bot_failed"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CardRef(_Model):
    """Which card, in which version and review status, a reply shows."""

    id: str
    version: str
    status: str


class SourceRef(_Model):
    """A source as patients see it: its title and the place in it."""

    title: str
    where: str


class Suggestion(_Model):
    """A button: `text` is sent back when it is pressed, and gets `card` where one is named."""

    title: str
    text: str
    card: str | None = None


class HandoffRef(_Model):
    """The handoff a reply is about."""

    id: str
    priority: Priority


class ScreeningRef(_Model):
    """Where the pre-screening stands: the item asked, or the result with its flags."""

    item: str | None = None
    result: Literal["no_flags", "review", "postpone", "cancelled"] | None = None
    flags: tuple[str, ...] = ()


class StaffRef(_Model):
    """Who of the clinic writes, as patients see it: "Dana Reyes", "nurse"."""

    name: str
    title: str


class Reply(_Model):
    """One message of the bot or of staff, as the chat API gives it. `staff` says who of the staff wrote it."""

    id: str
    from_: Literal["bot", "staff"] = Field(alias="from", serialization_alias="from")
    kind: Kind
    text: str
    card: CardRef | None = None
    sources: tuple[SourceRef, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    handoff: HandoffRef | None = None
    screening: ScreeningRef | None = None
    staff: StaffRef | None = None


class HandoffDraft(_Model):
    """A handoff that the dialogue asked for; the store completes it and puts its notice into the outbox."""

    reason: Reason
    priority: Priority


class FollowUpAnswer(_Model):
    """The answer to a follow-up question; None for one that was not asked. The words are in the transcript."""

    follow_up: str
    message_id: str | None = None


class ScreeningAnswer(_Model):
    """How one screening item was answered. `message_id` leads to the patient's own words in the transcript.

    `past` is a condition that is over and healed: staff see it, and it flags nothing.
    """

    item: str
    reading: Literal["yes", "no", "unsure", "past", "not_answered"]
    message_id: str | None = None
    follow_ups: tuple[FollowUpAnswer, ...] = ()


class About(StrEnum):
    """Whose answers they are."""

    SELF = "self"
    OTHER = "other"
    UNCLEAR = "unclear"


class ScreeningDraft(_Model):
    """A finished screening: protocol version, whose answers, every answer, the result, its flags and what is noted.

    `supersedes` is the id of the screening that this one corrects.
    """

    protocol_version: str
    about: About = About.SELF
    result: Literal["no_flags", "review", "postpone"]
    flags: tuple[str, ...]
    noted: tuple[str, ...] = ()
    answers: tuple[ScreeningAnswer, ...]
    supersedes: str | None = None


class DialogueState(_Model):
    """What a reply asks, for reading the next message; kept with the reply and not part of the chat API."""

    item: str | None = None
    follow_up: str | None = None
    asks_whose: bool = False
    about: About = About.SELF


class ReplyDraft(_Model):
    """What the dialogue wants to say, before it is on record.

    `always`: it is said even while a person has the conversation and the bot is silent. `staff` is whom it is about,
    or, where staff write, who does.
    """

    kind: Kind
    text: str
    card: CardRef | None = None
    sources: tuple[SourceRef, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    handoff: HandoffDraft | None = None
    screening: ScreeningRef | None = None
    screening_result: ScreeningDraft | None = None
    state: DialogueState | None = None
    staff: StaffRef | None = None
    always: bool = False


class TranscriptMessage(_Model):
    """One line of the transcript, of either side. `reply` is set on the bot's and the staff's."""

    id: str
    sequence: int
    from_: Literal["patient", "bot", "staff"] = Field(alias="from", serialization_alias="from")
    text: str
    at: datetime
    reply: Reply | None = None
    understanding: dict[str, Any] | None = Field(default=None, exclude=True)
