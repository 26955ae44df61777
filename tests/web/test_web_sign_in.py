"""Signing in over HTTP: cookies, the second factor, the own account, and what does not open the door."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from web_helpers import PLANTED, Site, StandIn, assert_problem, serving, settings_for
from web_sign_in_helpers import NEW_PASSWORD, OURS, PAGE, PASSWORD, Browser, actions, code_now, person

from mesofaq.accounts.models import Role
from mesofaq.store.audit import CLI
from mesofaq.web.console.access import PRE_SESSION_COOKIE, SESSION_COOKIE

WRONG = "The name or the password is not right, or the account is disabled."


@pytest.fixture(scope="module")
def staff_site(home: Path, one_rasa: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service without a bundle, with accounts of its own, on which nothing else is throttled."""
    with serving(settings_for(tmp_path_factory.mktemp("sign-in"), home, one_rasa)) as site:
        yield site


@pytest.fixture
def browser(staff_site: Site) -> Browser:
    return Browser(staff_site)


@pytest.fixture
def name(staff_site: Site) -> str:
    """The name of somebody new."""
    username = f"u{uuid4().hex[:10]}"
    person(staff_site, username)
    return username


def sees_the_console(browser: Browser) -> bool:
    return browser.get("/staff/account").status_code == 200


def test_whoever_is_not_signed_in_is_asked_to(browser: Browser) -> None:
    answer = browser.get("/staff/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in?next=/staff/account")
    page = browser.get(answer.headers["location"])
    assert page.status_code == 200
    assert 'name="next" value="/staff/account"' in page.text


def test_the_right_password_opens_the_console(browser: Browser, name: str) -> None:
    answer = browser.sign_in(name.upper(), next="/staff/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/account")
    assert set(browser.cookies) == {SESSION_COOKIE}
    assert sees_the_console(browser)
    assert actions(browser.site) == ["session.signed_in"]


def test_the_cookie_is_for_this_host_and_for_no_script(browser: Browser, name: str) -> None:
    answer = browser.sign_in(name)
    (line,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith(SESSION_COOKIE)]
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    assert attributes == {"httponly", "secure", "path=/", "samesite=strict"}


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/staffx",
        "/v1/clinic",
        "",
        "/staff\r\nX: y",
        "\xe9",
    ],
)
def test_after_sign_in_one_stays_here(browser: Browser, name: str, elsewhere: str) -> None:
    assert browser.sign_in(name, next=elsewhere).headers["location"] == "/staff"


@pytest.mark.parametrize("case", ["password", "name", "disabled", "empty"])
def test_nobody_is_told_which_half_was_wrong(browser: Browser, name: str, case: str) -> None:
    if case == "disabled":
        browser.site.services.accounts.disable(name, by=CLI)
    typed = {"password": name, "name": f"{name}x", "disabled": name, "empty": ""}[case]
    answer = browser.sign_in(typed, PASSWORD if case in ("name", "disabled") else PLANTED)
    assert answer.status_code == 401
    assert WRONG in unescape(answer.text)
    assert PLANTED not in answer.text
    assert SESSION_COOKIE not in browser.cookies
    assert actions(browser.site) == ["session.refused"]


def test_a_program_is_told_by_a_problem_document(browser: Browser, name: str) -> None:
    browser.get("/staff/sign-in")
    answer = browser.post("/staff/sign-in", {"username": name, "password": PLANTED}, Accept="application/json")
    assert assert_problem(answer, 401, "unauthorized")["detail"] == WRONG


def test_a_name_that_was_typed_is_text(browser: Browser) -> None:
    answer = browser.sign_in('"><script>alert(1)</script>', "x")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def _forged(browser: Browser, case: str) -> httpx.Response:
    browser.get("/staff/sign-in")
    data = {"username": "", "password": PASSWORD, "csrf_token": browser.token}
    headers = {**PAGE, **OURS, "Cookie": f"{PRE_SESSION_COOKIE}={browser.token}"}
    if case == "no cookie":
        del headers["Cookie"]
    elif case == "empty cookie":
        headers["Cookie"], data["csrf_token"] = f"{PRE_SESSION_COOKIE}=", ""
    elif case == "another token":
        data["csrf_token"] = "x" * 43
    elif case == "no token":
        del data["csrf_token"]
    elif case == "no origin":
        del headers["Sec-Fetch-Site"]
    elif case in ("cross-site", "same-site", "none"):
        headers["Sec-Fetch-Site"] = case
    else:
        del headers["Sec-Fetch-Site"]
        headers["Origin"] = case
    return browser.site.ask("POST", "/staff/sign-in", data=data, headers=headers)


@pytest.mark.parametrize(
    "case",
    [
        "no cookie",
        "empty cookie",
        "another token",
        "no token",
        "no origin",
        "cross-site",
        "same-site",
        "none",
        "null",
        "https://evil.example",
        "http://127.0.0.1:1",
    ],
)
def test_nobody_elses_page_signs_somebody_in(browser: Browser, case: str) -> None:
    before = browser.site.services.accounts.audit.length()
    answer = _forged(browser, case)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert browser.site.services.accounts.audit.length() == before


