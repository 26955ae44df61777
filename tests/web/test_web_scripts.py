"""A script in anything that anybody wrote is shown as text: on every page and part of the console, and in every file.

Every text that people can write holds a mark with its number in it, inside of markup that would become elements and
attributes where a page failed to escape. Each page is parsed, and must hold the marks as text and nothing of the rest.
"""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import yaml
from web_console_helpers import HTMX, PASSWORD, UNDERSTOOD, Asked, Person
from web_helpers import Site, StandIn, serving, settings_for, standing_in

from mesofaq.accounts.models import Role
from mesofaq.chat.models import (
    CardRef,
    HandoffDraft,
    Kind,
    Priority,
    Reason,
    ReplyDraft,
    ScreeningAnswer,
    ScreeningDraft,
    SourceRef,
)
from mesofaq.dialogue import runtime
from mesofaq.knowledge.bundle import bundle_id, current_bundle, file_sha256
from mesofaq.settings import Settings
from mesofaq.store.audit import CLI

CARD = "after-wash"
FETCHES = {"href", "src", "action", "formaction", "hx-get", "hx-post", "sse-connect", "data", "poster"}


def evil(mark: str) -> str:
    """A text with that mark in it, and all that would break out of a page."""
    elements = """<script>a()</script><img src=x onerror=a()><b class=injected onclick="a()">{{7*7}}</b>&lt;u&gt;"""
    return f"{mark}\"'>{elements}"


CONTACT = evil("markcontact@")
PATIENT, NOTE, WRONG, PROPOSED, DRAFTED = (
    evil(f"mark{number}") for number in ("patient", "note", "wrong", "proposed", "drafted")
)
QUESTION, BODY, SOURCE, CANNED, CLINIC = (
    evil(f"mark{number}") for number in ("question", "body", "source", "canned", "clinic")
)
REPLY, WORDS, NEAREST = (evil(f"mark{number}") for number in ("reply", "words", "nearest"))
CANNED_TITLE = "marktitle\"'><script>a()</script><b onclick=a()>"  # 60 characters at most
NAME, TITLE = "markname\"'><script>a()</script><b onclick=a()>", "marktitle\"'><img src=x onerror=a()>"


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and everything in it that is text or a value."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._texts: list[str] = []
        self.feed(text)
        self.close()

    @property
    def shown(self) -> str:
        """All text, and all values of attributes."""
        return "\0".join(["".join(self._texts), *(value for _, given in self.elements for value in given.values())])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self._texts.append(data)

    def assert_harmless(self) -> None:
        """Nothing in it was made by what somebody wrote."""
        for tag, given in self.elements:
            element = f"<{tag} {given}>"
            assert not [name for name in given if name.startswith(("on", "hx-on", "data-hx-on", "srcdoc"))], element
            assert "injected" not in given.get("class", ""), element
            assert tag not in ("iframe", "object", "embed", "base", "b", "u", "style"), element
            assert tag != "img" or given["src"].startswith(("/static/", "data:image/")), element
            assert tag != "script" or given.get("src", "").startswith("/static/"), element
            for name in FETCHES & set(given):
                assert given[name] == "" or given[name].startswith(("/", "#", "?")), element
        assert "49" not in [text.strip() for text in self._texts]


@dataclass
class Spoilt:
    """The service whose every text is spoilt, and who is in it."""

    site: Site
    admin: Person
    asked: Asked
    first_reply: str
    seen: list[str] = field(default_factory=list)

    def page(self, path: str, **headers: str) -> Page:
        answer = self.admin.get(path, **headers)
        assert answer.status_code == 200, answer.text
        return checked(answer)

    @property
    def conversation(self) -> str:
        return f"/staff/conversations/{self.asked.conversation_id}"


def checked(answer: httpx.Response) -> Page:
    """The page in an answer, after a look at it."""
    assert answer.headers["content-type"].startswith("text/html"), answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    page = Page(answer.text)
    page.assert_harmless()
    return page


def spoil_content(home: Path, to: Path) -> None:
    """A home folder whose clinic, ready-made replies and sources are spoilt; the rest is the checkout's."""
    to.mkdir()
    for path in home.iterdir():
        if path.name in ("bot", "domain.yml", "config.yml", "endpoints.yml", "credentials.yml", "actions"):
            (to / path.name).symlink_to(path)
    shutil.copytree(home / "content", to / "content")
    change(to / "content" / "clinic.yml", lambda clinic: clinic.update(name=CLINIC))
    change(to / "content" / "canned.yml", lambda canned: canned["replies"][0].update(title=CANNED_TITLE, text=CANNED))
    (card,) = (to / "content" / "cards").rglob(f"{CARD}.md")
    _, front, _ = card.read_text(encoding="utf-8").split("---\n", 2)
    changed = yaml.safe_load(front) | {"question": QUESTION}
    card.write_text(f"---\n{yaml.safe_dump(changed)}---\n{BODY}\n", encoding="utf-8")


