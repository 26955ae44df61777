"""`mesofaq screening export`."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import Result
from fhir.resources.R4B.bundle import Bundle
from typer.testing import CliRunner

import mesofaq.cli.screening  # noqa: F401  registers the command
from mesofaq.chat.models import HandoffDraft, Kind, Priority, Reason, ReplyDraft, ScreeningAnswer
from mesofaq.cli import app
from mesofaq.content.loader import Content
from mesofaq.content.screening import ScreeningProtocol
from mesofaq.errors import Code, Problem
from mesofaq.screening.result import reckon
from mesofaq.store import Store, screenings

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WORDS = "type 2, \x1b[31mwell\x9b controlled é"
Finish = Callable[..., str]


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("MESOFAQ_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "140")
    store = Store(f"sqlite:///{tmp_path / 'var' / 'mesofaq.db'}", clock=lambda: NOON)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def protocol(content: Content) -> ScreeningProtocol:
    return content.screening


@pytest.fixture
def finish(record: Store, protocol: ScreeningProtocol) -> Finish:
    """Finish a screening in which diabetes was a yes; gives its id."""
    conversation = record.create_conversation("0" * 64)

    def make(words: str = WORDS, supersedes: str | None = None) -> str:
        yes, more = (record.receive(conversation.id, text, None).message_id for text in (words, "6.9"))
        answers = {item.id: ScreeningAnswer(item=item.id, reading="no") for item in protocol.items}
        follow_ups = [{"follow_up": "control", "message_id": more}]
        answers["diabetes"] = ScreeningAnswer.model_validate(
            {"item": "diabetes", "reading": "yes", "message_id": yes, "follow_ups": follow_ups}
        )
        answers["chemotherapy"] = ScreeningAnswer(item="chemotherapy", reading="past")
        draft = ReplyDraft(
            kind=Kind.SCREENING,
            text="Thank you.",
            screening_result=reckon(protocol, answers, supersedes=supersedes),
            handoff=HandoffDraft(reason=Reason.SCREENING, priority=Priority.ROUTINE),
        )
        record.finish(more, [draft], bundle_id=None)
        return str(record.screening_context(conversation.id, 10).last_id)

    return make


@pytest.fixture
def kept(record: Store, protocol: ScreeningProtocol) -> None:
    """The protocol is on record, as a service that ran with it leaves it."""
    record.keep_protocol(protocol.version, protocol.model_dump(mode="json"))


def _export(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["screening", "export", *arguments])


def _problem(*arguments: str) -> Problem:
    done = _export(*arguments)
    assert isinstance(done.exception, Problem)
    assert done.stdout == ""
    return done.exception


def test_the_table_shows_each_item_how_it_was_read_and_what_was_typed(
    finish: Finish, protocol: ScreeningProtocol
) -> None:
    screening_id = finish()
    lines = [" ".join(line.split()) for line in _export(screening_id).stdout.splitlines()]
    assert f"Screening {screening_id}, protocol {protocol.version}, 2026-03-01 12:00 UTC" in lines
    assert any(line.startswith("Result: review. Flags: diabetes. Noted: chemotherapy.") for line in lines)
    told = lines.index("diabetes yes type 2, \ufffd[31mwell\ufffd controlled é")
    assert lines[told + 1] == "control 6.9"
    assert "heart no -" in lines


def test_a_correction_names_the_screening_that_it_corrects(finish: Finish) -> None:
    first = finish()
    assert f"It corrects the screening {first}." in _export(finish(supersedes=first)).stdout


def test_json_is_the_screening_as_it_is_on_record(record: Store, finish: Finish) -> None:
    screening_id = finish()
    done = _export(screening_id, "--json")
    assert done.stdout.isascii()
    assert json.loads(done.stdout) == record.screening(screening_id).model_dump(mode="json")


@pytest.mark.usefixtures("kept")
def test_fhir_is_a_bundle_that_fhirs_own_models_accept(finish: Finish) -> None:
    screening_id = finish()
    done = _export(screening_id, "--fhir")
    assert done.stdout.isascii()
    document = json.loads(done.stdout)
    Bundle.model_validate(document)
    assert [entry["resource"]["resourceType"] for entry in document["entry"]] == [
        "QuestionnaireResponse",
        "Questionnaire",
    ]
    assert document["entry"][0]["resource"]["id"] == screening_id


@pytest.mark.parametrize("characters", [4, 8, 36])
def test_a_screening_is_named_by_its_id_or_its_handoffs_or_the_beginning_of_one(
    record: Store, finish: Finish, characters: int
) -> None:
    screening_id = finish()
    (handoff,) = record.handoffs(10)
    for name in (screening_id, handoff.id):
        assert json.loads(_export(name[:characters], "--json").stdout)["id"] == screening_id


@pytest.mark.usefixtures("finish")
@pytest.mark.parametrize("unknown", ["00000000", str(uuid4()), "abc", "%%%%"])
def test_an_unknown_screening_is_refused(unknown: str) -> None:
    problem = _problem(unknown, "--json")
    assert (problem.code, unknown in problem.detail) == (Code.NOT_FOUND, False)


def test_an_ambiguous_beginning_is_refused(finish: Finish, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(range(10))
    monkeypatch.setattr(screenings, "uuid4", lambda: f"aaaaaaaa-0000-4000-8000-{next(numbers):012}")
    for _ in range(2):
        finish()
    assert _problem("aaaaaaaa").code is Code.CONFLICT


def test_without_its_protocol_on_record_there_is_no_fhir(finish: Finish, protocol: ScreeningProtocol) -> None:
    problem = _problem(finish(), "--fhir")
    assert problem.code is Code.NOT_FOUND
    assert f"The protocol {protocol.version} is not on record here" in problem.detail


@pytest.mark.usefixtures("record")
def test_a_screening_must_be_named() -> None:
    assert _export().exit_code == 2


def test_a_missing_record_is_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOFAQ_HOME", str(tmp_path))
    assert _problem("00000000").code is Code.NOT_FOUND
    assert not (tmp_path / "var").exists()
