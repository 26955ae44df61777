import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import create_engine, text
from store_helpers import TOKEN, answer, handoff, screening
from typer.testing import CliRunner

import mesofaq.cli.handoffs
import mesofaq.cli.purge  # noqa: F401  registers the command
from mesofaq.chat.models import Priority
from mesofaq.cli import app
from mesofaq.errors import Code, Problem
from mesofaq.store import Store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("MESOFAQ_DATABASE_URL", "MESOFAQ_RASA_TRACKER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MESOFAQ_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def record(home: Path) -> Iterator[Store]:
    """The record at `home`, with a clock that stands 100 days and 3 hours ago."""
    then = datetime.now(UTC) - timedelta(days=100, hours=3)
    store = Store(f"sqlite:///{home / 'var' / 'mesofaq.db'}", clock=lambda: then)
    store.migrate()
    yield store
    store.close()


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def _hand_off(store: Store, question: str, priority: Priority = Priority.ROUTINE) -> str:
    conversation = store.create_conversation(TOKEN)
    message_id = store.receive(conversation.id, question, None).message_id
    item = {"item": "diabetes", "reading": "unsure", "message_id": message_id}
    drafts = [handoff(priority=priority, screening_result=screening(item))]
    (reply,) = store.finish(message_id, drafts, bundle_id=None)
    assert reply.handoff is not None
    return reply.handoff.id


def test_the_work_list_shows_one_line_a_handoff(record: Store) -> None:
    routine = _hand_off(record, "Can I\ncome\ttoday?")
    emergency = _hand_off(record, "I cannot breathe", Priority.EMERGENCY)
    lines = _run("handoffs").stdout.splitlines()
    assert len(lines) == 3
    assert lines[1].split() == [emergency[:8], "emergency", "personal_medical", "100", "d", "I", "cannot", "breathe"]
    assert lines[2].split()[0] == routine[:8]
    assert lines[2].rstrip().endswith("Can I come today?")


def test_a_narrow_terminal_shortens_the_question_alone(record: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    handoff_id = _hand_off(record, "My head has been itching since the last session", Priority.URGENT)
    line = _run("handoffs").stdout.splitlines()[1]
    assert line.startswith(f"{handoff_id[:8]}  urgent    personal_medical  100 d  My head")
    assert line.endswith("…")


def test_a_work_list_that_is_cut_says_so(record: Store) -> None:
    for number in range(3):
        _hand_off(record, f"question {number}")
    assert _run("handoffs", "--limit", "2").stdout.endswith("There are more than these 2: --limit lists them.\n")
    assert len(json.loads(_run("handoffs", "--limit", "2", "--json").stdout)) == 2


def test_the_work_list_as_json(record: Store) -> None:
    handoff_id = _hand_off(record, "Can I come?")
    (item,) = json.loads(_run("handoffs", "--json").stdout)
    assert (item["id"], item["priority"], item["reason"]) == (handoff_id, "routine", "personal_medical")
    assert (item["state"], item["question"]) == ("open", "Can I come?")


def test_an_empty_work_list_says_so(record: Store) -> None:
    assert _run("handoffs").stdout == "No handoff is open.\n"
    assert _run("handoffs", "--json").stdout == "[]\n"


def test_closed_handoffs_are_listed_only_on_demand(record: Store) -> None:
    _hand_off(record, "Can I come?")
    with record._database.writing() as session:
        session.execute(text("UPDATE handoffs SET state = 'resolved'"))
    assert _run("handoffs").stdout == "No handoff is open.\n"
    assert "Can I come?" in _run("handoffs", "--all").stdout


def test_a_missing_record_is_an_error_and_not_an_empty_list(home: Path) -> None:
    result = _run("handoffs")
    assert isinstance(result.exception, Problem)
    assert result.exception.code is Code.NOT_FOUND
    assert not (home / "var").exists()


@pytest.mark.parametrize("characters", [8, 36])
def test_a_handoff_is_shown_by_its_id_or_the_beginning_of_it(record: Store, characters: int) -> None:
    handoff_id = _hand_off(record, "My sugar is high")
    shown = _run("handoffs", "show", handoff_id[:characters]).stdout
    assert f"Handoff {handoff_id}" in shown
    assert "Patient" in shown
    assert "A person at the clinic will answer." in shown
    assert ", protocol 1, " in shown
    assert "Result: review. Flags: diabetes. Noted: none." in shown
    assert ["diabetes", "unsure", "My", "sugar", "is", "high"] in [line.split() for line in shown.splitlines()]


def test_a_handoff_as_json_holds_both_sides_and_the_screening(record: Store) -> None:
    handoff_id = _hand_off(record, "My sugar is high")
    shown = json.loads(_run("handoffs", "show", handoff_id, "--json").stdout)
    assert [line["from"] for line in shown["transcript"]] == ["patient", "bot"]
    assert shown["transcript"][1]["reply"]["from"] == "bot"
    line = {"item": "diabetes", "typed": "My sugar is high", "reading": "unsure", "follow_ups": []}
    assert shown["screening"]["answers"] == [line]
    assert shown["screening"]["protocol_version"] == "1"


def test_an_unknown_handoff_is_refused(record: Store) -> None:
    result = _run("handoffs", "show", "00000000")
    assert isinstance(result.exception, Problem)
    assert result.exception.code is Code.NOT_FOUND


@pytest.mark.parametrize("arguments", [[], ["show"]])
def test_a_patient_s_text_cannot_steer_the_terminal(record: Store, arguments: list[str]) -> None:
    handoff_id = _hand_off(record, "[red]hi[/red] \x1b[2J\x9b\u202e \x07 \U0001f469\u200d\U0001f52c")
    shown = _run("handoffs", *arguments, *([handoff_id] if arguments else [])).stdout
    assert "[red]hi[/red] \ufffd[2J\ufffd\ufffd \ufffd \U0001f469\u200d\U0001f52c" in shown
    assert not {"\x1b", "\x9b", "\u202e", "\x07"} & set(shown)


def test_a_purge_erases_old_conversations_from_record_and_tracker(record: Store, home: Path) -> None:
    _hand_off(record, "Can I come?")
    (old,) = record.idle_conversations(datetime.now(UTC))
    (home / "var" / "rasa").mkdir()
    engine = create_engine(f"sqlite:///{home / 'var' / 'rasa' / 'tracker.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR)"))
        connection.execute(text(f"INSERT INTO events (sender_id) VALUES ('{old}:0'), ('other:0')"))
    result = _run("purge", "--older-than-days", "90")
    assert result.stdout == "1 conversation erased: nothing said for 90 days or more.\n"
    assert record.handoffs(10) == []
    with engine.connect() as connection:
        assert list(connection.scalars(text("SELECT sender_id FROM events"))) == ["other:0"]
    engine.dispose()


def test_a_purge_keeps_what_is_younger(record: Store) -> None:
    handoff_id = _hand_off(record, "Can I come?")
    result = _run("purge", "--older-than-days", "101")
    assert result.stdout == "0 conversations erased: nothing said for 101 days or more.\n"
    assert record.handoff(handoff_id)


def test_a_dry_run_erases_nothing(record: Store) -> None:
    handoff_id = _hand_off(record, "Can I come?")
    result = _run("purge", "--older-than-days", "90", "--dry-run")
    assert result.stdout == "1 conversation would be erased: nothing said for 90 days or more.\n"
    assert record.handoff(handoff_id)


def test_a_purge_as_json(record: Store) -> None:
    message_id = record.receive(record.create_conversation(TOKEN).id, "Hello", None).message_id
    record.finish(message_id, [answer()], bundle_id=None)
    result = _run("purge", "--older-than-days", "90", "--json")
    assert json.loads(result.stdout) == {"found": 1, "erased": 1, "dry_run": False}


@pytest.mark.parametrize("days", ["0", "-1", "x", "9999999"])
def test_a_purge_needs_a_number_of_days(record: Store, days: str) -> None:
    assert _run("purge", "--older-than-days", days).exit_code == 2
