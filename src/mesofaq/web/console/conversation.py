"""One conversation: the brief, the whole transcript of both sides, and what can be done with it.

Opening it is a read of a transcript and audited as one. The page then refreshes itself, which is no new read: but only
for a session that has opened it, so that nobody reads unseen by asking for the refresh alone.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from mesofaq.accounts.models import Right, SignedIn
from mesofaq.chat.models import Kind
from mesofaq.errors import Code, Problem
from mesofaq.handoff.brief import alarming, brief_of, whys
from mesofaq.handoff.states import ACTIVE, State
from mesofaq.handoff.unread import read_already
from mesofaq.store.records import ConversationView
from mesofaq.store.store import utc_now
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import SignedInDep, require
from mesofaq.web.console.opened import Opened
from mesofaq.web.console.view import page
from mesofaq.web.services import Services

__all__ = ["Typed", "read", "router", "show"]

router = APIRouter(prefix="/staff", include_in_schema=False)

SEQUENCE_MAX = 2**31 - 1
"""What a database can compare a message's place with."""


@dataclass(frozen=True)
class Typed:
    """What somebody has typed or chosen, to be shown again when it could not be done."""

    text: str = ""
    reply_id: str = ""
    note: str = ""
    card_id: str = ""
    card_message_id: str = ""
    outcome: str = ""


_OPENED = Opened()


async def read(
    services: Services, signed_in: SignedIn, conversation_id: str, *, opens: bool = False
) -> ConversationView:
    """The conversation; audited as a read when it is opened, or was not opened in this session before.

    Raises:
        Problem: `not-found`.
    """
    fresh = opens or (signed_in.session_id, conversation_id) not in _OPENED
    view = await run_in_threadpool(services.handoffs.desk.view, conversation_id, signed_in.staff, fresh=fresh)
    _OPENED.add(signed_in.session_id, conversation_id)
    return view


def show(
    request: Request,
    services: Services,
    signed_in: SignedIn,
    view: ConversationView,
    template: str = "conversation.html",
    *,
    status: int = 200,
    typed: Typed | None = None,
    problem: Problem | None = None,
    **values: Any,
) -> HTMLResponse:
    """The page of a conversation, or a part of it.

    Args:
        request: what is answered.
        services: for cards and ready-made replies.
        signed_in: whose session.
        view: the conversation as it is now.
        template: the page, or the part.
        status: the HTTP status.
        typed: what is put back into the boxes.
        problem: what went wrong.
        **values: what else the template shows.
    """
    handoff, now = view.handoff, utc_now()
    is_mine = handoff is not None and handoff.state == State.CLAIMED and handoff.claimed_by == signed_in.staff.id
    context: dict[str, Any] = {
        "alarming": alarming(view.transcript),
        "brief": brief_of(view, now),
        "canned": services.handoffs.canned() if is_mine else [],
        "cards": services.handoffs.cards(),
        "handoff": handoff,
        "is_active": handoff is not None and handoff.state in ACTIVE,
        "is_mine": is_mine,
        "last": view.transcript[-1].sequence if view.transcript else 0,
        "messages": view.transcript,
        "new_id": uuid4,
        "noted": False,
        "now": now,
        "oob": False,
        "problem": problem,
        "sent": False,
        "stepped": False,
        "text_max_chars": services.settings.text_max_chars,
        "typed": typed or Typed(),
        "view": view,
        "whys": whys(view.transcript),
    }
    return page(request, template, signed_in, status, **context | values)


_READS = [Depends(require(Right.READ))]


@router.get("/conversations/{conversation_id}", response_class=HTMLResponse, dependencies=_READS)
async def show_conversation(
    conversation_id: str, request: Request, services: ServicesDep, signed_in: SignedInDep
) -> HTMLResponse:
    """The page of one conversation."""
    view = await read(services, signed_in, conversation_id, opens=True)
    return show(request, services, signed_in, view)


@router.get("/conversations/{conversation_id}/transcript", response_class=HTMLResponse, dependencies=_READS)
async def show_news(
    conversation_id: str,
    request: Request,
    services: ServicesDep,
    signed_in: SignedInDep,
    after: Annotated[int, Query(ge=0, le=SEQUENCE_MAX)] = 0,
    seen: Annotated[int, Query(ge=0, le=SEQUENCE_MAX)] = 0,
    had: Annotated[bool, Query()] = False,
) -> Response:
    """For a page that is open: the messages after `after`, and what can be done if the handoff is not `seen` any more.

    `had` says that the page has a reply box: it is left alone, whatever has become of the handoff.
    """
    # The page asks for what it has not; whoever asks from the beginning reads it anew.
    view = await read(services, signed_in, conversation_id, opens=after == 0)
    news = read_already([message for message in view.transcript if message.sequence > after], utc_now())
    heard = [message for message in news if message.from_ != "staff"]
    is_alarm = any(message.reply is not None and message.reply.kind is Kind.EMERGENCY for message in news)
    version = view.handoff.version if view.handoff is not None else 0
    return show(
        request,
        services,
        signed_in,
        view,
        "_refresh.html",
        after=after,
        messages=news,
        heard=heard,
        heard_alarm=is_alarm or bool(alarming(news)),
        changed=version != seen,
        shows_answer=not had,
    )


@router.get("/cards", response_class=HTMLResponse, dependencies=_READS)
async def show_card(
    request: Request, services: ServicesDep, signed_in: SignedInDep, card_id: Annotated[str, Query(max_length=100)]
) -> HTMLResponse:
    """The text that a patient gets when the card is sent."""
    if not services.assistant.servable(card_id):
        raise Problem(Code.NOT_FOUND, "There is no such card, or it may not be shown today. Choose another.")
    return page(request, "_card_text.html", signed_in, text=services.assistant.replies.answer(card_id).text)
