"""The audit's chain: whole while nobody touches it, and found out when somebody does."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from store_helpers import FakeClock

from mesofaq.accounts.models import Role
from mesofaq.accounts.service import Accounts
from mesofaq.store import Store
from mesofaq.store.audit import PATIENT, SYSTEM, Action, append, remove_before

COUNT = 6


@pytest.fixture
def chain(accounts: Accounts, clock: FakeClock) -> Accounts:
    """Six entries, a day apart."""
    for number in range(COUNT):
        accounts.audit.note(actor=SYSTEM, action=Action.SEARCHED, subject_id=f"subject-{number}", hits=number)
        clock.advance(days=1)
    return accounts


def _by_hand(store: Store, statement: str) -> None:
    """What somebody could do who owns the database."""
    with store.database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for trigger in ("audit_no_update", "audit_no_delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        else:
            connection.execute(text("DROP TRIGGER IF EXISTS audit_guard ON audit"))
        assert connection.execute(text(statement)).rowcount == 1


def test_an_empty_chain_holds(accounts: Accounts) -> None:
    verdict = accounts.audit.verify()
    assert verdict.holds
    assert (verdict.entries, verdict.head_sha256) == (0, "0" * 64)


def test_an_untouched_chain_holds(chain: Accounts) -> None:
    verdict = chain.audit.verify()
    assert verdict.holds
    assert verdict.entries == chain.audit.length() == COUNT


@pytest.mark.parametrize(
    "change",
    [
        "details = '{\"hits\": 77}'",
        "actor = 'patient'",
        "action = 'transcript.read'",
        "subject_id = 'another'",
        "subject_id = NULL",
        "at = '2026-03-03 11:00:00.000000+00:00'",
        "sha256 = '" + "a" * 64 + "'",
        "previous_sha256 = '" + "a" * 64 + "'",
    ],
)
def test_a_changed_entry_is_found(chain: Accounts, store: Store, change: str) -> None:
    _by_hand(store, f"UPDATE audit SET {change} WHERE sequence = 3")
    verdict = chain.audit.verify()
    assert not verdict.holds
    assert verdict.broken_at == 3


@pytest.mark.parametrize("gone", [1, 3, COUNT])
def test_a_missing_entry_is_found(chain: Accounts, store: Store, gone: int) -> None:
    _by_hand(store, f"DELETE FROM audit WHERE sequence = {gone}")
    verdict = chain.audit.verify()
    assert (verdict.broken_at, verdict.entries) == (gone, gone - 1)


def test_an_entry_that_was_put_in_is_found(chain: Accounts, store: Store) -> None:
    _by_hand(
        store,
        "INSERT INTO audit (sequence, at, actor, action, details, previous_sha256, sha256) SELECT 7, at, actor, action,"
        " details, sha256, sha256 FROM audit WHERE sequence = 6",
    )
    assert chain.audit.verify().broken_at == 7


def test_whoever_mends_one_hash_breaks_the_next(chain: Accounts, store: Store) -> None:
    _by_hand(store, "UPDATE audit SET actor = 'patient', sha256 = previous_sha256 WHERE sequence = 3")
    assert chain.audit.verify().broken_at == 3


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'patient' WHERE sequence = 3", "DELETE FROM audit WHERE sequence = 3"]
)
def test_the_database_refuses_what_is_no_addition(chain: Accounts, store: Store, statement: str) -> None:
    with pytest.raises(DatabaseError, match="only added to"), store.database.engine.begin() as connection:
        connection.execute(text(statement))
    assert chain.audit.verify().holds


def test_retention_leaves_a_chain_that_holds(chain: Accounts, store: Store, clock: FakeClock) -> None:
    clock.advance(days=-3, hours=-1)
    with store.database.writing() as session:
        assert remove_before(session, clock.now) == 3
    verdict = chain.audit.verify()
    assert (verdict.holds, verdict.entries, verdict.removed) == (True, 3, 3)
    chain.audit.note(actor=SYSTEM, action=Action.AUDIT_REMOVED, entries=3)
    assert chain.audit.verify().entries == 4
    _by_hand(store, "DELETE FROM audit WHERE sequence = 4")
    assert chain.audit.verify().broken_at == 4


def test_many_who_add_at_once_make_one_chain(accounts: Accounts) -> None:
    def add(number: int) -> None:
        accounts.audit.note(actor=PATIENT, action=Action.CONTACT_LEFT, subject_id=str(number), length=number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(80)))
    verdict = accounts.audit.verify()
    assert (verdict.holds, verdict.entries) == (True, 80)
    assert {entry.subject_id for entry in accounts.audit.last(100)} == {str(number) for number in range(80)}


def test_the_chain_holds_for_who_looks_while_others_add(accounts: Accounts) -> None:
    done = Event()

    def add() -> None:
        for number in range(60):
            accounts.audit.note(actor=PATIENT, action=Action.CONTACT_LEFT, length=number)
        done.set()

    with ThreadPoolExecutor(1) as pool:
        adding = pool.submit(add)
        looked = 0
        while not done.is_set():
            assert accounts.audit.verify().holds
            looked += 1
        adding.result()
    assert looked > 1
    assert accounts.audit.verify().entries == 60


def test_an_entry_whose_act_failed_is_not_there(accounts: Accounts, store: Store, clock: FakeClock) -> None:
    def fail() -> None:
        with store.database.writing() as session:
            append(session, clock.now, actor=SYSTEM, action=Action.ERASED)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert accounts.audit.length() == 0
    assert accounts.audit.verify().holds


def test_the_last_entries_come_first_and_can_be_filtered(chain: Accounts) -> None:
    chain.audit.note(actor=SYSTEM, action=Action.AUDIT_READ)
    assert [entry.sequence for entry in chain.audit.last(2)] == [7, 6]
    assert [entry.sequence for entry in chain.audit.last(2, Action.SEARCHED)] == [6, 5]
    assert chain.audit.last(5, Action.ERASED) == []


def test_entries_name_the_staff_whose_ids_they_hold(accounts: Accounts, chain: Accounts) -> None:
    person = accounts.add("dana", "Dana Reyes", "nurse", Role.CLINICIAN, "seven quiet herons", by=SYSTEM)
    accounts.audit.note(actor=f"staff:{person.id}", action=Action.QUEUE_READ)
    read, added = accounts.audit.last(2)
    assert (read.actor_name, read.subject_name) == ("Dana Reyes", None)
    assert (added.actor_name, added.subject_name) == (None, "Dana Reyes")
