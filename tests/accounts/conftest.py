"""Accounts in a real record: SQLite and PostgreSQL."""

import functools
import importlib.util
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher

_STORE = Path(__file__).parents[1] / "store"
sys.path.insert(0, str(_STORE))  # its helpers, when this folder is run alone
_spec = importlib.util.spec_from_file_location("store_conftest", _STORE / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
_store_conftest = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_store_conftest)

from accounts_helpers import accounts_of, with_second_factor  # noqa: E402
from store_helpers import FakeClock  # noqa: E402

from mesofaq.accounts import passwords  # noqa: E402
from mesofaq.accounts.models import Role, StaffRecord  # noqa: E402
from mesofaq.accounts.service import Accounts  # noqa: E402
from mesofaq.store import Store  # noqa: E402

clock = _store_conftest.clock
sqlite_url = _store_conftest.sqlite_url
postgresql_url = _store_conftest.postgresql_url
database_url = _store_conftest.database_url
store = _store_conftest.store


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
