import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from desk_helpers import opened, staff
from sqlalchemy import make_url
from store_helpers import TOKEN, FakeClock

from mesofaq.accounts.models import StaffRecord
from mesofaq.handoff.states import Step
from mesofaq.store import ConversationRecord, Store
from mesofaq.store.database import parse_url
from mesofaq.store.desk import Desk

_VARIABLE = "MESOFAQ_TEST_DATABASE_URL"
_UNSET = f"{_VARIABLE} is not set: it names a PostgreSQL for tests"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'record' / 'mesofaq.db'}"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """A schema of its own in the server that the environment names."""
    base = os.environ.get(_VARIABLE, "")
    if not base:
        pytest.skip(_UNSET)
    url = parse_url(base)
    try:
        connection = psycopg.connect(
            host=url.host,
            port=url.port,
            user=url.username,
            password=url.password,
            dbname=url.database,
            autocommit=True,
            connect_timeout=5,
        )
    except psycopg.OperationalError:
        pytest.skip(f"no PostgreSQL answers at {_VARIABLE}")
    schema = f"test_{uuid4().hex}"
    with connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            scoped = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
            yield scoped.render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


_needs_postgresql = () if os.environ.get(_VARIABLE) else pytest.mark.skip(reason=_UNSET)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=_needs_postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def store(database_url: str, clock: FakeClock) -> Iterator[Store]:
    store = Store(database_url, clock=clock)
    try:
        store.migrate()
        yield store
    finally:
        store.close()


@pytest.fixture
def conversation(store: Store) -> ConversationRecord:
    return store.create_conversation(TOKEN)


@pytest.fixture
def desk(store: Store, clock: FakeClock) -> Desk:
    return Desk(store.database, clock)


@pytest.fixture
def dana(store: Store) -> StaffRecord:
    return staff(store)


@pytest.fixture
def amir(store: Store) -> StaffRecord:
    return staff(store, "Amir Khan", title="doctor")


@pytest.fixture
def waiting(store: Store, conversation: ConversationRecord) -> str:
    """A routine question that went to a person at noon."""
    return opened(store, conversation.id)


@pytest.fixture
def held(desk: Desk, waiting: str, dana: StaffRecord) -> str:
    """The same, claimed by Dana."""
    return desk.step(waiting, Step.CLAIM, by=dana, version=1).id
