"""At least once: receivers that fail half of the time, a worker that is killed, workers that share one outbox."""

import itertools
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from notify_helpers import (
    PLANTED,
    SECRET,
    MailReceiver,
    Receiver,
    deliver,
    delivered_at,
    delivery,
    hand_off,
    mail,
    webhook,
)
from sqlalchemy import select
from standardwebhooks import Webhook
from store_helpers import FakeClock

from mesofaq.chat.models import Priority
from mesofaq.store import Store
from mesofaq.store.models import Delivery, OutboxEvent
from mesofaq.store.outbox import LEASE, Outbox

_WORKER = Path(__file__).with_name("notify_worker.py")
EVENTS = 24


def _half(*faults: str) -> "itertools.chain[str]":
    """A plan in which every second one is a fault, one kind after the other."""
    return itertools.chain.from_iterable(("ok", fault) for fault in itertools.cycle(faults))


def _hand_off_all(store: Store, count: int = EVENTS) -> set[str]:
    priorities = itertools.cycle(Priority)
    return {hand_off(store, next(priorities)) for _ in range(count)}


def test_receivers_that_fail_half_of_the_time_miss_nothing(
    store: Store, outbox: Outbox, clock: FakeClock, receiver: Receiver, mailbox: MailReceiver
) -> None:
    receiver.plan = _half("500", "drop", "lost", "slow")
    receiver.slow_s = 0.5
    mailbox.follow(_half("451", "drop", "lost"))
    events = _hand_off_all(store)
    for _ in range(40):
        if outbox.undelivered().count == 0:
            break
        deliver(outbox, webhook(receiver.url, total_s=0.3), mail(mailbox.url))
        clock.advance(hours=2)
    assert outbox.undelivered().count == 0
    # Every event arrived on each way; some came twice, and each can be known by its id.
    assert {call.id for call in receiver.taken} == events
    assert {mailed.message["Message-ID"] for mailed in mailbox.taken} == {
        f"<{event}@clinic.example>" for event in events
    }
    bodies: dict[str, set[bytes]] = {}
    for call in receiver.taken:
        Webhook(SECRET).verify(call.body, call.headers)
        bodies.setdefault(call.id, set()).add(call.body)
    assert [len(different) for different in bodies.values()] == [1] * EVENTS
    assert len(receiver.taken) > EVENTS
    # The receivers did fail as planned.
    faults = Counter(call.action for call in receiver.calls)
    assert all(faults[fault] for fault in ("500", "drop", "lost", "slow"))
    assert len(receiver.calls) > EVENTS * 1.5
    assert mailbox.attempts > EVENTS * 1.5


def test_nothing_that_a_patient_wrote_leaves_the_record(
    store: Store, outbox: Outbox, receiver: Receiver, mailbox: MailReceiver
) -> None:
    _hand_off_all(store, 3)
    assert deliver(outbox, webhook(receiver.url), mail(mailbox.url)) == 6
    sent = [call.body + str(call.headers).encode() for call in receiver.calls]
    sent += [mailed.raw for mailed in mailbox.taken]
    assert len(sent) == 6
    assert not any(word in one for one in sent for word in (PLANTED.encode(), b"personal_medical", b"rash"))


def test_a_way_that_fails_holds_the_other_up_in_nothing(
    store: Store, outbox: Outbox, receiver: Receiver, mailbox: MailReceiver
) -> None:
    receiver.plan = itertools.repeat("500")
    event = hand_off(store)
    assert deliver(outbox, webhook(receiver.url), mail(mailbox.url)) == 1
    assert len(mailbox.taken) == 1
    assert delivered_at(store, event) is None
    assert delivery(store, event).fault == "HTTP 500"


def test_what_arrived_is_not_sent_again(store: Store, outbox: Outbox, clock: FakeClock, receiver: Receiver) -> None:
    hand_off(store)
    deliver(outbox, webhook(receiver.url))
    clock.advance(days=1)
    assert deliver(outbox, webhook(receiver.url)) == 0
    assert len(receiver.calls) == 1


def test_a_receiver_that_wants_no_more_is_left_alone(
    store: Store, outbox: Outbox, clock: FakeClock, receiver: Receiver
) -> None:
    receiver.plan = iter(["410"])
    hand_off(store)
    deliver(outbox, webhook(receiver.url))
    clock.advance(days=1)
    deliver(outbox, webhook(receiver.url))
    assert len(receiver.calls) == 1
    assert outbox.undelivered().given_up == 1


