"""Whoever can no longer answer holds no conversation."""

from datetime import timedelta

import pytest
from store_helpers import TOKEN, FakeClock, handoff

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.accounts.service import Accounts
from mesofaq.handoff.states import Step
from mesofaq.store import Store
from mesofaq.store.desk import Desk

BY = "staff:00000000-0000-4000-8000-000000000000"


@pytest.fixture
def desk(store: Store, clock: FakeClock, nurse: StaffRecord) -> Desk:
    """A desk with one handoff that the nurse has claimed."""
    conversation = store.create_conversation(TOKEN)
    message_id = store.receive(conversation.id, "Can I come?", None).message_id
    (reply,) = store.finish(message_id, [handoff()], bundle_id=None)
    assert reply.handoff is not None
    desk = Desk(store.database, clock)
    desk.step(reply.handoff.id, Step.CLAIM, by=nurse, version=1)
    return desk


def _neglected(desk: Desk) -> list[Step]:
    return [step for _, step in desk.neglected(timedelta(hours=1), timedelta(days=14))]


def test_a_claim_lapses_at_once_when_its_holder_is_disabled(accounts: Accounts, desk: Desk) -> None:
    assert _neglected(desk) == []
    accounts.disable("dana", by=BY)
    assert _neglected(desk) == [Step.LAPSE]


def test_a_claim_lapses_at_once_when_its_holder_may_only_read(accounts: Accounts, desk: Desk) -> None:
    accounts.change_role("dana", Role.REVIEWER, by=BY)
    assert _neglected(desk) == [Step.LAPSE]


def test_a_claim_stays_with_a_holder_who_may_still_answer(accounts: Accounts, desk: Desk) -> None:
    accounts.change_role("dana", Role.ADMIN, by=BY)
    assert _neglected(desk) == []
