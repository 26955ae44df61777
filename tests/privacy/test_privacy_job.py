"""The service's own housekeeping: at once, then every minute and every hour, whatever fails."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from privacy_helpers import WORD, Record
from sqlalchemy import create_engine, text
from store_helpers import NOON

from fixtures_live import eventually
from mesofaq.content.models import Clinic, Retention
from mesofaq.privacy.erasure import erase_everywhere
from mesofaq.privacy.job import keep_limits, tick
from mesofaq.settings import Settings
from mesofaq.store.audit import CLI

HOUR = timedelta(hours=1)


@pytest.fixture
def clinic(content: object) -> Clinic:
    clinic: Clinic = content.clinic  # type: ignore[attr-defined]
    return clinic.model_copy(update={"retention": Retention(transcripts_days=1, handoffs_days=1, audit_days=1000)})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, rasa_tracker_url=f"sqlite:///{tmp_path / 'tracker.db'}")


def remember(settings: Settings, conversation: str) -> None:
    engine = create_engine(settings.tracker_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, sender_id VARCHAR)"))
        connection.execute(text(f"INSERT INTO events (sender_id) VALUES ('{conversation}:0')"))
    engine.dispose()


def remembered(settings: Settings) -> int:
    engine = create_engine(settings.tracker_url)
    with engine.connect() as connection:
        count = connection.scalars(text("SELECT count(*) FROM events")).one()
    engine.dispose()
    return int(count)


def test_retention_is_enforced_at_the_start_and_then_every_hour(
    record: Record, settings: Settings, clinic: Clinic
) -> None:
    record.said()
    later = NOON + timedelta(days=2)
    first = tick(record.store, settings, clinic, later, None)
    assert first == later
    assert record.rows()["conversations"] == 0
    record.clock.now = NOON
    record.said()
    assert tick(record.store, settings, clinic, later + HOUR - timedelta(minutes=1), first) == first
    assert record.rows()["conversations"] == 1
    assert tick(record.store, settings, clinic, later + HOUR, first) == later + HOUR
    assert record.rows()["conversations"] == 0


def test_what_rasa_wrote_after_an_erasure_goes_within_a_minute(
    record: Record, settings: Settings, clinic: Clinic
) -> None:
    conversation = record.said()
    erase_everywhere(record.store, settings.tracker_url, conversation, by=CLI)
    remember(settings, conversation)
    tick(record.store, settings, clinic, NOON + timedelta(minutes=1), NOON)
    assert remembered(settings) == 0


def test_what_came_later_than_that_goes_within_the_hour(record: Record, settings: Settings, clinic: Clinic) -> None:
    conversation = record.said()
    erase_everywhere(record.store, settings.tracker_url, conversation, by=CLI)
    remember(settings, conversation)
    tick(record.store, settings, clinic, NOON + timedelta(minutes=30), NOON)
    assert remembered(settings) == 1
    tick(record.store, settings, clinic, NOON + HOUR, NOON)
    assert remembered(settings) == 0


def test_a_failure_is_logged_by_its_code_and_tried_again(
    record: Record, settings: Settings, clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    record.said()
    broken = settings.model_copy(update={"rasa_tracker_url": "postgresql://nobody@127.0.0.1:1/rasa"})
    later = NOON + timedelta(days=2)
    assert tick(record.store, broken, clinic, later, None) is None
    assert "retention_failed: code=store-failed" in caplog.text
    assert tick(record.store, settings, clinic, later, None) == later
    assert record.rows()["conversations"] == 0


def test_the_log_has_counts_alone(
    record: Record, settings: Settings, clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "mesofaq")
    record.handed_over()
    tick(record.store, settings, clinic, NOON + timedelta(days=2), None)
    assert "retention: transcripts=0 handoffs=1" in caplog.text
    assert WORD not in caplog.text


def test_it_ends_when_the_service_does(record: Record, settings: Settings, clinic: Clinic) -> None:
    async def run() -> None:
        stopping = asyncio.Event()
        task = asyncio.create_task(
            keep_limits(record.store, settings, lambda: clinic, stopping, clock=lambda: NOON + timedelta(days=2))
        )
        await asyncio.to_thread(eventually, lambda: not record.rows()["conversations"], 30, "retention is enforced")
        stopping.set()
        await asyncio.wait_for(task, 10)

    record.store.create_conversation(uuid4().hex)
    asyncio.run(run())
    assert record.rows()["tombstones"] == 1
