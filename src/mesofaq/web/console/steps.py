"""What staff do in a conversation: claim, reply, send a card, note, release, resolve, reopen.

Every form works without a script: then the answer is the page again. With htmx only the part that changes comes back,
and what was refused leaves every box as it is.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from mesofaq.accounts.models import Right, SignedIn, StaffRecord
from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import Outcome
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import SignedInDep, require
from mesofaq.web.console.conversation import SEQUENCE_MAX, Typed, read, show
from mesofaq.web.console.view import is_fragment, wants_page
from mesofaq.web.services import Services

__all__ = ["router"]

router = APIRouter(prefix="/staff", include_in_schema=False)

AnswersDep = Annotated[StaffRecord, Depends(require(Right.ANSWER))]
ReviewsDep = Annotated[StaffRecord, Depends(require(Right.REVIEW))]
VersionForm = Annotated[int, Form(ge=0, le=SEQUENCE_MAX)]
TextForm = Annotated[str, Form()]


class ByHand(StrEnum):
    """The steps that a person takes by a button."""

    CLAIM = "claim"
    RELEASE = "release"
    RESOLVE = "resolve"
    REOPEN = "reopen"


@router.post("/handoffs/{handoff_id}/{step}")
async def take_step(
    handoff_id: str,
    step: ByHand,
    request: Request,
    services: ServicesDep,
    signed_in: SignedInDep,
    staff: AnswersDep,
    version: VersionForm,
    conversation_id: TextForm,
    outcome: Annotated[Outcome | None, Form()] = None,
) -> Response:
    """Take a step of the handoff's life, if it is still as it was seen."""

    async def act() -> Any:
        handoffs = services.handoffs
        if step is ByHand.RESOLVE:
            if outcome is None:
                raise Problem(Code.INVALID_REQUEST, "Choose how it ended, then finish it.")
            return await handoffs.resolve(handoff_id, version, staff, outcome)
        act_on = {ByHand.CLAIM: handoffs.claim, ByHand.RELEASE: handoffs.release, ByHand.REOPEN: handoffs.reopen}[step]
        return await act_on(handoff_id, version, staff)

    typed = Typed(outcome=outcome or "")
    return await _do(
        request, services, signed_in, conversation_id, act, typed, "_actions.html", oob=False, stepped=True
    )


@router.post("/conversations/{conversation_id}/reply")
async def send_reply(
    conversation_id: str,
    request: Request,
    services: ServicesDep,
    signed_in: SignedInDep,
    staff: AnswersDep,
    client_message_id: Annotated[UUID, Form()],
    text: TextForm = "",
) -> Response:
    """Write to the patient; the same form sent twice writes once."""
    text = text.replace("\r\n", "\n")  # as browsers send a textarea's lines
    typed = Typed(text=text, reply_id=str(client_message_id))
    return await _do(
        request,
        services,
        signed_in,
        conversation_id,
        lambda: services.handoffs.reply(conversation_id, text, staff, str(client_message_id)),
        typed,
        "_reply.html",
        sent=True,
    )


@router.post("/conversations/{conversation_id}/card")
async def send_card(
    conversation_id: str,
    request: Request,
    services: ServicesDep,
    signed_in: SignedInDep,
    staff: AnswersDep,
    client_message_id: Annotated[UUID, Form()],
    card_id: TextForm = "",
) -> Response:
    """Send a card's reviewed text, word for word."""
    typed = Typed(card_id=card_id, card_message_id=str(client_message_id))
    return await _do(
        request,
        services,
        signed_in,
        conversation_id,
        lambda: services.handoffs.send_card(conversation_id, card_id, staff, str(client_message_id)),
        typed,
        "_card.html",
        sent=True,
    )


@router.post("/conversations/{conversation_id}/note")
async def write_note(
    conversation_id: str,
    request: Request,
    services: ServicesDep,
    signed_in: SignedInDep,
    staff: ReviewsDep,
    text: TextForm = "",
) -> Response:
    """Write something down for colleagues."""
    text = text.replace("\r\n", "\n")
    limit = services.settings.text_max_chars

    async def act() -> Any:
        if len(text) > limit:
            detail = f"The note is longer than {limit} characters. Please shorten it and save it again."
            raise Problem(Code.TEXT_TOO_LONG, detail, max_chars=limit)
        return await run_in_threadpool(services.handoffs.desk.note, conversation_id, text, by=staff)

    return await _do(request, services, signed_in, conversation_id, act, Typed(note=text), "_notes.html", noted=True)


async def _do(
    request: Request,
    services: Services,
    signed_in: SignedIn,
    conversation_id: str,
    act: Callable[[], Awaitable[Any]],
    typed: Typed,
    part: str,
    **done: Any,
) -> Response:
    """Do something, and show what has become of the conversation.

    Returns:
        Where it worked, for htmx the part `part` anew, and otherwise the way to the page; where it was refused, the
        sentence that says why, how things stand, and everything typed.

    Raises:
        Problem: it was refused, and a program asks; or the conversation is not there.
    """
    fragment = is_fragment(request)
    try:
        await act()
    except Problem as problem:
        if not fragment and not wants_page(request):
            raise
        view = await read(services, signed_in, conversation_id)
        template = "_failed.html" if fragment else "conversation.html"
        return show(request, services, signed_in, view, template, status=problem.status, typed=typed, problem=problem)
    if not fragment:
        return RedirectResponse(f"/staff/conversations/{conversation_id}#actions", 303)
    view = await read(services, signed_in, conversation_id)
    answer = show(request, services, signed_in, view, part, **done)
    answer.headers["HX-Trigger"] = "changed"  # the transcript looks for news at once
    return answer
