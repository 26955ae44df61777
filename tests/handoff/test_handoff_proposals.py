"""Proposals: what may be proposed, and files that the real loader reads and the real linter judges."""

import io
import shutil
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.content.lint import Finding, Severity, lint
from mesofaq.content.loader import Content, load_content
from mesofaq.content.models import ReviewStatus
from mesofaq.errors import Code, Problem
from mesofaq.handoff.proposals import check_proposal, one_line, pack, written
from mesofaq.store.records import ProposalRecord

GOOD = Path(__file__).parents[1] / "content" / "good"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SCRIPT = '<script>alert("x")</script> [here](javascript:alert(1)) is it?'


@pytest.fixture(scope="module")
def good() -> Content:
    return load_content(GOOD)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "content"))


def proposal(question: str = "Where can I park?", card_id: str = "parking", **fields: Any) -> ProposalRecord:
    usual = {
        "id": "00000000-0000-4000-8000-000000000001",
        "conversation_id": "00000000-0000-4000-8000-000000000002",
        "message_id": "00000000-0000-4000-8000-000000000003",
        "author": "Example Person",
        "kind": "card",
        "answer": "",
        "at": NOW,
        "exported_at": None,
    }
    return ProposalRecord.model_validate(usual | {"question": question, "card_id": card_id} | fields)


def unpack(proposals: list[ProposalRecord], content: Content, folder: Path) -> list[str]:
    """Write an export into a `content/` folder, as whoever unpacks it there does; gives the new paths."""
    files = written(proposals, content.cards)
    for file in files:
        path = folder / file.path
        assert not path.exists(), "an export must never replace a file"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    return [file.path for file in files]


def findings(folder: Path) -> list[Finding]:
    topics = frozenset(load_content(GOOD).cards)
    return lint(folder, topics=topics, today=date(2026, 6, 1))


def errors_about(folder: Path, name: str) -> list[tuple[str, str]]:
    return [
        (found.rule, found.message)
        for found in findings(folder)
        if found.path.name == name and found.severity is Severity.ERROR
    ]


def test_a_draft_card_is_read_by_the_loader(good: Content, folder: Path) -> None:
    unpack([proposal(answer="Behind the house.\n\nIt is free.")], good, folder)
    card = load_content(folder).cards["parking"]
    assert card.question == "Where can I park?"
    assert card.body == "Behind the house.\n\nIt is free."
    assert (card.sources, card.variants, card.evidence, card.review.status) == ((), (), "", ReviewStatus.DRAFT)
    assert card.group == "proposed"


@pytest.mark.parametrize("answer", ["", "Behind the house."])
def test_lint_says_what_a_draft_still_needs(good: Content, folder: Path, answer: str) -> None:
    before = [found for found in findings(folder) if found.severity is Severity.ERROR]
    unpack([proposal(answer=answer)], good, folder)
    assert not before
    rules = {rule for rule, _ in errors_about(folder, "parking.md")}
    assert {"sources", "length"} <= rules
    assert "schema" not in rules
    assert [rule for rule, _ in errors_about(folder, "parking.examples.txt")] == ["examples"]


def test_a_new_example_is_accepted_once_it_is_added(good: Content, folder: Path) -> None:
    before = findings(folder)
    question = "so what would a single appointment set me back in the spring"
    (path,) = unpack([proposal(question, "cost", kind="example")], good, folder)
    added = folder / path
    beside = added.with_name("cost.examples.txt")
    lines = added.read_text(encoding="utf-8")
    assert lines.splitlines()[0] == "# Add these lines to cards/money/cost.examples.txt, then delete this file."
    beside.write_text(beside.read_text(encoding="utf-8") + lines, encoding="utf-8")
    added.unlink()
    assert load_content(folder).cards["cost"].examples == (*good.cards["cost"].examples, question)
    assert findings(folder) == before


def test_lint_reports_examples_that_nobody_added_yet(good: Content, folder: Path) -> None:
    unpack([proposal("what about a discount", "cost", kind="example")], good, folder)
    assert [rule for rule, _ in errors_about(folder, "add-to-cost.examples.txt")] == ["schema"]


def test_an_example_that_the_card_has_is_not_written_again(good: Content) -> None:
    known = good.cards["cost"].examples[0]
    twice = [proposal(text, "cost", kind="example") for text in (known.upper(), "a new one?", "A new one?")]
    (file,) = written(twice, good.cards)
    assert file.text.splitlines()[1:] == ["a new one?"]


def test_the_first_question_of_a_new_card_is_its_question_and_the_others_its_examples(
    good: Content, folder: Path
) -> None:
    texts = ["Is there a car park?", "Where can I park?", "parking??"]
    proposals = [
        proposal(text, at=NOW + timedelta(minutes=number), answer=f"Answer {number}.")
        for number, text in enumerate(texts)
    ]
    paths = unpack(proposals[::-1], good, folder)
    assert paths == ["cards/proposed/parking.examples.txt", "cards/proposed/parking.md"]
    card = load_content(folder).cards["parking"]
    assert (card.question, card.examples) == (texts[0], tuple(texts[1:]))
    assert card.body == "Answer 0.\nAnswer 1.\nAnswer 2."


def test_a_card_that_has_come_into_being_since_is_not_written_again(good: Content) -> None:
    (file,) = written([proposal("is it dear", "cost", kind="card", answer="Yes.")], good.cards)
    assert file.path == "cards/money/add-to-cost.examples.txt"