def test_a_retry_after_is_kept_to(store: Store, outbox: Outbox, clock: FakeClock, receiver: Receiver) -> None:
    receiver.plan = iter(["503:600"])
    hand_off(store)
    deliver(outbox, webhook(receiver.url))
    clock.advance(seconds=599)
    assert deliver(outbox, webhook(receiver.url)) == 0
    clock.advance(seconds=1)
    assert deliver(outbox, webhook(receiver.url)) == 1


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(
    store: Store, outbox: Outbox, database_url: str, clock: FakeClock, receiver: Receiver
) -> None:
    event = hand_off(store)
    receiver.plan = iter(["hold"])
    with subprocess.Popen([sys.executable, str(_WORKER), database_url, receiver.url]) as worker:
        assert receiver.held.wait(60)
        worker.kill()
        assert worker.wait() == -9
    receiver.let_go.set()
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert deliver(outbox, webhook(receiver.url)) == 0
    clock.advance(seconds=1)
    assert deliver(outbox, webhook(receiver.url)) == 1
    assert [call.id for call in receiver.calls] == [event, event]
    assert delivered_at(store, event) == clock.now


def test_two_workers_at_once_send_nothing_twice(
    store: Store, database_url: str, clock: FakeClock, receiver: Receiver, mailbox: MailReceiver
) -> None:
    events = _hand_off_all(store, 40)
    assert Outbox(store.database, clock).due({"mail": 0, "webhook": 0}) == []  # there is work for both from the start
    start = Barrier(2)

    def work() -> int:
        own = Store(database_url, clock=clock)
        try:
            start.wait()
            return deliver(Outbox(own.database, clock), webhook(receiver.url), mail(mailbox.url))
        finally:
            own.close()

    with ThreadPoolExecutor(2) as pool:
        counts = [future.result() for future in [pool.submit(work) for _ in range(2)]]
    assert sum(counts) == 2 * len(events)
    assert Counter(call.id for call in receiver.calls) == Counter(events)
    assert Counter(mailed.message["Message-ID"] for mailed in mailbox.taken) == Counter(
        f"<{event}@clinic.example>" for event in events
    )
    assert Outbox(store.database, clock).undelivered().count == 0


def test_many_who_ask_at_once_are_never_given_the_same(store: Store, database_url: str, clock: FakeClock) -> None:
    events = _hand_off_all(store, 60)
    assert (
        Outbox(store.database, clock).due({"webhook": 0}) == []
    )  # the deliveries are there: all that is left is to ask
    start = Barrier(4)

    def ask() -> list[str]:
        own = Store(database_url, clock=clock)
        outbox = Outbox(own.database, clock)
        given: list[str] = []
        try:
            own.ping()
            start.wait()
            while leased := outbox.due({"webhook": 2}):
                given += [one.notice.event_id for one in leased]
            return given
        finally:
            own.close()

    with ThreadPoolExecutor(4) as pool:
        given = [event for future in [pool.submit(ask) for _ in range(4)] for event in future.result()]
    # Whoever found everything taken stopped asking; what is left is due still, and nothing was given twice.
    given += [one.notice.event_id for one in Outbox(store.database, clock).due({"webhook": 100})]
    assert Counter(given) == Counter(events)


def test_an_erasure_and_a_worker_that_meet_do_not_block_each_other(store: Store, outbox: Outbox) -> None:
    event = hand_off(store)
    outbox.due({"webhook": 1})
    with ThreadPoolExecutor(1) as pool:
        with store.database.writing() as session:  # the locks of an erasure, in its order
            session.execute(select(Delivery.event_id).with_for_update())
            noting = pool.submit(outbox.delivered, event, "webhook")
            time.sleep(0.5)  # it waits for the delivery by now
            session.execute(select(OutboxEvent.id).with_for_update())
        noting.result()
    assert delivered_at(store, event) is not None


def test_erasing_while_it_is_delivered_disturbs_neither(
    store: Store, database_url: str, clock: FakeClock, receiver: Receiver, mailbox: MailReceiver
) -> None:
    _hand_off_all(store, 40)
    conversations = [handoff.conversation_id for handoff in store.handoffs(100)]
    start = Barrier(2)

    def erase() -> int:
        start.wait()
        return sum(store.erase(conversation) for conversation in conversations)

    def work() -> int:
        own = Store(database_url, clock=clock)
        try:
            start.wait()
            return deliver(Outbox(own.database, clock), webhook(receiver.url), mail(mailbox.url))
        finally:
            own.close()

    with ThreadPoolExecutor(2) as pool:
        erasing, working = pool.submit(erase), pool.submit(work)
        assert erasing.result() == 40
        working.result()
    outbox = Outbox(store.database, clock)
    assert (outbox.undelivered().count, outbox.states()) == (0, [])