def change(path: Path, how: Callable[[Any], None]) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    how(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def spoil_bundle(bundle: Path, to: Path) -> None:
    """The same bundle with one card spoilt."""
    folder = to / "spoilt"
    folder.mkdir(parents=True)
    for part in bundle.iterdir():
        if part.name not in ("cards.json", "manifest.json"):
            (folder / part.name).symlink_to(part)
    cards = json.loads((bundle / "cards.json").read_text(encoding="utf-8"))
    (card,) = (card for card in cards["cards"] if card["id"] == CARD)
    card |= {"question": QUESTION, "body": BODY}
    for source in cards.get("sources", []):
        if isinstance(source, dict) and "title" in source:
            source["title"] = SOURCE
    (folder / "cards.json").write_text(json.dumps(cards), encoding="utf-8")
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    manifest["parts"]["cards.json"] = file_sha256(folder / "cards.json")
    manifest["id"] = bundle_id(manifest["parts"])
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (to / "CURRENT").write_text(folder.name, encoding="utf-8")


@pytest.fixture(scope="module")
def spoilt(home: Path, bundle_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoilt]:
    folder = tmp_path_factory.mktemp("spoilt")
    bundle = current_bundle(bundle_settings.var / "bundles")
    assert bundle is not None
    spoil_bundle(bundle, folder / "var" / "bundles")
    spoil_content(home, folder / "home")
    with contextlib.ExitStack() as stack:
        rasa: StandIn = stack.enter_context(standing_in())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(runtime, "_current", runtime._current)
        site = stack.enter_context(serving(settings_for(folder / "var", folder / "home", rasa)))
        assert site.services.assistant.servable(CARD), site.services.assistant.problem
        yield _spoilt(site)


def _spoilt(site: Site) -> Spoilt:
    accounts = site.services.accounts
    staff = accounts.add("admin", NAME, TITLE, Role.ADMIN, PASSWORD, by=CLI)
    token, session = accounts.sign_in("admin", PASSWORD)
    admin = Person(site, staff, session, token)
    asked, first_reply = _ask(site)
    spoilt = Spoilt(site, admin, asked, first_reply)

    def do(path: str, **form: str) -> None:
        answer = admin.post(path, form)
        assert answer.status_code == 303, answer.text

    auth = {"Authorization": f"Bearer {asked.token}"}
    path = f"/v1/conversations/{asked.conversation_id}"
    assert site.ask("PUT", f"{path}/contact", headers=auth, json={"contact": CONTACT}).status_code == 204
    do(f"/staff/handoffs/{asked.handoff_id}/claim", version="1", conversation_id=asked.conversation_id)
    key = "7f0f2f8e-52a4-4b0c-9b3f-3b1f0a8f5a1{}"
    do(f"{spoilt.conversation}/reply", text=REPLY, client_message_id=key.format(1))
    do(f"{spoilt.conversation}/card", card_id=CARD, client_message_id=key.format(2))
    do(f"{spoilt.conversation}/note", text=NOTE)
    do(f"/staff/messages/{first_reply}/wrong", note=WRONG)
    do(f"/staff/messages/{asked.message_id}/proposals", kind="example", card_id=CARD, question=PROPOSED)
    drafted = {"card_id": "a-new-card", "question": PROPOSED, "answer": DRAFTED}
    do(f"/staff/messages/{asked.message_id}/proposals", kind="card", **drafted)
    return spoilt


def _ask(site: Site) -> tuple[Asked, str]:
    """A patient who was answered by a card, screened, and waits; every text is spoilt."""
    store, token = site.services.store, "a" * 43
    conversation = store.create_conversation(hashlib.sha256(token.encode()).hexdigest())
    first = store.receive(conversation.id, PATIENT, None)
    understood = json.loads(json.dumps(UNDERSTOOD))
    understood["triage"]["findings"][0]["words"] = [WORDS]
    understood["candidates"][0]["nearest"] = NEAREST
    store.save_understanding(first.message_id, understood)
    shown = CardRef(id=CARD, version="0123456789ab", status="draft")
    sources = (SourceRef(title=SOURCE, where=SOURCE),)
    (reply,) = store.finish(
        first.message_id, [ReplyDraft(kind=Kind.ANSWER, text=BODY, card=shown, sources=sources)], bundle_id="b1"
    )
    message = store.receive(conversation.id, PATIENT, None)
    protocol = site.services.assistant.content.screening
    result = ScreeningDraft(
        protocol_version=protocol.version,
        result="review",
        flags=("allergy",),
        answers=(ScreeningAnswer(item="allergy", reading="yes", message_id=message.message_id),),
    )
    wanted = HandoffDraft(reason=Reason.SCREENING, priority=Priority.ROUTINE)
    draft = ReplyDraft(kind=Kind.SCREENING, text="A person will look.", handoff=wanted, screening_result=result)
    (told,) = store.finish(message.message_id, [draft], bundle_id=None)
    assert told.handoff is not None
    for _ in range(2):  # unanswered questions, for the figures
        other = store.create_conversation("0" * 64)
        asked = store.receive(other.id, PATIENT, None).message_id
        open_draft = HandoffDraft(reason=Reason.OUT_OF_SCOPE, priority=Priority.ROUTINE)
        store.finish(asked, [ReplyDraft(kind=Kind.HANDOFF, text="Wait.", handoff=open_draft)], bundle_id="b1")
    return Asked(conversation.id, token, told.handoff.id, message.message_id), reply.id


@pytest.mark.parametrize(
    "page",
    [f"<p>{PATIENT}</p>", f'<input value="{NOTE}">', f"<a href='{NAME}'>", '<a href="javascript:a()">', "<p>49</p>"],
)
def test_a_page_that_escaped_too_little_would_be_found(page: str) -> None:
    with pytest.raises(AssertionError):
        Page(page).assert_harmless()


def test_the_conversation_shows_all_of_it_as_text(spoilt: Spoilt) -> None:
    shown = spoilt.page(spoilt.conversation).shown
    for text in (PATIENT, CONTACT, NOTE, WRONG, QUESTION, CANNED, CANNED_TITLE, CLINIC, REPLY, WORDS, NEAREST):
        assert text in shown, text
    assert NAME in shown
    assert TITLE in shown


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("/staff?state=all", (PATIENT[:20], CLINIC, NAME)),
        ("/staff/search", (CLINIC, NAME)),
        ("/staff/figures", (PATIENT, QUESTION, WRONG)),
        ("/staff/proposals", (PROPOSED, DRAFTED)),
        ("/staff/people", (NAME, TITLE)),
        ("/staff/audit", (NAME,)),
        ("/staff/account", (NAME, TITLE)),
        ("/staff/account/second-factor", (CLINIC,)),
    ],
)
def test_every_other_page_shows_it_as_text(spoilt: Spoilt, path: str, texts: tuple[str, ...]) -> None:
    shown = spoilt.page(path).shown
    for text in texts:
        assert text in shown, text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_parts_of_pages_show_it_as_text(spoilt: Spoilt, headers: dict[str, str]) -> None:
    news = spoilt.page(f"{spoilt.conversation}/transcript?after=0&seen=0", **headers).shown
    for text in (PATIENT, REPLY, WRONG, CANNED):
        assert text in news, text
    assert PATIENT[:20] in spoilt.page("/staff?state=all", **headers).shown
    assert BODY in spoilt.page(f"/staff/cards?card_id={CARD}", **headers).shown


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_comes_back_of_a_form_is_text(spoilt: Spoilt, headers: dict[str, str]) -> None:
    found = checked(spoilt.admin.post("/staff/search", {"query": "markpatient"}, **headers)).shown
    assert PATIENT[:30] in found
    typed = evil("marktyped")
    assert typed[:100] in checked(spoilt.admin.post("/staff/search", {"query": typed}, **headers)).shown
    long = typed + "x" * 3000
    key = {"client_message_id": "7f0f2f8e-52a4-4b0c-9b3f-3b1f0a8f5a19"}
    refused = spoilt.admin.post(f"{spoilt.conversation}/reply", {"text": long, **key}, **headers)
    assert refused.status_code == 422
    checked(refused)
    noted = spoilt.admin.post(f"{spoilt.conversation}/note", {"text": evil("markagain")}, **headers)
    if noted.status_code == 200:
        assert evil("markagain") in checked(noted).shown


