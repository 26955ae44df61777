"""What clinicians own, as typed data: cards, sources, the clinic's own facts; the pre-screening is in `screening`.

Nothing here reads files (that is `loader`) or judges them (that is `lint`); a value that cannot be used at
all is refused on construction, one that is merely unwise is left for lint to report.
"""

import hashlib
import json
import re
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

__all__ = [
    "Card",
    "CardSource",
    "Clinic",
    "Frozen",
    "OpeningHours",
    "Retention",
    "Review",
    "ReviewStatus",
    "Source",
]

PLACEHOLDER = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")


class Frozen(BaseModel):
    """Read once, never changed; a key that it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReviewStatus(StrEnum):
    """How far a text has come on its way to patients."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    APPROVED = "approved"


class Review(Frozen):
    """Who stands behind a text, since when, until when, and for exactly which words."""

    status: ReviewStatus
    by: str | None = None
    on: date | None = None
    until: date | None = None
    text_sha256: str | None = None

    def status_on(self, day: date, text_sha256: str) -> ReviewStatus:
        """The status that counts on `day` for the words with that hash: an approval run out, or of others, is none."""
        if self.status is not ReviewStatus.APPROVED:
            return self.status
        unexpired = self.until is not None and day <= self.until
        return ReviewStatus.APPROVED if unexpired and self.text_sha256 == text_sha256 else ReviewStatus.DRAFT


class CardSource(Frozen):
    """One source of a card and the place in it (`where`: a section heading or a question)."""

    source: str
    where: str


class Card(Frozen):
    """One answer, shown word for word.

    `examples` are questions in patients' own words, from the file beside the card; they teach retrieval and
    are never shown. `path` is where the card was read, for messages to its authors.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    question: str
    variants: tuple[str, ...] = ()
    sources: tuple[CardSource, ...]
    evidence: str
    see_also: tuple[str, ...] = ()
    review: Review
    body: str
    group: str
    examples: tuple[str, ...] = ()
    path: Path

    @property
    def text_sha256(self) -> str:
        """The hash of all that a sign-off covers: question, answer, sources and evidence note."""
        sources = [[item.source, item.where] for item in self.sources]
        # JSON, so that no two cards can be written that join to the same bytes.
        signed = json.dumps([self.id, self.question, self.body, sources, self.evidence], ensure_ascii=True)
        return hashlib.sha256(signed.encode()).hexdigest()

    @property
    def version(self) -> str:
        """The card's version: the first 12 hexadecimal digits of `text_sha256`."""
        return self.text_sha256[:12]

    @property
    def questions(self) -> tuple[str, ...]:
        """The question and its variants: the wordings that are shown to patients."""
        return (self.question, *self.variants)

    def status_on(self, day: date) -> ReviewStatus:
        """The review status that counts on `day`: an approval run out, or of other words, is a draft."""
        return self.review.status_on(day, self.text_sha256)


class Source(Frozen):
    """Something a card rests on."""

    title: str
    publisher: str | None = None
    date: str | None = None
    kind: str
    article: int | None = None
    note: str = ""


class OpeningHours(Frozen):
    """One line of opening hours: days as `mon` to `sun`, local times."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...]
    opens: time
    closes: time


class Retention(Frozen):
    """After how many days without a word what is removed: a clinic's decision, by its own law.

    `transcripts_days`: conversations that never went to a person; `handoffs_days`: those that did; `audit_days`:
    entries of the audit.
    """

    transcripts_days: int = Field(gt=0)
    handoffs_days: int = Field(gt=0)
    audit_days: int = Field(gt=0)


class Clinic(Frozen):
    """The clinic's own facts. `placeholder: true` marks invented ones, which lint reports."""

    placeholder: bool = False
    name: str
    phone: str
    email: str
    booking_url: str
    address: str = ""
    timezone: str
    opening_hours: tuple[OpeningHours, ...]
    hours: str
    emergency_number: str
    languages: tuple[str, ...] = ()
    reply_target_hours: int = Field(gt=0)
    urgent_target_hours: int = Field(gt=0)
    claim_lapses_min: int = Field(gt=0)
    handoff_expires_days: int = Field(gt=0)
    retention: Retention
    prices: str = ""
    complication_advice: str
    starter_cards: tuple[str, ...] = Field(min_length=1, max_length=8)

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"'{value}' is no IANA time zone, e.g. Europe/London") from None
        return value

    def fill(self, text: str) -> str:
        """Replace each `{{clinic.x}}` in `text` with the clinic's own value.

        Raises:
            KeyError: a placeholder names nothing that the clinic has.
        """

        def value(match: re.Match[str]) -> str:
            owner, _, name = match.group(1).partition(".")
            if owner != "clinic" or name not in type(self).model_fields:
                raise KeyError(match.group(1))
            return str(getattr(self, name))

        return PLACEHOLDER.sub(value, text).strip()
