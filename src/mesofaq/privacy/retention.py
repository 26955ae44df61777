"""Keeps nothing longer than the clinic decided (`retention` in `clinic.yml`). The service runs this every hour.

| What | How long |
|---|---|
| conversations that never went to a person | `transcripts_days` after the last message |
| conversations that did | `handoffs_days` after the last message |
| entries of the audit, and tombstones | `audit_days` |
| sessions of staff | until they end: `MESOFAQ_SESSION_IDLE_MIN`, `MESOFAQ_SESSION_MAX_HOURS` |
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from mesofaq.content.models import Clinic
from mesofaq.privacy.erasure import purge_everywhere, sweep_tracker
from mesofaq.settings import Settings
from mesofaq.store.audit import SYSTEM, Action, append, remove_before
from mesofaq.store.database import guarded
from mesofaq.store.erase import erased_since
from mesofaq.store.models import Tombstone
from mesofaq.store.staff_models import AuditEntry, StaffSession
from mesofaq.store.store import Store
from mesofaq.store.wipe import wipe

__all__ = ["Removed", "due", "enforce"]

_WIPED_AGAIN = timedelta(hours=3)
"""How long after an erasure its traces are looked for again: it may have met a busy or a large file."""


@dataclass(frozen=True)
class Removed:
    """How much was removed, or would be.

    `transcripts` are conversations that never went to a person, `handoffs` those that did, `audit` entries, `sessions`
    those of staff that had ended, `tombstones` what was left of erased conversations, `tracker` rows of Rasa's that
    were written after an erasure.
    """

    transcripts: int = 0
    handoffs: int = 0
    audit: int = 0
    sessions: int = 0
    tombstones: int = 0
    tracker: int = 0

    @property
    def anything(self) -> bool:
        """Whether it is more than nothing."""
        return any(vars(self).values())


@guarded
def due(store: Store, settings: Settings, clinic: Clinic, now: datetime) -> Removed:
    """What `enforce` would remove at that moment; Rasa's rows are not counted.

    Raises:
        Problem: `store-failed`.
    """
    limits = _Limits(settings, clinic, now)
    with store.database.reading() as session:
        return Removed(
            transcripts=len(store.idle_conversations(limits.transcripts, handed_over=False)),
            handoffs=len(store.idle_conversations(limits.handoffs, handed_over=True)),
            audit=_count(session, AuditEntry, AuditEntry.at < limits.audit),
            sessions=_count(session, StaffSession, limits.ended),
            tombstones=_count(session, Tombstone, Tombstone.erased_at < limits.audit),
        )


@guarded
def enforce(store: Store, settings: Settings, clinic: Clinic, now: datetime, *, by: str = SYSTEM) -> Removed:
    """Remove what is older than the clinic allows. Running it twice does no harm, nor that it stops half-way.

    Args:
        store: the record.
        settings: when sessions end, and where Rasa's memory is.
        clinic: how long what is kept.
        now: the moment that ages count from.
        by: who does it, as the audit names them.

    Raises:
        Problem: `store-failed`; the next run goes on where this one stopped.
    """
    limits, tracker = _Limits(settings, clinic, now), settings.tracker_url
    transcripts = purge_everywhere(store, tracker, limits.transcripts, by=by, handed_over=False)
    handoffs = purge_everywhere(store, tracker, limits.handoffs, by=by, handed_over=True)
    # Before old tombstones go: by them the sweep knows what was erased.
    swept = sweep_tracker(store, tracker)
    if erased_since(store.database, now - _WIPED_AGAIN):
        wipe(store.database.engine, at_once=False)
    with store.database.writing() as session:
        sessions = _delete(session, StaffSession, limits.ended)
        tombstones = _delete(session, Tombstone, Tombstone.erased_at < limits.audit)
        audit = remove_before(session, limits.audit)
        if audit:
            append(session, now, actor=by, action=Action.AUDIT_REMOVED, entries=audit, tombstones=tombstones)
    return Removed(transcripts, handoffs, audit, sessions, tombstones, swept)


class _Limits:
    """The moments before which things are too old."""

    def __init__(self, settings: Settings, clinic: Clinic, now: datetime) -> None:
        days = clinic.retention
        self.transcripts = now - timedelta(days=days.transcripts_days)
        self.handoffs = now - timedelta(days=days.handoffs_days)
        self.audit = now - timedelta(days=days.audit_days)
        self.ended = or_(
            StaffSession.seen_at < now - timedelta(minutes=settings.session_idle_min),
            StaffSession.created_at < now - timedelta(hours=settings.session_max_hours),
        )


def _count(session: Session, table: type[Any], which: Any) -> int:
    return session.scalars(select(func.count()).select_from(table).where(which)).one()


def _delete(session: Session, table: type[Any], which: Any) -> int:
    statement = delete(table).where(which).execution_options(synchronize_session=False)
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
