"""Accounts in a real record: SQLite and PostgreSQL."""

import functools

import pytest
from accounts_helpers import accounts_of, with_second_factor
from argon2 import PasswordHasher
from store_helpers import FakeClock

from mesofaq.accounts import passwords
from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.accounts.service import Accounts
from mesofaq.store import Store


@pytest.fixture
def real_hashes() -> None:
    """For a test about the hashes themselves."""


@pytest.fixture(autouse=True)
def _cheap_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real hash costs a fifth of a second and 64 MiB, and these tests make hundreds."""
    if "real_hashes" not in request.fixturenames:
        cheap = functools.partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr(passwords, "PasswordHasher", cheap)


@pytest.fixture
def accounts(store: Store, clock: FakeClock) -> Accounts:
    return accounts_of(store, clock)


@pytest.fixture
def nurse(accounts: Accounts) -> StaffRecord:
    return accounts.add("Dana", "Dana Reyes", "nurse", Role.CLINICIAN, "seven quiet herons", by="command-line")


@pytest.fixture
def secret(accounts: Accounts, nurse: StaffRecord, clock: FakeClock) -> str:
    """The nurse's second factor, set up a minute ago."""
    return with_second_factor(accounts, clock)
