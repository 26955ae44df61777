"""Accounts for tests, and what the audit says of them."""

from datetime import timedelta
from typing import Any

import pyotp
from store_helpers import FakeClock

from mesofaq.accounts.models import SignedIn
from mesofaq.accounts.service import Accounts
from mesofaq.store import Store

PASSWORD = "seven quiet herons"
IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)


def accounts_of(store: Store, clock: FakeClock, *, second_factor_required: bool = False) -> Accounts:
    return Accounts(store.database, clock, idle=IDLE, absolute=ABSOLUTE, second_factor_required=second_factor_required)


def code_at(secret: str, clock: FakeClock, steps: int = 0) -> str:
    """What the app shows now, or so many steps of 30 seconds later."""
    return pyotp.TOTP(secret).at(clock.now + steps * timedelta(seconds=30))


def with_second_factor(accounts: Accounts, clock: FakeClock) -> str:
    """Set up Dana's second factor; gives its secret. A minute passes."""
    token, session = accounts.sign_in("dana", PASSWORD)
    secret, _ = accounts.begin_second_factor(session)
    accounts.confirm_second_factor(session, secret, code_at(secret, clock), PASSWORD)
    accounts.sign_out(token)
    clock.advance(minutes=1)
    return secret


def sign_in(accounts: Accounts) -> tuple[str, SignedIn]:
    return accounts.sign_in("dana", PASSWORD)


def told(accounts: Accounts, count: int = 1) -> list[tuple[str, str, str | None, dict[str, Any]]]:
    """The last entries of the audit, oldest first: actor, action, subject, details."""
    entries = accounts.audit.last(count)
    return [(entry.actor, entry.action, entry.subject_id, entry.details) for entry in reversed(entries)]
