"""`mesofaq notify`: what whoever runs the service is told."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from notify_helpers import MailReceiver, Receiver, hand_off
from standardwebhooks import Webhook
from typer.testing import CliRunner

import mesofaq.cli.notify  # noqa: F401  registers the command
from mesofaq.cli import app
from mesofaq.errors import Code, Problem
from mesofaq.notify.signing import new_secret, parse_secrets
from mesofaq.store import Store
from mesofaq.store.outbox import Outbox


@pytest.fixture
def database_url(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The record that the command line finds."""
    url = f"sqlite:///{tmp_path / 'mesofaq.db'}"
    monkeypatch.setenv("MESOFAQ_HOME", str(home))
    monkeypatch.setenv("MESOFAQ_DATABASE_URL", url)
    return url


@pytest.fixture
def record(database_url: str) -> Iterator[Store]:
    """The record, with a clock that stands two hours ago."""
    store = Store(database_url, clock=lambda: datetime.now(UTC) - timedelta(hours=2))
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def secret(receiver: Receiver, mailbox: MailReceiver, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways are configured; gives the webhook's secret."""
    secret = new_secret()
    for name, value in {
        "SMTP_URL": mailbox.url,
        "NOTIFY_MAIL": "desk@clinic.example",
        "WEBHOOK_URL": receiver.url,
        "WEBHOOK_SECRET": secret,
    }.items():
        monkeypatch.setenv(f"MESOFAQ_{name}", value)
    return secret


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["notify", *arguments])


def test_a_test_goes_every_way_and_says_so(
    database_url: str, receiver: Receiver, mailbox: MailReceiver, secret: str
) -> None:
    result = _run("test")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Sent by e-mail to desk@clinic.example through 127.0.0.1.",
        "Sent by webhook to 127.0.0.1.",
    ]
    (call,) = receiver.calls
    said = Webhook(secret).verify(call.body, call.headers)
    assert (said["type"], said["data"]) == ("notification.test", {})
    assert mailbox.taken[0].message["Subject"] == "A test of MesoFAQ's notifications"


def test_a_test_that_fails_says_why_and_what_to_do(
    database_url: str, receiver: Receiver, mailbox: MailReceiver, secret: str
) -> None:
    receiver.plan = iter(["401"])
    mailbox.refuse("desk@clinic.example")
    result = _run("test")
    assert result.exit_code == 1
    mail, hook = result.stdout.splitlines()
    assert mail.startswith("Not sent by e-mail to desk@clinic.example through 127.0.0.1: SMTPRecipientsRefused.")
    assert mail.endswith("look at MESOFAQ_NOTIFY_MAIL.")
    assert hook.startswith("Not sent by webhook to 127.0.0.1: HTTP 401. ")


def test_a_test_as_json(database_url: str, receiver: Receiver, secret: str) -> None:
    receiver.plan = iter(["500"])
    mail, hook = json.loads(_run("test", "--json").stdout)
    assert (mail["way"], mail["fault"]) == ("mail", None)
    assert (hook["way"], hook["fault"]) == ("webhook", "HTTP 500")


def test_a_test_without_any_way_says_what_to_set(database_url: str) -> None:
    result = _run("test")
    assert isinstance(result.exception, Problem)
    assert result.exception.code is Code.SETTING_INVALID
    assert "MESOFAQ_WEBHOOK_URL" in result.exception.detail


def test_the_status_says_what_is_configured_and_what_waits(record: Store, secret: str) -> None:
    event = hand_off(record)
    hand_off(record)
    outbox = Outbox(record.database, lambda: datetime.now(UTC))
    outbox.due({"mail": 9, "webhook": 9})
    outbox.delivered(event, "mail")
    outbox.failed(event, "webhook", "HTTP 410", for_good=True)
    assert _run("status").stdout.splitlines() == [
        "Staff are told by e-mail to desk@clinic.example through 127.0.0.1.",
        "Staff are told by webhook to 127.0.0.1.",
        "mail: 1 delivered, 1 waiting, 0 given up.",
        "webhook: 0 delivered, 1 waiting, 1 given up; last faults: HTTP 410 (1).",
        "Not everywhere yet: 2; the oldest is 120 minutes old.",
        "What was given up is not tried again by itself: 'mesofaq notify retry' begins anew.",
    ]


def test_the_status_as_json(record: Store, secret: str) -> None:
    hand_off(record)
    status = json.loads(_run("status", "--json").stdout)
    assert [way["way"] for way in status["configured"]] == ["mail", "webhook"]
    assert (status["undelivered"]["count"], status["undelivered"]["given_up"]) == (1, 0)
    assert 7200 <= status["undelivered"]["oldest_s"] < 7300
    assert status["ways"] == []


def test_the_status_without_any_way_says_so(record: Store) -> None:
    assert _run("status").stdout == "Nobody is told of handoffs: they are in the console only.\n"


def test_what_was_given_up_can_be_tried_again(record: Store) -> None:
    event = hand_off(record)
    outbox = Outbox(record.database, lambda: datetime.now(UTC))
    outbox.due({"webhook": 9})
    outbox.failed(event, "webhook", "HTTP 410", for_good=True)
    assert _run("retry").stdout == "1 notification will be tried again by the running service.\n"
    assert len(outbox.due({"webhook": 9})) == 1


def test_a_secret_is_made_that_the_settings_accept() -> None:
    assert parse_secrets(_run("secret").stdout.strip())
