"""Retention: nothing is kept longer than the clinic decided, and nothing shorter."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from uuid import uuid4

import pytest
from click.testing import Result
from privacy_helpers import MINUTE, Record, open_at
from store_helpers import NOON, FakeClock
from typer.testing import CliRunner

import mesofaq.cli.purge  # noqa: F401  registers the command
from mesofaq.cli import app
from mesofaq.content.models import Clinic, Retention
from mesofaq.errors import Problem
from mesofaq.privacy.retention import Removed, due, enforce
from mesofaq.settings import Settings
from mesofaq.store import Store
from mesofaq.store.audit import verify
from mesofaq.store.staff_models import StaffSession

RETENTION = Retention(transcripts_days=90, handoffs_days=365, audit_days=2000)


@pytest.fixture
def clinic(content: object) -> Clinic:
    clinic: Clinic = content.clinic  # type: ignore[attr-defined]
    return clinic.model_copy(update={"retention": RETENTION})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, session_idle_min=30, session_max_hours=12)


def there(store: Store, conversation: str) -> bool:
    try:
        return bool(store.get_conversation(conversation))
    except Problem:
        return False


@pytest.mark.parametrize(("handed_over", "days"), [(False, 90), (True, 365)])
@pytest.mark.parametrize("over", [False, True])
def test_a_conversation_is_kept_to_the_minute(
    record: Record, clinic: Clinic, settings: Settings, handed_over: bool, days: int, over: bool
) -> None:
    conversation = record.handed_over() if handed_over else record.said()
    now = NOON + timedelta(days=days) + (MINUTE if over else -MINUTE)
    found = due(record.store, settings, clinic, now)
    assert found == enforce(record.store, settings, clinic, now)
    assert found == Removed(transcripts=over and not handed_over, handoffs=over and handed_over)
    assert there(record.store, conversation) is not over


def test_the_days_count_from_the_last_word(record: Record, clinic: Clinic, settings: Settings) -> None:
    conversation = record.said()
    record.clock.advance(days=80)
    record.store.receive(conversation, "Me again", None)
    enforce(record.store, settings, clinic, NOON + timedelta(days=91))
    assert there(record.store, conversation)


def test_a_conversation_that_goes_to_a_person_late_is_kept_longer(
    record: Record, clinic: Clinic, settings: Settings
) -> None:
    alone, asked = record.said(), record.handed_over()
    enforce(record.store, settings, clinic, NOON + timedelta(days=200))
    assert (there(record.store, alone), there(record.store, asked)) == (False, True)


@pytest.mark.parametrize("over", [False, True])
def test_the_audit_is_kept_to_the_minute_and_holds(
    record: Record, clinic: Clinic, settings: Settings, over: bool
) -> None:
    conversation = record.said()
    record.store.erase(conversation)
    record.clock.advance(days=1999)
    record.store.erase(record.said())
    now = NOON + timedelta(days=2000) + (MINUTE if over else -MINUTE)
    found = due(record.store, settings, clinic, now)
    assert (found.audit, found.tombstones) == ((1, 1) if over else (0, 0))
    assert enforce(record.store, settings, clinic, now) == found
    assert record.sql("SELECT count(*) FROM tombstones") == [(1 if over else 2,)]
    assert [action for _, action, _, _ in record.audit()] == (
        ["conversation.erased", "audit.removed"] if over else ["conversation.erased", "conversation.erased"]
    )
    with record.store.database.reading() as session:
        assert verify(session).holds


@pytest.mark.parametrize(
    ("since_seen", "since_made", "ended"),
    [
        (timedelta(minutes=29), timedelta(hours=1), False),
        (timedelta(minutes=31), timedelta(hours=1), True),
        (timedelta(minutes=1), timedelta(hours=11, minutes=59), False),
        (timedelta(minutes=1), timedelta(hours=12, minutes=1), True),
    ],
)
def test_sessions_that_ended_are_removed(
    record: Record, clinic: Clinic, settings: Settings, since_seen: timedelta, since_made: timedelta, ended: bool
) -> None:
    by = record.staff()
    with record.store.database.writing() as session:
        session.add(
            StaffSession(
                id=str(uuid4()),
                token_sha256="0" * 64,
                staff_id=by.id,
                csrf_token="t",
                created_at=NOON - since_made,
                seen_at=NOON - since_seen,
                complete=True,
            )
        )
    assert due(record.store, settings, clinic, NOON).sessions == ended
    assert enforce(record.store, settings, clinic, NOON).sessions == ended
    assert record.rows()["staff_sessions"] == (not ended)


def test_a_second_run_finds_nothing(record: Record, clinic: Clinic, settings: Settings) -> None:
    record.handed_over()
    record.said()
    now = NOON + timedelta(days=3000)
    assert enforce(record.store, settings, clinic, now).anything
    record.clock.now = now
    assert not enforce(record.store, settings, clinic, now).anything


def test_each_erasure_is_audited_as_the_system_s(record: Record, clinic: Clinic, settings: Settings) -> None:
    conversation = record.said()
    enforce(record.store, settings, clinic, NOON + timedelta(days=91))
    assert [entry[:3] for entry in record.audit()] == [("system", "conversation.erased", conversation)]


# The command line, in a home of its own.


@pytest.fixture
def at_home(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    """A record whose clock stands 100 days ago."""
    copytree(home / "tests" / "content" / "good", tmp_path / "content")
    monkeypatch.setenv("MESOFAQ_HOME", str(tmp_path))
    clock = FakeClock()
    clock.now = datetime.now(UTC) - timedelta(days=100)
    store = open_at(f"sqlite:///{tmp_path / 'var' / 'mesofaq.db'}", clock)
    yield Record(store, clock)
    store.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["purge", *arguments])


def test_the_command_does_what_the_clinic_decided(at_home: Record) -> None:
    alone, asked = at_home.said(), at_home.handed_over()
    result = run()
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[:2] == [
        "1 conversation erased: nothing said for 90 days, never with a person.",
        "0 conversations erased: nothing said for 365 days, went to a person.",
    ]
    assert (there(at_home.store, alone), there(at_home.store, asked)) == (False, True)
    assert at_home.audit()[-1][:3] == ("command-line", "conversation.erased", alone)


def test_a_dry_run_removes_nothing(at_home: Record) -> None:
    alone = at_home.said()
    result = run("--dry-run")
    assert "1 conversation would be erased: nothing said for 90 days, never with a person." in result.stdout
    assert there(at_home.store, alone)
    assert at_home.audit() == []


@pytest.mark.parametrize("dry", [True, False])
def test_a_program_reads_the_same_counts(at_home: Record, dry: bool) -> None:
    at_home.said()
    result = run("--json", *(["--dry-run"] if dry else []))
    assert json.loads(result.stdout) == asdict(Removed(transcripts=1)) | {"dry_run": dry}
