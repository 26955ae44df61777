"""Encryption: with a key no text is in the file, keys can be changed, and a wrong key is told without a word."""

import json
import logging
from pathlib import Path

import pytest
from click.testing import Result
from cryptography.fernet import Fernet
from privacy_helpers import WORD, Record, files_with, folder_of, open_at
from sqlalchemy import text
from store_helpers import NOON, TOKEN, FakeClock, answer
from typer.testing import CliRunner

import mesofaq.cli.keys  # noqa: F401  registers the command
from mesofaq.cli import app
from mesofaq.errors import Code, Problem
from mesofaq.privacy.contact import leave_contact
from mesofaq.privacy.seal import PLAIN, Seal, new_key
from mesofaq.store import Store
from mesofaq.store.audit import CLI
from mesofaq.store.base import SEAL
from mesofaq.store.rotation import Rotated, rotate, sealed_columns, stale_values

OLD, NEW, OTHER = new_key(), new_key(), new_key()
TEXTS = {
    "answer_marks.note",
    "conversations.contact",
    "handoffs.question",
    "messages.reply",
    "messages.text",
    "messages.understanding",
    "notes.text",
    "proposals.answer",
    "proposals.question",
    "staff.totp_secret",
}


def with_keys(store: Store, *keys: str) -> None:
    """As if the service had been started anew with these keys."""
    seal = Seal(keys)
    store.database.seal = seal
    setattr(store.database.engine.dialect, SEAL, seal)


def written(record: Record) -> str:
    """A conversation in which the word stands in sealed columns alone."""
    conversation = record.store.create_conversation(TOKEN).id
    message = record.store.receive(conversation, f"May I wash it, {WORD}?", None).message_id
    record.store.save_understanding(message, {"words": [WORD]})
    record.store.finish(message, [answer(f"You wrote {WORD}.")], bundle_id="b1")
    leave_contact(record.store.database, conversation, f"{WORD}@clinic.example", NOON)
    return conversation


def reads(record: Record, conversation: str) -> None:
    patient, bot = record.store.transcript(conversation)
    assert patient.text == f"May I wash it, {WORD}?"
    assert patient.understanding == {"words": [WORD]}
    assert bot.reply is not None
    assert bot.reply.text == f"You wrote {WORD}."


def test_the_sealed_columns_are_those_with_texts() -> None:
    found = {f"{table.name}.{column.name}" for table, columns in sealed_columns().items() for column in columns}
    assert found >= TEXTS


def test_with_a_key_no_text_is_in_the_files(sqlite_url: str, clock: FakeClock) -> None:
    store = open_at(sqlite_url, clock, Seal([NEW]))
    record = Record(store, clock)
    conversation = written(record)
    assert files_with(WORD, folder_of(sqlite_url).iterdir()) == []
    reads(record, conversation)
    store.close()


def test_without_a_key_it_is(sqlite_url: str, clock: FakeClock) -> None:
    store = open_at(sqlite_url, clock)
    written(Record(store, clock))
    assert files_with(WORD, folder_of(sqlite_url).iterdir())
    store.close()


@pytest.mark.parametrize("before", [(), (OLD,)], ids=["plain", "sealed"])
def test_after_a_rotation_the_new_key_alone_opens_everything(record: Record, before: tuple[str, ...]) -> None:
    with_keys(record.store, *before)
    conversation = written(record)
    record.handed_over()
    with_keys(record.store, NEW, *before)
    done = rotate(record.store.database, NOON, by=CLI)
    assert done.checked == done.sealed > 10
    with_keys(record.store, NEW)
    reads(record, conversation)
    assert stale_values(record.store.database) == 0
    actor, action, _, details = record.audit()[-1]
    assert (actor, action) == (CLI, "keys.rotated")
    assert str(done.sealed) in str(details)


def test_a_second_rotation_changes_nothing(record: Record) -> None:
    with_keys(record.store, NEW)
    written(record)
    first = record.sql("SELECT text FROM messages ORDER BY sequence")
    assert rotate(record.store.database, NOON, by=CLI) == Rotated(checked=5, sealed=0)
    assert record.sql("SELECT text FROM messages ORDER BY sequence") == first


def test_a_rotation_that_stopped_goes_on_where_it_was(record: Record) -> None:
    with_keys(record.store, OLD)
    conversation = written(record)
    ours = Fernet(NEW).encrypt(f"May I wash it, {WORD}?".encode()).decode()
    with record.store.database.writing() as session:
        session.execute(
            text("UPDATE messages SET text = :sealed WHERE author = 'patient'"), {"sealed": f"sealed:1:{ours}"}
        )
    with_keys(record.store, NEW, OLD)
    assert rotate(record.store.database, NOON, by=CLI) == Rotated(checked=5, sealed=4)
    with_keys(record.store, NEW)
    reads(record, conversation)


