"""A record that an older version of MesoFAQ wrote, brought to this version's schema."""

import json
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from desk_helpers import staff, words
from sqlalchemy import inspect, text
from store_helpers import NOON, TOKEN, FakeClock, handoff, screening

from mesofaq.handoff.states import State, Step
from mesofaq.store import Store, schema
from mesofaq.store.desk import Desk
from mesofaq.store.schema import VERSION_TABLE

CONVERSATION, MESSAGE, REPLY, HANDOFF, SCREENING = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(5))
ANSWERS = [
    {"item": "diabetes", "reading": "yes", "message_id": MESSAGE},
    {"item": "heart", "reading": "not_answered", "message_id": None},
]
_REPLY = {"id": REPLY, "from": "bot", "kind": "screening", "text": "Thank you."}
_ROWS = (
    ("conversations", {"id": CONVERSATION, "token_sha256": TOKEN, "created_at": NOON}),
    (
        "messages",
        {
            "id": MESSAGE,
            "conversation_id": CONVERSATION,
            "sequence": 1,
            "author": "patient",
            "text": "type 2",
            "at": NOON,
        }
        | {"state": "answered"},
    ),
    (
        "messages",
        {"id": REPLY, "conversation_id": CONVERSATION, "sequence": 2, "author": "bot", "text": "Thank you.", "at": NOON}
        | {"in_reply_to": MESSAGE, "reply": json.dumps(_REPLY)},
    ),
    (
        "handoffs",
        {"id": HANDOFF, "conversation_id": CONVERSATION, "message_id": MESSAGE, "reason": "screening"}
        | {"priority": "routine", "state": "open", "question": "type 2", "created_at": NOON},
    ),
    (
        "screenings",
        {"id": SCREENING, "conversation_id": CONVERSATION, "message_id": MESSAGE, "handoff_id": HANDOFF, "at": NOON}
        | {"protocol_version": "1", "result": "review", "flags": json.dumps(["diabetes"])}
        | {"answers": json.dumps(ANSWERS)},
    ),
)


def _insert(store: Store, table: str, row: dict[str, object]) -> None:
    names = ", ".join(row)
    values = ", ".join(
        f"CAST(:{name} AS JSON)" if name in ("reply", "flags", "answers") else f":{name}" for name in row
    )
    with store._database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            values = ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def _version(store: Store) -> tuple[str, ...]:
    with store._database.engine.connect() as connection:
        options = {"version_table": VERSION_TABLE}
        return MigrationContext.configure(connection, opts=options).get_current_heads()


@pytest.fixture
def old(database_url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A record of the schema 0001, with one finished screening in it."""
    store = Store(database_url, clock=clock)
    upgrade = command.upgrade

    def to_the_first(config: Config, revision: str) -> None:
        assert revision == "head"
        upgrade(config, "0001")

    try:
        with monkeypatch.context() as patched:
            patched.setattr(schema.command, "upgrade", to_the_first)
            store.migrate()
        assert _version(store) == ("0001",)
        for table, row in _ROWS:
            _insert(store, table, row)
        yield store
    finally:
        store.close()


def test_a_screening_of_the_first_schema_is_kept(old: Store) -> None:
    old.migrate()
    assert _version(old) != ("0001",)
    kept = old.screening(SCREENING)
    assert (kept.conversation_id, kept.protocol_version, kept.at) == (CONVERSATION, "1", NOON)
    assert (kept.result, kept.flags) == ("review", ("diabetes",))
    assert [(line.item, line.typed, line.reading, line.follow_ups) for line in kept.answers] == [
        ("diabetes", "type 2", "yes", ()),
        ("heart", None, "not_answered", ()),
    ]


def test_a_screening_of_the_first_schema_is_the_writers_own_and_corrects_none(old: Store) -> None:
    old.migrate()
    kept = old.screening(SCREENING)
    assert (kept.about, kept.noted, kept.corrects) == ("self", (), None)


def test_a_screening_of_the_first_schema_is_still_its_handoffs(old: Store) -> None:
    old.migrate()
    shown = old.handoff(HANDOFF).screening
    assert shown is not None
    assert shown.id == SCREENING


def test_a_screening_of_the_first_schema_can_be_corrected(old: Store) -> None:
    old.migrate()
    message_id = old.receive(CONVERSATION, "wait, no", None).message_id
    draft = handoff(screening_result=screening(result="no_flags", flags=(), supersedes=SCREENING))
    old.finish(message_id, [draft], bundle_id=None)
    shown = old.handoff(HANDOFF).screening
    assert shown is not None
    assert (shown.corrects, shown.result) == (SCREENING, "no_flags")


def test_a_conversation_of_the_first_schema_can_be_erased(old: Store) -> None:
    old.migrate()
    assert old.erase(CONVERSATION)
    with old._database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM screenings")) == 0


def test_a_handoff_of_the_first_schema_has_taken_no_step(old: Store) -> None:
    old.migrate()
    (record,) = old.handoffs(10)
    assert (record.id, record.state, record.version, record.due_at, record.claimed_by) == (
        HANDOFF,
        "open",
        1,
        None,
        None,
    )


def test_a_question_of_the_first_schema_belongs_to_its_handoff(old: Store) -> None:
    old.migrate()
    assert old.handed_over(CONVERSATION, State.OPEN) == ["type 2"]


def test_a_handoff_of_the_first_schema_can_be_claimed_and_answered(old: Store, clock: FakeClock) -> None:
    old.migrate()
    dana, desk = staff(old), Desk(old.database, clock)
    assert desk.step(HANDOFF, Step.CLAIM, by=dana, version=1).version == 2
    desk.reply(CONVERSATION, words("Come on Monday."), by=dana, client_message_id="1")
    assert [line.text for line in desk.view(CONVERSATION, dana).transcript] == [
        "type 2",
        "Thank you.",
        "Come on Monday.",
    ]


def test_the_version_before_can_still_write_screenings(old: Store) -> None:
    """While a service is being replaced, the two versions run side by side."""
    old.migrate()
    table, row = _ROWS[-1]
    later = f"{SCREENING[:-1]}9"
    _insert(old, table, row | {"id": later})
    assert old.screening(later).about == "self"


def test_a_migration_that_fails_half_way_leaves_the_first_schema_as_it_was(
    old: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a bug in a migration")

    before = inspect(old._database.engine).get_columns("screenings")
    with monkeypatch.context() as patched:
        patched.setattr("alembic.operations.Operations.create_table", fail)
        with pytest.raises(RuntimeError):
            old.migrate()
    after = inspect(old._database.engine).get_columns("screenings")
    assert [column["name"] for column in after] == [column["name"] for column in before]
    assert _version(old) == ("0001",)
    old.migrate()
    assert old.screening(SCREENING).answers
