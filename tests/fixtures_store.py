"""An empty record for tests, on SQLite and on PostgreSQL, with a clock that stands still.

    clock           the present moment, which tests move
    database_url    each database in turn; `sqlite_url` and `postgresql_url` by themselves
    store           the record there, at the newest schema
    conversation    one conversation in it

The PostgreSQL is the one that MESOFAQ_TEST_DATABASE_URL names; without it those tests skip and say so.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from mesofaq.store import ConversationRecord, Store
from mesofaq.store.database import parse_url

sys.path.insert(0, str(Path(__file__).parent / "store"))  # its helpers, for the tests of other folders as well

from store_helpers import TOKEN, FakeClock

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
