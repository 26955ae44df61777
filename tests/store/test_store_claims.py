"""Two clinicians claim the same handoff at once, 500 times on each database: always exactly one wins."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from claim_worker import claim
from desk_helpers import entries, events

from mesofaq.accounts.models import StaffRecord
from mesofaq.handoff.states import Step
from mesofaq.store import Store
from mesofaq.store.desk import Desk

BY_THREADS, BY_PROCESSES = 400, 100
HEAD_START_S = 0.003

Outcome = tuple[str, float, float]
Both = Callable[[str, int, float], list[Outcome]]
"""Lets both claim a handoff of that version at that moment; gives what came of it for each."""

_WORKER = Path(__file__).with_name("claim_worker.py")


@pytest.fixture
def threads(desk: Desk, dana: StaffRecord, amir: StaffRecord) -> Iterator[Both]:
    with ThreadPoolExecutor(2) as pool:

        def both(handoff_id: str, version: int, moment: float) -> list[Outcome]:
            claims = [pool.submit(claim, desk, by, handoff_id, version, moment) for by in (dana, amir)]
            return [one.result() for one in claims]

        yield both


@pytest.fixture
def processes(database_url: str, dana: StaffRecord, amir: StaffRecord) -> Iterator[Both]:
    with ExitStack() as stack:
        workers = []
        for by in (dana, amir):
            command = [sys.executable, str(_WORKER), database_url, by.id]
            worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            stack.enter_context(worker)
            stack.callback(worker.kill)
            workers.append(worker)
        assert [_hear(worker) for worker in workers] == ["ready\n", "ready\n"]

        def both(handoff_id: str, version: int, moment: float) -> list[Outcome]:
            for worker in workers:
                assert worker.stdin is not None
                worker.stdin.write(f"{handoff_id} {version} {moment}\n")
                worker.stdin.flush()
            return [tuple(json.loads(_hear(worker))) for worker in workers]

        yield both


def _hear(worker: "subprocess.Popen[str]") -> str:
    assert worker.stdout is not None
    return worker.stdout.readline()


@pytest.mark.parametrize(("way", "rounds"), [("threads", BY_THREADS), ("processes", BY_PROCESSES)])
def test_of_two_who_claim_at_once_exactly_one_wins(
    request: pytest.FixtureRequest,
    store: Store,
    desk: Desk,
    dana: StaffRecord,
    amir: StaffRecord,
    waiting: str,
    way: str,
    rounds: int,
) -> None:
    both: Both = request.getfixturevalue(way)
    seen: Counter[str] = Counter()
    version = 1
    for _ in range(rounds):
        outcomes = both(waiting, version, time.monotonic() + HEAD_START_S)
        assert sorted(what for what, _, _ in outcomes) == ["conflict", "won"]
        winner = (dana, amir)[[what for what, _, _ in outcomes].index("won")]
        record = desk.step(waiting, Step.RELEASE, by=winner, version=version + 1)  # so it was claimed once, by them
        version = record.version
        seen[f"won by {winner.name}"] += 1
        seen["at the same time"] += max(begun for _, begun, _ in outcomes) < min(done for _, _, done in outcomes)
    print(f"{store.database.engine.dialect.name}, two {way}: {rounds} rounds, {dict(seen)}")  # noqa: T201
    assert seen["at the same time"] >= rounds // 10  # else this would show nothing
    assert Counter(events(store)) == {"handoff.opened": 1, "handoff.claimed": rounds, "handoff.released": rounds}
    assert len(entries(store)) == 1 + 2 * rounds
    assert version == 1 + 2 * rounds
