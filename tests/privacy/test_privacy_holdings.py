"""Seeing and taking what is held: all of it, and for patients without what staff write for each other."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from uuid import uuid4

import pytest
from click.testing import Result
from privacy_helpers import WORD, Record, open_at
from store_helpers import NOON, FakeClock
from typer.testing import CliRunner

import mesofaq.cli.erase  # noqa: F401  registers the commands
from mesofaq.cli import app
from mesofaq.content.models import Retention
from mesofaq.errors import Code, Problem
from mesofaq.privacy.contact import checked_contact, leave_contact
from mesofaq.store.audit import PATIENT
from mesofaq.store.holdings import Held, find_conversation, held

RETENTION = Retention(transcripts_days=90, handoffs_days=365, audit_days=2000)


def take(record: Record, conversation: str, *, staff_words: bool = False) -> Held:
    return held(record.store.database, conversation, RETENTION, NOON, by=PATIENT, staff_words=staff_words)


def test_both_sides_and_all_that_came_of_them_are_held(record: Record) -> None:
    found = take(record, record.handed_over(by=record.staff("Dana Reyes")))
    assert [message.author for message in found.messages] == ["patient", "bot", "bot", "staff"]
    assert found.messages[-1].by == "Dana Reyes, nurse"
    assert found.messages[0].understood is not None
    assert found.contact == f"{WORD}@clinic.example"
    assert (found.consent_version, found.consent_at) == ("0123456789ab", NOON)
    (handoff,) = found.handoffs
    assert (handoff.state, handoff.outcome, handoff.taken_up_at) == ("resolved", "answered", NOON)
    (screening,) = found.screenings
    assert screening.answers[0].typed is not None
    assert {way for notice in found.notices for way in notice.ways} == {"mail"}
    assert found.kept_until == NOON + timedelta(days=365)


def test_a_chat_that_never_went_to_a_person_is_kept_shorter(record: Record) -> None:
    assert take(record, record.said()).kept_until == NOON + timedelta(days=90)


def test_a_patient_is_told_how_many_notes_there_are_and_not_what_they_say(record: Record) -> None:
    found = take(record, record.handed_over())
    assert found.of_staff is None
    assert found.counts_of_staff == {"notes": 1, "marks": 1, "proposals": 1}
    assert "Ask the clinic" in found.notes_of_staff
    for words in ("a lot", "not about", f"{WORD}!"):
        assert words not in found.model_dump_json()


def test_staff_take_the_notes_too(record: Record) -> None:
    found = take(record, record.handed_over(), staff_words=True)
    assert found.of_staff is not None
    assert found.of_staff.notes[0]["text"] == f"Says {WORD} a lot"
    assert found.of_staff.notes[0]["author"] == "Dana Reyes"
    assert found.of_staff.marks[0]["note"] == f"not about {WORD}"
    assert found.of_staff.proposals[0]["answer"] == f"{WORD}!"


def test_nothing_of_another_conversation_is_in_it(record: Record) -> None:
    by = record.staff()
    record.handed_over("chrysanthemum", by=by)
    assert "chrysanthemum" not in take(record, record.handed_over(by=by), staff_words=True).model_dump_json()


def test_it_is_audited(record: Record) -> None:
    conversation = record.said()
    take(record, conversation)
    assert record.audit()[-1][:3] == ("patient", "conversation.exported", conversation)


@pytest.mark.parametrize("unknown", [str(uuid4()), "no id"])
def test_an_unknown_conversation_holds_nothing(record: Record, unknown: str) -> None:
    with pytest.raises(Problem) as caught:
        take(record, unknown)
    assert caught.value.code is Code.NOT_FOUND
    assert record.audit() == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  me@clinic.example ", "me@clinic.example"),
        ("+1 (555) 010-0", "+1 (555) 010-0"),
        ("me\n@\tclinic.example\x00", "me @ clinic.example"),
        ("٠١٢٣٤٥٦", "٠١٢٣٤٥٦"),
    ],
)
def test_a_phone_number_or_an_address_is_a_contact(written: str, kept: str) -> None:
    assert checked_contact(written) == kept


@pytest.mark.parametrize("written", ["", " ", "@", "a@", "call me please", "12345", f"{WORD}@" + "x" * 200])
def test_anything_else_is_none_and_is_not_repeated(written: str) -> None:
    with pytest.raises(Problem) as caught:
        checked_contact(written)
    assert caught.value.code is Code.INVALID_REQUEST
    assert WORD not in str(caught.value.as_document())


def test_a_contact_is_audited_without_its_text_and_only_when_it_changes(record: Record) -> None:
    conversation = record.said()
    for contact in (f"{WORD}@clinic.example", f"{WORD}@clinic.example", None, None):
        leave_contact(record.store.database, conversation, contact, NOON)
    assert [entry[:3] for entry in record.audit()] == [("patient", "contact.left", conversation)] * 2
    assert WORD not in str(record.audit())
    assert take(record, conversation).contact is None


# The command line.


@pytest.fixture
def at_home(home: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    copytree(home / "tests" / "content" / "good", tmp_path / "content")
    monkeypatch.setenv("MESOFAQ_HOME", str(tmp_path))
    store = open_at(f"sqlite:///{tmp_path / 'var' / 'mesofaq.db'}", clock)
    yield Record(store, clock)
    store.close()


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=typed)


@pytest.mark.parametrize(("typed", "erased"), [("y\n", True), ("n\n", False), ("", False)])
def test_the_command_asks_before_it_erases(at_home: Record, typed: str, erased: bool) -> None:
    conversation = at_home.said()
    result = run("erase", conversation[:8], typed=typed)
    assert "with 2 messages? There is no way back." in result.stdout
    assert (result.exit_code == 0) is erased
    assert at_home.rows()["conversations"] == (not erased)


def test_the_command_need_not_ask(at_home: Record) -> None:
    conversation = at_home.said()
    assert run("erase", conversation, "--yes").stdout == f"Conversation {conversation} is erased.\n"
    assert at_home.audit()[-1][:3] == ("command-line", "conversation.erased", conversation)


def test_an_erased_conversation_is_known_to_be_erased(at_home: Record) -> None:
    conversation = at_home.said()
    run("erase", conversation, "--yes")
    with pytest.raises(Problem) as caught:
        find_conversation(at_home.store.database, conversation)
    assert "was erased on 2" in caught.value.detail


def test_an_exported_conversation_is_json_that_any_terminal_can_carry(at_home: Record) -> None:
    conversation = at_home.handed_over("caf\u00e9 \U0001f469 \x1b[2J")
    shown = run("export", conversation).stdout
    assert shown.isascii()
    assert "\x1b" not in shown
    found = json.loads(shown)
    assert found["of_staff"]["notes"][0]["text"] == "Says caf\u00e9 \U0001f469 \x1b[2J a lot"
    assert json.loads(run("export", conversation, "--for-patient").stdout)["of_staff"] is None
