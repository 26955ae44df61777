"""A signed-in member of staff for the tests of figures and review, and patients' questions put on record directly."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from web_helpers import Site

from mesofaq.accounts.models import Role
from mesofaq.chat.models import CardRef, HandoffDraft, Kind, Priority, Reason, ReplyDraft
from mesofaq.store.audit import CLI
from mesofaq.web.console.access import SESSION_COOKIE

HTMX = {"HX-Request": "true"}
PAGE = {"Accept": "text/html"}


@dataclass
class Browser:
    """One person's browser, signed in."""

    site: Site
    cookie: str
    csrf: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.site.ask("GET", path, headers={"Cookie": self.cookie, **PAGE, **headers})

    def post(self, path: str, headers: dict[str, str] | None = None, **form: Any) -> httpx.Response:
        sent = {"Cookie": self.cookie, "Origin": self.site.url, **PAGE, **(headers or {})}
        return self.site.ask("POST", path, headers=sent, data={"csrf_token": self.csrf, **form})


def signed_in(site: Site, role: Role = Role.REVIEWER) -> Browser:
    """A new account with that role, and its browser."""
    username, password = f"example-{uuid4().hex[:12]}", "four-unlikely-plain-words"
    site.services.accounts.add(username, "Example Person", "nurse", role, password, by=CLI)
    token, session = site.services.accounts.sign_in(username, password)
    return Browser(site, f"{SESSION_COOKIE}={token}", session.csrf_token)


@dataclass(frozen=True)
class Said:
    """A patient's message on record, and the first reply to it."""

    conversation_id: str
    message_id: str
    reply_id: str


def unanswered(site: Site, words: str) -> Said:
    """A question that no card answered."""
    draft = HandoffDraft(reason=Reason.OUT_OF_SCOPE, priority=Priority.ROUTINE)
    return _said(site, words, ReplyDraft(kind=Kind.HANDOFF, text="A person will answer.", handoff=draft))


def answered(site: Site, words: str, card: str = "cost", version: str = "0123456789ab") -> Said:
    """A question that a card answered."""
    shown = CardRef(id=card, version=version, status="draft")
    return _said(site, words, ReplyDraft(kind=Kind.ANSWER, text="It depends.", card=shown))


def _said(site: Site, words: str, draft: ReplyDraft) -> Said:
    store = site.services.store
    conversation = store.create_conversation("0" * 64).id
    message = store.receive(conversation, words, None).message_id
    (reply,) = store.finish(message, [draft], bundle_id="b1")
    return Said(conversation, message, reply.id)
