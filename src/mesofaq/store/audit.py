"""The audit: who did what to what, in one chain of hashes, by ids alone. Never a word of a message.

    sha256(n) = SHA-256( sha256(n-1) ‖ canonical JSON of entry n )

`append` is called in the transaction of the act itself, so neither is there without the other. Triggers refuse UPDATE,
and DELETE of what retention has not removed; whoever can drop triggers can still be found out, because `verify` follows
the chain. That nobody rewrote the whole chain is shown by noting its head elsewhere (`mesofaq audit verify` prints it).
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mesofaq.store.staff_models import AuditEntry, AuditHead

__all__ = ["CLI", "PATIENT", "SYSTEM", "Action", "Verdict", "append", "by_staff", "remove_before", "verify"]

PATIENT, SYSTEM, CLI = "patient", "system", "command-line"
"""Actors that are no member of staff; `by_staff` names one."""


class Action(StrEnum):
    """What was done, as subject and verb."""

    SIGN_IN = "session.signed_in"
    SIGN_IN_REFUSED = "session.refused"
    SIGN_OUT = "session.signed_out"
    ACCESS_REFUSED = "access.refused"
    TRANSCRIPT_READ = "transcript.read"
    QUEUE_READ = "queue.read"
    SEARCHED = "transcript.searched"
    EXPORTED = "conversation.exported"
    ERASED = "conversation.erased"
    HANDOFF_OPENED = "handoff.opened"
    HANDOFF_JOINED = "handoff.joined"
    HANDOFF_STEP = "handoff.step"
    REPLIED = "handoff.replied"
    NOTED = "handoff.noted"
    CONTACT_LEFT = "contact.left"
    ANSWER_MARKED = "answer.marked"
    PROPOSED = "content.proposed"
    PROPOSAL_EXPORTED = "content.exported"
    FIGURES_READ = "figures.read"
    AUDIT_READ = "audit.read"
    AUDIT_REMOVED = "audit.removed"
    SCREENING_READ = "screening.read"
    ACCOUNT_ADDED = "account.added"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_DISABLED = "account.disabled"
    SECOND_FACTOR_SET = "account.second_factor_set"
    PASSWORD_CHANGED = "account.password_changed"  # noqa: S105  an act, not a password
    KEYS_ROTATED = "keys.rotated"


def by_staff(staff_id: str) -> str:
    """A member of staff as an actor."""
    return f"staff:{staff_id}"


def append(
    session: Session, now: datetime, *, actor: str, action: Action, subject_id: str | None = None, **details: Any
) -> None:
    """Add an entry to the chain, as the last thing that its transaction does: it locks the chain's head.

    Args:
        session: the transaction of the act.
        now: when it happened.
        actor: `by_staff(…)`, `PATIENT`, `SYSTEM` or `CLI`.
        action: what was done.
        subject_id: to which conversation, handoff or account.
        **details: ids, counts, states; nothing that anybody wrote.
    """
    head = session.scalars(select(AuditHead).where(AuditHead.id == 1).with_for_update()).one()
    entry = AuditEntry(
        sequence=head.sequence + 1,
        at=now,
        actor=actor,
        action=action.value,
        subject_id=subject_id,
        details=details,
        previous_sha256=head.sha256,
        sha256="",
    )
    entry.sha256 = _hash(entry)
    head.sequence, head.sha256 = entry.sequence, entry.sha256
    session.add(entry)
    session.flush()


def _hash(entry: AuditEntry) -> str:
    said = {
        "sequence": entry.sequence,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject_id": entry.subject_id,
        "details": entry.details,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{entry.previous_sha256}{canonical}".encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """What `verify` found.

    `broken_at` is the number of the first entry that is not as it was written (None where all are), `why` says how.
    """

    entries: int
    removed: int
    head_sha256: str
    broken_at: int | None = None
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether the chain is whole."""
        return self.broken_at is None


def verify(session: Session) -> Verdict:
    """Follow the chain from its first entry to its head."""
    head = session.scalars(select(AuditHead).where(AuditHead.id == 1)).one()
    expected, before, count = head.removed_sequence + 1, head.removed_sha256, 0

    def broken(why: str) -> Verdict:
        return Verdict(count, head.removed_sequence, head.sha256, broken_at=expected, why=why)

    for entry in _entries(session):
        if entry.sequence != expected:
            return broken("an entry is missing")
        if entry.previous_sha256 != before:
            return broken("it does not follow the entry before it")
        if entry.sha256 != _hash(entry):
            return broken("it was changed after it was written")
        expected, before, count = expected + 1, entry.sha256, count + 1
    if (expected - 1, before) != (head.sequence, head.sha256):
        return broken("the end of the chain is missing")
    return Verdict(count, head.removed_sequence, head.sha256)


def _entries(session: Session) -> Iterator[AuditEntry]:
    statement = select(AuditEntry).order_by(AuditEntry.sequence).execution_options(yield_per=1000)
    with closing(session.scalars(statement)) as entries:  # `verify` may stop half way
        yield from entries


def remove_before(session: Session, moment: datetime) -> int:
    """Remove the entries from before `moment`, as far as they are the oldest of the chain; gives how many.

    The hash of the last one removed stays with the head, so that the rest can still be verified.
    """
    head = session.scalars(select(AuditHead).where(AuditHead.id == 1).with_for_update()).one()
    first_kept = session.scalar(
        select(AuditEntry.sequence).where(AuditEntry.at >= moment).order_by(AuditEntry.sequence).limit(1)
    )
    end = head.sequence if first_kept is None else first_kept - 1
    last = session.get(AuditEntry, end)
    if last is None:
        return 0
    removed = end - head.removed_sequence
    head.removed_sequence, head.removed_sha256 = end, last.sha256
    session.flush()  # the trigger lets go only what the head says is removed
    session.execute(delete(AuditEntry).where(AuditEntry.sequence <= end).execution_options(synchronize_session=False))
    return removed
