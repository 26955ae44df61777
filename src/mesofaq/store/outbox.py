"""The outbox: which event must still go which way to the outside, and who is at it. `notify/worker.py` delivers.

    written with the act ──▶ waiting ── due ──▶ leased ── delivered ──▶ delivered
                               ▲                 │
                               ├──── failed ─────┤   after a pause that grows
                               └─ lease runs out ┘   its worker died
                                                 └── given up: it failed for three days, or was refused for good

A way is a name from the settings (`mail`, `webhook`). An event has one `Delivery` for each; it is delivered when every
way that is configured has it. With no way configured the console is the only place, and events count as delivered at
once. A worker that sent something and died before it could say so makes the event go out again: at least once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from mesofaq.store.database import Database, guarded
from mesofaq.store.models import Delivery, OutboxEvent
from mesofaq.store.outbox_queries import (
    LEASE,
    NEVER,
    Leased,
    Notice,
    anything_to_do,
    is_given_up,
    lease,
    settle,
    spread,
)

__all__ = ["GIVE_UP_ATTEMPTS", "LEASE", "Leased", "Notice", "Outbox", "Undelivered", "WayState", "pause"]

_FIRST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 3600.0
_LONGEST_ASKED = timedelta(days=1)  # a receiver may ask for a pause, not silence us
_GROWING = 10  # pauses of 5 s to 43 min
_HOURLY = 72  # then three days of one attempt an hour
GIVE_UP_ATTEMPTS = _GROWING + _HOURLY + 1
"""After so many failed attempts nothing more is tried. Attempts, not age: a service that stood still tries as often."""

_FAULT_MAX_CHARS = 64
_RANDOM = SystemRandom()


@dataclass(frozen=True)
class Undelivered:
    """How many events have not reached every way, of these how many were given up, and the oldest one's age."""

    count: int
    given_up: int
    oldest_s: float | None


@dataclass(frozen=True)
class WayState:
    """The deliveries of one way: how many arrived, wait and were given up, and how often each fault stands there."""

    way: str
    delivered: int
    waiting: int
    given_up: int
    faults: Mapping[str, int]


def pause(attempt: int) -> timedelta:
    """How long to wait after the attempt with that number: 5 s, doubling up to an hour, a fifth more or less."""
    seconds = min(_FIRST_PAUSE_S * 2 ** min(attempt - 1, 20), _LONGEST_PAUSE_S)
    return timedelta(seconds=seconds * _RANDOM.uniform(0.8, 1.2))


