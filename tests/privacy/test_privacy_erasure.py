"""Erasure: of a conversation with everything that one can have, nothing is left but that it was erased."""

import random
import threading
from pathlib import Path
from uuid import uuid4

import pytest
from privacy_helpers import WORD, Record, files_with, folder_of, open_at
from sqlalchemy import create_engine, text, update
from store_helpers import NOON, TOKEN, FakeClock

from mesofaq.errors import Code, Problem
from mesofaq.privacy.erasure import erase_everywhere, sweep_tracker
from mesofaq.privacy.seal import PLAIN, Seal, new_key
from mesofaq.store import Store
from mesofaq.store.audit import CLI, verify
from mesofaq.store.base import Base
from mesofaq.store.models import Conversation, Message, Note

_KEPT = {"staff", "audit", "audit_head", "tombstones", "protocols", "staff_sessions"}


@pytest.fixture
def tracker(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'tracker.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR, data TEXT)"))
    engine.dispose()
    return url


def remember(tracker: str, *conversations: str) -> None:
    engine = create_engine(tracker)
    with engine.begin() as connection:
        for conversation in conversations:
            connection.execute(text(f"INSERT INTO events (sender_id, data) VALUES ('{conversation}:0', '{WORD}')"))
    engine.dispose()


def remembered(tracker: str) -> list[str]:
    engine = create_engine(tracker)
    with engine.connect() as connection:
        found = list(connection.scalars(text("SELECT sender_id FROM events ORDER BY id")))
    engine.dispose()
    return found


def test_the_example_has_a_row_in_every_table_of_a_conversation(record: Record) -> None:
    record.handed_over()
    assert {name for name, count in record.rows().items() if count == 0} <= {
        "protocols",
        "staff_sessions",
        "tombstones",
    }


def test_no_row_is_left_but_the_tombstone(record: Record) -> None:
    conversation = record.handed_over()
    assert record.store.erase(conversation)
    rows = record.rows()
    assert {name for name, count in rows.items() if count} <= _KEPT
    assert rows["tombstones"] == 1


def test_the_tombstone_says_when_by_whom_and_how_much(record: Record) -> None:
    conversation = record.handed_over()
    record.clock.advance(hours=1)
    record.store.erase(conversation, by=CLI)
    assert record.sql("SELECT conversation_id, erased_by, messages, handoffs FROM tombstones") == [
        (conversation, CLI, 4, 1)
    ]


def test_the_audit_has_counts_and_no_word(record: Record) -> None:
    conversation = record.handed_over()
    record.store.erase(conversation)
    actor, action, subject, details = record.audit()[-1]
    assert (actor, action, subject) == ("patient", "conversation.erased", conversation)
    assert all(name in str(details) for name in ("messages", "notes", "answer_marks", "proposals", "deliveries"))
    assert WORD not in str(record.audit())
    with record.store.database.reading() as session:
        assert verify(session).holds


def test_another_conversation_loses_nothing(record: Record) -> None:
    by = record.staff()
    gone, kept = record.handed_over(by=by), record.handed_over(by=by)
    alone = {name: count // 2 for name, count in record.rows().items() if name not in _KEPT}
    record.store.erase(gone)
    assert {name: count for name, count in record.rows().items() if name not in _KEPT} == alone
    assert len(record.store.transcript(kept)) == 4


def test_every_table_with_a_text_of_a_conversation_is_erased_by_the_metadata() -> None:
    refers = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table is Conversation.__table__ for key in table.foreign_keys)
    }
    assert refers <= {table.name for table in Base.metadata.sorted_tables if "conversation_id" in table.c}


def test_what_is_written_while_it_is_erased_is_refused(record: Record) -> None:
    """Somebody notes something without having locked the conversation; the erasure is between the two steps."""
    conversation, by = record.handed_over(), record.staff()
    (handoff,) = record.sql("SELECT id FROM handoffs")
    done = threading.Event()
    erasing = threading.Thread(target=lambda: (record.store.erase(conversation), done.set()))
    with record.store.database.writing() as session:
        session.add(
            Note(
                id=str(uuid4()),
                conversation_id=conversation,
                handoff_id=handoff[0],
                staff_id=by.id,
                text=WORD,
                at=NOON,
            )
        )
        session.flush()
        erasing.start()
        assert not done.wait(0.2)  # it waits for us
    erasing.join(10)
    assert done.is_set()
    assert record.rows()["notes"] == 0


def test_a_conversation_of_a_restored_backup_can_be_erased_again(record: Record) -> None:
    conversation = record.said()
    with record.store.database.writing() as session:
        row = session.get(Conversation, conversation)
        assert row is not None
        token, created = row.token_sha256, row.created_at
    record.store.erase(conversation)
    with record.store.database.writing() as session:
        session.add(Conversation(id=conversation, token_sha256=token, created_at=created))
    assert record.store.erase(conversation)
    assert record.rows()["tombstones"] == 1


