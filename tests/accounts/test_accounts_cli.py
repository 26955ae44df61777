"""`mesofaq user` and `mesofaq audit`, on a record of their own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text
from typer.testing import CliRunner

import mesofaq.cli.audit
import mesofaq.cli.user  # noqa: F401  registers the command
from mesofaq.cli import app
from mesofaq.cli.user import open_accounts
from mesofaq.errors import Code, Problem
from mesofaq.store import Store

PASSWORD = "seven quiet herons"
NEW = "nine loud ravens"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MESOFAQ_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


@pytest.fixture
def record(home: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{home / 'var' / 'mesofaq.db'}")
    store.migrate()
    yield store
    store.close()


def _run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=typed)


def _add(username: str = "dana", role: str = "clinician") -> Result:
    return _run(
        "user", "add", username, "--name", "Dana Reyes", "--title", "nurse", "--role", role, "--password-stdin",
        typed=f"{PASSWORD}\n",
    )  # fmt: skip


def _signs_in(username: str, password: str) -> bool:
    with open_accounts() as accounts:
        try:
            accounts.sign_in(username, password)
        except Problem:
            return False
    return True


def _refused(result: Result, code: Code) -> None:
    assert result.exit_code == 1
    assert isinstance(result.exception, Problem)
    assert result.exception.code is code


def test_an_account_is_added_by_a_program(record: Store) -> None:
    result = _add("Dana")
    assert (result.exit_code, result.stdout) == (0, "Added dana as clinician.\n")
    assert _signs_in("dana", PASSWORD)


def test_the_password_is_asked_for_twice_and_not_shown(record: Store) -> None:
    arguments = ("user", "add", "dana", "--name", "Dana Reyes", "--title", "nurse", "--role", "admin")
    result = _run(*arguments, typed=f"{PASSWORD}\nanother one\n{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    assert _signs_in("dana", PASSWORD)


@pytest.mark.parametrize("typed", ["", "\n", "short\n", "password1234\n"])
def test_a_password_that_is_not_fit_is_refused(record: Store, typed: str) -> None:
    arguments = ("--name", "Dana Reyes", "--title", "nurse", "--role", "admin", "--password-stdin")
    _refused(_run("user", "add", "dana", *arguments, typed=typed), Code.INVALID_REQUEST)
    assert json.loads(_run("user", "list", "--json").stdout) == []


def test_a_name_that_is_taken_is_refused(record: Store) -> None:
    _add()
    _refused(_add(), Code.CONFLICT)


def test_a_role_that_there_is_not_is_a_wrong_option(record: Store) -> None:
    assert _add(role="owner").exit_code == 2


def test_accounts_are_listed(record: Store) -> None:
    assert "no accounts" in _run("user", "list").stdout
    _add()
    _add("omar", "admin")
    _run("user", "disable", "dana")
    lines = _run("user", "list").stdout.splitlines()
    assert lines[1].split() == ["omar", "admin", "Dana", "Reyes,", "nurse", "no", "in", "use"]
    assert lines[2].split()[-1] == "disabled"
    (omar, dana) = json.loads(_run("user", "list", "--json").stdout)
    assert (omar["username"], omar["role"], omar["disabled_at"]) == ("omar", "admin", None)
    assert dana["disabled_at"] is not None
    assert "password_hash" not in dana


def test_an_account_is_disabled_and_enabled(record: Store) -> None:
    _add()
    assert _run("user", "disable", "dana").exit_code == 0
    assert not _signs_in("dana", PASSWORD)
    assert _run("user", "enable", "dana").exit_code == 0
    assert _signs_in("dana", PASSWORD)


def test_a_password_a_role_and_a_second_factor_are_changed(record: Store) -> None:
    _add()
    assert _run("user", "password", "dana", "--password-stdin", typed=f"{NEW}\n").exit_code == 0
    assert (_signs_in("dana", PASSWORD), _signs_in("dana", NEW)) == (False, True)
    assert _run("user", "role", "dana", "reviewer").stdout == "dana is reviewer now.\n"
    assert _run("user", "reset-second-factor", "dana").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [("disable",), ("enable",), ("password",), ("role", "admin"), ("reset-second-factor",)],
)
def test_an_unknown_name_is_told(record: Store, arguments: tuple[str, ...]) -> None:
    command, *rest = arguments
    _refused(_run("user", command, "nobody", *rest), Code.NOT_FOUND)


def test_the_only_admin_stays(record: Store) -> None:
    _add(role="admin")
    _refused(_run("user", "disable", "dana"), Code.CONFLICT)
    _refused(_run("user", "role", "dana", "clinician"), Code.CONFLICT)


def test_without_a_record_nothing_is_made(home: Path) -> None:
    _refused(_run("user", "list"), Code.NOT_FOUND)
    _refused(_run("audit", "verify"), Code.NOT_FOUND)
    assert not (home / "var").exists()


def test_the_first_account_can_come_before_the_first_start(home: Path) -> None:
    assert _add().exit_code == 0
    assert _signs_in("dana", PASSWORD)


def test_what_the_command_line_did_is_in_the_audit(record: Store) -> None:
    _add()
    _run("user", "disable", "dana")
    entries = json.loads(_run("audit", "list", "--json", "--limit", "2").stdout)
    assert [(entry["actor"], entry["action"]) for entry in entries] == [
        ("command-line", "account.disabled"),
        ("command-line", "account.added"),
    ]
    lines = _run("audit", "list", "--limit", "1").stdout.splitlines()
    assert len(lines) == 2
    assert {"2", "command-line", "account.disabled"} <= set(lines[1].split())


def test_a_whole_audit_is_verified(record: Store) -> None:
    _add()
    result = _run("audit", "verify")
    assert result.exit_code == 0
    assert result.stdout.startswith("The audit is whole: 1 entry.")
    document = json.loads(_run("audit", "verify", "--json").stdout)
    assert (document["holds"], document["entries"], document["broken_at"]) == (True, 1, None)
    assert document["head_sha256"] in result.stdout


def test_a_row_that_was_changed_by_hand_is_found(record: Store) -> None:
    for username in ("dana", "omar", "noor"):
        _add(username)
    with record.database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET actor = 'system' WHERE sequence = 2"))
    result = _run("audit", "verify")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "mesofaq: The audit is broken at entry 2: it was changed after it was written.\n"
    machine = _run("audit", "verify", "--json")
    assert machine.exit_code == 1
    assert json.loads(machine.stdout)["broken_at"] == 2
