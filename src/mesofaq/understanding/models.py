"""What understanding found in a message, as it is kept with the message and shown to staff."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

__all__ = [
    "ActFound",
    "Candidate",
    "Context",
    "Decision",
    "FindingRecord",
    "FinishedScreening",
    "Outcome",
    "TriageRecord",
    "Understanding",
    "Volunteered",
]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class Volunteered(_Record):
    """What an earlier message said of a screening item; `named`: it named the condition or the medicine."""

    reading: str
    message_id: str
    named: bool = False


class FinishedScreening(_Record):
    """The conversation's last screening, as far as a correction needs it: its id, and each answer as stored."""

    id: str
    about: str
    answers: dict[str, dict[str, Any]]


class Context(_Record):
    """What the conversation is about when a message comes.

    The card answered last, whether we just asked if an emergency is happening now, and for the pre-screening: the item
    asked, or its follow-up, or whose answers they are; whether they are about somebody else (`for_other`); what was
    said before it began, of the patient and of somebody else; how a finished one was answered.
    """

    pending_item: str | None = None
    pending_follow_up: str | None = None
    asked_whose: bool = False
    for_other: bool = False
    asked_if_now: bool = False
    last_cards: tuple[str, ...] = ()
    volunteered: dict[str, Volunteered] = {}
    volunteered_of_other: dict[str, Volunteered] = {}
    speaks_for_other: bool = False
    finished: FinishedScreening | None = None


class FindingRecord(_Record):
    """One triage rule that matched, its words, and why it does not count if it does not."""

    rule: str
    triage_class: str
    words: tuple[str, ...]
    turned_off_by: str | None = None


class TriageRecord(_Record):
    """The triage's verdict; `phrase` is the text of `phrases.yml` that a rule asks for.

    `asks`: its words alone do not tell whether it is an emergency. `opinion` is the encoder's: a probability for each
    class.
    """

    triage_class: str | None = None
    phrase: str | None = None
    asks: bool = False
    findings: tuple[FindingRecord, ...] = ()
    opinion: dict[str, float] = {}


class ActFound(_Record):
    """The likeliest dialogue act."""

    name: str
    probability: float


class Candidate(_Record):
    """One card that may answer: its probability, the nearest of its questions, and how near (cosine)."""

    card: str
    probability: float
    nearest: str | None = None
    cosine: float | None = None


class Outcome(StrEnum):
    """What is to be done with a question."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    HANDOFF = "handoff"


class Decision(_Record):
    """What is to be done, with which cards, and the thresholds it was judged by."""

    outcome: Outcome
    cards: tuple[str, ...] = ()
    answer_threshold: float
    clarify_threshold: float


class Understanding(_Record):
    """Everything found in one message. `intent` is what the dialogue acts on.

    `screening` is what it says of screening items, `screening_named` those whose condition or medicine it names,
    `screening_last` what the answer before should have been, `screening_plain` whether it is a bare yes or no,
    `screening_whose` whose answers it says they are, `others_only` that it speaks of somebody else's condition only,
    `explained` that nothing in it was left unread.
    `language` is an ISO 639-1 code where the message is in another language than English.
    """

    intent: str
    confidence: float
    triage: TriageRecord
    act: ActFound | None = None
    candidates: tuple[Candidate, ...] = ()
    decision: Decision | None = None
    screening: dict[str, str] = {}
    screening_named: tuple[str, ...] = ()
    screening_last: str | None = None
    screening_plain: bool = False
    screening_whose: str | None = None
    others_only: bool = False
    explained: bool = False
    context: Context = Context()
    bundle: str | None = None
    language: str | None = None
