import pytest
from desk_helpers import opened, staff
from store_helpers import FakeClock

from mesofaq.accounts.models import StaffRecord
from mesofaq.handoff.states import Step
from mesofaq.store import ConversationRecord, Store
from mesofaq.store.desk import Desk


@pytest.fixture
def desk(store: Store, clock: FakeClock) -> Desk:
    return Desk(store.database, clock)


@pytest.fixture
def dana(store: Store) -> StaffRecord:
    return staff(store)


@pytest.fixture
def amir(store: Store) -> StaffRecord:
    return staff(store, "Amir Khan", title="doctor")


@pytest.fixture
def waiting(store: Store, conversation: ConversationRecord) -> str:
    """A routine question that went to a person at noon."""
    return opened(store, conversation.id)


@pytest.fixture
def held(desk: Desk, waiting: str, dana: StaffRecord) -> str:
    """The same, claimed by Dana."""
    return desk.step(waiting, Step.CLAIM, by=dana, version=1).id