def test_a_browser_without_fetch_metadata_signs_in_by_its_origin(browser: Browser, name: str) -> None:
    browser.get("/staff/sign-in")
    data = {"username": name, "password": PASSWORD, "csrf_token": browser.token}
    headers = {**PAGE, "Origin": browser.site.url, "Cookie": f"{PRE_SESSION_COOKIE}={browser.token}"}
    assert browser.site.ask("POST", "/staff/sign-in", data=data, headers=headers).status_code == 303


def test_two_windows_can_hold_the_form(browser: Browser, name: str) -> None:
    browser.get("/staff/sign-in")
    first = browser.token
    browser.get("/staff/sign-in")
    assert browser.token == first
    assert browser.post("/staff/sign-in", {"username": name, "password": PASSWORD}).status_code == 303


def test_signing_in_again_ends_the_session_before(browser: Browser, name: str) -> None:
    browser.sign_in(name)
    before = browser.cookies[SESSION_COOKIE]
    browser.sign_in(name)
    assert browser.cookies[SESSION_COOKIE] != before
    assert browser.site.services.accounts.session(before) is None


def test_a_token_from_elsewhere_does_not_become_a_session(browser: Browser, name: str) -> None:
    browser.cookies[SESSION_COOKIE] = "planted-by-somebody-else-0000000000000000000"
    browser.sign_in(name)
    assert browser.cookies[SESSION_COOKIE] != "planted-by-somebody-else-0000000000000000000"
    assert sees_the_console(browser)


def test_signing_out_ends_the_session_here_and_in_the_record(browser: Browser, name: str) -> None:
    browser.sign_in(name)
    browser.get("/staff/account")
    token = browser.cookies[SESSION_COOKIE]
    answer = browser.post("/staff/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in")
    assert SESSION_COOKIE not in browser.cookies
    browser.cookies[SESSION_COOKIE] = token
    assert not sees_the_console(browser)


def _set_up(browser: Browser) -> str:
    """Set up the second factor on its page; gives the secret."""
    browser.get("/staff/account/second-factor")
    assert browser.last is not None
    found = re.search(r"<code>([A-Z2-7]{32})</code>", browser.last.text)
    assert found
    # The code of the step before, so that the present one is still good.
    code = code_now(found[1], -1)
    answer = browser.post("/staff/account/second-factor", {"secret": found[1], "code": code, "current": PASSWORD})
    assert answer.status_code == 303
    return found[1]


