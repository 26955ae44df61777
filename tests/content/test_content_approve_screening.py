"""Signing the health questions: what is refused, that only the review is written, and when the sign-off ends."""

from datetime import date, timedelta
from typing import Any

import pytest
from content_helpers import Folder
from content_screening_cases import PROTOCOL, WORDS, capital_letter, item_line, milder_outcome, override
from typer.testing import CliRunner

from mesofaq.cli import app
from mesofaq.cli import content as content_commands  # noqa: F401  registers them
from mesofaq.content import approval, load_content
from mesofaq.content.approval import approve_screening
from mesofaq.content.lint import Severity
from mesofaq.content.models import ReviewStatus
from mesofaq.content.screening import ScreeningProtocol
from mesofaq.errors import Code, Problem

TODAY = date(2026, 6, 1)
UNTIL = date(2027, 1, 31)


def sign(
    folder: Folder,
    *,
    by: str = "Dr. Ada Byron",
    until: date = UNTIL,
    status: ReviewStatus = ReviewStatus.APPROVED,
    today: date = TODAY,
) -> ScreeningProtocol:
    content = load_content(folder.path, strict=False)
    return approve_screening(content, by=by, until=until, status=status, today=today)


def cli(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["content", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def test_the_review_is_written_and_read_back(folder: Folder) -> None:
    signed = sign(folder)
    read = load_content(folder.path).screening
    assert read == signed
    assert read.review.model_dump() == {
        "status": ReviewStatus.APPROVED,
        "by": "Dr. Ada Byron",
        "on": TODAY,
        "until": UNTIL,
        "text_sha256": read.text_sha256,
    }
    assert folder.errors(today=TODAY) == []


def test_a_sign_off_holds_through_its_last_day(folder: Folder) -> None:
    signed = sign(folder)
    assert signed.status_on(UNTIL) is ReviewStatus.APPROVED
    assert signed.status_on(UNTIL + timedelta(days=1)) is ReviewStatus.DRAFT


def test_a_signed_protocol_is_no_draft_in_the_notice(folder: Folder) -> None:
    sign(folder)
    (notice,) = [one.message for one in folder.lint() if one.rule == "review"]
    assert PROTOCOL not in notice


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize(
    ("head", "block"),
    [
        (b"", b"review:\n  status: draft\n"),
        (b"# Caf\xc3\xa9.  \n\n", b"review: {status: draft}\n"),
        (b"# A remark.\n", b"review:\n    status: 'draft'\n    by: Somebody Else\n\n# another remark\n"),
    ],
)
def test_every_other_byte_stays(folder: Folder, head: bytes, block: bytes, end: bytes) -> None:
    path, words = folder.file(PROTOCOL), folder.file(WORDS).read_bytes()
    rest = path.read_bytes().removeprefix(b"review:\n  status: draft\n").replace(b"\n", end)
    head, block = head.replace(b"\n", end), block.replace(b"\n", end)
    path.write_bytes(head + block + rest)
    path.chmod(0o640)
    before = load_content(folder.path).screening.version
    assert sign(folder).version == before
    after = path.read_bytes()
    assert after.startswith(head + b"review:" + end)
    assert after.endswith((block[block.index(b"#") - len(end) :] if b"#" in block else b"") + rest)
    assert len(after.split(end)) - len((head + rest).split(end)) == (8 if b"#" in block else 6)
    assert after.count(b"\n") == after.count(end)
    assert folder.file(WORDS).read_bytes() == words
    assert path.stat().st_mode & 0o777 == 0o640


def test_one_changed_word_in_the_word_lists_makes_it_a_draft_that_lint_wants_read_again(folder: Folder) -> None:
    sign(folder)
    folder.change(WORDS, "dialysis, ckd, kidney transplant]", "dialysis, ckd, kidney transplant, nephritis]")
    assert load_content(folder.path).screening.status_on(TODAY) is ReviewStatus.DRAFT
    (found,) = [one for one in folder.lint() if one.severity is Severity.ERROR]
    assert (found.rule, found.path) == ("review", folder.path / PROTOCOL)
    assert found.line == folder.line(PROTOCOL, "text_sha256:")
    assert "not in its present words. Have it read again and run 'mesofaq content approve screening'" in found.message


def test_another_reason_in_an_override_ends_the_sign_off(folder: Folder) -> None:
    milder_outcome(folder)
    override(folder, "pregnancy", "outcome")
    sign(folder)
    folder.change(PROTOCOL, "asks this in person", "asks this on the telephone")
    assert folder.errors() == [("review", folder.path / PROTOCOL, folder.line(PROTOCOL, "text_sha256:"))]


def test_signing_again_replaces_the_first_sign_off(folder: Folder) -> None:
    sign(folder)
    folder.change(WORDS, "dialysis, ckd, kidney transplant]", "dialysis, ckd, kidney transplant, nephritis]")
    signed = sign(folder, by="Dr. Grace Hopper", status=ReviewStatus.REVIEWED)
    assert (signed.review.by, signed.review.status) == ("Dr. Grace Hopper", ReviewStatus.REVIEWED)
    assert folder.file(PROTOCOL).read_bytes().count(b"text_sha256:") == 1
    assert folder.errors() == []


def test_an_expired_sign_off_can_be_renewed(folder: Folder) -> None:
    sign(folder)
    later = UNTIL + timedelta(days=10)
    assert [rule for rule, _, _ in folder.errors(today=later)] == ["review"]
    sign(folder, today=later, until=later)
    assert folder.errors(today=later) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"by": "test"}, "no person's name"),
        ({"by": "The Clinician"}, "no person's name"),
        ({"until": TODAY - timedelta(days=1)}, "2026-05-31 has passed"),
        ({"until": date(2028, 6, 2)}, "2 years at most. Give a day until 2028-06-01"),
    ],
)
def test_a_sign_off_that_cannot_be_is_refused(folder: Folder, wrong: dict[str, Any], words: str) -> None:
    before = folder.file(PROTOCOL).read_bytes()
    with pytest.raises(Problem) as caught:
        sign(folder, **wrong)
    assert caught.value.code is Code.INVALID_REQUEST
    assert words in caught.value.detail
    assert folder.file(PROTOCOL).read_bytes() == before


