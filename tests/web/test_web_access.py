"""The gate in front of the console, rights, and the staff API: who gets in, and that no route forgets to ask."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from web_helpers import Site, StandIn, assert_problem, serving, settings_for
from web_sign_in_helpers import OURS, PAGE, PASSWORD, Browser, code_now, person

from mesofaq.accounts.models import RIGHTS, Right, Role
from mesofaq.chat.models import Kind, ReplyDraft, ScreeningAnswer
from mesofaq.screening.result import reckon
from mesofaq.store.audit import CLI
from mesofaq.web.console.access import SESSION_COOKIE

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def staff_site(home: Path, one_rasa: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(settings_for(tmp_path_factory.mktemp("access"), home, one_rasa)) as site:
        yield site


def somebody(site: Site, role: Role = Role.CLINICIAN) -> Browser:
    """A browser in which somebody new is signed in."""
    browser, username = Browser(site), f"u{uuid4().hex[:10]}"
    person(site, username, role)
    browser.cookies[SESSION_COOKIE], _ = site.services.accounts.sign_in(username, PASSWORD)
    return browser


@pytest.fixture(scope="module")
def clinician(staff_site: Site) -> Browser:
    return somebody(staff_site)


@pytest.fixture(scope="module")
def reviewer(staff_site: Site) -> Browser:
    return somebody(staff_site, Role.REVIEWER)


def paths(site: Site) -> list[str]:
    """Every address of the console but the sign-in page, with something in place of what varies."""
    found = {path for path in site.paths if path == "/staff" or path.startswith("/staff/")} - {"/staff/sign-in"}
    assert {"/staff/account", "/staff/people", "/staff/audit", "/staff/people/{change}"} <= found
    named = sorted(path.replace("{change}", "disable").replace("{step}", "claim") for path in found)
    return [_filled(path) for path in named] + ["/staff/", "/staff/nothing-here"]


def _filled(path: str) -> str:
    return "/".join(UNKNOWN if part.startswith("{") else part for part in path.split("/"))


def test_signed_out_no_address_of_the_console_opens(staff_site: Site) -> None:
    for path in paths(staff_site):
        answer = staff_site.ask("GET", path, headers=PAGE)
        assert (answer.status_code, answer.headers.get("location")) == (303, f"/staff/sign-in?next={path}"), path
        assert_problem(staff_site.ask("GET", path), 401, "unauthorized")
        for method in UNSAFE:
            assert_problem(staff_site.ask(method, path, headers=OURS), 401, "unauthorized")
            assert_problem(staff_site.ask(method, path), 403, "forbidden")


def test_without_the_token_nothing_is_changed(clinician: Browser) -> None:
    site, cookie = clinician.site, {"Cookie": f"{SESSION_COOKIE}={clinician.cookies[SESSION_COOKIE]}"}
    before = site.sql("SELECT count(*) FROM audit")
    for path in paths(site):
        for method in UNSAFE:
            assert_problem(site.ask(method, path, headers={**OURS, **cookie}), 403, "forbidden")
    assert site.sql("SELECT count(*) FROM audit") == before


@pytest.mark.parametrize("token", ["", "x", "\xe9", "another session's"])
def test_another_token_changes_nothing(clinician: Browser, token: str) -> None:
    other = somebody(clinician.site)
    other.get("/staff/account")
    given = other.token if token == "another session's" else token
    clinician.get("/staff/account")
    answer = clinician.post("/staff/account/sessions", {"csrf_token": given}, Accept="*/*")
    assert_problem(answer, 403, "forbidden")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": "ours"},
    ],
)
def test_the_right_token_from_another_site_changes_nothing(clinician: Browser, headers: dict[str, str]) -> None:
    clinician.get("/staff/account")
    said = {name: clinician.site.url if value == "ours" else value for name, value in headers.items()}
    answer = clinician.post("/staff/account/sessions", None, Accept="*/*", **said)
    assert_problem(answer, 403, "forbidden")


def test_the_token_may_come_in_a_header_or_in_either_kind_of_form(clinician: Browser) -> None:
    clinician.get("/staff/account")
    site, token = clinician.site, clinician.token
    headers = {**OURS, "Cookie": f"{SESSION_COOKIE}={clinician.cookies[SESSION_COOKIE]}"}
    path, fields = "/staff/account/sessions", {"csrf_token": token}
    assert site.ask("POST", path, headers={**headers, "X-CSRF-Token": token}).status_code == 303
    assert site.ask("POST", path, headers=headers, data=fields).status_code == 303
    assert site.ask("POST", path, headers=headers, files={"csrf_token": (None, token)}).status_code == 303
    wrong = {**headers, "X-CSRF-Token": "x"}
    assert_problem(site.ask("POST", path, headers=wrong, data=fields), 403, "forbidden")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"csrf_token": "x"}'),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("application/x-www-form-urlencoded", b"csrf_token=%ff%fe&csrf_token[]=1"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"\xff\x00"),
    ],
)
def test_a_strange_body_is_refused_not_tripped_over(clinician: Browser, kind: str, body: bytes) -> None:
    headers = {**OURS, "Cookie": f"{SESSION_COOKIE}={clinician.cookies[SESSION_COOKIE]}", "Content-Type": kind}
    answer = clinician.site.ask("POST", "/staff/account/sessions", headers=headers, content=body)
    assert_problem(answer, 403, "forbidden")


def test_the_form_reaches_the_route_through_the_gate(clinician: Browser) -> None:
    clinician.get("/staff/account")
    data = {"current": "x", "password": "y" * 20_000, "again": "z"}
    answer = clinician.post("/staff/account/password", data)
    assert answer.status_code == 422
    assert "not the same both times" in answer.text


@pytest.mark.parametrize("role", Role)
def test_accounts_and_audit_are_for_those_who_may_manage_people(staff_site: Site, role: Role) -> None:
    browser = somebody(staff_site, role)
    browser.get("/staff/account")
    answers = [
        browser.get("/staff/people", Accept="*/*"),
        browser.get("/staff/audit", Accept="*/*"),
        browser.post("/staff/people", {"role": "admin"}, Accept="*/*"),
        browser.post("/staff/people/disable", {"username": "nobody"}, Accept="*/*"),
    ]
    if Right.PEOPLE in RIGHTS[role]:
        assert [answer.status_code for answer in answers] == [200, 200, 422, 404]
        return
    for answer in answers:
        assert_problem(answer, 403, "forbidden")
    refused = staff_site.services.accounts.audit.last(4)
    assert {(entry.action, entry.details["right"]) for entry in refused} == {("access.refused", "people")}
    assert len({entry.actor for entry in refused}) == 1


def test_a_clinician_cannot_become_an_admin(clinician: Browser) -> None:
    clinician.get("/staff/account")
    username = clinician.site.services.accounts.session(clinician.cookies[SESSION_COOKIE]).staff.username  # type: ignore[union-attr]
    answer = clinician.post("/staff/people/role", {"username": username, "role": "admin"}, Accept="*/*")
    assert_problem(answer, 403, "forbidden")
    assert clinician.site.services.accounts.person(username).role is Role.CLINICIAN


@pytest.mark.parametrize("change", ["disable", "role", "sessions"])
def test_a_session_ends_at_once(staff_site: Site, change: str) -> None:
    browser = somebody(staff_site)
    accounts = staff_site.services.accounts
    session = accounts.session(browser.cookies[SESSION_COOKIE])
    assert session is not None
    assert browser.get("/staff/account").status_code == 200
    if change == "disable":
        accounts.disable(session.staff.username, by=CLI)
    elif change == "role":
        accounts.change_role(session.staff.username, Role.REVIEWER, by=CLI)
    else:
        accounts.end_sessions(session.staff.username, by=CLI)
    assert browser.get("/staff/account").status_code == 303


def test_htmx_is_sent_to_the_sign_in_page(staff_site: Site) -> None:
    answer = staff_site.ask("GET", "/staff/account", headers={**PAGE, "HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/staff/sign-in")


def test_nothing_of_the_console_is_kept_by_a_browser(clinician: Browser) -> None:
    for path in ("/staff/account", "/staff/sign-in", "/staff/nothing-here"):
        headers = clinician.get(path).headers
        assert headers["cache-control"] == "no-store", path
        assert headers["referrer-policy"] == "same-origin"
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_a_link_from_elsewhere_is_followed_with_the_strict_cookie(staff_site: Site) -> None:
    answer = staff_site.ask("GET", "/staff/account", headers={**PAGE, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0;url=/staff/account">' in answer.text
    again = staff_site.ask("GET", "/staff/account", headers={**PAGE, **OURS})
    assert again.status_code == 303
    odd = staff_site.ask("GET", "/staff/%22%3E%3Cscript%3E", headers={**PAGE, "Sec-Fetch-Site": "cross-site"})
    assert "<script>" not in odd.text


def test_a_page_that_refreshes_itself_does_not_keep_the_session(staff_site: Site) -> None:
    browser = somebody(staff_site)
    session = staff_site.services.accounts.session(browser.cookies[SESSION_COOKIE])
    assert session is not None
    aged = f"UPDATE staff_sessions SET seen_at = datetime(seen_at, '-5 minutes') WHERE id = '{session.session_id}'"
    look = f"SELECT seen_at FROM staff_sessions WHERE id = '{session.session_id}'"
    staff_site.sql(aged)
    before = staff_site.sql(look)
    browser.get("/staff/account", **{"X-Live-Refresh": "true"})
    assert staff_site.sql(look) == before
    browser.get("/staff/account")
    assert staff_site.sql(look) > before


@pytest.fixture
def strict_site(other_site: Callable[..., Site]) -> Site:
    """A service on which everybody needs a second factor."""
    return other_site(require_second_factor=True)


def test_where_a_second_factor_is_required_nothing_else_opens_without_one(strict_site: Site) -> None:
    browser = somebody(strict_site, Role.ADMIN)
    for path in paths(strict_site):
        if path.startswith("/staff/account") or path in ("/staff/sign-out", "/staff/sign-in/code"):
            continue
        answer = browser.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/staff/account"), path
        assert_problem(browser.get(path, Accept="*/*"), 403, "forbidden")
    api = strict_site.ask("GET", f"/v1/staff/screenings/{UNKNOWN}", headers=_cookie(browser))
    assert_problem(api, 403, "forbidden")
    assert browser.get("/staff/account").status_code == 200
    accounts = strict_site.services.accounts
    session = accounts.session(browser.cookies[SESSION_COOKIE])
    assert session is not None
    secret, _ = accounts.begin_second_factor(session)
    accounts.confirm_second_factor(session, secret, code_now(secret), PASSWORD)
    assert browser.get("/staff/people").status_code == 200


def _cookie(browser: Browser) -> dict[str, str]:
    return {"Cookie": f"{SESSION_COOKIE}={browser.cookies[SESSION_COOKIE]}"}


def _screening(site: Site) -> str:
    """A finished screening."""
    store, protocol = site.services.store, site.services.assistant.content.screening
    conversation = store.create_conversation("0" * 64)
    message_id = store.receive(conversation.id, "yes", None).message_id
    answers = {"heart": ScreeningAnswer(item="heart", reading="yes", message_id=message_id)}
    draft = ReplyDraft(kind=Kind.SCREENING, text="Thank you.", screening_result=reckon(protocol, answers))
    store.finish(message_id, [draft], bundle_id=None)
    return str(store.screening_context(conversation.id, 10).last_id)


@pytest.mark.parametrize("form", ["", "/fhir"])
def test_staff_read_screenings_with_their_session(reviewer: Browser, form: str) -> None:
    site = reviewer.site
    screening = _screening(site)
    answer = site.ask("GET", f"/v1/staff/screenings/{screening}{form}", headers=_cookie(reviewer))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    (entry,) = site.services.accounts.audit.last(1)
    session = site.services.accounts.session(reviewer.cookies[SESSION_COOKIE])
    assert session is not None
    assert (entry.action, entry.actor) == ("screening.read", f"staff:{session.staff.id}")
    assert entry.subject_id == site.services.store.screening(screening).conversation_id
    assert entry.details == {"screening": screening, "form": form.strip("/") or "json"}


def test_a_read_by_the_clinics_own_system_is_audited(other_site: Callable[..., Site]) -> None:
    site = other_site(staff_token="the staff's own token")
    screening = _screening(site)
    headers = {"Authorization": "Bearer the staff's own token"}
    assert site.ask("GET", f"/v1/staff/screenings/{screening}", headers=headers).status_code == 200
    (entry,) = site.services.accounts.audit.last(1)
    assert (entry.action, entry.actor) == ("screening.read", "staff-token")
    assert_problem(site.ask("GET", f"/v1/staff/screenings/{UNKNOWN}", headers=headers), 404, "not-found")
    assert site.services.accounts.audit.length() == entry.sequence


def test_a_session_that_is_over_or_not_complete_reads_nothing(staff_site: Site) -> None:
    browser = somebody(staff_site)
    path, accounts = f"/v1/staff/screenings/{UNKNOWN}", staff_site.services.accounts
    assert_problem(staff_site.ask("GET", path, headers=_cookie(browser)), 404, "not-found")
    session = accounts.session(browser.cookies[SESSION_COOKIE])
    assert session is not None
    secret, _ = accounts.begin_second_factor(session)
    accounts.confirm_second_factor(session, secret, code_now(secret), PASSWORD)
    accounts.sign_out(browser.cookies[SESSION_COOKIE])
    assert_problem(staff_site.ask("GET", path, headers=_cookie(browser)), 401, "unauthorized")
    browser.cookies[SESSION_COOKIE], half = accounts.sign_in(session.staff.username, PASSWORD)
    assert not half.complete
    assert_problem(staff_site.ask("GET", path, headers=_cookie(browser)), 401, "unauthorized")


def test_the_cookie_is_no_stand_in_for_a_wrong_token(reviewer: Browser) -> None:
    headers = {**_cookie(reviewer), "Authorization": "Bearer wrong"}
    answer = reviewer.site.ask("GET", f"/v1/staff/screenings/{UNKNOWN}", headers=headers)
    assert_problem(answer, 401, "unauthorized")


def test_the_openapi_document_tells_of_both_refusals(staff_site: Site) -> None:
    paths = json.loads(staff_site.ask("GET", "/v1/openapi.json").text)["paths"]
    assert {"401", "403", "404"} <= set(paths["/v1/staff/screenings/{screening_id}"]["get"]["responses"])
