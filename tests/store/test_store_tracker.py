"""Rasa's tracker store, with the table as Rasa 3.6.21 makes it."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, create_engine, insert, select

from mesofaq.errors import Code, Problem
from mesofaq.store import erase_tracker
from mesofaq.store.database import parse_url

_metadata = MetaData()
_events = Table(
    "events",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255), nullable=False, index=True),
    Column("type_name", String(255), nullable=False),
    Column("timestamp", Float),
    Column("intent_name", String(255)),
    Column("action_name", String(255)),
    Column("data", Text),
)
_ID = str(uuid4())


@pytest.fixture
def tracker_url(database_url: str) -> Iterator[str]:
    url = parse_url(database_url)
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").parent.mkdir(parents=True)
    engine = create_engine(url)
    _metadata.create_all(engine)
    yield database_url
    engine.dispose()


def _remember(tracker_url: str, *senders: str) -> None:
    engine = create_engine(parse_url(tracker_url))
    with engine.begin() as connection:
        rows = [{"sender_id": sender, "type_name": "user", "data": "xanthophyll"} for sender in senders]
        connection.execute(insert(_events), rows)
    engine.dispose()


def _remembered(tracker_url: str) -> list[str]:
    engine = create_engine(parse_url(tracker_url))
    with engine.connect() as connection:
        found = list(connection.scalars(select(_events.c.sender_id).order_by(_events.c.id)))
    engine.dispose()
    return found


def test_every_epoch_of_a_conversation_is_deleted(tracker_url: str) -> None:
    _remember(tracker_url, f"{_ID}:0", f"{_ID}:0", f"{_ID}:12", _ID)
    assert erase_tracker(tracker_url, [_ID]) == 4
    assert _remembered(tracker_url) == []


@pytest.mark.parametrize("other", [f"{_ID}0:0", f"x{_ID}:0", str(uuid4())])
def test_other_conversations_are_left_alone(tracker_url: str, other: str) -> None:
    _remember(tracker_url, other)
    assert erase_tracker(tracker_url, [_ID]) == 0
    assert _remembered(tracker_url) == [other]


@pytest.mark.parametrize("wild", ["%", "_" * 36, ""])
def test_wildcards_mean_nothing(tracker_url: str, wild: str) -> None:
    _remember(tracker_url, f"{_ID}:0")
    assert erase_tracker(tracker_url, [wild]) == 0


def test_several_conversations_are_deleted_together(tracker_url: str) -> None:
    others = [str(uuid4()), str(uuid4())]
    _remember(tracker_url, *(f"{other}:0" for other in others), f"{_ID}:0")
    assert erase_tracker(tracker_url, others) == 2
    assert _remembered(tracker_url) == [f"{_ID}:0"]


def test_a_database_without_the_table_has_nothing_to_erase(store: object, database_url: str) -> None:
    assert erase_tracker(database_url, [_ID]) == 0


def test_a_missing_file_has_nothing_to_erase_and_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "rasa" / "tracker.db"
    assert erase_tracker(f"sqlite:///{file}", [_ID]) == 0
    assert not file.parent.exists()


def test_a_missing_postgresql_database_has_nothing_to_erase(postgresql_url: str) -> None:
    url = parse_url(postgresql_url).set(database=f"missing_{uuid4().hex}", query={})
    assert erase_tracker(url.render_as_string(hide_password=False), [_ID]) == 0


def test_an_unreachable_tracker_is_a_failure_and_not_an_erasure() -> None:
    with pytest.raises(Problem) as caught:
        erase_tracker("postgresql://nobody@127.0.0.1:1/rasa", [_ID])
    assert caught.value.code is Code.STORE_FAILED


def test_the_journal_of_rasa_s_file_is_left_as_it_is(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tracker.db'}"
    engine = create_engine(url)
    _metadata.create_all(engine)
    _remember(url, f"{_ID}:0")
    erase_tracker(url, [_ID])
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
    engine.dispose()


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_no_file_of_the_tracker_holds_an_erased_word(tmp_path: Path, journal: str) -> None:
    file = tmp_path / "tracker.db"
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA journal_mode = {journal}")
    _metadata.create_all(engine)
    _remember(f"sqlite:///{file}", f"{_ID}:0")
    erase_tracker(f"sqlite:///{file}", [_ID])
    assert [path.name for path in tmp_path.iterdir() if b"xanthophyll" in path.read_bytes()] == []
    engine.dispose()
