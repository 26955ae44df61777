import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text
from sqlalchemy.exc import IntegrityError
from store_helpers import TOKEN

from mesofaq.errors import Code, Problem
from mesofaq.store import ConversationRecord, Store
from mesofaq.store.models import Base
from mesofaq.store.schema import VERSION_TABLE


def test_migrations_make_the_tables_that_the_models_describe(store: Store) -> None:
    with store._database.engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_constraint_has_the_name_that_the_models_give(store: Store, table: str) -> None:
    described = {str(item.name) for item in Base.metadata.tables[table].constraints}
    checks = {str(c.name) for c in Base.metadata.tables[table].constraints if isinstance(c, CheckConstraint)}
    found = inspect(store._database.engine)
    made = {found.get_pk_constraint(table)["name"]}
    made |= {item["name"] for item in found.get_foreign_keys(table)}
    made |= {item["name"] for item in found.get_unique_constraints(table)}
    made |= {item["name"] for item in found.get_check_constraints(table)}
    assert made == described
    assert all(name.startswith(f"ck_{table}_") for name in checks)


def test_migrating_again_keeps_what_is_there(store: Store, conversation: ConversationRecord) -> None:
    store.migrate()
    assert store.get_conversation(conversation.id) == conversation


def test_a_schema_from_the_future_is_refused(store: Store) -> None:
    with store._database.writing() as session:
        session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(Problem, match="newer version of MesoFAQ") as caught:
        store.migrate()
    assert caught.value.code is Code.STORE_FAILED


def test_a_migration_that_fails_leaves_nothing_behind(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a bug in a migration")

    store = Store(database_url)
    with monkeypatch.context() as patched:
        patched.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", fail)
        with pytest.raises(RuntimeError):
            store.migrate()
    assert inspect(store._database.engine).get_table_names() == []
    store.migrate()
    store.close()


def test_the_file_is_for_its_owner_alone(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    store.migrate()
    store.create_conversation(TOKEN)
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"mesofaq.db": 0o600, "mesofaq.db-wal": 0o600, "mesofaq.db-shm": 0o600}
    store.close()


def test_sqlite_is_set_up_to_lose_nothing(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    store.migrate()
    with store._database.engine.connect() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        values = [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() for pragma in pragmas]
    assert values == ["wal", 2, 1, 1, 10_000]
    store.close()


_MESSAGE = {"id": "m1", "author": "patient", "state": "'received'", "reply": "NULL", "sequence": 1}


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("messages", {"author": "nobody"}),
        ("messages", {"state": "'lost'"}),
        ("messages", {"state": "NULL"}),
        ("messages", {"author": "bot"}),
        ("messages", {"author": "bot", "state": "NULL"}),
        ("messages", {"reply": "'{}'"}),
        ("messages", {"sequence": "NULL"}),
    ],
)
def test_the_database_refuses_a_message_that_cannot_be(
    store: Store, conversation: ConversationRecord, table: str, change: dict[str, str]
) -> None:
    row = {**_MESSAGE, **change}
    statement = text(
        f"INSERT INTO {table} (id, conversation_id, sequence, author, text, at, state, reply) VALUES "
        f"('{row['id']}', '{conversation.id}', {row['sequence']}, '{row['author']}', 'Hello', "
        f"'2026-03-01 12:00:00', {row['state']}, {row['reply']})"
    )
    with pytest.raises(IntegrityError), store._database.writing() as session:
        session.execute(statement)


def test_the_unspoilt_message_is_accepted(store: Store, conversation: ConversationRecord) -> None:
    # The other side of the test above: what it refuses is refused for the change alone.
    test = test_the_database_refuses_a_message_that_cannot_be
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test(store, conversation, "messages", {})
