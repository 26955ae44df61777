"""What the figures are made of, as it was read: rows without anything of the database about them."""

from dataclasses import dataclass, field
from datetime import datetime

__all__ = [
    "CardCount",
    "ClarifyCount",
    "FiguresRows",
    "HandoffRow",
    "MarkRow",
    "QuestionRow",
    "UndeliveredRow",
]


@dataclass(frozen=True)
class HandoffRow:
    """One handoff of the period, or one that is still active: when it came to what, and nothing of what was said."""

    reason: str
    priority: str
    state: str
    outcome: str | None
    created_at: datetime
    due_at: datetime | None
    claimed_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class QuestionRow:
    """A patient's question that no card answered."""

    message_id: str
    conversation_id: str
    text: str
    at: datetime


@dataclass(frozen=True)
class MarkRow:
    """An answer of the bot that staff marked as wrong, with their note; `sequence` is its place in the conversation."""

    conversation_id: str
    sequence: int
    card_id: str | None
    card_version: str | None
    answered_at: datetime
    note: str
    at: datetime
    by: str | None


@dataclass(frozen=True)
class CardCount:
    """How often one version of a card was shown in the period, and how many of the bot's showings are marked wrong."""

    card_id: str
    version: str
    by_bot: int
    by_staff: int
    marked: int


@dataclass(frozen=True)
class ClarifyCount:
    """How often the bot asked what was meant, in the newest `looked_at` of its messages; by card: was offered."""

    looked_at: int = 0
    answers: int = 0
    clarifies: int = 0
    offered: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class UndeliveredRow:
    """Notices that have not arrived yet, by way (None: no way has taken them up) and kind of the last fault."""

    way: str | None
    fault: str | None
    count: int
    attempts: int
    oldest: datetime


@dataclass(frozen=True)
class FiguresRows:
    """All that the page counts. `now` is when it was read, `since` the period's beginning."""

    now: datetime
    since: datetime
    handoffs: tuple[HandoffRow, ...] = ()
    questions: tuple[QuestionRow, ...] = ()
    more_questions: bool = False
    marks: tuple[MarkRow, ...] = ()
    cards: tuple[CardCount, ...] = ()
    clarify: ClarifyCount = ClarifyCount()
    undelivered: tuple[UndeliveredRow, ...] = ()
