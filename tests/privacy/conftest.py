"""Privacy in a real record, SQLite and PostgreSQL."""

import importlib.util
import sys
from pathlib import Path

import pytest

_STORE = Path(__file__).parents[1] / "store"
sys.path.insert(0, str(_STORE))  # its helpers, when this folder is run alone
_spec = importlib.util.spec_from_file_location("store_conftest", _STORE / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
_store_conftest = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_store_conftest)

from privacy_helpers import Record  # noqa: E402
from store_helpers import FakeClock  # noqa: E402

from mesofaq.store import Store  # noqa: E402

clock = _store_conftest.clock
sqlite_url = _store_conftest.sqlite_url
postgresql_url = _store_conftest.postgresql_url
database_url = _store_conftest.database_url
store = _store_conftest.store
conversation = _store_conftest.conversation


@pytest.fixture
def record(store: Store, clock: FakeClock) -> Record:
    return Record(store, clock)