@pytest.mark.parametrize("seal", [PLAIN, Seal([new_key()])], ids=["plain", "sealed"])
def test_no_byte_of_any_text_is_left(sqlite_url: str, clock: FakeClock, seal: Seal) -> None:
    store = open_at(sqlite_url, clock, seal)
    record, folder = Record(store, clock), folder_of(sqlite_url)
    kept = record.handed_over("chrysanthemum")
    conversation = record.handed_over()
    before = files_with(WORD, folder.iterdir())
    assert before  # sealed or not: the client's own id and what a screening notes are not sealed
    store.erase(conversation)
    assert files_with(WORD, folder.iterdir()) == []
    assert len(store.transcript(kept)) == 4
    store.close()


@pytest.mark.parametrize("seed", [12, 16, 25])
def test_no_copy_is_left_between_the_cells_of_a_page(sqlite_url: str, clock: FakeClock, seed: int) -> None:
    """Texts that grow make SQLite move rows from page to page; with these seeds, copies stay where they were."""
    chance = random.Random(seed)
    store = open_at(sqlite_url, clock)
    conversations = {word: store.create_conversation(TOKEN).id for word in (WORD, "harmless")}
    messages: dict[str, list[str]] = {word: [] for word in conversations}
    with store.database.writing() as session:
        for sequence in range(1, chance.randrange(20, 300) + 1):
            word = chance.choice(list(messages))
            message = Message(
                id=str(uuid4()),
                conversation_id=conversations[word],
                sequence=sequence,
                author="patient",
                text=f"{word} " * chance.randrange(1, 60),
                at=NOON,
                state="received",
            )
            messages[word].append(message.id)
            session.add(message)
            session.flush()
            if chance.random() < 0.7:
                grows = update(Message).where(Message.id == chance.choice(messages[word]))
                session.execute(grows.values(understanding={"words": [f"{word}U"] * chance.randrange(1, 120)}))
    store.erase(conversations[WORD])
    assert files_with(WORD, folder_of(sqlite_url).iterdir()) == []
    assert len(store.transcript(conversations["harmless"])) == len(messages["harmless"])
    store.close()


def test_rasa_s_memory_goes_first(store: Store, record: Record, tracker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash between the two leaves the conversation, so that it can be erased once more."""
    conversation = record.said()
    remember(tracker, conversation)

    def dies(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "erase", dies)
        with pytest.raises(KeyboardInterrupt):
            erase_everywhere(store, tracker, conversation, by=CLI)
    assert remembered(tracker) == []
    assert store.get_conversation(conversation).id == conversation
    assert erase_everywhere(store, tracker, conversation, by=CLI)


def test_nothing_is_erased_while_rasa_s_memory_cannot_be(store: Store, record: Record) -> None:
    conversation = record.said()
    with pytest.raises(Problem) as caught:
        erase_everywhere(store, "postgresql://nobody@127.0.0.1:1/rasa", conversation, by=CLI)
    assert caught.value.code is Code.STORE_FAILED
    assert len(store.transcript(conversation)) == 2


@pytest.mark.parametrize("often", [True, False])
def test_a_sweep_erases_what_rasa_wrote_afterwards(store: Store, record: Record, tracker: str, often: bool) -> None:
    gone, kept = record.said(), record.said()
    erase_everywhere(store, tracker, gone, by=CLI)
    remember(tracker, gone, kept, "rasa-shell")
    assert sweep_tracker(store, tracker, record.clock() if often else None) == 1
    assert remembered(tracker) == [f"{kept}:0", "rasa-shell:0"]


def test_the_frequent_sweep_looks_at_what_is_new(store: Store, record: Record, tracker: str) -> None:
    gone = record.said()
    erase_everywhere(store, tracker, gone, by=CLI)
    remember(tracker, gone)
    record.clock.advance(minutes=30)
    assert sweep_tracker(store, tracker, record.clock()) == 0
    assert sweep_tracker(store, tracker) == 1


def test_many_that_were_erased_are_swept(store: Store, record: Record, tracker: str) -> None:
    for _ in range(3):
        conversation = record.said()
        erase_everywhere(store, tracker, conversation, by=CLI)
        remember(tracker, conversation)
    remember(tracker, *(str(uuid4()) for _ in range(600)))
    assert sweep_tracker(store, tracker) == 3
    assert len(remembered(tracker)) == 600


def test_no_byte_is_left_in_rasa_s_file(store: Store, record: Record, tracker: str, tmp_path: Path) -> None:
    conversation = record.said()
    remember(tracker, *[conversation] * 200)
    assert files_with(WORD, [tmp_path / "tracker.db"])
    erase_everywhere(store, tracker, conversation, by=CLI)
    assert files_with(WORD, tmp_path.glob("tracker.db*")) == []