def test_an_account_that_was_refused_comes_back_as_text(spoilt: Spoilt) -> None:
    typed = evil("marktyped")
    form = {"username": typed, "name": typed, "title": typed, "role": "reviewer", "password": "short"}
    refused = spoilt.admin.post("/staff/people", form)
    assert refused.status_code == 422
    assert typed in checked(refused).shown


def test_a_sign_in_that_failed_shows_the_name_as_text(spoilt: Spoilt) -> None:
    typed = evil("marktyped")
    ready = spoilt.site.ask("GET", f"/staff/sign-in?next={quote(typed)}", headers={"Accept": "text/html"})
    assert typed not in checked(ready).shown
    token = next(given["value"] for _, given in Page(ready.text).elements if given.get("name") == "csrf_token")
    headers = {
        "Accept": "text/html",
        "Origin": spoilt.site.url,
        "Cookie": f"__Host-mesofaq-sign-in={token}",
    }
    form = {"csrf_token": token, "username": typed, "password": "wrong", "next": typed}
    failed = spoilt.site.ask("POST", "/staff/sign-in", headers=headers, data=form)
    assert failed.status_code == 401
    assert typed in checked(failed).shown


@pytest.mark.parametrize(
    "path",
    [
        "/staff/conversations/{}",
        "/staff/nothing/{}",
        "/staff/figures?days={}",
        "/staff/audit?action={}",
        "/staff/people?done={}",
        "/staff/account?done={}",
        "/staff?state={}&reason={}&priority={}&known={}",
        "/staff/cards?card_id={}",
        "/staff/conversations/{}/transcript?after={}",
        "/staff/conversations/{}/live",
        "/staff/conversations/{}/export",
        "/v1/conversations/{}/messages",
        "/static/{}",
        "/{}",
    ],
)
@pytest.mark.parametrize("headers", [{"Accept": "text/html"}, HTMX, {"Accept": "*/*"}])
def test_nothing_of_an_address_becomes_markup(spoilt: Spoilt, path: str, headers: dict[str, str]) -> None:
    address = path.format(*[quote(evil("markpath"), safe="")] * path.count("{}"))
    answer = spoilt.admin.get(address, **headers)
    if answer.headers["content-type"].startswith("text/html"):
        checked(answer)
    else:
        assert answer.headers["content-type"].startswith(("application/problem+json", "text/event-stream"))
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_chat_api_gives_it_back_as_json_and_nothing_else(spoilt: Spoilt) -> None:
    auth = {"Authorization": f"Bearer {spoilt.asked.token}", "Accept": "text/html"}
    path = f"/v1/conversations/{spoilt.asked.conversation_id}"
    said = spoilt.site.ask("POST", f"{path}/messages", headers=auth, json={"text": PATIENT})
    for answer in (
        said,
        spoilt.site.ask("GET", f"{path}/messages", headers=auth),
        spoilt.site.ask("GET", "/v1/clinic", headers=auth),
        spoilt.site.ask("GET", f"{path}/export", headers=auth),
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        answer.json()
    transcript = spoilt.site.ask("GET", f"{path}/messages", headers=auth).json()["messages"]
    assert {PATIENT, REPLY, BODY} <= {line["text"] for line in transcript}
    assert spoilt.site.ask("GET", "/v1/clinic").json()["name"] == CLINIC


def test_exports_are_files_of_types_that_no_browser_runs(spoilt: Spoilt) -> None:
    auth = {"Authorization": f"Bearer {spoilt.asked.token}"}
    own = spoilt.site.ask("GET", f"/v1/conversations/{spoilt.asked.conversation_id}/export", headers=auth)
    theirs = spoilt.admin.get(f"{spoilt.conversation}/export")
    proposals = spoilt.admin.post("/staff/proposals/export")
    for answer in (own, theirs, proposals):
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].partition(";")[0] in ("application/json", "application/zip", "text/plain")
        assert answer.headers["x-content-type-options"] == "nosniff"
        disposition = answer.headers["content-disposition"]
        assert disposition.startswith("attachment;")
        assert "mark" not in disposition
    assert PATIENT in json.dumps(theirs.json(), ensure_ascii=False).replace('\\"', '"')


def test_the_live_stream_of_the_console_holds_no_word(spoilt: Spoilt) -> None:
    headers = {"Cookie": spoilt.admin._own()["Cookie"], "Accept": "text/event-stream"}
    url = f"{spoilt.site.url}{spoilt.conversation}/live"
    with httpx.stream("GET", url, headers=headers, trust_env=False, timeout=10) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = []
        for line in stream.iter_lines():
            lines.append(line)
            if line.startswith("data:"):
                break
    assert lines[-1].removeprefix("data: ").isdigit()
    assert not any("mark" in line for line in lines)
