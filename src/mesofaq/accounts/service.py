"""Signing in and staying signed in: passwords, sessions, the second factor.

                    right password                 right code
    (signed out) ─────────────────> wants a code ─────────────> signed in ──> over
         └───────── right password, no second factor ──────────────┘

A session is over by signing out, by doing nothing for too long, by lasting too long, and when the account is disabled,
changes its password (all sessions but the one that changed it), its role or its second factor.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mesofaq.accounts.log import AuditLog
from mesofaq.accounts.models import SignedIn, StaffRecord
from mesofaq.accounts.own import OwnAccount
from mesofaq.accounts.people import username_of
from mesofaq.accounts.second_factor import code_step
from mesofaq.errors import Code, Problem
from mesofaq.store import accounts, audit, sessions
from mesofaq.store.audit import Action, by_staff
from mesofaq.store.database import Database, guarded
from mesofaq.store.staff_models import Staff, StaffSession

__all__ = ["Accounts"]

_TOUCH_AFTER = timedelta(seconds=15)
"""How old the note of a session's last use may become: not every request writes."""


class Accounts(OwnAccount):
    """Who may come in, and who is in.

    Args:
        database: the record.
        clock: gives the present moment, with a time zone.
        idle: how long a session may do nothing.
        absolute: how long a session may last at all.
        second_factor_required: whether people without a second factor can do nothing but set one up.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        idle: timedelta,
        absolute: timedelta,
        second_factor_required: bool,
    ) -> None:
        super().__init__(database, clock, idle=idle, absolute=absolute)
        self.audit = AuditLog(database, clock)
        self._second_factor_required = second_factor_required

    def wants_second_factor(self, staff: StaffRecord) -> bool:
        """Whether somebody must set up a second factor before anything else."""
        return self._second_factor_required and not staff.has_second_factor

    @guarded
    def sign_in(self, username: str, password: str) -> tuple[str, SignedIn]:
        """Begin a session; it is not complete yet where the account has a second factor.

        An unknown name, a wrong password and a disabled account take the same time and are told the same.

        Returns:
            The token for the cookie, and the session.

        Raises:
            Problem: `unauthorized`.
        """
        kept = username_of(username)
        with self._database.reading() as session:
            row = None if kept is None else accounts.find(session, kept)
        checked = None if row is None else row.password_hash
        right = self._passwords.fits(checked, password)
        fresh = self._passwords.hash(password) if right and checked and self._passwords.is_outdated(checked) else None
        opened = None
        with self._database.writing() as session:
            now = self._clock()
            row = None if row is None else accounts.find_id(session, row.id, lock=True)
            # Hashing took a moment: whoever was disabled or got another password meanwhile does not come in.
            if row is not None and right and row.disabled_at is None and row.password_hash == checked:
                row.password_hash = fresh or row.password_hash
                sessions.end_old(session, now, self._idle, self._absolute)
                token, begun = sessions.begin(session, now, row.id, complete=row.totp_secret is None)
                opened = token, _signed_in(begun, row)
                audit.append(
                    session,
                    now,
                    actor=by_staff(row.id),
                    action=Action.SIGN_IN,
                    subject_id=row.id,
                    complete=begun.complete,
                )
            else:
                self._refused(session, row, "password")
        if opened is None:
            raise Problem(Code.UNAUTHORIZED, "The name or the password is not right, or the account is disabled.")
        return opened

    @guarded
    def second_factor(self, token: str, code: str) -> tuple[str, SignedIn]:
        """Complete the session with that token by a code of the app; it gets a new token.

        Raises:
            Problem: `unauthorized` when the code is not right or was used before, or the session is over.
        """
        opened = None
        with self._database.writing() as session:
            now = self._clock()
            begun = self._open(session, token)
            row = None if begun is None else accounts.find_id(session, begun.staff_id, lock=True)
            # Once more: while this waited for the account, disabling it may have ended the session.
            begun = self._open(session, token)
            if begun is None or row is None or row.totp_secret is None or begun.complete:
                raise _over()
            step = code_step(row.totp_secret, code, now, row.totp_step)
            if step is None:
                self._refused(session, row, "code")
            else:
                row.totp_step = step
                opened = sessions.renew(begun, now), _signed_in(begun, row)
                audit.append(
                    session, now, actor=by_staff(row.id), action=Action.SIGN_IN, subject_id=row.id, complete=True
                )
        if opened is None:
            raise Problem(Code.UNAUTHORIZED, "The code is not right, or was used already. Wait for the next one.")
        return opened

    @guarded
    def session(self, token: str, *, touch: bool = True) -> SignedIn | None:
        """The session with that token, if it is not over.

        Args:
            token: of the cookie.
            touch: whether a person does something: that keeps the session from ending for idleness.
        """
        with self._database.reading() as session:
            begun = sessions.find(session, token)
            row = None if begun is None else accounts.find_id(session, begun.staff_id)
        if begun is None or row is None:
            return None
        now = self._clock()
        if row.disabled_at is not None or sessions.is_over(begun, now, self._idle, self._absolute):
            with self._database.writing() as session:
                sessions.end_one(session, begun.id)
            return None
        if touch and now - begun.seen_at >= min(_TOUCH_AFTER, self._idle / 4):
            with self._database.writing() as session:
                if not sessions.touch(session, begun.id, now):
                    return None
        return _signed_in(begun, row)

    @guarded
    def sign_out(self, token: str) -> None:
        """End the session with that token."""
        with self._database.writing() as session:
            begun = sessions.find(session, token)
            if begun is not None and sessions.end_one(session, begun.id):
                audit.append(
                    session,
                    self._clock(),
                    actor=by_staff(begun.staff_id),
                    action=Action.SIGN_OUT,
                    subject_id=begun.staff_id,
                    sessions=1,
                )

    def _open(self, session: Session, token: str) -> StaffSession | None:
        row = sessions.find(session, token)
        return None if row is None or sessions.is_over(row, self._clock(), self._idle, self._absolute) else row


def _signed_in(begun: StaffSession, row: Staff) -> SignedIn:
    return SignedIn(
        session_id=begun.id, staff=accounts.record_of(row), csrf_token=begun.csrf_token, complete=begun.complete
    )


def _over() -> Problem:
    return Problem(Code.UNAUTHORIZED, "The session is over. Please sign in again.")
