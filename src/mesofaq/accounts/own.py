"""What everybody may do with the own account: password, second factor, sessions elsewhere.

Whoever finds an open browser must not lock its owner out: what decides who comes in is changed with the password only.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mesofaq.accounts.models import SessionRecord, SignedIn, StaffRecord
from mesofaq.accounts.passwords import check_new
from mesofaq.accounts.people import People
from mesofaq.accounts.second_factor import code_step, is_secret, new_secret, otpauth_uri
from mesofaq.errors import Code, Problem
from mesofaq.store import accounts, audit, sessions
from mesofaq.store.audit import SYSTEM, Action, by_staff
from mesofaq.store.database import Database, guarded
from mesofaq.store.staff_models import Staff

__all__ = ["OwnAccount"]

_ISSUER = "MesoFAQ"


class OwnAccount(People):
    """Adds what somebody signed in may do with the own account.

    Args:
        database: the record.
        clock: gives the present moment, with a time zone.
        idle: how long a session may do nothing.
        absolute: how long a session may last at all.
    """

    def __init__(
        self, database: Database, clock: Callable[[], datetime], *, idle: timedelta, absolute: timedelta
    ) -> None:
        super().__init__(database, clock)
        self._idle = idle
        self._absolute = absolute

    @guarded
    def sessions_of(self, staff: StaffRecord) -> list[SessionRecord]:
        """Somebody's sessions that are not over, the one used last first."""
        now = self._clock()
        with self._database.reading() as session:
            return [
                SessionRecord(id=row.id, created_at=row.created_at, seen_at=row.seen_at, complete=row.complete)
                for row in sessions.of_staff(session, staff.id)
                if not sessions.is_over(row, now, self._idle, self._absolute)
            ]

    @guarded
    def end_own_session(self, signed_in: SignedIn, session_id: str) -> bool:
        """End one of one's own sessions; gives whether it was there."""
        with self._database.writing() as session:
            theirs = {row.id for row in sessions.of_staff(session, signed_in.staff.id)}
            ended = session_id in theirs and sessions.end_one(session, session_id)
            if ended:
                actor, subject = by_staff(signed_in.staff.id), signed_in.staff.id
                audit.append(
                    session, self._clock(), actor=actor, action=Action.SIGN_OUT, subject_id=subject, sessions=1
                )
            return ended

    @guarded
    def change_password(self, signed_in: SignedIn, current: str, password: str) -> None:
        """Change one's own password; one's other sessions end.

        Raises:
            Problem: `forbidden` when `current` is not the password; `invalid-request` when the new one is not fit.
        """
        self._prove(signed_in, current)
        check_new(password, signed_in.staff.username, signed_in.staff.name)
        password_hash = self._passwords.hash(password)
        with self._database.writing() as session:
            row = accounts.the(accounts.find_id(session, signed_in.staff.id, lock=True))
            self._new_password(session, row, password_hash, by_staff(row.id), but=signed_in.session_id)

    def begin_second_factor(self, signed_in: SignedIn) -> tuple[str, str]:
        """A fresh secret and its `otpauth:` address for the QR code. Nothing changes before it is confirmed."""
        secret = new_secret()
        return secret, otpauth_uri(secret, signed_in.staff.username, _ISSUER)

    def otpauth(self, signed_in: SignedIn, secret: str) -> str:
        """The `otpauth:` address of a secret that was begun with, to show its QR code again."""
        return otpauth_uri(secret, signed_in.staff.username, _ISSUER)

    @guarded
    def confirm_second_factor(self, signed_in: SignedIn, secret: str, code: str, current: str) -> None:
        """Set up or replace the second factor; one's other sessions end.

        Args:
            signed_in: whose.
            secret: what `begin_second_factor` gave.
            code: what the app shows for it.
            current: the password: whoever finds an open browser must not lock its owner out.

        Raises:
            Problem: `forbidden` when `current` is not the password; `invalid-request` when the code is not right.
        """
        self._prove(signed_in, current)
        if not is_secret(secret):
            raise Problem(Code.INVALID_REQUEST, "That is no secret of ours. Open the page again and scan the new code.")
        step = code_step(secret, code, self._clock(), None)
        if step is None:
            raise Problem(
                Code.INVALID_REQUEST, "That code is not right. See that the phone's clock is, and type the next code."
            )
        with self._database.writing() as session:
            row = accounts.the(accounts.find_id(session, signed_in.staff.id, lock=True))
            row.totp_secret, row.totp_step = secret, step
            ended = sessions.end(session, row.id, but=signed_in.session_id)
            audit.append(
                session,
                self._clock(),
                actor=by_staff(row.id),
                action=Action.SECOND_FACTOR_SET,
                subject_id=row.id,
                sessions=ended,
            )

    def _prove(self, signed_in: SignedIn, current: str) -> None:
        with self._database.reading() as session:
            row = accounts.the(accounts.find_id(session, signed_in.staff.id))
        if not self._passwords.fits(row.password_hash, current):
            with self._database.writing() as session:
                self._refused(session, row, "current-password")
            raise Problem(Code.FORBIDDEN, "The current password is not right.")

    def _refused(self, session: Session, row: Staff | None, factor: str) -> None:
        subject = None if row is None else row.id
        audit.append(
            session, self._clock(), actor=SYSTEM, action=Action.SIGN_IN_REFUSED, subject_id=subject, factor=factor
        )
