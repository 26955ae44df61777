"""Every step of a handoff's life: who may take it, and what it does to the handoff."""

from datetime import timedelta
from uuid import uuid4

import pytest
from desk_helpers import ask, opened, refused, row_of, staff, words
from store_helpers import NOON, FakeClock

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.chat.models import Priority
from mesofaq.errors import Code
from mesofaq.handoff.states import Outcome, State, Step
from mesofaq.store import ConversationRecord, Store
from mesofaq.store.desk import Desk
from mesofaq.store.models import Handoff


def test_a_claim_says_who_and_since_when(
    store: Store, desk: Desk, waiting: str, dana: StaffRecord, clock: FakeClock
) -> None:
    clock.advance(minutes=5)
    record = desk.step(waiting, Step.CLAIM, by=dana, version=1)
    assert (record.state, record.version, record.claimed_by) == (State.CLAIMED, 2, dana.id)
    assert record.claimed_at == row_of(store, waiting).touched_at == clock.now


def test_a_claim_starts_the_dialogue_afresh(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str
) -> None:
    assert store.get_conversation(conversation.id).dialogue_epoch == 1


def test_a_release_gives_it_back(store: Store, desk: Desk, held: str, dana: StaffRecord) -> None:
    record = desk.step(held, Step.RELEASE, by=dana, version=2)
    assert (record.state, record.version, record.claimed_by, record.claimed_at) == (State.OPEN, 3, None, None)


@pytest.mark.parametrize("outcome", Outcome)
def test_resolving_says_how_it_ended(
    store: Store, desk: Desk, held: str, dana: StaffRecord, outcome: Outcome, clock: FakeClock
) -> None:
    clock.advance(minutes=5)
    record = desk.step(held, Step.RESOLVE, by=dana, version=2, outcome=outcome)
    assert (record.state, record.outcome) == (State.RESOLVED, outcome)
    assert (record.closed_at, record.closed_by) == (clock.now, dana.id)


def test_a_claim_that_lapses_goes_back_to_the_queue(desk: Desk, held: str) -> None:
    record = desk.step(held, Step.LAPSE, by=None, version=2)
    assert (record.state, record.claimed_by, record.claimed_at) == (State.OPEN, None, None)


def test_expiring_closes_it_and_nobody_did_it(desk: Desk, waiting: str, clock: FakeClock) -> None:
    record = desk.step(waiting, Step.EXPIRE, by=None, version=1)
    assert (record.state, record.closed_at, record.closed_by, record.outcome) == (State.EXPIRED, clock.now, None, None)


def test_reopening_forgets_how_it_ended(
    desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord, clock: FakeClock
) -> None:
    desk.reply(conversation.id, words(), by=dana, client_message_id="1")
    desk.step(held, Step.RESOLVE, by=dana, version=2, outcome=Outcome.CALLED)
    due = clock.now + timedelta(hours=8)
    record = desk.step(held, Step.REOPEN, by=dana, version=3, due_at=due)
    assert (record.state, record.version, record.due_at) == (State.OPEN, 4, due)
    closed = (record.closed_at, record.closed_by, record.outcome, record.claimed_by, record.answered_at)
    assert closed == (None, None, None, None, None)


def test_an_expired_one_can_be_reopened(desk: Desk, waiting: str, dana: StaffRecord) -> None:
    desk.step(waiting, Step.EXPIRE, by=None, version=1)
    assert desk.step(waiting, Step.REOPEN, by=dana, version=2).state == State.OPEN


@pytest.mark.parametrize("step", [Step.RELEASE, Step.LAPSE, Step.RESOLVE, Step.REOPEN])
def test_a_step_that_its_state_does_not_allow_is_a_conflict(
    desk: Desk, waiting: str, dana: StaffRecord, step: Step
) -> None:
    refused(Code.CONFLICT, desk.step, waiting, step, by=dana, version=1)


@pytest.mark.parametrize("version", [1, 3])
def test_another_version_than_the_current_one_is_a_conflict_that_says_what_is(
    desk: Desk, held: str, dana: StaffRecord, version: int
) -> None:
    problem = refused(Code.CONFLICT, desk.step, held, Step.RELEASE, by=dana, version=version)
    assert (problem.as_document()["state"], problem.as_document()["version"]) == ("claimed", 2)


def test_without_a_version_the_state_alone_counts(desk: Desk, held: str, dana: StaffRecord) -> None:
    assert desk.step(held, Step.RELEASE, by=dana, version=None).version == 3


@pytest.mark.parametrize("step", [Step.RELEASE, Step.RESOLVE])
def test_only_its_holder_may_end_a_claim(desk: Desk, held: str, amir: StaffRecord, step: Step) -> None:
    refused(Code.CONFLICT, desk.step, held, step, by=amir, version=2, outcome=Outcome.ANSWERED)


@pytest.mark.parametrize("step", [Step.RELEASE, Step.RESOLVE])
def test_an_admin_may_end_somebody_elses_claim(store: Store, desk: Desk, held: str, step: Step) -> None:
    admin = staff(store, "Ada Admin", Role.ADMIN)
    assert desk.step(held, step, by=admin, version=2, outcome=Outcome.ANSWERED).version == 3


@pytest.mark.parametrize("unknown", [str(uuid4()), "no uuid\x00", ""])
def test_an_unknown_handoff_takes_no_step(desk: Desk, dana: StaffRecord, unknown: str) -> None:
    refused(Code.NOT_FOUND, desk.step, unknown, Step.CLAIM, by=dana, version=1)
    refused(Code.NOT_FOUND, desk.priority, unknown)
    refused(Code.NOT_FOUND, desk.holder, unknown)


def test_a_second_question_cannot_be_reopened_beside_one_that_waits(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, dana: StaffRecord
) -> None:
    desk.step(waiting, Step.EXPIRE, by=None, version=1)
    later = opened(store, conversation.id)
    assert later != waiting
    refused(Code.CONFLICT, desk.step, waiting, Step.REOPEN, by=dana, version=2)


def test_an_older_record_s_second_open_question_cannot_be_claimed_by_another(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord, amir: StaffRecord
) -> None:
    """Before this version a conversation could have several that wait; still nobody shares it."""
    message_id, _ = ask(store, conversation.id)
    second = str(uuid4())
    with store.database.writing() as session:
        fields = {"reason": "screening", "priority": "routine", "state": "open", "question": "?", "created_at": NOON}
        session.add(Handoff(id=second, conversation_id=conversation.id, message_id=message_id, **fields))
    refused(Code.CONFLICT, desk.step, second, Step.CLAIM, by=amir, version=1)
    desk.step(held, Step.RELEASE, by=dana, version=2)
    assert desk.step(second, Step.CLAIM, by=amir, version=1).claimed_by == amir.id


def test_an_emergency_does_not_expire(store: Store, desk: Desk, conversation: ConversationRecord) -> None:
    handoff_id = opened(store, conversation.id, priority=Priority.EMERGENCY)
    refused(Code.CONFLICT, desk.step, handoff_id, Step.EXPIRE, by=None, version=1)


def test_who_holds_it_is_told_as_patients_see_them(desk: Desk, waiting: str, dana: StaffRecord) -> None:
    assert desk.holder(waiting) is None
    desk.step(waiting, Step.CLAIM, by=dana, version=1)
    holder = desk.holder(waiting)
    assert holder is not None
    assert (holder.name, holder.title) == ("Dana Reyes", "nurse")
    desk.step(waiting, Step.RESOLVE, by=dana, version=2, outcome=Outcome.ANSWERED)
    assert desk.holder(waiting) is None
