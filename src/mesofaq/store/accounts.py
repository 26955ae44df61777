"""Accounts in the record. Whoever changes one holds its row, so that two changes never undo each other."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.errors import Code, Problem
from mesofaq.store.staff_models import Staff
from mesofaq.store.values import is_id

__all__ = ["add", "everybody", "find", "find_id", "keep_an_admin", "record_of", "the"]

_Wanted = TypeVar("_Wanted", bound=Select[Any])


def record_of(row: Staff) -> StaffRecord:
    """An account without its secrets."""
    return StaffRecord(
        id=row.id,
        username=row.username,
        name=row.name,
        title=row.title,
        role=Role(row.role),
        has_second_factor=row.totp_secret is not None,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


def find(session: Session, username: str, *, lock: bool = False) -> Staff | None:
    """The account with that name, already casefolded; None where there is none."""
    wanted = select(Staff).where(Staff.username == username)
    return session.scalars(_held(wanted) if lock else wanted).one_or_none()


def find_id(session: Session, staff_id: str, *, lock: bool = False) -> Staff | None:
    """The account with that id; None where there is none."""
    if not is_id(staff_id):
        return None
    wanted = select(Staff).where(Staff.id == staff_id)
    return session.scalars(_held(wanted) if lock else wanted).one_or_none()


def _held(wanted: _Wanted) -> _Wanted:
    # What this transaction read before it held the row may be out of date.
    return wanted.with_for_update().execution_options(populate_existing=True)


def the(row: Staff | None) -> Staff:
    """The account that must be there.

    Raises:
        Problem: `not-found`.
    """
    if row is None:
        raise Problem(Code.NOT_FOUND, "There is no account of that name. 'mesofaq user list' lists them.")
    return row


def everybody(session: Session) -> Sequence[Staff]:
    """All accounts: those in use first, by name."""
    rows = session.scalars(select(Staff)).all()
    return sorted(rows, key=lambda row: (row.disabled_at is not None, row.name.casefold(), row.username))


def add(
    session: Session, now: datetime, *, username: str, name: str, title: str, role: Role, password_hash: str
) -> Staff:
    """Add an account.

    Raises:
        Problem: `conflict` when the name is taken, also by a disabled account.
    """
    row = Staff(
        id=str(uuid4()),
        username=username,
        name=name,
        title=title,
        role=role.value,
        password_hash=password_hash,
        password_changed_at=now,
        totp_secret=None,
        totp_step=None,
        created_at=now,
        disabled_at=None,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        pass
    else:
        return row
    raise Problem(
        Code.CONFLICT, "There is an account of that name already, perhaps a disabled one. Choose another name."
    )


def keep_an_admin(session: Session, row: Staff) -> None:
    """See that somebody stays who may manage accounts when `row` is no longer an active admin.

    To be called before `row` is locked by itself: all who do this lock the same rows in the same order.

    Raises:
        Problem: `conflict` when `row` is the last one.
    """
    admins = select(Staff).where(Staff.role == Role.ADMIN.value, Staff.disabled_at.is_(None)).order_by(Staff.id)
    # Locked, so that two admins who disable each other at once do not both succeed.
    active = session.scalars(_held(admins)).all()
    if [admin.id for admin in active] == [row.id]:
        raise Problem(
            Code.CONFLICT, "This is the only admin: nobody could manage accounts. Make somebody else an admin first."
        )
