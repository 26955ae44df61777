"""What a step leaves behind in its transaction: one event, one entry of the audit, the patient's notice; or nothing."""

from typing import Any

import pytest
from desk_helpers import entries, events, fail, notice, refused, row_of, rows, texts
from store_helpers import FakeClock

from mesofaq.accounts.models import StaffRecord
from mesofaq.errors import Code
from mesofaq.handoff.states import Outcome, Step
from mesofaq.store import ConversationRecord, Store, desk_steps
from mesofaq.store.audit import SYSTEM, by_staff
from mesofaq.store.desk import Desk
from mesofaq.store.models import Handoff, Message, OutboxEvent
from mesofaq.store.staff_models import AuditEntry

STEPS = [
    ([], Step.CLAIM),
    ([Step.CLAIM], Step.RELEASE),
    ([Step.CLAIM], Step.LAPSE),
    ([Step.CLAIM], Step.RESOLVE),
    ([], Step.EXPIRE),
    ([Step.EXPIRE], Step.REOPEN),
]
_PAST = {"claim": "claimed", "release": "released", "lapse": "lapsed", "resolve": "resolved", "expire": "expired"}
_PAST |= {"reopen": "reopened"}


@pytest.mark.parametrize(("before", "step"), STEPS)
def test_a_step_leaves_one_event_one_entry_and_its_notice(
    store: Store,
    desk: Desk,
    conversation: ConversationRecord,
    waiting: str,
    dana: StaffRecord,
    clock: FakeClock,
    before: list[Step],
    step: Step,
) -> None:
    for earlier in before:
        desk.step(waiting, earlier, by=dana, version=None)
    clock.advance(minutes=1)
    counts = rows(store, OutboxEvent), rows(store, AuditEntry)
    by = None if step in (Step.LAPSE, Step.EXPIRE) else dana
    outcome = Outcome.ANSWERED if step is Step.RESOLVE else None
    record = desk.step(waiting, step, by=by, version=None, outcome=outcome, notice=notice("told"))
    assert (rows(store, OutboxEvent), rows(store, AuditEntry)) == (counts[0] + 1, counts[1] + 1)
    assert events(store)[-1] == f"handoff.{_PAST[step]}"
    entry = entries(store)[-1]
    assert (entry.actor, entry.action) == (by_staff(dana.id) if by else SYSTEM, "handoff.step")
    assert (entry.subject_id, entry.at) == (waiting, clock.now)
    assert entry.details == {"step": step.value, "version": record.version, "outcome": outcome}
    assert texts(store, conversation.id)[-1] == ("bot", "told")


def test_an_event_holds_ids_and_the_priority_alone(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str
) -> None:
    with store.database.reading() as session:
        (event,) = session.query(OutboxEvent).filter_by(event_type="handoff.claimed")
    message_id = row_of(store, held).message_id
    ids = {"handoff_id": held, "conversation_id": conversation.id, "message_id": message_id}
    assert event.payload == {**ids, "priority": "routine"}
    assert event.aggregate_id == held


@pytest.mark.parametrize("broken", ["tell", "write_reply", "append"])
@pytest.mark.parametrize(("before", "step"), STEPS)
def test_a_step_that_fails_half_way_leaves_nothing(
    store: Store,
    desk: Desk,
    conversation: ConversationRecord,
    waiting: str,
    dana: StaffRecord,
    monkeypatch: pytest.MonkeyPatch,
    before: list[Step],
    step: Step,
    broken: str,
) -> None:
    for earlier in before:
        desk.step(waiting, earlier, by=dana, version=None)

    def everything() -> tuple[Any, ...]:
        row = row_of(store, waiting)
        columns = {column.key: getattr(row, column.key) for column in Handoff.__table__.columns}
        epoch = store.get_conversation(conversation.id).dialogue_epoch
        return columns, epoch, events(store), len(entries(store)), texts(store, conversation.id)

    as_it_was = everything()
    with monkeypatch.context() as patched:
        patched.setattr(desk_steps, broken, fail)
        with pytest.raises(RuntimeError):
            desk.step(waiting, step, by=dana, version=None, notice=notice(), outcome=Outcome.ANSWERED)
    assert everything() == as_it_was


def test_a_refused_step_leaves_nothing(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, amir: StaffRecord
) -> None:
    counts = rows(store, OutboxEvent), rows(store, AuditEntry), rows(store, Message)
    refused(Code.CONFLICT, desk.step, held, Step.CLAIM, by=amir, version=2, notice=notice())
    assert (rows(store, OutboxEvent), rows(store, AuditEntry), rows(store, Message)) == counts