def test_a_second_factor_is_set_up_and_asked_for(browser: Browser, name: str) -> None:
    browser.sign_in(name)
    assert "<svg" in browser.get("/staff/account/second-factor").text
    secret = _set_up(browser)
    assert "set up" in browser.get("/staff/account?done=second-factor").text

    other = Browser(browser.site)
    answer = other.sign_in(name, next="/staff/account")
    assert answer.headers["location"] == "/staff/sign-in/code?next=/staff/account"
    half = other.cookies[SESSION_COOKIE]
    other.get(answer.headers["location"])
    answer = other.post("/staff/sign-in/code", {"code": code_now(secret), "next": "/staff/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/account")
    assert other.cookies[SESSION_COOKIE] != half
    assert sees_the_console(other)
    assert browser.site.services.accounts.session(half) is None


def test_half_a_session_opens_nothing(browser: Browser, name: str) -> None:
    browser.sign_in(name)
    _set_up(browser)
    other = Browser(browser.site)
    other.sign_in(name)
    for path in ("/staff", "/staff/account", "/staff/people", "/staff/account/second-factor"):
        answer = other.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in/code")
        assert_problem(other.get(path, Accept="application/json"), 401, "unauthorized")
    other.get("/staff/sign-in/code")
    answer = other.post("/staff/account/password", {"current": PASSWORD, "password": NEW_PASSWORD}, Accept="*/*")
    assert_problem(answer, 401, "unauthorized")


def test_a_wrong_code_is_asked_for_again(browser: Browser, name: str) -> None:
    browser.sign_in(name)
    secret = _set_up(browser)
    other = Browser(browser.site)
    other.sign_in(name)
    other.get("/staff/sign-in/code")
    answer = other.post("/staff/sign-in/code", {"code": code_now(secret, 40)})
    assert answer.status_code == 401
    assert "The code is not right" in answer.text
    assert not sees_the_console(other)


@pytest.mark.parametrize(
    ("current", "password", "again", "status"),
    [
        (PASSWORD, NEW_PASSWORD, NEW_PASSWORD, 303),
        ("wrong", NEW_PASSWORD, NEW_PASSWORD, 403),
        (PASSWORD, NEW_PASSWORD, "another", 422),
        (PASSWORD, "password1234", "password1234", 422),
        ("", "", "", 403),
    ],
)
def test_the_password_is_changed_on_the_accounts_page(
    browser: Browser, name: str, current: str, password: str, again: str, status: int
) -> None:
    browser.sign_in(name)
    browser.get("/staff/account")
    data = {"current": current, "password": password, "again": again}
    answer = browser.post("/staff/account/password", data)
    assert answer.status_code == status
    assert sees_the_console(browser)
    for word in (current, password, again):
        assert not word or word not in answer.text
    changed = status == 303
    assert Browser(browser.site).sign_in(name, NEW_PASSWORD).status_code == (303 if changed else 401)
    assert Browser(browser.site).sign_in(name).status_code == (401 if changed else 303)


def test_the_own_sessions_can_be_ended(browser: Browser, name: str) -> None:
    others = [Browser(browser.site) for _ in range(3)]
    for other in others:
        other.sign_in(name)
    browser.sign_in(name)
    page = browser.get("/staff/account").text
    ids = re.findall(r'name="session_id" value="([^"]+)"', page)
    assert len(ids) == 3
    assert browser.post("/staff/account/sessions", {"session_id": ids[0]}).status_code == 303
    assert sum(sees_the_console(other) for other in others) == 2
    assert browser.post("/staff/account/sessions").status_code == 303
    assert not any(sees_the_console(other) for other in others)
    assert sees_the_console(browser)


def test_a_session_of_somebody_else_is_not_ended(browser: Browser, name: str) -> None:
    other = Browser(browser.site)
    somebody = person(browser.site, f"{name}b")
    other.sign_in(somebody.username)
    (session,) = browser.site.services.accounts.sessions_of(somebody)
    browser.sign_in(name)
    browser.get("/staff/account")
    browser.post("/staff/account/sessions", {"session_id": session.id})
    assert sees_the_console(other)


def test_guessing_a_password_is_throttled_whatever_the_rate_limit(browser: Browser, name: str) -> None:
    assert browser.site.settings.rate_limit == 0
    wide = name.translate({code: code + 0xFEE0 for code in range(ord("a"), ord("z") + 1)})
    for number in range(10):
        assert browser.sign_in(wide if number % 2 else name, "a wrong guess").status_code == 401
    answer = browser.sign_in(name.upper())  # the right one comes too late, in capitals as well
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    assert "Too many attempts" in answer.text
    assert SESSION_COOKIE not in browser.cookies
    person(browser.site, f"{name}b")
    assert Browser(browser.site).sign_in(f"{name}b").status_code == 303


def test_an_unknown_name_is_throttled_like_a_known_one(other_site: Callable[..., Site]) -> None:
    browser = Browser(other_site())
    outcomes = [browser.sign_in("nobody", "a wrong guess").status_code for _ in range(11)]
    assert outcomes == [401] * 10 + [429]


def test_guessing_a_code_is_throttled(browser: Browser, name: str) -> None:
    browser.sign_in(name)
    secret = _set_up(browser)
    other = Browser(browser.site)
    other.sign_in(name)
    other.get("/staff/sign-in/code")
    for _ in range(10):
        assert other.post("/staff/sign-in/code", {"code": "not one"}).status_code == 401
    other.sign_in(name)  # a new session does not give new guesses
    other.get("/staff/sign-in/code")
    assert other.post("/staff/sign-in/code", {"code": code_now(secret)}).status_code == 429


def test_an_admin_manages_people_on_their_page(browser: Browser, name: str) -> None:
    admin = person(browser.site, f"{name}admin", Role.ADMIN)
    browser.sign_in(admin.username)
    browser.get("/staff/people")
    new = {"username": f"{name}new", "name": "<b>Noor</b>", "title": "doctor", "role": "reviewer", "password": PASSWORD}
    assert browser.post("/staff/people", new).status_code == 303
    page = browser.get("/staff/people?done=added").text
    assert "<b>Noor</b>" not in page
    assert "&lt;b&gt;Noor&lt;/b&gt;" in page
    theirs = {"username": new["username"]}
    somebody = Browser(browser.site)
    for change, opens in (
        ("role", True),
        ("sessions", True),
        ("second-factor", True),
        ("disable", False),
        ("enable", True),
    ):
        assert somebody.sign_in(new["username"]).status_code == (401 if change == "enable" else 303)
        assert browser.post(f"/staff/people/{change}", {**theirs, "role": "clinician"}).status_code == 303
        assert not sees_the_console(somebody)
        assert (somebody.sign_in(new["username"]).status_code == 303) is opens
    assert browser.site.services.accounts.person(new["username"]).role is Role.CLINICIAN
    again = browser.post("/staff/people", new)
    assert again.status_code == 409
    assert f'value="{new["username"]}"' in again.text
    assert PASSWORD not in again.text
    assert browser.post("/staff/people/disable", {"username": "nobody"}).status_code == 404
    assert browser.post("/staff/people/role", theirs).status_code == 422


def test_an_admin_reads_the_audit(browser: Browser, name: str) -> None:
    admin = person(browser.site, f"{name}admin", Role.ADMIN)
    browser.sign_in(admin.username)
    page = browser.get("/staff/audit").text
    assert "The chain holds" in page
    assert browser.site.services.accounts.audit.last(1)[0].action == "audit.read"
    only = browser.get("/staff/audit?action=account.added").text
    assert "<td>account.added</td>" in only
    assert "<td>session.signed_in</td>" not in only
    assert browser.get("/staff/audit?action=<script>").status_code == 200
