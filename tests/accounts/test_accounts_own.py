"""The own account: password, second factor, sessions elsewhere; which passwords are taken; the QR code."""

import xml.etree.ElementTree as ElementTree
from urllib.parse import parse_qs, urlsplit

import pytest
from accounts_helpers import PASSWORD, accounts_of, code_at, sign_in, told, with_second_factor
from sqlalchemy import text
from store_helpers import FakeClock

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.accounts.passwords import check_new
from mesofaq.accounts.second_factor import is_secret, new_secret, qr_svg
from mesofaq.accounts.service import Accounts
from mesofaq.errors import Code, Problem
from mesofaq.privacy.seal import Seal, new_key
from mesofaq.store import Store

NEW = "nine loud ravens"


def test_changing_the_password_ends_the_other_sessions(accounts: Accounts, nurse: StaffRecord) -> None:
    (here, session), (elsewhere, _) = sign_in(accounts), sign_in(accounts)
    accounts.change_password(session, PASSWORD, NEW)
    assert accounts.session(here) is not None
    assert accounts.session(elsewhere) is None
    assert told(accounts) == [(f"staff:{nurse.id}", "account.password_changed", nurse.id, {"sessions": 1})]
    with pytest.raises(Problem):
        sign_in(accounts)
    assert accounts.sign_in("dana", NEW)[1].complete


def test_the_password_is_changed_by_who_knows_it(accounts: Accounts, nurse: StaffRecord) -> None:
    _, session = sign_in(accounts)
    with pytest.raises(Problem) as caught:
        accounts.change_password(session, NEW, NEW)
    assert caught.value.code is Code.FORBIDDEN
    assert told(accounts) == [("system", "session.refused", nurse.id, {"factor": "current-password"})]
    assert sign_in(accounts)[1].complete


def test_a_password_that_is_not_fit_is_not_taken(accounts: Accounts, nurse: StaffRecord) -> None:
    _, session = sign_in(accounts)
    for bad in ("short", "x" * 129, "Dana Reyes Dana Reyes"):
        with pytest.raises(Problem) as caught:
            accounts.change_password(session, PASSWORD, bad)
        assert caught.value.code is Code.INVALID_REQUEST
    assert sign_in(accounts)[1].complete


@pytest.mark.parametrize(
    "password",
    [
        "",
        "elevenchars",
        "x" * 129,
        "password1234",
        "PassWord1234",
        "correct horse battery staple",
        "1q2w3e4r5t6y",
        "Maximiliana Q",
        "maximilianaq",
        "max.imiliana",
        "\uff50assword1234",
    ],
)
def test_a_password_that_others_would_try_is_refused(password: str) -> None:
    with pytest.raises(Problem) as caught:
        check_new(password, "max.imiliana", "Maximiliana Q")
    assert caught.value.code is Code.INVALID_REQUEST
    assert not password or password not in caught.value.detail


@pytest.mark.parametrize(
    "password", ["twelve chars", "x" * 128, "\u00e9\u4e2d\U0001f994" * 4, "            ", "aaaaaaaaaaab"]
)
def test_length_is_all_that_is_asked_for(password: str) -> None:
    check_new(password, "max.imiliana", "Maximiliana Q")


def test_a_letter_is_the_same_whichever_way_it_is_spelt(accounts: Accounts) -> None:
    accounts.add("omar", "Omar Hale", "doctor", Role.ADMIN, "caf\u00e9 caf\u00e9 caf\u00e9", by="command-line")
    assert accounts.sign_in("omar", "cafe\u0301 cafe\u0301 cafe\u0301")[1].complete


def test_a_second_factor_is_set_up_with_its_first_code(
    accounts: Accounts, nurse: StaffRecord, clock: FakeClock
) -> None:
    (here, session), (elsewhere, _) = sign_in(accounts), sign_in(accounts)
    secret, uri = accounts.begin_second_factor(session)
    assert not accounts.person("dana").has_second_factor
    accounts.confirm_second_factor(session, secret, code_at(secret, clock), PASSWORD)
    assert accounts.person("dana").has_second_factor
    assert accounts.session(here) is not None
    assert accounts.session(elsewhere) is None
    assert told(accounts) == [(f"staff:{nurse.id}", "account.second_factor_set", nurse.id, {"sessions": 1})]
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/MesoFAQ:dana")
    assert parse_qs(parts.query) == {"secret": [secret], "issuer": ["MesoFAQ"]}


