"""Signing in, staying in, and being out."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from accounts_helpers import PASSWORD, accounts_of, code_at, sign_in, told
from argon2 import PasswordHasher
from sqlalchemy import text
from store_helpers import FakeClock

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.accounts.service import Accounts
from mesofaq.errors import Code, Problem
from mesofaq.store import Store

BY = "command-line"


def test_the_right_password_opens_a_session(accounts: Accounts, nurse: StaffRecord) -> None:
    token, session = accounts.sign_in("DANA", PASSWORD)
    assert session.complete
    assert session.staff == nurse
    assert accounts.session(token) == session
    assert told(accounts) == [(f"staff:{nurse.id}", "session.signed_in", nurse.id, {"complete": True})]


def test_the_record_holds_a_hash_of_the_token_only(accounts: Accounts, nurse: StaffRecord, store: Store) -> None:
    token, session = sign_in(accounts)
    with store.database.engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM staff_sessions")).mappings().all()
    assert row["token_sha256"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(dict(row))
    assert len(token) >= 43
    assert session.csrf_token != token


def test_every_session_has_a_token_of_its_own(accounts: Accounts, nurse: StaffRecord) -> None:
    (first, one), (second, two) = sign_in(accounts), sign_in(accounts)
    assert first != second
    assert one.csrf_token != two.csrf_token


@pytest.mark.parametrize(
    ("username", "password", "known"),
    [
        ("dana", "seven quiet heron", True),
        ("dana", "", True),
        ("dana", "Seven Quiet Herons", True),
        ("dana", "x" * 5000, True),
        ("dana", "\ud800\x00", True),
        ("nobody", PASSWORD, False),
        ("", "", False),
        ("a\x00b", PASSWORD, False),
        ("\ud800\ud800", PASSWORD, False),
    ],
)
def test_nobody_is_told_which_half_was_wrong(
    accounts: Accounts, nurse: StaffRecord, username: str, password: str, known: bool
) -> None:
    with pytest.raises(Problem) as caught:
        accounts.sign_in(username, password)
    assert caught.value.code is Code.UNAUTHORIZED
    assert caught.value.detail == "The name or the password is not right, or the account is disabled."
    assert told(accounts) == [("system", "session.refused", nurse.id if known else None, {"factor": "password"})]


def test_a_disabled_account_is_told_the_same(accounts: Accounts, nurse: StaffRecord) -> None:
    accounts.disable("dana", by=BY)
    with pytest.raises(Problem) as caught:
        sign_in(accounts)
    assert caught.value.detail == "The name or the password is not right, or the account is disabled."
    assert told(accounts) == [("system", "session.refused", nurse.id, {"factor": "password"})]


def test_an_unknown_name_costs_a_hash_as_well(
    accounts: Accounts, nurse: StaffRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify, checked = PasswordHasher.verify, []

    def counted(self: PasswordHasher, hash: str, password: bytes) -> bool:
        checked.append(hash)
        return verify(self, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    accounts.disable("dana", by=BY)
    for username in ("nobody", "dana", "no such name at all"):
        with pytest.raises(Problem):
            accounts.sign_in(username, PASSWORD)
    assert [hash.split("$")[1:4] for hash in checked] == [checked[1].split("$")[1:4]] * 3


def test_a_hash_of_other_parameters_is_made_anew(
    real_hashes: None, accounts: Accounts, nurse: StaffRecord, store: Store
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    _set_hash(store, weak)
    sign_in(accounts)
    with store.database.engine.connect() as connection:
        kept = connection.execute(text("SELECT password_hash FROM staff")).scalar_one()
    assert kept != weak
    assert not PasswordHasher().check_needs_rehash(kept)
    assert sign_in(accounts)[1].complete


def test_a_damaged_hash_lets_nobody_in(accounts: Accounts, nurse: StaffRecord, store: Store) -> None:
    _set_hash(store, "not a hash")
    with pytest.raises(Problem) as caught:
        sign_in(accounts)
    assert caught.value.code is Code.UNAUTHORIZED


def _set_hash(store: Store, hash: str) -> None:
    with store.database.engine.begin() as connection:
        connection.execute(text("UPDATE staff SET password_hash = :hash"), {"hash": hash})


@pytest.mark.parametrize("token", ["", "x", "\udcff", "\xff" * 100])
def test_an_unknown_token_opens_nothing(accounts: Accounts, nurse: StaffRecord, token: str) -> None:
    sign_in(accounts)
    assert accounts.session(token) is None


def test_a_session_that_does_nothing_ends(accounts: Accounts, nurse: StaffRecord, clock: FakeClock) -> None:
    token, _ = sign_in(accounts)
    clock.advance(minutes=29, seconds=59)
    assert accounts.session(token) is not None
    clock.advance(minutes=29, seconds=59)
    assert accounts.session(token) is not None
    clock.advance(minutes=30)
    assert accounts.session(token) is None
    clock.advance(minutes=-30)
    assert accounts.session(token) is None  # ended is ended


def test_what_a_page_asks_for_by_itself_does_not_count(
    accounts: Accounts, nurse: StaffRecord, clock: FakeClock
) -> None:
    token, _ = sign_in(accounts)
    for _ in range(2):
        clock.advance(minutes=14)
        assert accounts.session(token, touch=False) is not None
    clock.advance(minutes=2)
    assert accounts.session(token, touch=False) is None


def test_a_busy_session_ends_at_last(accounts: Accounts, nurse: StaffRecord, clock: FakeClock) -> None:
    token, _ = sign_in(accounts)
    for _ in range(35):
        clock.advance(minutes=20)
        assert accounts.session(token) is not None
    clock.advance(minutes=20)
    assert accounts.session(token) is None


def test_signing_out_ends_the_session_once(accounts: Accounts, nurse: StaffRecord) -> None:
    token, _ = sign_in(accounts)
    accounts.sign_out(token)
    assert accounts.session(token) is None
    assert told(accounts) == [(f"staff:{nurse.id}", "session.signed_out", nurse.id, {"sessions": 1})]
    before = accounts.audit.length()
    accounts.sign_out(token)
    assert accounts.audit.length() == before


def test_signing_in_clears_away_the_sessions_that_are_over(
    accounts: Accounts, nurse: StaffRecord, clock: FakeClock, store: Store
) -> None:
    sign_in(accounts)
    clock.advance(hours=1)
    sign_in(accounts)
    with store.database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM staff_sessions")).scalar_one() == 1


def test_the_second_factor_is_asked_for(accounts: Accounts, secret: str, clock: FakeClock) -> None:
    first, half = sign_in(accounts)
    assert not half.complete
    second, session = accounts.second_factor(first, code_at(secret, clock))
    assert session.complete
    assert session.session_id == half.session_id
    assert second != first
    assert session.csrf_token != half.csrf_token
    assert accounts.session(first) is None
    assert accounts.session(second) == session


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_clocks_may_differ_by_one_step(accounts: Accounts, secret: str, clock: FakeClock, steps: int) -> None:
    token, _ = sign_in(accounts)
    code = code_at(secret, clock, steps)
    assert accounts.second_factor(token, f" {code[:3]} {code[3:]} ")[1].complete


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666", "-2", "+2"])
def test_another_code_opens_nothing(
    accounts: Accounts, nurse: StaffRecord, secret: str, clock: FakeClock, code: str
) -> None:
    token, _ = sign_in(accounts)
    with pytest.raises(Problem) as caught:
        accounts.second_factor(token, code_at(secret, clock, int(code)) if code in ("-2", "+2") else code)
    assert caught.value.code is Code.UNAUTHORIZED
    assert told(accounts) == [("system", "session.refused", nurse.id, {"factor": "code"})]
    session = accounts.session(token)
    assert session is not None
    assert not session.complete


def test_a_code_opens_one_session(accounts: Accounts, secret: str, clock: FakeClock) -> None:
    code = code_at(secret, clock, 1)
    accounts.second_factor(sign_in(accounts)[0], code)
    token, _ = sign_in(accounts)
    for spent in (code, code_at(secret, clock, 0)):  # the step before it is spent with it
        with pytest.raises(Problem):
            accounts.second_factor(token, spent)
    clock.advance(seconds=60)
    assert accounts.second_factor(token, code_at(secret, clock))[1].complete


def test_a_code_opens_one_session_also_at_once(accounts: Accounts, secret: str, clock: FakeClock) -> None:
    tokens = [sign_in(accounts)[0] for _ in range(4)]
    start, code = Barrier(4), code_at(secret, clock)

    def use(token: str) -> bool:
        start.wait()
        try:
            accounts.second_factor(token, code)
        except Problem:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, tokens)) == [False, False, False, True]


def test_a_session_that_wants_the_code_does_not_wait_for_ever(
    accounts: Accounts, secret: str, clock: FakeClock
) -> None:
    token, _ = sign_in(accounts)
    clock.advance(minutes=10)
    with pytest.raises(Problem) as caught:
        accounts.second_factor(token, code_at(secret, clock))
    assert caught.value.code is Code.UNAUTHORIZED
    assert accounts.session(token) is None


def test_a_complete_session_is_not_completed_again(accounts: Accounts, secret: str, clock: FakeClock) -> None:
    token, _ = accounts.second_factor(sign_in(accounts)[0], code_at(secret, clock))
    clock.advance(minutes=1)
    with pytest.raises(Problem):
        accounts.second_factor(token, code_at(secret, clock))


@pytest.mark.parametrize("required", [True, False])
def test_a_second_factor_may_be_required(store: Store, clock: FakeClock, required: bool) -> None:
    accounts = accounts_of(store, clock, second_factor_required=required)
    person = accounts.add("dana", "Dana Reyes", "nurse", Role.CLINICIAN, PASSWORD, by=BY)
    assert accounts.wants_second_factor(person) is required
    _, session = sign_in(accounts)
    new, _ = accounts.begin_second_factor(session)
    accounts.confirm_second_factor(session, new, code_at(new, clock), PASSWORD)
    assert not accounts.wants_second_factor(accounts.person("dana"))


def test_disabling_while_somebody_signs_in_leaves_no_session(accounts: Accounts, nurse: StaffRecord) -> None:
    for _ in range(3):
        start = Barrier(2)

        def enter(start: Barrier = start) -> str | None:
            start.wait()
            try:
                return sign_in(accounts)[0]
            except Problem:
                return None

        def shut(start: Barrier = start) -> None:
            start.wait()
            accounts.disable("dana", by=BY)

        with ThreadPoolExecutor(2) as pool:
            entered, done = pool.submit(enter), pool.submit(shut)
            done.result()
            token = entered.result()
        assert token is None or accounts.session(token) is None
        assert accounts.sessions_of(nurse) == []
        accounts.enable("dana", by=BY)
