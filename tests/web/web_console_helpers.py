"""Somebody of the staff with a browser that runs no scripts, and handoffs for them to answer."""

import hashlib
import html
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from web_helpers import Site

from mesofaq.accounts.models import Role, SignedIn, StaffRecord
from mesofaq.chat.models import CardRef, HandoffDraft, Kind, Priority, Reason, ReplyDraft
from mesofaq.store.audit import CLI
from mesofaq.web.console.access import SESSION_COOKIE

PASSWORD = "seven tall zebras dance at dawn"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
PAGE = {"Accept": "text/html"}
HTMX = {"Accept": "*/*", "HX-Request": "true"}
UNDERSTOOD: dict[str, Any] = {
    "intent": "ask_faq",
    "confidence": 0.91,
    "triage": {
        "triage_class": None,
        "findings": [
            {"rule": "chest-pain", "triage_class": "emergency", "words": ["chest pain"], "turned_off_by": "negation"}
        ],
        "opinion": {"none": 0.95},
    },
    "act": {"name": "ask_faq", "probability": 0.8},
    "candidates": [
        {"card": "after-wash", "probability": 0.91, "nearest": "When can I wash my hair?", "cosine": 0.88},
        {"card": "after-swim", "probability": 0.05},
    ],
    "decision": {"outcome": "answer", "cards": ["after-wash"], "answer_threshold": 0.62, "clarify_threshold": 0.41},
    "bundle": "0a1b2c3d4e5f6071",
}


@dataclass
class Asked:
    """A patient's conversation that waits for a person."""

    conversation_id: str
    token: str
    handoff_id: str
    message_id: str


@dataclass
class Person:
    """Somebody who is signed in."""

    site: Site
    staff: StaffRecord
    session: SignedIn
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.site.ask("GET", path, headers={**PAGE, **self._own(), **headers})

    def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Send a form as a browser does; follows no redirect."""
        form = {"csrf_token": self.session.csrf_token, **(data or {})}
        own = {**PAGE, **self._own(), "Sec-Fetch-Site": "same-origin"}
        return self.site.ask("POST", path, data=form, headers={**own, **headers})

    def step(self, asked: Asked, step: str, version: int, **data: Any) -> httpx.Response:
        form = {"version": version, "conversation_id": asked.conversation_id, **data}
        headers = data.pop("headers", {})
        form.pop("headers", None)
        return self.post(f"/staff/handoffs/{asked.handoff_id}/{step}", form, **headers)

    def reply(self, asked: Asked, text: str, key: str = "", **headers: str) -> httpx.Response:
        form = {"text": text, "client_message_id": key or str(uuid4())}
        return self.post(f"/staff/conversations/{asked.conversation_id}/reply", form, **headers)

    def _own(self) -> dict[str, str]:
        return {"Cookie": f"{SESSION_COOKIE}={self.token}"}


def sign_in(site: Site, role: Role = Role.CLINICIAN, name: str = "Dana Reyes", title: str = "nurse") -> Person:
    """Somebody new with that role, signed in."""
    accounts = site.services.accounts
    username = f"u{uuid4().hex[:12]}"
    staff = accounts.add(username, name, title, role, PASSWORD, by=CLI)
    token, session = accounts.sign_in(username, PASSWORD)
    return Person(site, staff, session, token)


def ask(
    site: Site,
    text: str = "May I have it with my illness?",
    reason: Reason = Reason.PERSONAL_MEDICAL,
    priority: Priority = Priority.ROUTINE,
    understood: dict[str, Any] | None = None,
    card: bool = False,
) -> Asked:
    """A patient asks something that goes to a person; with `card`, an answer by a card comes before."""
    store, token = site.services.store, uuid4().hex
    conversation = store.create_conversation(hashlib.sha256(token.encode()).hexdigest())
    if card:
        first = store.receive(conversation.id, "When can I wash my hair? No chest pain.", None)
        store.save_understanding(first.message_id, UNDERSTOOD)
        shown = CardRef(id="after-wash", version="0123456789ab", status="draft")
        store.finish(
            first.message_id,
            [ReplyDraft(kind=Kind.ANSWER, text="Wait for 48 hours.", card=shown)],
            bundle_id="0a1b2c3d4e5f6071",
        )
    message = store.receive(conversation.id, text, None)
    if understood is not None:
        store.save_understanding(message.message_id, understood)
    kind = Kind.EMERGENCY if priority is Priority.EMERGENCY else Kind.HANDOFF
    draft = ReplyDraft(kind=kind, text="A person will answer.", handoff=HandoffDraft(reason=reason, priority=priority))
    (reply,) = store.finish(message.message_id, [draft], bundle_id=None)
    assert reply.handoff is not None
    return Asked(conversation.id, token, reply.handoff.id, message.message_id)


def read(answer: httpx.Response) -> str:
    """The words of a page, as somebody reads them: without tags, with entities resolved and spaces collapsed."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())
