"""Accounts as an admin manages them, on the command line or on the page of the people."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from mesofaq.accounts.models import RIGHTS, Right, Role, StaffRecord
from mesofaq.accounts.passwords import Passwords, check_new
from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import State
from mesofaq.store import accounts, audit, sessions
from mesofaq.store.audit import Action
from mesofaq.store.database import Database, guarded
from mesofaq.store.models import Handoff
from mesofaq.store.staff_models import Staff

__all__ = ["People", "username_of"]

_USERNAME = re.compile(r"[\w.@+-]{2,64}")
_SHOWN_MAX_CHARS = 80


def username_of(typed: str) -> str | None:
    """The name to sign in with as it is kept, whichever way its letters were typed; None when it cannot be one."""
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).strip()
    return name if _USERNAME.fullmatch(name) else None


class People:
    """The accounts of all. Every change is audited in its own transaction; `by` says who made it.

    Args:
        database: the record.
        clock: gives the present moment, with a time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._passwords = Passwords()

    @guarded
    def people(self) -> list[StaffRecord]:
        """All accounts: those in use first, by name."""
        with self._database.reading() as session:
            return [accounts.record_of(row) for row in accounts.everybody(session)]

    @guarded
    def person(self, username: str) -> StaffRecord:
        """The account with that name.

        Raises:
            Problem: `not-found`.
        """
        with self._database.reading() as session:
            return accounts.record_of(self._find(session, username))

    @guarded
    def add(self, username: str, name: str, title: str, role: Role, password: str, *, by: str) -> StaffRecord:
        """Add an account.

        Args:
            username: the name to sign in with; upper and lower case are the same.
            name: what patients see ("Dana Reyes").
            title: what she is at the clinic, also shown ("nurse").
            role: what she may do.
            password: her first password.
            by: an actor of the audit.

        Raises:
            Problem: `invalid-request` when a name or the password is not fit; `conflict` when the name is taken.
        """
        kept = username_of(username)
        if kept is None:
            raise Problem(
                Code.INVALID_REQUEST,
                "A name to sign in with has 2 to 64 letters, digits and the characters . _ - + @, and no spaces.",
            )
        shown_name, shown_title = _shown(name, "name"), _shown(title, "title")
        check_new(password, kept, shown_name)
        password_hash = self._passwords.hash(password)
        with self._database.writing() as session:
            now = self._clock()
            row = accounts.add(
                session,
                now,
                username=kept,
                name=shown_name,
                title=shown_title,
                role=role,
                password_hash=password_hash,
            )
            audit.append(session, now, actor=by, action=Action.ACCOUNT_ADDED, subject_id=row.id, role=role.value)
            return accounts.record_of(row)

    @guarded
    def change_role(self, username: str, role: Role, *, by: str) -> StaffRecord:
        """Give somebody another role; her sessions end, since they stand for the old one.

        Raises:
            Problem: `not-found`; `conflict` when nobody would be left who manages accounts.
        """
        with self._database.writing() as session:
            row = self._find(session, username)
            if row.role == role.value:
                return accounts.record_of(row)
            if role is not Role.ADMIN:
                accounts.keep_an_admin(session, row)
            row = self._find(session, username, lock=True)
            row.role = role.value
            if Right.ANSWER not in RIGHTS[role]:
                _let_go(session, row.id)
            self._changed(session, row, by, change="role", role=role.value, sessions=sessions.end(session, row.id))
            return accounts.record_of(row)

    @guarded
    def disable(self, username: str, *, by: str) -> StaffRecord:
        """Let somebody sign in no longer, and end her sessions. The account stays: the audit names it.

        Raises:
            Problem: `not-found`; `conflict` when nobody would be left who manages accounts.
        """
        with self._database.writing() as session:
            row = self._find(session, username)
            accounts.keep_an_admin(session, row)
            row = self._find(session, username, lock=True)
            if row.disabled_at is None:
                row.disabled_at = self._clock()
                ended = sessions.end(session, row.id)
                _let_go(session, row.id)
                audit.append(
                    session,
                    row.disabled_at,
                    actor=by,
                    action=Action.ACCOUNT_DISABLED,
                    subject_id=row.id,
                    sessions=ended,
                )
            return accounts.record_of(row)

    @guarded
    def enable(self, username: str, *, by: str) -> StaffRecord:
        """Let somebody who was disabled sign in again.

        Raises:
            Problem: `not-found`.
        """
        with self._database.writing() as session:
            row = self._find(session, username, lock=True)
            if row.disabled_at is not None:
                row.disabled_at = None
                self._changed(session, row, by, change="enabled")
            return accounts.record_of(row)

    @guarded
    def set_password(self, username: str, password: str, *, by: str) -> StaffRecord:
        """Give somebody another password; all her sessions end.

        Raises:
            Problem: `not-found`; `invalid-request` when the password is not fit.
        """
        person = self.person(username)
        check_new(password, person.username, person.name)
        password_hash = self._passwords.hash(password)
        with self._database.writing() as session:
            row = self._find(session, username, lock=True)
            self._new_password(session, row, password_hash, by)
            return accounts.record_of(row)

    @guarded
    def reset_second_factor(self, username: str, *, by: str) -> StaffRecord:
        """Take somebody's second factor away, because the phone is lost; her sessions end.

        Raises:
            Problem: `not-found`.
        """
        with self._database.writing() as session:
            row = self._find(session, username, lock=True)
            row.totp_secret = row.totp_step = None
            ended = sessions.end(session, row.id)
            self._changed(session, row, by, change="second_factor_reset", sessions=ended)
            return accounts.record_of(row)

    @guarded
    def end_sessions(self, username: str, *, by: str, but: str | None = None) -> int:
        """End somebody's sessions, but for the one with the id `but`; gives how many.

        Raises:
            Problem: `not-found`.
        """
        with self._database.writing() as session:
            row = self._find(session, username, lock=True)
            ended = sessions.end(session, row.id, but=but)
            audit.append(session, self._clock(), actor=by, action=Action.SIGN_OUT, subject_id=row.id, sessions=ended)
            return ended

    def _new_password(
        self, session: Session, row: Staff, password_hash: str, by: str, *, but: str | None = None
    ) -> None:
        now = self._clock()
        row.password_hash, row.password_changed_at = password_hash, now
        ended = sessions.end(session, row.id, but=but)
        audit.append(session, now, actor=by, action=Action.PASSWORD_CHANGED, subject_id=row.id, sessions=ended)

    def _changed(self, session: Session, row: Staff, by: str, **details: object) -> None:
        audit.append(session, self._clock(), actor=by, action=Action.ACCOUNT_CHANGED, subject_id=row.id, **details)

    def _find(self, session: Session, username: str, *, lock: bool = False) -> Staff:
        kept = username_of(username)
        return accounts.the(None if kept is None else accounts.find(session, kept, lock=lock))


def _shown(text: str, what: str) -> str:
    said = " ".join(text.split())
    if not 1 <= len(said) <= _SHOWN_MAX_CHARS or not said.isprintable():
        raise Problem(
            Code.INVALID_REQUEST,
            f"A {what} has 1 to {_SHOWN_MAX_CHARS} characters that can be seen: patients are shown it.",
        )
    return said


def _let_go(session: Session, staff_id: str) -> None:
    """Let the claims of somebody who can no longer answer lapse: until then the bot is silent for nobody.

    The lapse itself is taken by `HandoffService.tend` within seconds, with all that belongs to it.
    """
    claimed = (Handoff.claimed_by == staff_id) & (Handoff.state == State.CLAIMED.value)
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    held = update(Handoff).where(claimed).values(touched_at=long_ago)
    session.execute(held.execution_options(synchronize_session=False))
