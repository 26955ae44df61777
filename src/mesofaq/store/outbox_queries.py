"""The queries of the outbox: what is due, and the lease on it. `outbox` has the life of a delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from mesofaq.chat.models import Priority
from mesofaq.store.models import Delivery, OutboxEvent
from mesofaq.store.values import is_id

__all__ = ["LEASE", "NEVER", "Leased", "Notice", "anything_to_do", "is_given_up", "lease", "settle", "spread"]

LEASE = timedelta(seconds=60)
"""How long a worker has a delivery for itself: longer than any sending takes."""

NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""`next_at` of what was given up."""

_BATCH = 200
_PRIORITIES = frozenset(str(priority) for priority in Priority)


@dataclass(frozen=True)
class Notice:
    """What the outside is told: that something happened, to what (ids), and how urgent it is. Never what was said."""

    event_id: str
    event_type: str
    at: datetime
    ids: Mapping[str, str]
    priority: str | None = None


@dataclass(frozen=True)
class Leased:
    """A notice that one worker may send one way until the lease runs out; `attempt` counts from 1."""

    notice: Notice
    way: str
    attempt: int


def is_given_up() -> ColumnElement[bool]:
    """Nothing more is tried with this delivery."""
    return Delivery.next_at >= NEVER


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(Delivery.leased_until.is_(None), Delivery.leased_until <= now)
    return (Delivery.delivered_at.is_(None)) & (Delivery.next_at <= now) & free


def _lacks(way: str) -> ColumnElement[bool]:
    return ~exists().where(Delivery.event_id == OutboxEvent.id, Delivery.way == way)


def _has_all(ways: Sequence[str]) -> ColumnElement[bool]:
    """Every way has the event: a way that is no longer configured holds nothing up. True without any way."""
    has = (Delivery.event_id == OutboxEvent.id) & Delivery.way.in_(ways) & Delivery.delivered_at.is_not(None)
    return select(func.count()).select_from(Delivery).where(has).scalar_subquery() == len(ways)


def anything_to_do(session: Session, free: Mapping[str, int], now: datetime) -> bool:
    """Whether `settle`, `spread` or `lease` would find something; it takes no lock."""
    due = [
        exists().where(Delivery.event_id == OutboxEvent.id, Delivery.way == way, _due(now))
        for way, places in free.items()
        if places > 0
    ]
    conditions = or_(_has_all(list(free)), *[_lacks(way) for way in free], *due)
    return bool(session.scalar(select(exists().where(OutboxEvent.delivered_at.is_(None), conditions))))


def settle(session: Session, ways: Sequence[str], now: datetime) -> None:
    """Mark what every way has."""
    statement = select(OutboxEvent).where(OutboxEvent.delivered_at.is_(None), _has_all(ways)).limit(_BATCH)
    for event in session.scalars(statement.with_for_update(skip_locked=True)):
        event.delivered_at = now


def spread(session: Session, ways: Sequence[str], now: datetime) -> None:
    """Give each undelivered event the deliveries that it lacks.

    The events are locked first, and then looked at again: another worker may have been quicker, and an erasure must
    not find deliveries that appear behind its back.
    """
    if not ways:
        return
    lacking = (
        select(OutboxEvent.id)
        .where(OutboxEvent.delivered_at.is_(None), or_(*[_lacks(way) for way in ways]))
        .order_by(OutboxEvent.created_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    events = session.scalars(lacking).all()
    there = select(Delivery.event_id, Delivery.way).where(Delivery.event_id.in_(events))
    known = {(event, way) for event, way in session.execute(there)}
    session.add_all(
        Delivery(event_id=event, way=way, attempts=0, next_at=now)
        for event in events
        for way in ways
        if (event, way) not in known
    )
    session.flush()


def lease(session: Session, way: str, limit: int, now: datetime) -> list[Leased]:
    """Lease at most `limit` of what is due this way."""
    statement = (
        select(Delivery, OutboxEvent)
        .join(OutboxEvent, OutboxEvent.id == Delivery.event_id)
        .where(Delivery.way == way, OutboxEvent.delivered_at.is_(None), _due(now))
        # What was never tried goes before what failed often: a new emergency does not wait for old faults.
        .order_by(Delivery.attempts, OutboxEvent.created_at, OutboxEvent.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    found = []
    for delivery, event in session.execute(statement):
        delivery.attempts += 1
        delivery.leased_until = now + LEASE
        found.append(Leased(notice=_notice(event), way=way, attempt=delivery.attempts))
    return found


def _notice(event: OutboxEvent) -> Notice:
    # Whatever else a payload may hold one day: only ids, and one of three words, go out.
    ids = {name: value for name, value in event.payload.items() if name.endswith("_id") and is_id(value)}
    priority = event.payload.get("priority")
    return Notice(
        event_id=event.id,
        event_type=event.event_type,
        at=event.created_at,
        ids=ids,
        priority=priority if priority in _PRIORITIES else None,
    )
