"""Schemathesis over every route, signed out, as reviewer and as admin: no 5xx, and nobody gets what is not theirs."""

import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import requests
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from web_console_helpers import HTMX, PAGE, PASSWORD, Asked, ask
from web_helpers import PLANTED, Site, StandIn, serving, settings_for, standing_in

from fixtures_live import Chat
from mesofaq.accounts.models import Role, SignedIn
from mesofaq.dialogue import runtime
from mesofaq.settings import Settings
from mesofaq.store.audit import CLI
from mesofaq.web.app import create_app
from mesofaq.web.console.access import PRE_SESSION_COOKIE, SESSION_COOKIE

EXAMPLES = 16
STEPS = "POST /staff/handoffs/{handoff_id}/{step}"

HOSTILE = ["a\0b", "\ud800", "9" * 40, "\r\nX-More: 1"]
RIGHT = {"role": "reviewer", "kind": "card", "outcome": "answered", "version": "1", "card_id": "a-card"} | {
    "client_message_id": "7f0f2f8e-52a4-4b0c-9b3f-3b1f0a8f5a11"
}
"""What the other fields hold while one of them is hostile."""

SIGN_IN = {"GET /staff/sign-in", "POST /staff/sign-in"}
"""All that opens under /staff without a session."""
FOR_ALL_STAFF = {
    "GET /staff",
    "GET /staff/sign-in/code",
    "POST /staff/sign-in/code",
    "POST /staff/sign-out",
    "GET /staff/account",
    "POST /staff/account/password",
    "GET /staff/account/second-factor",
    "POST /staff/account/second-factor",
    "POST /staff/account/sessions",
    "GET /staff/search",
    "POST /staff/search",
    "GET /staff/figures",
    "GET /staff/cards",
    "GET /staff/proposals",
    "POST /staff/proposals/export",
    "GET /staff/conversations/{conversation_id}",
    "GET /staff/conversations/{conversation_id}/transcript",
    "GET /staff/conversations/{conversation_id}/live",
    "POST /staff/conversations/{conversation_id}/note",
    "POST /staff/messages/{message_id}/wrong",
    "POST /staff/messages/{message_id}/proposals",
}
NOT_FOR_REVIEWERS = {
    STEPS,
    "POST /staff/conversations/{conversation_id}/reply",
    "POST /staff/conversations/{conversation_id}/card",
    "GET /staff/conversations/{conversation_id}/export",
    "POST /staff/conversations/{conversation_id}/erase",
    "GET /staff/people",
    "POST /staff/people",
    "POST /staff/people/{change}",
    "GET /staff/audit",
}
UNCHANGED_BY_REVIEWERS = (
    "SELECT id, state, version, claimed_by FROM handoffs ORDER BY id",
    "SELECT id FROM messages WHERE author = 'staff' ORDER BY id",
    "SELECT id FROM conversations ORDER BY id",
    "SELECT id, role, disabled_at FROM staff ORDER BY id",
)


@dataclass
class Visitor:
    """Somebody who sends requests; signed in again whenever a request has ended the session.

    Args:
        site: the service.
        role: None is nobody.
        client: what sends them.
    """

    site: Site
    role: Role | None
    client: httpx.Client
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    _token: str = ""
    _session: SignedIn | None = None

    def headers(self) -> dict[str, str]:
        """What its browser sends with each request."""
        if self.role is None:
            return {"Cookie": f"{PRE_SESSION_COOKIE}={PLANTED}", "X-CSRF-Token": PLANTED}
        accounts = self.site.services.accounts
        if accounts.session(self._token) is None:
            name = f"fuzz-{self.role.value}-{len(accounts.people())}"
            accounts.add(name, "Example Person", "nurse", self.role, PASSWORD, by=CLI)
            self._token, self._session = accounts.sign_in(name, PASSWORD)
        assert self._session is not None
        return {"Cookie": f"{SESSION_COOKIE}={self._token}", "X-CSRF-Token": self._session.csrf_token}


