"""The audit as people read it, and entries for acts that change nothing else in the record."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mesofaq.accounts.models import AuditLine
from mesofaq.store import accounts, audit
from mesofaq.store.audit import Action, Verdict
from mesofaq.store.database import Database, guarded
from mesofaq.store.staff_models import AuditEntry, AuditHead

__all__ = ["AuditLog"]

_STAFF = audit.by_staff("")


class AuditLog:
    """Reads and checks the audit, and adds entries of their own.

    Args:
        database: the record.
        clock: gives the present moment, with a time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    @guarded
    def note(self, *, actor: str, action: Action, subject_id: str | None = None, **details: Any) -> None:
        """Add an entry for an act that changes nothing else: a read, a refusal."""
        with self._database.writing() as session:
            audit.append(session, self._clock(), actor=actor, action=action, subject_id=subject_id, **details)

    @guarded
    def last(self, limit: int, action: Action | None = None) -> list[AuditLine]:
        """At most `limit` entries, newest first, all or those of one kind of act."""
        wanted = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(limit)
        if action is not None:
            wanted = wanted.where(AuditEntry.action == action.value)
        with self._database.reading() as session:
            names = {row.id: row.name for row in accounts.everybody(session)}
            return [_line(entry, names) for entry in session.scalars(wanted)]

    @guarded
    def length(self) -> int:
        """How many entries there are."""
        with self._database.reading() as session:
            head = session.scalars(select(AuditHead).where(AuditHead.id == 1)).one()
            return head.sequence - head.removed_sequence

    @guarded
    def verify(self) -> Verdict:
        """Follow the whole chain; others may add to it meanwhile."""
        with self._database.reading() as session:
            _stand_still(session)
            return audit.verify(session)


def _stand_still(session: Session) -> None:
    """Let all queries of this transaction see one moment: the head, and then the entries that it knows of.

    SQLite does so by itself; PostgreSQL would show each query what was committed before that query.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _line(entry: AuditEntry, names: dict[str, str]) -> AuditLine:
    by = entry.actor.removeprefix(_STAFF) if entry.actor.startswith(_STAFF) else ""
    return AuditLine(
        sequence=entry.sequence,
        at=entry.at,
        actor=entry.actor,
        actor_name=names.get(by),
        action=entry.action,
        subject_id=entry.subject_id,
        subject_name=names.get(entry.subject_id or ""),
        details=entry.details,
    )
