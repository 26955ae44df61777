"""What understanding found in a message, as it is kept with the message and shown to staff."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

__all__ = ["ActFound", "Candidate", "Context", "Decision", "FindingRecord", "Outcome", "TriageRecord", "Understanding"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class Context(_Record):
    """What the conversation is about when a message comes.

    The screening item asked, the card answered last, and whether we just asked if an emergency is happening now.
    """

    pending_item: str | None = None
    asked_if_now: bool = False
    last_cards: tuple[str, ...] = ()


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

    `language` is an ISO 639-1 code where the message is in another language than English.
    """

    intent: str
    confidence: float
    triage: TriageRecord
    act: ActFound | None = None
    candidates: tuple[Candidate, ...] = ()
    decision: Decision | None = None
    screening: dict[str, str] = {}
    context: Context = Context()
    bundle: str | None = None
    language: str | None = None