@dataclass
class Known:
    """Ids that are there, to be put where one is wanted, and what opens them."""

    asked: list[Asked]
    chat: Chat

    def values(self, name: str) -> list[str]:
        """Ids for the parameter or field of that name."""
        if name == "conversation_id":
            return [self.chat.id, *(one.conversation_id for one in self.asked)]
        if name == "card_id":
            return ["after-wash"]
        return [getattr(one, name) for one in self.asked] if name in ("handoff_id", "message_id") else []


@pytest.fixture(scope="module")
def fuzzed(bundle_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service of its own: what is done to it here must trouble nobody else."""
    folder = tmp_path_factory.mktemp("fuzzed")
    (folder / "bundles").symlink_to(bundle_settings.var / "bundles")
    with contextlib.ExitStack() as stack:
        rasa: StandIn = stack.enter_context(standing_in())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(runtime, "_current", runtime._current)
        yield stack.enter_context(serving(settings_for(folder, bundle_settings.home, rasa)))


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def known(fuzzed: Site) -> Known:
    chat = fuzzed.chat()
    chat.say(f"hello {PLANTED}")
    return Known([ask(fuzzed, f"May I have it? {PLANTED}", card=True) for _ in range(3)], chat)


class Shown(RouteContext):
    """A route that is in the document, whatever it says of itself."""

    include_in_schema = True


def documented(app: FastAPI) -> dict[str, Any]:
    """The application's OpenAPI document with every route in it, hidden ones too."""
    routes = [
        Shown(**{part.name: getattr(context, part.name) for part in fields(RouteContext)})
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
    ]
    document: dict[str, Any] = get_openapi(title="MesoFAQ", version="0", routes=routes)
    return document


def routes_of(document: dict[str, Any]) -> set[str]:
    return {f"{method.upper()} {path}" for path, operations in document["paths"].items() for method in operations}


@pytest.fixture(scope="module")
def document(home: Path) -> dict[str, Any]:
    return documented(create_app(Settings(home=home)))


def test_every_route_of_the_console_is_known_here(document: dict[str, Any]) -> None:
    console = {route for route in routes_of(document) if route.split(" ")[1].startswith("/staff")}
    assert console == SIGN_IN | FOR_ALL_STAFF | NOT_FOR_REVIEWERS
    assert {"POST /webhook", "POST /model/parse", "GET /health"} <= routes_of(document)


Check = Callable[[str, httpx.Response], None]


def fuzz(document: dict[str, Any], known: Known, visitor: Visitor, check: Check) -> None:
    """Send examples of every operation, right ones and wrong ones, and check each answer.

    All operations are tried before the first fault is told.
    """
    import schemathesis
    from schemathesis import GenerationMode

    faults = []
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        # Nothing that is wrong can be made for what takes no more than ids.
        takes = bool(operation.query or operation.body)
        for mode in GenerationMode if takes else [GenerationMode.POSITIVE]:
            try:
                _examples(operation, mode, known, visitor, check)()
            except AssertionError as fault:
                faults.append(f"{operation.method.upper()} {operation.path}: {fault}")
    assert not faults, "\n\n".join(faults)


def _examples(operation: Any, mode: Any, known: Known, visitor: Visitor, check: Check) -> Callable[[], None]:
    route = f"{operation.method.upper()} {operation.path}"

    @settings(
        max_examples=EXAMPLES // 2,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def one(case: Any, data: st.DataObject) -> None:
        answer = send(visitor, case, data, known)
        visitor.seen[route, answer.status_code] += 1
        common(route, answer)
        check(route, answer)

    return one


def send(visitor: Visitor, case: Any, data: st.DataObject, known: Known) -> httpx.Response:
    """Send a case as this visitor's browser or as a program would; half of the ids are of something that is there."""
    for place in (case.path_parameters, case.query, case.body):
        if isinstance(place, dict):
            for name in place:
                if (values := known.values(name)) and data.draw(st.booleans()):
                    place[name] = data.draw(st.sampled_from(values))
    made = case.as_transport_kwargs(base_url=visitor.site.url)
    made.pop("timeout", None)
    try:
        request = requests.Request(**{k: v for k, v in made.items() if k in _REQUEST}).prepare()
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _OURS}
        headers |= visitor.headers() | {"Sec-Fetch-Site": "same-origin"} | data.draw(st.sampled_from([{}, PAGE, HTMX]))
        if data.draw(st.booleans()):
            headers["Authorization"] = _opens(visitor, case, known)
        sent = httpx.Request(case.method, request.url or "", headers=headers, content=request.body)
    except (UnicodeError, ValueError, httpx.InvalidURL, requests.RequestException):
        reject()  # nothing that can be sent
    answer = visitor.client.send(sent, stream=True)
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        answer._content = next(answer.iter_bytes())  # it never ends by itself
        answer.close()
    else:
        answer.read()
    return answer


_REQUEST = ("method", "url", "params", "headers", "cookies", "data", "json", "files")
_OURS = {"cookie", "accept", "origin", "sec-fetch-site", "x-csrf-token", "hx-request", "host"}


def _opens(visitor: Visitor, case: Any, known: Known) -> str:
    """The conversation's own token, or the one of Rasa; nobody's, where nobody asks."""
    if visitor.role is None:
        return f"Bearer {hashlib.sha256(b'nobody').hexdigest()}"
    if case.path.startswith("/v1/"):
        return str(known.chat.headers["Authorization"])
    if case.path == "/model/parse" and isinstance(case.body, dict):
        case.body["token"] = visitor.site.settings.rasa_token
    return f"Bearer {visitor.site.settings.rasa_token}"


def common(route: str, answer: httpx.Response) -> None:
    """What every answer must be."""
    said = f"{answer.status_code} to {answer.request.method} {answer.request.url}: {answer.text[:300]}"
    assert answer.status_code < 500, said
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code >= 400:
        wants_page = answer.request.headers.get("accept") == "text/html" or "hx-request" in answer.request.headers
        is_page = route.split(" ")[1].startswith("/staff") and wants_page and kind == "text/html"
        assert is_page or kind == "application/problem+json", said
        if kind == "application/problem+json":
            assert json.loads(answer.text)["status"] == answer.status_code
        for inside in ("Traceback", "site-packages", "sqlalchemy"):
            assert inside not in answer.text, said
    assert answer.headers["x-content-type-options"] == "nosniff", said


def test_nobody_gets_in_without_signing_in(
    document: dict[str, Any], fuzzed: Site, known: Known, client: httpx.Client
) -> None:
    def check(route: str, answer: httpx.Response) -> None:
        path = route.split(" ")[1]
        if path.startswith("/staff") and route not in SIGN_IN:
            assert answer.status_code in (303, 401, 403), answer.status_code
            assert not answer.is_redirect or answer.headers["location"].startswith("/staff/sign-in")
        if path in ("/webhook", "/model/parse"):
            assert answer.status_code in (400, 401, 422), answer.status_code
        if "{conversation_id}" in path and path.startswith("/v1"):
            assert answer.status_code in (401, 404, 405, 422, 400), answer.status_code
        if route not in SIGN_IN:
            assert PLANTED not in answer.text

    before = [fuzzed.sql(statement) for statement in UNCHANGED_BY_REVIEWERS[:2]]
    fuzz(document, known, Visitor(fuzzed, None, client), check)
    assert [fuzzed.sql(statement) for statement in UNCHANGED_BY_REVIEWERS[:2]] == before


def test_a_reviewer_gets_no_further_than_her_rights(
    document: dict[str, Any], fuzzed: Site, known: Known, client: httpx.Client
) -> None:
    def check(route: str, answer: httpx.Response) -> None:
        if route in NOT_FOR_REVIEWERS:
            assert answer.status_code in (403, 404, 405, 422), answer.status_code

    visitor = Visitor(fuzzed, Role.REVIEWER, client)
    visitor.headers()
    kept = (0, 1)  # conversations and accounts come anew: by the chat API, and by signing in again
    before = [fuzzed.sql(UNCHANGED_BY_REVIEWERS[number]) for number in kept]
    there = {row[0] for row in fuzzed.sql(UNCHANGED_BY_REVIEWERS[2])} - {known.chat.id}
    fuzz(document, known, visitor, check)
    assert [fuzzed.sql(UNCHANGED_BY_REVIEWERS[number]) for number in kept] == before
    assert there <= {row[0] for row in fuzzed.sql(UNCHANGED_BY_REVIEWERS[2])}
    assert {row[1] for row in fuzzed.sql(UNCHANGED_BY_REVIEWERS[3])} == {"reviewer"}
    # She is in: all that is hers has opened at least once.
    opened = {route for route, status in visitor.seen if status in (200, 204, 303)}
    assert {route for route in FOR_ALL_STAFF if route.startswith("GET")} <= opened
    assert all((route, 403) in visitor.seen for route in NOT_FOR_REVIEWERS)


def test_an_admin_breaks_nothing(document: dict[str, Any], fuzzed: Site, known: Known, client: httpx.Client) -> None:
    visitor = Visitor(fuzzed, Role.ADMIN, client)
    fuzz(document, known, visitor, lambda route, answer: None)
    opened = {route for route, status in visitor.seen if status in (200, 204, 303)}
    console = FOR_ALL_STAFF | NOT_FOR_REVIEWERS
    assert {route for route in console if route.startswith("GET")} <= opened
    assert fuzzed.services.accounts.audit.verify().holds


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_no_schema_would_make_breaks_nothing(
    document: dict[str, Any], fuzzed: Site, known: Known, client: httpx.Client, hostile: str
) -> None:
    visitor = Visitor(fuzzed, Role.ADMIN, client)
    broken = hostile.encode("utf-8", "surrogatepass")
    real = {name: quote(known.values(name)[0]) for name in ("conversation_id", "handoff_id", "message_id")}
    usual = real | {"step": "claim", "change": "role", "screening_id": "none"}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.endswith(("/events", "/live", "/erase")):
                continue  # two have no end, and with one there would be no conversation for the rest
            names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
            address = f"{path.format(**usual)}?{'&'.join(f'{name}={quote(broken)}' for name in names)}"
            addresses = [address, *_in_path(path, usual, quote(broken, safe=""))]
            kinds = operation.get("requestBody", {}).get("content", {})
            bodies = [body for kind in kinds for body in _bodies(document, kind, kinds[kind]["schema"], hostile)]
            for place in addresses:
                for kind, body in bodies or [("", b"")]:
                    headers = visitor.headers() | {"Sec-Fetch-Site": "same-origin", "Content-Type": kind}
                    headers["Authorization"] = str(known.chat.headers["Authorization"])
                    url = f"{fuzzed.url}{place}"
                    answer = client.request(method.upper(), url, headers=headers, content=body, timeout=30)
                    assert answer.status_code < 500, (method, path, kind, body[:200])


def _in_path(path: str, usual: dict[str, str], broken: str) -> Iterator[str]:
    """The path with each of its parameters broken in turn."""
    for name in usual:
        if f"{{{name}}}" in path:
            yield path.format(**usual | {name: broken})


def _bodies(document: dict[str, Any], kind: str, schema: dict[str, Any], hostile: str) -> Iterator[tuple[str, bytes]]:
    """Bodies of that kind: each field broken in turn, and the whole."""
    named = [one["$ref"] for one in [schema, *schema.get("anyOf", [])] if "$ref" in one]
    parts = document["components"]["schemas"][named[0].rpartition("/")[2]]["properties"] if named else {}
    for broken in parts:
        fields = {name: hostile if name == broken else RIGHT.get(name, "x") for name in parts}
        if kind == "application/json":
            yield kind, json.dumps(fields).encode()
        else:
            values = {name: quote(value.encode("utf-8", "surrogatepass")) for name, value in fields.items()}
            yield kind, "&".join(f"{name}={value}" for name, value in values.items()).encode()
    yield kind, hostile.encode("utf-8", "surrogatepass")
    yield "multipart/form-data", hostile.encode("utf-8", "surrogatepass")