class Outbox:
    """Hands out what must be sent, and notes what became of it. Any number of workers may share it.

    Args:
        database: the record.
        clock: gives the present moment, with a time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    @guarded
    def due(self, free: Mapping[str, int]) -> list[Leased]:
        """Lease what is due now, what was tried least first.

        Args:
            free: every way that is configured, and how many deliveries may be leased for it.
        """
        now, ways = self._clock(), sorted(free)
        # Looking takes no lock: an idle worker must not take SQLite's write lock each second.
        with self._database.reading() as session:
            if not anything_to_do(session, free, now):
                return []
        with self._database.writing() as session:
            settle(session, ways, now)
            spread(session, ways, now)
            return [leased for way in ways if free[way] > 0 for leased in lease(session, way, free[way], now)]

    @guarded
    def delivered(self, event_id: str, way: str) -> None:
        """Note that the event has arrived this way. One that was erased meanwhile is nothing to note."""
        now = self._clock()
        with self._database.writing() as session:
            delivery = _locked(session, event_id, way)
            if delivery is None:
                return
            delivery.delivered_at, delivery.leased_until, delivery.fault = now, None, None
            session.flush()
            # The delivery first, then the event, as an erasure locks them. Behind the event's lock the last of two
            # ways that arrive at once sees the other.
            event = session.scalar(select(OutboxEvent).where(OutboxEvent.id == event_id).with_for_update())
            open_ways = exists().where(Delivery.event_id == event_id, Delivery.delivered_at.is_(None))
            if event is not None and event.delivered_at is None and not session.scalar(select(open_ways)):
                event.delivered_at = now

    @guarded
    def failed(
        self,
        event_id: str,
        way: str,
        fault: str,
        retry_after: timedelta | None = None,
        *,
        attempt: int | None = None,
        for_good: bool = False,
    ) -> bool:
        """Note that an attempt failed, and when the next is due.

        Args:
            event_id: which event.
            way: which way.
            fault: a class's name or a status, never a text of the other side.
            retry_after: how long the receiver asked to wait; the pause is never shorter than our own.
            attempt: which attempt failed; it is not noted when another worker has begun a later one.
            for_good: do not try again.

        Returns:
            Whether nothing more will be tried.
        """
        now = self._clock()
        with self._database.writing() as session:
            delivery = _locked(session, event_id, way)
            if delivery is None or delivery.delivered_at is not None:
                return False
            if attempt is not None and delivery.attempts != attempt:
                return False
            delivery.leased_until, delivery.fault = None, fault[:_FAULT_MAX_CHARS]
            given_up = for_good or delivery.attempts >= GIVE_UP_ATTEMPTS
            asked = min(retry_after or timedelta(), _LONGEST_ASKED)
            delivery.next_at = NEVER if given_up else now + max(pause(max(delivery.attempts, 1)), asked)
            return given_up

    @guarded
    def retry(self) -> int:
        """Begin anew with all that was given up; gives how many deliveries that were."""
        now = self._clock()
        with self._database.writing() as session:
            given_up = select(Delivery).where(Delivery.delivered_at.is_(None), is_given_up())
            rows = session.scalars(given_up.with_for_update(skip_locked=True)).all()
            for row in rows:
                row.next_at, row.attempts = now, 0
            return len(rows)

    @guarded
    def undelivered(self) -> Undelivered:
        """What has not reached every way, for the figures and for `mesofaq doctor`."""
        waits = OutboxEvent.delivered_at.is_(None)
        gave_up = exists().where(Delivery.event_id == OutboxEvent.id, Delivery.delivered_at.is_(None), is_given_up())
        with self._database.reading() as session:
            count, oldest = session.execute(select(func.count(), func.min(OutboxEvent.created_at)).where(waits)).one()
            given_up = session.scalars(select(func.count()).select_from(OutboxEvent).where(waits, gave_up)).one()
        age = None if oldest is None else max(0.0, (self._clock() - oldest).total_seconds())
        return Undelivered(count=count, given_up=given_up, oldest_s=age)

    @guarded
    def states(self) -> list[WayState]:
        """How each way stands on which anything was ever to be sent, by name."""
        arrived, gave_up = Delivery.delivered_at.is_not(None), is_given_up()
        statement = select(Delivery.way, arrived, gave_up, Delivery.fault, func.count()).order_by(Delivery.way)
        found: dict[str, list[tuple[bool, bool, str | None, int]]] = {}
        with self._database.reading() as session:
            rows = session.execute(statement.group_by(Delivery.way, arrived, gave_up, Delivery.fault))
            for way, has_it, has_given_up, fault, count in rows:
                found.setdefault(way, []).append((bool(has_it), bool(has_given_up), fault, count))
        return [_way_state(way, counts) for way, counts in found.items()]


def _way_state(way: str, rows: Sequence[tuple[bool, bool, str | None, int]]) -> WayState:
    counts, faults = {"delivered": 0, "waiting": 0, "given_up": 0}, dict[str, int]()
    for arrived, gave_up, fault, count in rows:
        counts["delivered" if arrived else "given_up" if gave_up else "waiting"] += count
        if fault is not None:
            faults[fault] = faults.get(fault, 0) + count
    return WayState(way=way, faults=faults, **counts)


def _locked(session: Session, event_id: str, way: str) -> Delivery | None:
    mine = select(Delivery).where(Delivery.event_id == event_id, Delivery.way == way)
    return session.scalar(mine.with_for_update())
