"""Accounts as an admin manages them."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from accounts_helpers import PASSWORD, sign_in, told
from sqlalchemy import text

from mesofaq.accounts.models import RIGHTS, Right, Role, StaffRecord
from mesofaq.accounts.service import Accounts
from mesofaq.errors import Code, Problem
from mesofaq.store import Store

BY = "staff:00000000-0000-4000-8000-000000000000"


def test_an_account_is_kept_without_its_password(accounts: Accounts, nurse: StaffRecord, store: Store) -> None:
    assert accounts.people() == [nurse]
    assert (nurse.username, nurse.name, nurse.title, nurse.role) == ("dana", "Dana Reyes", "nurse", Role.CLINICIAN)
    with store.database.engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM staff")).mappings().all()
    assert PASSWORD not in str(dict(row))
    assert row["password_hash"].startswith("$argon2id$")


def test_adding_is_audited_without_a_name(accounts: Accounts, nurse: StaffRecord) -> None:
    assert told(accounts) == [("command-line", "account.added", nurse.id, {"role": "clinician"})]


@pytest.mark.parametrize("username", ["dana", "DANA", " Dana ", "\uff24ana"])
def test_upper_and_lower_case_are_the_same_name(accounts: Accounts, nurse: StaffRecord, username: str) -> None:
    assert accounts.person(username) == nurse
    with pytest.raises(Problem) as caught:
        accounts.add(username, "Somebody Else", "nurse", Role.REVIEWER, "nine loud ravens", by=BY)
    assert caught.value.code is Code.CONFLICT
    assert len(accounts.people()) == 1


@pytest.mark.parametrize("username", ["", "a", "a b", "x" * 65, "a\x00b", "a/b", "<b>", "\ud800\ud800"])
def test_a_name_to_sign_in_with_is_simple(accounts: Accounts, username: str) -> None:
    with pytest.raises(Problem) as caught:
        accounts.add(username, "Dana Reyes", "nurse", Role.REVIEWER, PASSWORD, by=BY)
    assert caught.value.code is Code.INVALID_REQUEST
    assert accounts.people() == []
    with pytest.raises(Problem) as unknown:
        accounts.person(username)
    assert unknown.value.code is Code.NOT_FOUND


@pytest.mark.parametrize("shown", ["", "  ", "x" * 81, "a\x00b", "\u202eevil", "\x1b[2J"])
def test_what_patients_see_can_be_seen(accounts: Accounts, shown: str) -> None:
    for name, title in ((shown, "nurse"), ("Dana Reyes", shown)):
        with pytest.raises(Problem) as caught:
            accounts.add("dana", name, title, Role.REVIEWER, PASSWORD, by=BY)
        assert caught.value.code is Code.INVALID_REQUEST
    assert accounts.people() == []


def test_two_who_add_the_same_name_at_once_make_one_account(accounts: Accounts) -> None:
    start = Barrier(4)

    def add(number: int) -> str:
        start.wait()
        try:
            accounts.add("dana", f"Person {number}", "nurse", Role.CLINICIAN, PASSWORD, by=BY)
        except Problem as problem:
            return str(problem.code)
        return "added"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4))) == ["added", "conflict", "conflict", "conflict"]
    assert len(accounts.people()) == 1


def test_those_in_use_come_first(accounts: Accounts) -> None:
    for username, name in (("a", "Ana"), ("b", "Ben"), ("c", "cleo")):
        accounts.add(username * 2, name, "nurse", Role.REVIEWER, PASSWORD, by=BY)
    accounts.disable("aa", by=BY)
    assert [person.name for person in accounts.people()] == ["Ben", "cleo", "Ana"]


@pytest.mark.parametrize("change", ["disable", "role", "password", "second_factor"])
def test_what_decides_who_comes_in_ends_the_sessions(accounts: Accounts, nurse: StaffRecord, change: str) -> None:
    tokens = [sign_in(accounts)[0] for _ in range(2)]
    if change == "disable":
        accounts.disable("dana", by=BY)
    elif change == "role":
        accounts.change_role("dana", Role.REVIEWER, by=BY)
    elif change == "password":
        accounts.set_password("dana", "nine loud ravens", by=BY)
    else:
        accounts.reset_second_factor("dana", by=BY)
    assert [accounts.session(token) for token in tokens] == [None, None]
    ((actor, _, subject, details),) = told(accounts)
    assert (actor, subject, details["sessions"]) == (BY, nurse.id, 2)


def test_the_sessions_of_others_stay(accounts: Accounts, nurse: StaffRecord) -> None:
    accounts.add("omar", "Omar Hale", "doctor", Role.CLINICIAN, "nine loud ravens", by=BY)
    token, _ = accounts.sign_in("omar", "nine loud ravens")
    accounts.disable("dana", by=BY)
    assert accounts.session(token) is not None


def test_a_disabled_account_can_be_enabled_again(accounts: Accounts, nurse: StaffRecord) -> None:
    assert accounts.disable("dana", by=BY).disabled_at is not None
    assert accounts.enable("dana", by=BY).disabled_at is None
    assert told(accounts, 2) == [
        (BY, "account.disabled", nurse.id, {"sessions": 0}),
        (BY, "account.changed", nurse.id, {"change": "enabled"}),
    ]
    assert sign_in(accounts)[1].complete


def test_the_same_role_again_changes_nothing(accounts: Accounts, nurse: StaffRecord) -> None:
    token, _ = sign_in(accounts)
    before = accounts.audit.length()
    accounts.change_role("dana", Role.CLINICIAN, by=BY)
    assert accounts.session(token) is not None
    assert accounts.audit.length() == before


@pytest.fixture
def admins(accounts: Accounts) -> list[str]:
    for username in ("ines", "noor"):
        accounts.add(username, username.title(), "manager", Role.ADMIN, PASSWORD, by=BY)
    return ["ines", "noor"]


@pytest.mark.parametrize("change", ["disable", "role"])
def test_the_last_admin_stays(accounts: Accounts, admins: list[str], change: str) -> None:
    accounts.disable("noor", by=BY)
    step = accounts.disable if change == "disable" else partial(accounts.change_role, role=Role.CLINICIAN)
    with pytest.raises(Problem) as caught:
        step("ines", by=BY)
    assert caught.value.code is Code.CONFLICT
    ines = accounts.person("ines")
    assert (ines.role, ines.disabled_at) == (Role.ADMIN, None)


def test_two_admins_who_disable_each_other_at_once_do_not_both_succeed(accounts: Accounts, admins: list[str]) -> None:
    for _ in range(5):
        start = Barrier(2)

        def disable(username: str, start: Barrier = start) -> str:
            start.wait()
            try:
                accounts.disable(username, by=BY)
            except Problem as problem:
                return str(problem.code)
            return "disabled"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(disable, admins)) == ["conflict", "disabled"]
        for username in admins:
            accounts.enable(username, by=BY)


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (Role.REVIEWER, {"read", "review"}),
        (Role.CLINICIAN, {"read", "review", "answer", "export"}),
        (Role.ADMIN, {"read", "review", "answer", "export", "erase", "people"}),
    ],
)
def test_a_role_may_what_it_may(accounts: Accounts, role: Role, rights: set[str]) -> None:
    person = accounts.add("dana", "Dana Reyes", "nurse", role, PASSWORD, by=BY)
    assert {right.value for right in Right if person.may(right)} == rights
    assert {right.value for right in RIGHTS[role]} == rights