def test_a_script_comes_to_nothing_in_a_card(good: Content, folder: Path) -> None:
    unpack([proposal(SCRIPT, answer=f"{SCRIPT}\n![p](http://clinic.example/x.png)\n<!-- a -->")], good, folder)
    text = (folder / "cards/proposed/parking.md").read_text(encoding="utf-8")
    assert not any(sign in text for sign in ("<script", "</script", "](", "<!"))
    assert "alert(" in text  # the words are kept


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "#", "\t=", "= +", "\u200b=", "|"])
def test_no_example_begins_like_a_formula_or_a_remark(start: str) -> None:
    assert one_line(f"{start}cmd|' /C calc'!A0") == "cmd|' /C calc'!A0"


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_question_and_answer_make_a_card_that_yaml_reads(question: str, answer: str) -> None:
    (file,) = written([proposal(question, answer=answer)], {})
    lines = file.text.split("\n")
    assert lines == [*file.text.splitlines(), ""]
    assert lines[0] == "---"
    front = yaml.safe_load("\n".join(lines[1 : lines.index("---", 1)]))
    assert front["question"].replace(" ", "") == one_line(question).replace(" ", "")
    assert front["review"] == {"status": "draft"}


@given(st.text(max_size=200))
def test_an_example_is_always_one_plain_line(text: str) -> None:
    line = one_line(text)
    assert line == one_line(line)
    assert line == line.strip()
    assert len(line.splitlines()) <= 1
    assert not line.startswith(tuple("=+-@#|%"))


def test_several_files_come_in_one_zip_with_safe_names(good: Content) -> None:
    proposals = [proposal(), proposal("another one", "cost", kind="example"), proposal(card_id="wifi")]
    name, kind, data = pack(written(proposals, good.cards), NOW)
    assert (name, kind) == ("mesofaq-proposals-2026-03-01.zip", "application/zip")
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert names == [
        "cards/money/add-to-cost.examples.txt",
        "cards/proposed/parking.md",
        "cards/proposed/wifi.md",
    ]
    for path in map(PurePosixPath, names):
        assert not path.is_absolute()
        assert ".." not in path.parts


def test_one_file_comes_as_it_is(good: Content) -> None:
    assert pack(written([proposal()], good.cards), NOW)[:2] == ("parking.md", "text/markdown; charset=utf-8")
    name, kind, data = pack(written([proposal("is it dear", "cost", kind="example")], good.cards), NOW)
    assert (name, kind) == ("add-to-cost.examples.txt", "text/plain; charset=utf-8")
    assert data.decode().splitlines()[1] == "is it dear"


@pytest.mark.parametrize("card_id", ["../../etc/passwd", "a/b", "a.md", "", "A", "a--b", "a\n"])
@pytest.mark.parametrize("kind", ["card", "example"])
def test_a_row_with_a_name_that_is_no_file_name_is_refused(good: Content, card_id: str, kind: str) -> None:
    with pytest.raises(Problem) as raised:
        written([proposal(card_id=card_id, kind=kind)], good.cards)
    assert raised.value.code is Code.CONTENT_INVALID


def test_what_is_proposed_is_kept_clean(good: Content) -> None:
    assert check_proposal("card", " parking ", " Where\n can I  park? ", " There.\n", good.cards) == (
        "parking",
        "Where can I park?",
        "There.",
    )
    assert check_proposal("example", "cost", "is it dear", "not for examples", good.cards) == (
        "cost",
        "is it dear",
        "",
    )


@pytest.mark.parametrize(
    ("kind", "card_id", "question", "answer", "code"),
    [
        ("example", "parking", "Where can I park?", "", Code.NOT_FOUND),
        ("card", "cost", "Where can I park?", "", Code.CONFLICT),
        ("card", "Parking", "Where can I park?", "", Code.INVALID_REQUEST),
        ("card", "parking_lot", "Where can I park?", "", Code.INVALID_REQUEST),
        ("card", "../parking", "Where can I park?", "", Code.INVALID_REQUEST),
        ("card", "-parking", "Where can I park?", "", Code.INVALID_REQUEST),
        ("card", "con", "Where can I park?", "", Code.INVALID_REQUEST),
        ("card", "a" * 61, "Where can I park?", "", Code.INVALID_REQUEST),
        ("page", "parking", "Where can I park?", "", Code.INVALID_REQUEST),
        ("card", "parking", "ab", "", Code.INVALID_REQUEST),
        ("card", "parking", " a \n b ", "x" * 4_001, Code.INVALID_REQUEST),
        ("card", "parking", "x" * 301, "", Code.INVALID_REQUEST),
        ("card", "parking", "== #", "", Code.INVALID_REQUEST),
        ("card", "parking", "write me at someone@clinic.example", "", Code.INVALID_REQUEST),
        ("example", "cost", "call me on +1 (555) 010-0199 please", "", Code.INVALID_REQUEST),
        ("card", "parking", "Where can I park?", "Call 5550100 42", Code.INVALID_REQUEST),
    ],
)
def test_what_may_not_be_proposed_is_refused_without_repeating_it(
    good: Content, kind: str, card_id: str, question: str, answer: str, code: Code
) -> None:
    with pytest.raises(Problem) as raised:
        check_proposal(kind, card_id, question, answer, good.cards)
    assert raised.value.code is code
    assert question not in raised.value.detail


@pytest.mark.parametrize(
    "question", ["is it 250-600 dollars for 3", "can i come at 10 on the 12th of may", "2 or 5 percent?"]
)
def test_ordinary_numbers_may_be_proposed(good: Content, question: str) -> None:
    assert check_proposal("example", "cost", question, "", good.cards)[1] == question
