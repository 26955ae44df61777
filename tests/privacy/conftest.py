"""Privacy in a real record, SQLite and PostgreSQL."""

import pytest
from privacy_helpers import Record
from store_helpers import FakeClock

from mesofaq.store import Store


@pytest.fixture
def record(store: Store, clock: FakeClock) -> Record:
    return Record(store, clock)
