"""The worker that runs within the service: it wakes, survives faults, finishes, and logs ids and kinds of faults."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable

import pytest
from notify_helpers import PLANTED, Receiver, deliver, delivered_at, hand_off, webhook
from sqlalchemy import text
from store_helpers import FakeClock

from mesofaq.notify import Notifier
from mesofaq.notify.way import AT_ONCE, Outcome, Way
from mesofaq.store import Store
from mesofaq.store.outbox import Notice, Outbox


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is tested here does not depend on the database."""
    return sqlite_url


@contextlib.asynccontextmanager
async def _running(outbox: Outbox, *ways: Way) -> AsyncIterator[Notifier]:
    stopping, notifier = asyncio.Event(), Notifier(outbox, ways)
    task = asyncio.create_task(notifier.run(stopping))
    try:
        yield notifier
    finally:
        stopping.set()
        await task
        await notifier.close()


async def _until(holds: Callable[[], object], within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


class Explosive:
    """A way that raises with a patient's word in the message, as a library might."""

    name = "mail"
    where = "nowhere"

    async def send(self, notice: Notice) -> Outcome:
        raise RuntimeError(PLANTED)

    async def close(self) -> None: ...


def test_a_running_worker_delivers_what_comes(store: Store, outbox: Outbox, receiver: Receiver) -> None:
    async def scene() -> None:
        async with _running(outbox, webhook(receiver.url)):
            event = await asyncio.to_thread(hand_off, store)
            await _until(lambda: delivered_at(store, event))

    asyncio.run(scene())
    assert len(receiver.calls) == 1


def test_a_worker_that_is_woken_looks_at_once(
    store: Store, outbox: Outbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesofaq.notify.worker._POLL_S", 3600)

    async def scene() -> None:
        async with _running(outbox, webhook(receiver.url)) as notifier:
            await asyncio.sleep(0.3)  # it has looked, and rests
            event = await asyncio.to_thread(hand_off, store)
            await asyncio.to_thread(notifier.wake)
            await _until(lambda: delivered_at(store, event))

    asyncio.run(scene())


def test_waking_a_worker_that_does_not_run_does_nothing(outbox: Outbox) -> None:
    notifier = Notifier(outbox, [])
    notifier.wake()
    assert asyncio.run(notifier.deliver_due()) == 0


def test_more_than_fits_at_once_is_delivered_without_waiting_for_the_next_look(
    store: Store, outbox: Outbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesofaq.notify.worker._POLL_S", 3600)
    for _ in range(AT_ONCE * 2 + 1):
        hand_off(store)

    async def scene() -> None:
        async with _running(outbox, webhook(receiver.url)):
            await _until(lambda: outbox.undelivered().count == 0)

    asyncio.run(scene())


def test_what_is_under_way_at_a_stop_is_finished(store: Store, outbox: Outbox, receiver: Receiver) -> None:
    event = hand_off(store)
    receiver.plan = iter(["hold"])

    async def scene() -> None:
        async with _running(outbox, webhook(receiver.url)):
            await _until(receiver.held.is_set)
            asyncio.get_running_loop().call_later(0.2, receiver.let_go.set)

    asyncio.run(scene())
    assert delivered_at(store, event) is not None


def test_a_stop_does_not_wait_long_for_a_receiver_that_hangs(
    store: Store, outbox: Outbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesofaq.notify.worker._FINISH_S", 0.1)
    event = hand_off(store)
    receiver.plan = iter(["hold"])

    async def scene() -> None:
        async with _running(outbox, webhook(receiver.url, total_s=30)):
            await _until(receiver.held.is_set)

    before = time.monotonic()
    asyncio.run(scene())
    assert time.monotonic() - before < 10
    assert delivered_at(store, event) is None


def test_a_fault_of_the_database_does_not_end_the_worker(
    store: Store, outbox: Outbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mesofaq.notify.worker._POLL_AFTER_FAULT_S", 0.05)
    event = hand_off(store)
    with store.database.writing() as session:
        session.execute(text("ALTER TABLE outbox RENAME TO outbox_elsewhere"))

    async def scene() -> None:
        async with _running(outbox, webhook(receiver.url)):
            await _until(lambda: "notifications_wait: code=store-failed" in caplog.text)
            with store.database.writing() as session:
                session.execute(text("ALTER TABLE outbox_elsewhere RENAME TO outbox"))
            await _until(lambda: delivered_at(store, event))

    asyncio.run(scene())


def test_a_fault_is_logged_by_its_class_and_ids_alone(
    store: Store, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    event = hand_off(store)
    assert deliver(outbox, Explosive()) == 0
    assert f"notification_failed: event={event} way=mail attempt=1 fault=RuntimeError" in caplog.text
    assert PLANTED not in caplog.text


def test_what_is_given_up_is_logged_as_an_error(
    store: Store, outbox: Outbox, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.plan = iter(["410"])
    event = hand_off(store)
    deliver(outbox, webhook(receiver.url))
    (record,) = [record for record in caplog.records if "given_up" in record.message]
    assert record.levelno == logging.ERROR
    assert record.message.endswith(f"event={event} way=webhook attempt=1 fault=HTTP 410")


def test_a_delivery_is_leased_while_it_is_under_way(
    store: Store, outbox: Outbox, receiver: Receiver, clock: FakeClock
) -> None:
    hand_off(store)
    receiver.plan = iter(["hold"])

    async def scene() -> None:
        async with _running(outbox, webhook(receiver.url)):
            await _until(receiver.held.is_set)
            assert await asyncio.to_thread(outbox.due, {"webhook": 10}) == []
            receiver.let_go.set()

    asyncio.run(scene())
