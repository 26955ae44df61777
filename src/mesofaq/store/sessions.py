"""Staff sessions in the record: the browser holds a random token, a row here its hash. Ending one deletes the row."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from mesofaq.store.staff_models import StaffSession

__all__ = ["INCOMPLETE_LIVES", "begin", "end", "end_old", "end_one", "find", "is_over", "of_staff", "renew", "touch"]

INCOMPLETE_LIVES = timedelta(minutes=10)
"""How long the page that asks for the second factor waits."""

_TOKEN_BYTES = 32


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def begin(session: Session, now: datetime, staff_id: str, *, complete: bool) -> tuple[str, StaffSession]:
    """Begin a session; gives the token for the cookie, which is kept nowhere, and the row."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = StaffSession(
        id=str(uuid4()),
        token_sha256=_sha256(token),
        staff_id=staff_id,
        csrf_token=secrets.token_urlsafe(_TOKEN_BYTES),
        created_at=now,
        seen_at=now,
        complete=complete,
    )
    session.add(row)
    session.flush()
    return token, row


def renew(row: StaffSession, now: datetime) -> str:
    """Give a session that has become complete a new token: whoever knew the old one is out."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row.token_sha256, row.csrf_token = _sha256(token), secrets.token_urlsafe(_TOKEN_BYTES)
    row.seen_at, row.complete = now, True
    return token


def find(session: Session, token: str) -> StaffSession | None:
    """The session whose token that is, as it is now."""
    wanted = select(StaffSession).where(StaffSession.token_sha256 == _sha256(token))
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def touch(session: Session, session_id: str, now: datetime) -> bool:
    """Note that a session was used; gives whether it was there."""
    done = session.execute(
        update(StaffSession).where(StaffSession.id == session_id).values(seen_at=now).returning(StaffSession.id)
    ).scalars()
    return done.one_or_none() is not None


def is_over(row: StaffSession, now: datetime, idle: timedelta, absolute: timedelta) -> bool:
    """Whether a session has done nothing for too long, or has lasted too long."""
    longest = absolute if row.complete else min(absolute, INCOMPLETE_LIVES)
    return now - row.seen_at >= idle or now - row.created_at >= longest


def of_staff(session: Session, staff_id: str) -> Sequence[StaffSession]:
    """Somebody's sessions, the one used last first."""
    wanted = select(StaffSession).where(StaffSession.staff_id == staff_id)
    return session.scalars(wanted.order_by(StaffSession.seen_at.desc(), StaffSession.id)).all()


def end(session: Session, staff_id: str, *, but: str | None = None) -> int:
    """End somebody's sessions, but for the one with the id `but`; gives how many."""
    rows = [row for row in of_staff(session, staff_id) if row.id != but]
    return sum(end_one(session, row.id) for row in rows)


def end_one(session: Session, session_id: str) -> bool:
    """End one session; gives whether it was there."""
    done = session.execute(
        delete(StaffSession).where(StaffSession.id == session_id).returning(StaffSession.id)
    ).scalars()
    return done.one_or_none() is not None


def end_old(session: Session, now: datetime, idle: timedelta, absolute: timedelta) -> None:
    """Delete every session that is over."""
    session.execute(
        delete(StaffSession)
        .where(
            or_(
                StaffSession.seen_at <= now - idle,
                StaffSession.created_at <= now - absolute,
                and_(StaffSession.complete.is_(False), StaffSession.created_at <= now - INCOMPLETE_LIVES),
            )
        )
        .execution_options(synchronize_session=False)
    )
