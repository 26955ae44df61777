"""What is due, for whom, and when again: on SQLite and on PostgreSQL, with a clock that stands still."""

from datetime import timedelta

import pytest
from notify_helpers import delivered_at, delivery, hand_off
from sqlalchemy import delete, select
from store_helpers import FakeClock

from mesofaq.store import Store
from mesofaq.store.models import Delivery, OutboxEvent
from mesofaq.store.outbox import GIVE_UP_ATTEMPTS, LEASE, Leased, Outbox, pause

BOTH = {"mail": 10, "webhook": 10}
HOOK = {"webhook": 10}


def _one(outbox: Outbox) -> Leased:
    (leased,) = outbox.due(HOOK)
    return leased


def _fail(outbox: Outbox, times: int, clock: FakeClock) -> None:
    for _ in range(times):
        leased = _one(outbox)
        outbox.failed(leased.notice.event_id, "webhook", "HTTP 500", attempt=leased.attempt)
        clock.advance(hours=2)


def test_a_handoff_is_due_once_for_each_way(store: Store, outbox: Outbox) -> None:
    event = hand_off(store)
    leased = outbox.due(BOTH)
    found = [(one.way, one.notice.event_id, one.attempt) for one in leased]
    assert found == [("mail", event, 1), ("webhook", event, 1)]
    assert leased[0].notice.event_type == "handoff.opened"
    assert outbox.due(BOTH) == []


def test_a_notice_holds_ids_and_nothing_else(store: Store, outbox: Outbox) -> None:
    event = hand_off(store)
    with store.database.writing() as session:
        row = session.get_one(OutboxEvent, event)
        row.payload = {**row.payload, "priority": "urgent", "question": "words", "other_id": "not an id"}
    notice = _one(outbox).notice
    assert set(notice.ids) == {"handoff_id", "conversation_id", "message_id"}
    assert notice.priority == "urgent"


def test_a_priority_that_is_none_is_left_out(store: Store, outbox: Outbox) -> None:
    event = hand_off(store)
    with store.database.writing() as session:
        row = session.get_one(OutboxEvent, event)
        row.payload = {**row.payload, "priority": "I am in pain"}
    assert _one(outbox).notice.priority is None


def test_an_event_is_delivered_when_every_way_has_it(store: Store, outbox: Outbox, clock: FakeClock) -> None:
    event = hand_off(store)
    outbox.due(BOTH)
    outbox.delivered(event, "mail")
    assert delivered_at(store, event) is None
    outbox.delivered(event, "webhook")
    assert delivered_at(store, event) == clock.now


def test_without_any_way_an_event_is_delivered_at_once(store: Store, outbox: Outbox, clock: FakeClock) -> None:
    event = hand_off(store)
    assert outbox.due({}) == []
    assert delivered_at(store, event) == clock.now
    assert outbox.due(BOTH) == []


def test_a_way_that_is_no_longer_configured_holds_nothing_up(store: Store, outbox: Outbox, clock: FakeClock) -> None:
    event = hand_off(store)
    outbox.due(BOTH)
    outbox.delivered(event, "mail")
    assert outbox.due({"mail": 10}) == []
    assert delivered_at(store, event) == clock.now


def test_a_way_that_is_new_gets_what_is_not_delivered(store: Store, outbox: Outbox) -> None:
    event = hand_off(store)
    outbox.due({"mail": 10})
    assert [one.way for one in outbox.due(BOTH)] == ["webhook"]
    outbox.delivered(event, "webhook")
    assert delivered_at(store, event) is None


def test_no_more_is_leased_than_there_are_places(store: Store, outbox: Outbox) -> None:
    for _ in range(3):
        hand_off(store)
    assert len(outbox.due({"webhook": 2})) == 2
    assert outbox.due({"webhook": 0}) == []
    assert len(outbox.due({"webhook": 2})) == 1


def test_what_was_never_tried_goes_before_what_failed(store: Store, outbox: Outbox, clock: FakeClock) -> None:
    old = hand_off(store)
    _fail(outbox, 1, clock)
    new = hand_off(store)
    assert [one.notice.event_id for one in outbox.due({"webhook": 1})] == [new]
    assert [one.notice.event_id for one in outbox.due({"webhook": 1})] == [old]


def test_a_lease_that_runs_out_gives_the_delivery_back(store: Store, outbox: Outbox, clock: FakeClock) -> None:
    event = hand_off(store)
    _one(outbox)
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert outbox.due(HOOK) == []
    clock.advance(seconds=1)
    again = _one(outbox)
    assert (again.notice.event_id, again.attempt) == (event, 2)


def test_a_failure_waits_for_its_pause(store: Store, outbox: Outbox, clock: FakeClock) -> None:
    event = hand_off(store)
    leased = _one(outbox)
    assert not outbox.failed(event, "webhook", "HTTP 500", attempt=leased.attempt)
    assert delivery(store, event).fault == "HTTP 500"
    clock.advance(seconds=3.9)
    assert outbox.due(HOOK) == []
    clock.advance(seconds=2.2)
    assert _one(outbox).attempt == 2


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (80, 3600)])
def test_pauses_double_up_to_an_hour(attempt: int, seconds: float) -> None:
    pauses = [pause(attempt).total_seconds() for _ in range(50)]
    assert min(pauses) >= seconds * 0.8
    assert max(pauses) <= seconds * 1.2
    assert len(set(pauses)) > 1  # so that many events do not all come back in the same second


