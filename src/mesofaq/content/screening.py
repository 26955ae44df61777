"""The pre-screening protocol as typed data: what is asked, what counts as a yes, and what a yes leads to.

`content/screening.yml` is its file; its header explains each key to clinicians. What a clinic may loosen only by an
explicit override is in `mesofaq.screening.baseline`.
"""

import hashlib
import json
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from mesofaq.content.models import CardSource, Frozen, Review, ReviewStatus

__all__ = [
    "Change",
    "FollowUp",
    "Outcome",
    "Override",
    "PastCounts",
    "Says",
    "ScreeningItem",
    "ScreeningProtocol",
    "Words",
]


_ID = r"^[a-z]+(_[a-z]+)*$"


class Outcome(StrEnum):
    """What a screening, or one item of it, leads to. Ordered from mild to strict by `severity`."""

    NO_FLAGS = "no_flags"
    REVIEW = "review"
    POSTPONE = "postpone"

    @property
    def severity(self) -> int:
        """0 for no flags, 1 for review, 2 for postpone: the strictest item decides the result."""
        return list(Outcome).index(self)


class PastCounts(StrEnum):
    """What becomes of a condition that is over: noted for staff, or flagged like a present one."""

    NOTED = "noted"
    FLAGGED = "flagged"


class Words(Frozen):
    """Words that answer an item without 'yes' or 'no'; plain words, one to five of them each.

    `anywhere` names the condition, or a medicine for it, wherever it stands. `when_asked`, `no_when_asked` and
    `unsure_when_asked` count only in the answer to the item itself: "penicillin", "I am a man", "my period is late".
    `lasting` are events whose effect stays, so that no past makes them over: "a stent". `passing` are the other way
    round: in an item where the past counts, these do not, once they are over: "hepatitis a". `unlike` holds the item's
    words and means something else: "heart of gold".
    """

    anywhere: tuple[str, ...] = ()
    when_asked: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()
    passing: tuple[str, ...] = ()
    no_when_asked: tuple[str, ...] = ()
    unsure_when_asked: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()


class FollowUp(Frozen):
    """A question to whoever said yes, because its answer changes what staff need; the answer is kept as typed.

    `unless_named`: it is left out where the answer already named the condition or the medicine.
    """

    id: str = Field(pattern=_ID)
    question: str
    unless_named: bool = False


class ScreeningItem(Frozen):
    """One question of the pre-screening."""

    id: str = Field(pattern=_ID)
    title: str
    question: str
    reworded: str
    why: str
    help: str = ""
    sources: tuple[CardSource, ...]
    outcome: Outcome
    past: PastCounts = PastCounts.FLAGGED
    words: Words = Words()
    follow_ups: tuple[FollowUp, ...] = ()
    card: str | None = None


class Says(Frozen):
    """The short texts around the questions and the result; `labels` say how an answer was read."""

    noted: str
    changed: str
    correct_me: str
    unread: str
    others: str
    to_look_at: str
    in_the_past: str
    you_wrote: str
    labels: dict[Literal["yes", "no", "unsure", "past", "not_answered"], str]


class Change(StrEnum):
    """In what way a protocol can be looser than the one that MesoFAQ comes with."""

    REMOVED = "removed"
    OUTCOME = "outcome"
    PAST = "past"
    WORDS = "words"


class Override(Frozen):
    """A clinic's own decision to be looser in one item, with who answers for it and why."""

    item: str
    change: Change
    by: str
    on: date
    reason: str


class ScreeningProtocol(Frozen):
    """The whole pre-screening, in the order in which it is asked."""

    review: Review
    intro: str
    about: str
    says: Says
    items: tuple[ScreeningItem, ...] = Field(min_length=1)
    results: dict[Literal["no_flags", "review", "postpone", "cancelled"], str]
    overrides: tuple[Override, ...] = ()

    @property
    def text_sha256(self) -> str:
        """The hash of all that a sign-off covers: everything in the file but the review itself."""
        signed = self.model_dump(mode="json", exclude={"review"})
        return hashlib.sha256(json.dumps(signed, sort_keys=True, ensure_ascii=True).encode()).hexdigest()

    @property
    def version(self) -> str:
        """The protocol's version, which stands in every result: the first 12 hexadecimal digits of `text_sha256`."""
        return self.text_sha256[:12]

    def status_on(self, day: date) -> ReviewStatus:
        """The review status that counts on `day`: an approval run out, or of other words, is a draft."""
        return self.review.status_on(day, self.text_sha256)

    def item(self, item_id: str) -> ScreeningItem:
        """The item with that id.

        Raises:
            KeyError: the protocol has no such item.
        """
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)