def test_many_rows_are_sealed_in_batches(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesofaq.store.rotation._BATCH", 3)
    conversations = [record.said() for _ in range(5)]
    with_keys(record.store, NEW)
    rotate(record.store.database, NOON, by=CLI)
    assert stale_values(record.store.database) == 0
    assert all(len(record.store.transcript(conversation)) == 2 for conversation in conversations)


def test_nothing_of_the_plain_text_is_left_in_the_file(sqlite_url: str, clock: FakeClock) -> None:
    store = open_at(sqlite_url, clock)
    record = Record(store, clock)
    for _ in range(30):
        written(record)
    with_keys(store, NEW)
    rotate(store.database, NOON, by=CLI)
    assert files_with(WORD, folder_of(sqlite_url).iterdir()) == []
    store.close()


def test_plain_and_sealed_texts_stand_side_by_side(record: Record) -> None:
    plain = written(record)
    with_keys(record.store, NEW)
    sealed = written(record)
    reads(record, plain)
    reads(record, sealed)


@pytest.mark.parametrize("keys", [(OTHER,), ()], ids=["another", "none"])
def test_a_wrong_key_is_told_without_a_word(
    record: Record, keys: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with_keys(record.store, OLD)
    conversation = written(record)
    with_keys(record.store, *keys)
    with pytest.raises(Problem) as caught:
        record.store.transcript(conversation)
    assert caught.value.code is Code.STORE_FAILED
    assert "MESOFAQ_ENCRYPTION_KEYS" in caught.value.detail
    assert caught.value.__context__ is None
    for told in (caught.value.detail, caplog.text):
        assert WORD not in told
        assert not any(key in told for key in (OLD, OTHER))


def test_a_rotation_that_cannot_open_a_text_loses_nothing(record: Record) -> None:
    with_keys(record.store, OTHER)
    lost = written(record)
    with_keys(record.store, NEW, OLD)
    with pytest.raises(Problem) as caught:
        rotate(record.store.database, NOON, by=CLI)
    assert caught.value.code is Code.STORE_FAILED
    with_keys(record.store, NEW, OTHER)
    rotate(record.store.database, NOON, by=CLI)
    reads(record, lost)


def test_a_row_that_somebody_holds_is_noticed_and_sealed_later(
    postgresql_url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesofaq.store.rotation._PASS_S", 0.0)
    store = open_at(postgresql_url, clock)
    conversation = written(Record(store, clock))
    with_keys(store, NEW)
    with store.database.writing() as session:
        session.execute(text("SELECT id FROM messages WHERE author = 'patient' FOR UPDATE"))
        with pytest.raises(Problem) as caught:
            rotate(store.database, NOON, by=CLI)
    assert caught.value.code is Code.CONFLICT
    assert rotate(store.database, NOON, by=CLI).sealed == 2  # of the row that was held
    reads(Record(store, clock), conversation)
    store.close()


def test_an_erased_sealed_text_leaves_nothing_to_open(sqlite_url: str, clock: FakeClock) -> None:
    store = open_at(sqlite_url, clock, Seal([NEW]))
    record = Record(store, clock)
    conversation = written(record)
    ((kept,), *_) = record.sql("SELECT text FROM messages ORDER BY sequence")
    token = kept.removeprefix("sealed:1:")
    assert files_with(token, folder_of(sqlite_url).iterdir())
    store.erase(conversation)
    assert files_with(token, folder_of(sqlite_url).iterdir()) == []
    store.close()


@pytest.mark.parametrize(
    ("kept", "current"),
    [
        ("plain words", False),
        (Seal([NEW]).close("words"), True),
        (Seal([OLD]).close("words"), False),
        (Seal([NEW]).close_json({"a": 1}), True),
        ({"a": 1}, False),
        (["a"], False),
        ("sealed:1:nonsense", False),
    ],
)
def test_what_is_sealed_with_the_first_key_is_known(kept: object, current: bool) -> None:
    assert Seal([NEW, OLD]).is_current(kept) is current


@pytest.mark.parametrize(
    ("kept", "current"), [("words", True), ({"a": 1}, True), ("sealed:1:plain:x", True), ("sealed:1:gAAA", False)]
)
def test_without_a_key_plain_is_as_it_should_be(kept: object, current: bool) -> None:
    assert PLAIN.is_current(kept) is current


# The command line.


@pytest.fixture
def at_home(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Record:
    monkeypatch.setenv("MESOFAQ_HOME", str(tmp_path))
    store = open_at(f"sqlite:///{tmp_path / 'var' / 'mesofaq.db'}", clock)
    record = Record(store, clock)
    written(record)
    store.close()
    return record


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments])


def test_a_new_key_is_printed_alone() -> None:
    first, second = run("new").stdout, run("new").stdout
    assert first != second
    assert Seal([first.strip()]).seals


def test_the_command_seals_what_was_plain(at_home: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOFAQ_ENCRYPTION_KEYS", NEW)
    assert json.loads(run("rotate", "--json").stdout) == {"checked": 5, "sealed": 5}
    assert run("rotate").stdout == "0 of 5 texts sealed anew. Everything opens with the first key now.\n"
    assert files_with(WORD, (tmp_path / "var").glob("mesofaq.db*")) == []


def test_without_a_key_there_is_nothing_to_rotate(at_home: Record) -> None:
    result = run("rotate")
    assert isinstance(result.exception, Problem)
    assert result.exception.code is Code.SETTING_INVALID
