"""Staff as the rest of MesoFAQ sees them, their roles and what each role may do."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

__all__ = ["RIGHTS", "AuditLine", "Right", "Role", "SessionRecord", "SignedIn", "StaffRecord"]


class Role(StrEnum):
    """What somebody is at the clinic."""

    REVIEWER = "reviewer"
    CLINICIAN = "clinician"
    ADMIN = "admin"


class Right(StrEnum):
    """Something that not everybody may do."""

    READ = "read"
    """Queue, transcripts, search, figures."""
    REVIEW = "review"
    """Internal notes, marking an answer as wrong, proposals for the content."""
    ANSWER = "answer"
    """Claim, reply, send a card, release, resolve, reopen."""
    EXPORT = "export"
    """Take a whole conversation out of the system."""
    ERASE = "erase"
    """Erase a conversation."""
    PEOPLE = "people"
    """Accounts of others, and the audit."""


_REVIEWER = frozenset({Right.READ, Right.REVIEW})
_CLINICIAN = _REVIEWER | {Right.ANSWER, Right.EXPORT}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.REVIEWER: _REVIEWER,
    Role.CLINICIAN: _CLINICIAN,
    Role.ADMIN: _CLINICIAN | {Right.ERASE, Right.PEOPLE},
}
"""What each role may do."""


class StaffRecord(BaseModel):
    """A member of staff. `name` and `title` are shown to patients; nothing here is secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    username: str
    name: str
    title: str
    role: Role
    has_second_factor: bool
    created_at: datetime
    disabled_at: datetime | None = None

    def may(self, right: Right) -> bool:
        """Whether the role gives that right."""
        return right in RIGHTS[self.role]


class SignedIn(BaseModel):
    """A session that is open: whose, and the token that every change must carry.

    `complete` is False while the second factor is still wanted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    session_id: str
    staff: StaffRecord
    csrf_token: str
    complete: bool


class SessionRecord(BaseModel):
    """A session as its owner sees it in the list of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    created_at: datetime
    seen_at: datetime
    complete: bool


class AuditLine(BaseModel):
    """An entry of the audit, with the names of those of its ids that are members of staff."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sequence: int
    at: datetime
    actor: str
    actor_name: str | None
    action: str
    subject_id: str | None
    subject_name: str | None
    details: dict[str, Any]