@pytest.mark.parametrize(("asked", "waited"), [(timedelta(minutes=2), 120), (timedelta(days=30), 24 * 3600)])
def test_a_receiver_may_ask_for_a_longer_pause_up_to_a_day(
    store: Store, outbox: Outbox, clock: FakeClock, asked: timedelta, waited: float
) -> None:
    event = hand_off(store)
    outbox.due(HOOK)
    outbox.failed(event, "webhook", "HTTP 429", asked)
    assert delivery(store, event).next_at == clock.now + timedelta(seconds=waited)


def test_a_receiver_cannot_ask_for_a_shorter_pause_than_ours(store: Store, outbox: Outbox, clock: FakeClock) -> None:
    event = hand_off(store)
    outbox.due(HOOK)
    outbox.failed(event, "webhook", "HTTP 429", timedelta(0))
    assert delivery(store, event).next_at >= clock.now + timedelta(seconds=4)


def test_a_late_failure_does_not_end_another_worker_s_lease(store: Store, outbox: Outbox, clock: FakeClock) -> None:
    event = hand_off(store)
    first = _one(outbox)
    clock.advance(seconds=LEASE.total_seconds())
    _one(outbox)
    outbox.failed(event, "webhook", "TimeoutError", attempt=first.attempt)
    assert delivery(store, event).leased_until == clock.now + LEASE


def test_a_failure_after_it_arrived_changes_nothing(store: Store, outbox: Outbox, clock: FakeClock) -> None:
    event = hand_off(store)
    outbox.due(HOOK)
    outbox.delivered(event, "webhook")
    outbox.failed(event, "webhook", "TimeoutError")
    clock.advance(days=1)
    assert outbox.due(HOOK) == []
    assert delivered_at(store, event) is not None


def test_after_three_days_of_hourly_faults_it_is_given_up(store: Store, outbox: Outbox, clock: FakeClock) -> None:
    event = hand_off(store)
    _fail(outbox, GIVE_UP_ATTEMPTS - 1, clock)
    leased = _one(outbox)
    assert outbox.failed(event, "webhook", "HTTP 500", attempt=leased.attempt)
    clock.advance(days=365)
    assert outbox.due(HOOK) == []
    assert (outbox.undelivered().count, outbox.undelivered().given_up) == (1, 1)


def test_the_attempts_of_the_back_off_last_three_days() -> None:
    whole = sum(min(5 * 2 ** (attempt - 1), 3600) for attempt in range(1, GIVE_UP_ATTEMPTS))
    assert timedelta(days=3) <= timedelta(seconds=whole) < timedelta(days=3, hours=2)


def test_what_was_given_up_can_begin_anew(store: Store, outbox: Outbox) -> None:
    event = hand_off(store)
    outbox.due(HOOK)
    outbox.failed(event, "webhook", "HTTP 410", for_good=True)
    assert outbox.retry() == 1
    assert _one(outbox).attempt == 1
    assert outbox.retry() == 0


def test_what_is_undelivered_is_counted_with_its_age(store: Store, outbox: Outbox, clock: FakeClock) -> None:
    assert (outbox.undelivered().count, outbox.undelivered().oldest_s) == (0, None)
    hand_off(store)
    clock.advance(minutes=5)
    hand_off(store)
    found = outbox.undelivered()
    assert (found.count, found.given_up, found.oldest_s) == (2, 0, 300.0)


def test_each_way_says_how_it_stands(store: Store, outbox: Outbox) -> None:
    first, second, third = (hand_off(store) for _ in range(3))
    outbox.due(BOTH)
    outbox.delivered(first, "mail")
    outbox.failed(second, "mail", "SMTPServerDisconnected")
    outbox.failed(third, "mail", "HTTP 410", for_good=True)
    mail, hook = outbox.states()
    assert (mail.way, mail.delivered, mail.waiting, mail.given_up) == ("mail", 1, 1, 1)
    assert mail.faults == {"SMTPServerDisconnected": 1, "HTTP 410": 1}
    assert (hook.way, hook.delivered, hook.waiting, hook.given_up) == ("webhook", 0, 3, 0)


def test_an_event_that_was_erased_while_it_was_sent_is_nothing_to_note(store: Store, outbox: Outbox) -> None:
    event = hand_off(store)
    outbox.due(HOOK)
    with store.database.writing() as session:
        session.execute(delete(Delivery).where(Delivery.event_id == event))
        session.execute(delete(OutboxEvent).where(OutboxEvent.id == event))
    outbox.delivered(event, "webhook")
    assert not outbox.failed(event, "webhook", "TimeoutError")
    with store.database.reading() as session:
        assert session.scalars(select(Delivery)).all() == []


def test_an_erased_conversation_takes_its_events_and_their_deliveries_with_it(store: Store, outbox: Outbox) -> None:
    hand_off(store)
    leased = _one(outbox)
    assert store.erase(leased.notice.ids["conversation_id"])
    assert (outbox.undelivered().count, outbox.states()) == (0, [])