def test_a_looser_protocol_is_refused(folder: Folder) -> None:
    _, line = milder_outcome(folder)
    before = folder.file(PROTOCOL).read_bytes()
    with pytest.raises(Problem) as caught:
        sign(folder)
    assert caught.value.code is Code.CONTENT_INVALID
    assert caught.value.detail.startswith(f"'screening' cannot be signed: {PROTOCOL}:{line}: 'pregnancy' is looser")
    assert folder.file(PROTOCOL).read_bytes() == before


def test_a_looser_protocol_with_its_override_can_be_signed(folder: Folder) -> None:
    milder_outcome(folder)
    override(folder, "pregnancy", "outcome")
    assert sign(folder).status_on(UNTIL) is ReviewStatus.APPROVED


def test_a_fault_in_the_word_lists_is_refused(folder: Folder) -> None:
    _, line = capital_letter(folder)
    with pytest.raises(Problem, match=rf"'screening' cannot be signed: {WORDS}:{line}: 'Kidney pie'"):
        sign(folder)


def test_a_claim_in_a_question_is_refused(folder: Folder) -> None:
    folder.change(PROTOCOL, "Do you have a heart condition?", "It is painless. Do you have a heart condition?")
    with pytest.raises(Problem, match=rf"{PROTOCOL}:{item_line(folder, 'heart', 'question')}: .*painless"):
        sign(folder)


def test_a_fault_of_a_card_does_not_count(folder: Folder) -> None:
    folder.append("cost.md", "\nIt is painless.")
    assert sign(folder).review.status is ReviewStatus.APPROVED


@pytest.mark.parametrize("written", [b"intro: [", b"- a\n", b"", None])
def test_a_write_that_does_not_read_back_is_undone(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, written: bytes | None
) -> None:
    before = folder.file(PROTOCOL).read_bytes()
    other = before.replace(b"any allergies", b"an allergy")
    monkeypatch.setattr(approval, "_replaced", lambda *_: other if written is None else written)
    with pytest.raises(Problem, match="the file is as it was"):
        sign(folder)
    assert folder.file(PROTOCOL).read_bytes() == before


def test_the_command_says_what_it_did(home: Folder) -> None:
    until = date.today() + timedelta(days=300)
    code, out = cli("approve", "screening", "--by", "Dr. Ada Byron", "--until", until.isoformat())
    protocol = load_content(home.path).screening
    assert (code, out) == (
        0,
        f"The screening protocol version {protocol.version} is approved by Dr. Ada Byron until {until}. "
        f"Commit content/{PROTOCOL} to keep it.\n",
    )
    assert protocol.status_on(until) is ReviewStatus.APPROVED


def test_the_command_can_record_a_review_only(home: Folder) -> None:
    until = (date.today() + timedelta(days=300)).isoformat()
    cli("approve", "screening", "--by", "Dr. Ada Byron", "--until", until, "--status", "reviewed")
    assert load_content(home.path).screening.review.status is ReviewStatus.REVIEWED


@pytest.mark.parametrize(
    ("by", "until", "words"),
    [
        ("TBD", "2020-01-01", "'TBD' is no person's name"),
        ("Ada Byron", "2020-01-01", "2020-01-01 has passed"),
        ("Ada Byron", "tomorrow", "'tomorrow' is no day"),
    ],
)
def test_the_command_refuses_in_one_sentence(home: Folder, by: str, until: str, words: str) -> None:
    with pytest.raises(Problem) as caught:
        cli("approve", "screening", "--by", by, "--until", until)
    assert caught.value.code is Code.INVALID_REQUEST
    assert words in caught.value.detail
    assert load_content(home.path).screening.review.status is ReviewStatus.DRAFT