def test_the_first_code_does_not_open_a_session_as_well(
    accounts: Accounts, nurse: StaffRecord, clock: FakeClock
) -> None:
    _, session = sign_in(accounts)
    secret, _ = accounts.begin_second_factor(session)
    code = code_at(secret, clock)
    accounts.confirm_second_factor(session, secret, code, PASSWORD)
    with pytest.raises(Problem):
        accounts.second_factor(sign_in(accounts)[0], code)


@pytest.mark.parametrize(
    ("secret", "code", "current", "refused"),
    [
        (None, "000000", PASSWORD, Code.INVALID_REQUEST),
        (None, None, "wrong", Code.FORBIDDEN),
        ("AAAA", "123456", PASSWORD, Code.INVALID_REQUEST),
        ("", "", PASSWORD, Code.INVALID_REQUEST),
        ("a" * 32, "123456", PASSWORD, Code.INVALID_REQUEST),
    ],
)
def test_a_second_factor_is_not_set_up_by_less(
    accounts: Accounts,
    nurse: StaffRecord,
    clock: FakeClock,
    secret: str | None,
    code: str | None,
    current: str,
    refused: Code,
) -> None:
    _, session = sign_in(accounts)
    given = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" if secret is None else secret
    typed = code_at(given, clock) if code is None else code
    with pytest.raises(Problem) as caught:
        accounts.confirm_second_factor(session, given, typed, current)
    assert caught.value.code is refused
    assert not accounts.person("dana").has_second_factor


def test_the_secret_is_sealed_where_there_is_a_key(sqlite_url: str, clock: FakeClock) -> None:
    store = Store(sqlite_url, clock=clock, seal=Seal([new_key()]))
    store.migrate()
    try:
        accounts = accounts_of(store, clock)
        accounts.add("dana", "Dana Reyes", "nurse", Role.CLINICIAN, PASSWORD, by="command-line")
        secret = with_second_factor(accounts, clock)
        with store.database.engine.connect() as connection:
            kept = connection.execute(text("SELECT totp_secret FROM staff")).scalar_one()
        assert secret not in kept
        assert accounts.second_factor(sign_in(accounts)[0], code_at(secret, clock))[1].complete
    finally:
        store.close()


def test_everybody_sees_and_ends_the_own_sessions_only(accounts: Accounts, nurse: StaffRecord) -> None:
    doctor = accounts.add("omar", "Omar Hale", "doctor", Role.ADMIN, NEW, by="command-line")
    token, session = accounts.sign_in("omar", NEW)
    (_, here), (elsewhere, other) = sign_in(accounts), sign_in(accounts)
    assert {one.id for one in accounts.sessions_of(nurse)} == {here.session_id, other.session_id}
    assert accounts.end_own_session(here, other.session_id)
    assert accounts.session(elsewhere) is None
    assert not accounts.end_own_session(here, session.session_id)
    assert not accounts.end_own_session(here, "no id")
    assert accounts.session(token) is not None
    assert [one.id for one in accounts.sessions_of(doctor)] == [session.session_id]


def test_sessions_that_are_over_are_not_listed(accounts: Accounts, nurse: StaffRecord, clock: FakeClock) -> None:
    sign_in(accounts)
    clock.advance(minutes=31)
    assert accounts.sessions_of(nurse) == []


def test_the_qr_code_is_an_image_that_holds_no_text() -> None:
    secret = new_secret()
    assert is_secret(secret)
    svg = qr_svg(f"otpauth://totp/MesoFAQ:dana?secret={secret}&issuer=MesoFAQ")
    assert secret not in svg
    assert "dana" not in svg
    image = ElementTree.fromstring(svg)
    assert image.tag == "svg"
    assert {element.tag for element in image.iter()} == {"svg", "g", "path"}
    assert not {name for element in image.iter() for name in element.attrib if name.startswith(("on", "href", "style"))}
