"""The parts of the figures page, ready to be shown: titles, shares and spans in words.

A **share** is in per cent only where it is of 20 or more: of fewer, the two numbers say more.
"""

from dataclasses import dataclass
from datetime import datetime

from mesofaq.store.figure_rows import ClarifyCount, MarkRow

__all__ = [
    "PERCENT_FROM",
    "CardUse",
    "FiguresView",
    "Line",
    "MarkedVersion",
    "NowLine",
    "Share",
    "Undelivered",
    "Waits",
]

PERCENT_FROM = 20
"""Shares of fewer are not shown in per cent."""


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def percent(self) -> int | None:
        """In per cent, rounded; None where that would say more than is known."""
        return round(100 * self.count / self.of) if self.of >= PERCENT_FROM else None

    @property
    def words(self) -> str:
        """E.g. "34 of 120 (28%)", "3 of 7", "none"."""
        if self.of == 0:
            return "none"
        percent = "" if self.percent is None else f" ({self.percent}%)"
        return f"{self.count} of {self.of}{percent}"


@dataclass(frozen=True)
class Line:
    """One line of a table: what, and how many of all."""

    title: str
    share: Share


@dataclass(frozen=True)
class Waits:
    """Waiting times of one priority: None where nobody has waited. `waiting` have not been attended to yet."""

    title: str
    count: int
    median: str | None
    ninety: str | None
    longest: str | None
    waiting: int


@dataclass(frozen=True)
class NowLine:
    """What is to be done now, of one priority."""

    title: str
    open: int
    held: int
    overdue: int
    longest: str | None


@dataclass(frozen=True)
class MarkedVersion:
    """How often one version of a card was marked wrong, of the times that it answered in the period."""

    card_id: str
    version: str
    share: Share


@dataclass(frozen=True)
class CardUse:
    """How a card was used; `offered` counts the clarifying questions that named it."""

    card_id: str
    question: str
    answered: int
    sent_by_staff: int
    offered: Share
    marked: Share


@dataclass(frozen=True)
class Undelivered:
    """Notices that have not arrived, of one way and kind of fault."""

    way: str
    fault: str
    count: int
    attempts: int
    oldest: datetime


@dataclass(frozen=True)
class FiguresView:
    """Everything but the clusters, which need the encoder."""

    since: datetime
    total: int
    reasons: tuple[Line, ...]
    priorities: tuple[Line, ...]
    outcomes: tuple[Line, ...]
    until_claimed: tuple[Waits, ...]
    until_answered: tuple[Waits, ...]
    kept: tuple[Line, ...]
    now: tuple[NowLine, ...]
    marked: tuple[MarkedVersion, ...]
    marks: tuple[MarkRow, ...]
    used: tuple[CardUse, ...]
    never_used: tuple[tuple[str, str], ...]
    clarify: ClarifyCount
    clarified: Share
    undelivered: tuple[Undelivered, ...]
