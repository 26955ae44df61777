"""`mesofaq content`: what it prints, for people and for programs, and with what it exits."""

import json
import subprocess
import sys
from datetime import date, timedelta
from types import ModuleType

import pytest
from content_helpers import Folder
from typer.testing import CliRunner

from mesofaq.cli import app, main
from mesofaq.cli import content as content_commands  # noqa: F401  registers them
from mesofaq.content import load_content
from mesofaq.errors import Code, Problem

UNTIL = (date.today() + timedelta(days=300)).isoformat()


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["content", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def approve(card: str = "after-wash") -> str:
    code, out = run("approve", card, "--by", "Dr. Ada Byron", "--until", UNTIL)
    assert code == 0
    return out


def git(folder: Folder, *words: str) -> None:
    who = ["-c", "user.name=A Tester", "-c", "user.email=tester@clinic.example", "-c", "core.autocrlf=false"]
    subprocess.run(["git", "-C", str(folder.path), *who, *words], check=True, capture_output=True)


def test_lint_passes_with_notices_only(home: Folder) -> None:
    code, out = run("lint")
    assert code == 0
    assert out.splitlines() == [
        "content/cards:1: notice: 4 of 4 cards are drafts, and so are phrases.yml, privacy.yml, screening.yml and "
        "triage.yml. A clinician has to read and approve them.",
        "content/clinic.yml:1: notice: the clinic's facts are a placeholder. "
        "Write your own, then set 'placeholder: false'.",
        "0 errors, 2 notices.",
    ]


def test_lint_fails_on_an_error(home: Folder) -> None:
    line = home.append("after-wash.md", "\nIt is painless.")
    code, out = run("lint")
    assert code == 1
    assert f'content/cards/care/after-wash.md:{line}: error: "painless" is a claim.' in out
    assert out.endswith("1 error, 2 notices.\n")


def test_lint_for_programs(home: Folder) -> None:
    home.file("cost.examples.txt").unlink()
    code, out = run("lint", "--json")
    found = json.loads(out)
    assert (code, found["errors"], found["notices"]) == (1, 1, 2)
    (error,) = [item for item in found["findings"] if item["severity"] == "error"]
    assert error["path"] == "content/cards/money/cost.examples.txt"
    assert (error["line"], error["rule"]) == (1, "examples")
    assert "Write 40 or more into cost.examples.txt." in error["message"]


def test_list_is_a_table_with_one_line_a_card(home: Folder) -> None:
    approve()
    code, out = run("list")
    lines = [line.split() for line in out.splitlines()]
    assert code == 0
    assert lines[0] == ["id", "group", "status", "version", "grade", "words", "examples"]
    cards = load_content(home.path).cards
    assert [line[0] for line in lines[1:]] == list(cards)
    assert lines[1][:4] == ["after-wash", "care", "approved", cards["after-wash"].version]
    assert lines[2][2] == "draft"


def test_list_for_programs_counts_an_edited_card_as_a_draft(home: Folder) -> None:
    approve()
    home.change("after-wash.md", "wait 48 hours before", "wait 50 hours before")
    code, out = run("list", "--json")
    row = json.loads(out)[0]
    assert code == 0
    assert (row["id"], row["status"], row["until"], row["examples"]) == ("after-wash", "draft", UNTIL, 48)
    assert 0 < row["grade"] <= 8
    assert 40 <= row["words"] <= 120


def test_approve_says_what_it_did(home: Folder) -> None:
    version = load_content(home.path).cards["after-wash"].version
    assert approve() == (
        f"after-wash version {version} is approved by Dr. Ada Byron until {UNTIL}. "
        "Commit content/cards/care/after-wash.md to keep it.\n"
    )


def test_approve_can_record_a_review_only(home: Folder) -> None:
    run("approve", "cost", "--by", "Dr. Ada Byron", "--until", UNTIL, "--status", "reviewed")
    assert load_content(home.path).cards["cost"].review.status == "reviewed"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("cost", "--by", "test", "--until", UNTIL), Code.INVALID_REQUEST, "'test' is no person's name"),
        (("cost", "--by", "Ada Byron", "--until", "2020-01-01"), Code.INVALID_REQUEST, "2020-01-01 has passed"),
        (("cost", "--by", "Ada Byron", "--until", "2999-01-01"), Code.INVALID_REQUEST, "2 years at most"),
        (("cost", "--by", "Ada Byron", "--until", "tomorrow"), Code.INVALID_REQUEST, "'tomorrow' is no day"),
        (("afterwash", "--by", "Ada Byron", "--until", UNTIL), Code.NOT_FOUND, "Did you mean after-wash?"),
        (("zzz", "--by", "Ada Byron", "--until", UNTIL), Code.NOT_FOUND, "'mesofaq content list' shows them all"),
    ],
)
def test_approve_refuses_in_one_sentence(home: Folder, words: tuple[str, ...], code: Code, message: str) -> None:
    with pytest.raises(Problem) as caught:
        run("approve", *words)
    assert caught.value.code is code
    assert message in caught.value.detail


