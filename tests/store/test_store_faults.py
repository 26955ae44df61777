"""Faults of the database: what is shown of them, and what is left of the work."""

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session
from store_helpers import TOKEN, FakeClock, handoff

from mesofaq.errors import Code, Problem
from mesofaq.store import ConversationRecord, Store, messages
from mesofaq.store.database import parse_url

_SECRET = "xanthophyll"


@pytest.fixture
def sqlite_store(sqlite_url: str, clock: FakeClock) -> Iterator[Store]:
    store = Store(sqlite_url, clock=clock, lock_timeout_s=0.01)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def postgresql_store(postgresql_url: str, clock: FakeClock) -> Iterator[Store]:
    store = Store(postgresql_url, clock=clock, lock_timeout_s=0.01)
    store.migrate()
    yield store
    store.close()


def _expect_failure(store: Store, conversation_id: str, caplog: pytest.LogCaptureFixture) -> str:
    """Send a message into the fault; return what was logged."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Problem) as caught:
        store.receive(conversation_id, f"{_SECRET} " * 1000, None)
    problem = caught.value
    assert problem.code is Code.STORE_FAILED
    assert problem.__cause__ is None
    assert problem.__context__ is None
    shown = f"{problem.as_document()} {caplog.text}"
    for inside in (_SECRET, "INSERT", "messages", "psycopg.", "/mesofaq.db"):
        assert inside not in shown.replace("conversations", "")
    return caplog.text


def test_a_full_disk_is_a_failure_of_the_store(sqlite_store: Store, caplog: pytest.LogCaptureFixture) -> None:
    conversation = sqlite_store.create_conversation(TOKEN)
    engine = sqlite_store._database.engine
    engine.dispose()

    @event.listens_for(engine, "connect")
    def _fill_up(connection: sqlite3.Connection, _: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}").close()

    assert "SQLITE_FULL" in _expect_failure(sqlite_store, conversation.id, caplog)


def test_a_read_only_database_is_a_failure_of_the_store(sqlite_store: Store, caplog: pytest.LogCaptureFixture) -> None:
    conversation = sqlite_store.create_conversation(TOKEN)
    with sqlite_store._database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    assert "SQLITE_READONLY" in _expect_failure(sqlite_store, conversation.id, caplog)


def test_a_locked_file_is_a_failure_of_the_store(
    sqlite_store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = sqlite_store.create_conversation(TOKEN)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "SQLITE_BUSY" in _expect_failure(sqlite_store, conversation.id, caplog)
    other.close()
    assert sqlite_store.receive(conversation.id, "Hello", None).sequence == 1


def test_a_locked_row_is_a_failure_of_the_store(postgresql_store: Store, caplog: pytest.LogCaptureFixture) -> None:
    conversation = postgresql_store.create_conversation(TOKEN)
    with postgresql_store._database.writing() as session:
        messages.lock_conversation(session, conversation.id)
        assert "55P03" in _expect_failure(postgresql_store, conversation.id, caplog)
    assert postgresql_store.receive(conversation.id, "Hello", None).sequence == 1


def test_a_connection_lost_at_work_is_a_failure_and_the_next_call_succeeds(
    postgresql_store: Store,
    postgresql_url: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conversation = postgresql_store.create_conversation(TOKEN)
    url = parse_url(postgresql_url)

    def cut(session: Session, conversation_id: str) -> int:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with psycopg.connect(
            host=url.host, port=url.port, user=url.username, password=url.password, dbname=url.database
        ) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return 1

    with monkeypatch.context() as patched:
        patched.setattr(messages, "next_sequence", cut)
        _expect_failure(postgresql_store, conversation.id, caplog)
    assert postgresql_store.receive(conversation.id, "Hello", None).sequence == 1


def test_a_connection_lost_while_idle_goes_unnoticed(postgresql_store: Store, postgresql_url: str) -> None:
    with postgresql_store._database.reading() as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
    other = Store(postgresql_url)
    with other._database.writing() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    other.close()
    postgresql_store.ping()


def test_a_server_that_is_away_is_a_failure_of_the_store(caplog: pytest.LogCaptureFixture) -> None:
    store = Store("postgresql://somebody:hunter2@127.0.0.1:1/record")
    with pytest.raises(Problem) as caught:
        store.ping()
    assert caught.value.code is Code.STORE_FAILED
    assert "hunter2" not in f"{caught.value.as_document()} {caplog.text}"
    store.close()


@pytest.mark.parametrize("method", ["migrate", "ping"])
def test_a_file_that_is_no_database_is_a_failure_of_the_store(tmp_path: Path, method: str) -> None:
    file = tmp_path / "mesofaq.db"
    file.write_text(_SECRET * 1000)
    store = Store(f"sqlite:///{file}")
    with pytest.raises(Problem) as caught:
        getattr(store, method)()
    assert caught.value.code is Code.STORE_FAILED
    store.close()


def test_a_folder_that_cannot_be_made_is_a_failure_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = Store(f"sqlite:///{tmp_path}/file/mesofaq.db")
    with pytest.raises(Problem) as caught:
        store.migrate()
    assert caught.value.code is Code.STORE_FAILED
    store.close()


def test_a_refused_row_is_not_shown(
    store: Store,
    conversation: ConversationRecord,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # PostgreSQL's message quotes the whole row that violates a constraint.
    monkeypatch.setattr(messages, "next_sequence", lambda *_: None)
    assert "IntegrityError" in _expect_failure(store, conversation.id, caplog) or "23502" in caplog.text


@pytest.mark.parametrize(("value", "error"), [(float("nan"), ValueError), (object(), TypeError)])
def test_an_understanding_that_json_cannot_hold_is_refused(
    store: Store, conversation: ConversationRecord, value: object, error: type[Exception]
) -> None:
    message_id = store.receive(conversation.id, "Hello", None).message_id
    with pytest.raises(error):
        store.save_understanding(message_id, {"score": value})
    message = store.get_message(message_id)
    assert message is not None
    assert message.understanding is None


def test_a_place_that_stays_taken_is_a_failure_of_the_store(
    store: Store,
    conversation: ConversationRecord,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.receive(conversation.id, "Hello", None)
    monkeypatch.setattr(messages, "next_sequence", lambda *_: 1)
    _expect_failure(store, conversation.id, caplog)


def test_a_failed_message_can_be_sent_again_under_its_id(
    store: Store, conversation: ConversationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(messages, "next_sequence", lambda *_: None)
        with pytest.raises(Problem):
            store.receive(conversation.id, "Hello", "c1")
    assert not store.receive(conversation.id, "Hello", "c1").duplicate


@pytest.mark.parametrize("url", ["", "hunter2", "mysql://user:hunter2@host/db", "postgresql://u:hunter2@h:x/db"])
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Problem) as caught:
        Store(url)
    assert caught.value.code is Code.SETTING_INVALID
    assert "hunter2" not in caught.value.detail


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_record_in_memory_is_refused(url: str) -> None:
    with pytest.raises(Problem, match="survive a restart") as caught:
        Store(url)
    assert caught.value.code is Code.SETTING_INVALID


@pytest.mark.parametrize("url", ["sqlite+nothing:///file.db", "postgresql+nothing://host/db"])
def test_an_unknown_driver_is_refused(url: str) -> None:
    with pytest.raises(Problem, match="driver") as caught:
        Store(url)
    assert caught.value.code is Code.SETTING_INVALID


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_name_of_postgresql_means_our_driver(scheme: str) -> None:
    assert parse_url(f"{scheme}://user@host/db").drivername == "postgresql+psycopg"


def test_a_closed_store_opens_again_when_it_is_used(store: Store) -> None:
    store.close()
    store.ping()


def test_the_handoff_notice_holds_no_word_of_the_patient(store: Store, conversation: ConversationRecord) -> None:
    message_id = store.receive(conversation.id, _SECRET, None).message_id
    store.finish(message_id, [handoff()], bundle_id=None)
    with store._database.reading() as session:
        (row,) = session.execute(text("SELECT * FROM outbox"))
    assert _SECRET not in repr(row)
