"""Several threads, and two processes, on the real engine."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Barrier

import pytest
from desk_helpers import notice, opened, staff
from sqlalchemy import text
from store_helpers import answer, handoff

from mesofaq.accounts.models import StaffRecord
from mesofaq.errors import Problem
from mesofaq.handoff.states import Step
from mesofaq.store import ConversationRecord, Store
from mesofaq.store.desk import Desk

_WORKER = Path(__file__).with_name("store_worker.py")


@contextmanager
def _worker(role: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, str(_WORKER), role, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _hear(process: "subprocess.Popen[str]") -> object:
    assert process.stdout is not None
    line = process.stdout.readline()
    return json.loads(line) if line else f"ended with {process.wait()}"


def _together(role: str, *arguments: str) -> list[object]:
    """Run the role in two processes that start at once, and hear what each says."""
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(role, *arguments)) for _ in range(2)]
        assert [_hear(worker) for worker in workers] == ["ready", "ready"]
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        return [_hear(worker) for worker in workers]


def test_fifty_threads_record_the_same_message_once(store: Store, conversation: ConversationRecord) -> None:
    barrier = Barrier(50)

    def send(_: int) -> tuple[str, bool]:
        barrier.wait()
        received = store.receive(conversation.id, "Hello", "c1")
        return received.message_id, received.duplicate

    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(send, range(50)))
    assert len({message_id for message_id, _ in results}) == 1
    assert sorted(duplicate for _, duplicate in results) == [False] + [True] * 49
    assert len(store.transcript(conversation.id)) == 1


def test_two_processes_record_the_same_message_once(
    store: Store, conversation: ConversationRecord, database_url: str
) -> None:
    answers = _together("receive_at_once", database_url, conversation.id, "c1", "25")
    results = [result for heard in answers for result in heard]  # type: ignore[attr-defined]
    assert len({result["message_id"] for result in results}) == 1
    assert sorted(result["duplicate"] for result in results) == [False] + [True] * 49
    assert len(store.transcript(conversation.id)) == 1


def test_two_processes_lose_no_message_and_share_no_place(
    store: Store, conversation: ConversationRecord, database_url: str
) -> None:
    _together("receive_at_once", database_url, conversation.id, "", "25")
    assert [line.sequence for line in store.transcript(conversation.id)] == list(range(1, 51))


def test_two_processes_may_migrate_at_once(database_url: str) -> None:
    assert _together("migrate", database_url) == ["migrated", "migrated"]
    store = Store(database_url)
    assert store.handoffs(1) == []
    store.close()


def test_threads_may_migrate_at_once(database_url: str) -> None:
    stores = [Store(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Store.migrate, stores))
    assert stores[0].handoffs(1) == []
    for store in stores:
        store.close()


def test_only_one_of_many_answers_counts(store: Store, conversation: ConversationRecord) -> None:
    message_id = store.receive(conversation.id, "Hello", None).message_id
    barrier = Barrier(8)

    def finish(number: int) -> list[str]:
        barrier.wait()
        drafts = [answer(f"answer {number}"), handoff()]
        return [reply.id for reply in store.finish(message_id, drafts, bundle_id=None)]

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(finish, range(8)))
    assert all(result == results[0] for result in results)
    assert [line.sequence for line in store.transcript(conversation.id)] == [1, 2, 3]
    assert len(store.handoffs(10)) == 1


def test_questions_at_once_come_into_one_handoff(store: Store, conversation: ConversationRecord) -> None:
    ids = [store.receive(conversation.id, f"question {number}", None).message_id for number in range(8)]
    barrier = Barrier(8)

    def finish(message_id: str) -> str | None:
        barrier.wait()
        (reply,) = store.finish(message_id, [handoff()], bundle_id=None)
        return reply.handoff.id if reply.handoff else None

    with ThreadPoolExecutor(8) as pool:
        named = set(pool.map(finish, ids))
    assert named == {record.id for record in store.handoffs(10)}
    assert len(named) == 1


def test_a_claim_while_the_bot_answers_leaves_its_answer_before_it_or_none(store: Store, desk: Desk) -> None:
    for _ in range(10):
        conversation = store.create_conversation("0" * 64)
        handoff_id, dana = opened(store, conversation.id), staff(store)
        message_id = store.receive(conversation.id, "And then?", None).message_id
        barrier = Barrier(2)

        def finish(message_id: str = message_id, barrier: Barrier = barrier) -> None:
            barrier.wait()
            store.finish(message_id, [answer("from the bot")], bundle_id=None)

        def claim(handoff_id: str = handoff_id, by: StaffRecord = dana, barrier: Barrier = barrier) -> None:
            barrier.wait()
            desk.step(handoff_id, Step.CLAIM, by=by, version=1, notice=notice("claimed"))

        with ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(finish), pool.submit(claim)]:
                future.result()
        said = [line.text for line in store.transcript(conversation.id)[3:]]
        assert said in (["from the bot", "claimed"], ["claimed"])


def test_a_reader_never_sees_a_place_before_the_one_below(store: Store, conversation: ConversationRecord) -> None:
    def write(_: int) -> None:
        message_id = store.receive(conversation.id, "Hello", None).message_id
        store.finish(message_id, [answer(), answer()], bundle_id=None)

    seen: list[int] = []
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(write, number) for number in range(20)]
        while len(seen) < 60:
            finished = all(future.done() for future in futures)
            seen += [line.sequence for line in store.transcript(conversation.id, after=seen[-1] if seen else 0)]
            if finished:
                break
        for future in futures:
            future.result()
    assert seen == list(range(1, 61))


def test_answering_and_erasing_at_once_leaves_nothing_behind(store: Store) -> None:
    for _ in range(5):
        conversation = store.create_conversation("0" * 64)
        message_id = store.receive(conversation.id, "Hello", None).message_id
        barrier = Barrier(2)

        def finish(message_id: str = message_id, barrier: Barrier = barrier) -> None:
            barrier.wait()
            with suppress(Problem):  # not found: the eraser was first
                store.finish(message_id, [handoff()], bundle_id=None)

        def erase(conversation_id: str = conversation.id, barrier: Barrier = barrier) -> None:
            barrier.wait()
            store.erase(conversation_id)

        with ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(finish), pool.submit(erase)]:
                future.result()
    with store._database.reading() as session:
        for table in ("conversations", "messages", "handoffs", "outbox"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_a_crash_after_receiving_leaves_the_message_waiting(
    store: Store, conversation: ConversationRecord, database_url: str, clock: object
) -> None:
    with _worker("receive_then_wait", database_url, conversation.id) as process:
        message_id = _hear(process)
        process.kill()
        assert process.wait() == -9
    (line,) = store.transcript(conversation.id)
    assert [item.id for item in store.unanswered(line.at.replace(year=line.at.year + 1))] == [message_id]


def test_a_crash_while_answering_leaves_nothing_of_the_answer(
    store: Store, conversation: ConversationRecord, database_url: str
) -> None:
    message_id = store.receive(conversation.id, "Hello", None).message_id
    with _worker("die_in_finish", database_url, message_id) as process:
        assert _hear(process) == "ended with -9"
    assert store.replies_to(message_id) is None
    assert store.handoffs(10) == []
    assert len(store.finish(message_id, [answer(), handoff()], bundle_id="b1")) == 2


@pytest.mark.parametrize("cycles", [50])
def test_opening_and_closing_leaks_nothing(database_url: str, cycles: int) -> None:
    import psutil

    process = psutil.Process()

    def cycle() -> None:
        store = Store(database_url)
        store.migrate()
        store.close()

    cycle()
    before = (process.num_fds(), process.num_threads())
    for _ in range(cycles):
        cycle()
    after = (process.num_fds(), process.num_threads())
    assert all(late <= early + 2 for early, late in zip(before, after, strict=True))