def test_a_status_that_approve_cannot_give_is_a_wrong_option(home: Folder) -> None:
    code, _ = run("approve", "cost", "--by", "Ada Byron", "--until", UNTIL, "--status", "draft")
    assert code == 2


def test_an_unreadable_card_is_named_with_its_line(home: Folder) -> None:
    home.file("cost.md").write_text("no front matter\n", encoding="utf-8")
    with pytest.raises(Problem, match=r"content/cards/money/cost\.md:1: a card starts with front matter"):
        run("diff", "cost")


def test_the_program_prints_one_sentence_and_exits_with_1(
    home: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mesofaq.cli.commands", ModuleType("commands"))  # the others are not needed
    monkeypatch.setattr(sys, "argv", ["mesofaq", "content", "diff", "zzz"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    assert capsys.readouterr().err.startswith("mesofaq: There is no card 'zzz'.")


def test_without_a_content_folder_there_is_a_sentence(home: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOFAQ_HOME", str(home.path))
    with pytest.raises(Problem, match="MESOFAQ_HOME"):
        run("lint")


def test_diff_of_a_draft_outside_git(home: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(home.path.parent.parent))
    version = load_content(home.path).cards["cost"].version
    code, out = run("diff", "cost")
    assert code == 0
    assert out == (
        f"cost is a draft: no version of it was signed. It is version {version} now.\n"
        "The folder is not under git, so the earlier words cannot be shown.\n"
    )


def test_diff_without_git(home: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "git is not installed here" in run("diff", "cost")[1]


def test_diff_shows_what_changed_since_the_sign_off(home: Folder) -> None:
    signed = load_content(home.path).cards["after-wash"].version
    approve()
    git(home, "init", "-q")
    assert "git's HEAD does not have this file yet" in run("diff", "after-wash")[1]
    git(home, "add", ".")
    git(home, "commit", "-qm", "x")
    assert run("diff", "after-wash")[1].splitlines() == [
        f"after-wash is as Dr. Ada Byron on {date.today()} signed it: version {signed}, until {UNTIL}.",
        "The file is the same as in git's HEAD.",
    ]
    home.change("after-wash.md", "wait 48 hours before", "wait 50 hours before")
    now = load_content(home.path).cards["after-wash"].version
    out = run("diff", "after-wash")[1]
    assert out.startswith(
        f"after-wash was changed since Dr. Ada Byron on {date.today()} signed version {signed}: "
        f"it is version {now} now, and counts as a draft.\n--- after-wash.md (git HEAD)\n+++ after-wash.md (now)\n"
    )
    assert "\n-The safest plan is to wait 48 hours" in out
    assert "\n+The safest plan is to wait 50 hours" in out
    found = json.loads(run("diff", "after-wash", "--json")[1])
    assert (found["card"], found["changed"], found["text_sha256"][:12]) == ("after-wash", True, now)
    assert found["signed_sha256"][:12] == signed
    git(home, "commit", "-qam", "y")
    assert "The change was committed" in run("diff", "after-wash")[1]
