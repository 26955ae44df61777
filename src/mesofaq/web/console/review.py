"""What staff make of what they read: an answer marked wrong, a question proposed for the content, its export."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from mesofaq.accounts.models import Right, SignedIn, StaffRecord
from mesofaq.errors import Code, Problem
from mesofaq.handoff.proposals import check_proposal, pack, written
from mesofaq.store.figures import Figures
from mesofaq.store.store import utc_now
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import SignedInDep, require
from mesofaq.web.console.view import is_fragment, page
from mesofaq.web.problems import problem_responses
from mesofaq.web.services import Services

__all__ = ["router"]

_NOTE_MAX_CHARS = 500
_MOST_IDS = 90  # the gate reads a hundred fields
_ID_MAX_CHARS = 36

_EXPORTS = ("application/zip", "text/plain", "text/markdown")
_BACK: dict[int | str, dict[str, Any]] = {303: {"description": "Back to the message, for a plain form"}}
_REFUSED = problem_responses(Code.UNAUTHORIZED, Code.FORBIDDEN, Code.NOT_FOUND, Code.CONFLICT, Code.INVALID_REQUEST)

router = APIRouter(prefix="/staff", tags=["console"], default_response_class=HTMLResponse, responses=_REFUSED)

ReviewerDep = Annotated[StaffRecord, Depends(require(Right.REVIEW))]


@router.post("/messages/{message_id}/wrong", responses=_BACK)
async def mark_wrong(
    message_id: str,
    request: Request,
    services: ServicesDep,
    session: SignedInDep,
    staff: ReviewerDep,
    note: Annotated[str, Form(max_length=_NOTE_MAX_CHARS)] = "",
) -> Response:
    """Mark an answer of the bot as wrong; again changes the note."""
    await run_in_threadpool(services.handoffs.desk.mark_wrong, message_id, note, by=staff)
    return await _done(request, services, session, message_id, "Marked as wrong. It counts in the figures.")


@router.post("/messages/{message_id}/proposals", responses=_BACK)
async def propose(
    message_id: str,
    request: Request,
    services: ServicesDep,
    session: SignedInDep,
    staff: ReviewerDep,
    kind: Annotated[Literal["example", "card"], Form()],
    card_id: Annotated[str, Form()],
    question: Annotated[str, Form()],
    answer: Annotated[str, Form()] = "",
) -> Response:
    """Propose a patient's question for the content: as an example of a card, or as the draft of a new one."""
    cards = services.assistant.content.cards
    card_id, question, answer = check_proposal(kind, card_id, question, answer, cards)
    await run_in_threadpool(
        services.handoffs.desk.propose,
        message_id,
        by=staff,
        kind=kind,
        card_id=card_id,
        question=question,
        answer=answer,
    )
    return await _done(request, services, session, message_id, "Proposed. It waits on the page of proposals.")


@router.get("/proposals")
async def list_proposals(
    request: Request, services: ServicesDep, session: SignedInDep, staff: ReviewerDep
) -> HTMLResponse:
    """All proposals, the newest first."""
    proposals = await run_in_threadpool(services.handoffs.desk.proposals, staff)
    waiting = sum(proposal.exported_at is None for proposal in proposals)
    return await run_in_threadpool(
        page, request, "proposals.html", session, proposals=proposals, waiting=waiting, most_ids=_MOST_IDS
    )


@router.post(
    "/proposals/export",
    response_class=Response,
    responses={200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _EXPORTS}}},
)
async def export_proposals(
    services: ServicesDep,
    staff: ReviewerDep,
    ids: Annotated[list[Annotated[str, Form(max_length=_ID_MAX_CHARS)]] | None, Form(max_length=_MOST_IDS)] = None,
) -> Response:
    """The chosen proposals, or all that were not exported yet, as a file or a ZIP for `content/`."""
    name, media_type, data = await run_in_threadpool(_export, services, staff, frozenset(ids or ()))
    return Response(
        data,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


def _export(services: Services, staff: StaffRecord, ids: frozenset[str]) -> tuple[str, str, bytes]:
    desk = services.handoffs.desk
    proposals = desk.proposals(staff)
    if ids:
        chosen = [proposal for proposal in proposals if proposal.id in ids]
        if len(chosen) < len(ids):
            raise Problem(Code.NOT_FOUND, "A chosen proposal is gone; its conversation may have been erased. Reload.")
    else:
        chosen = [proposal for proposal in proposals if proposal.exported_at is None]
    if not chosen:
        raise Problem(Code.NOT_FOUND, "There is no new proposal. Choose some that were exported before.")
    download = pack(written(chosen, services.assistant.content.cards), utc_now())
    # On record before it leaves: nobody takes anything out unseen.
    desk.exported([proposal.id for proposal in chosen], by=staff)
    return download


async def _done(request: Request, services: Services, session: SignedIn, message_id: str, said: str) -> Response:
    """Htmx gets the sentence; a plain form is sent back to where the message is."""
    if is_fragment(request):
        return await run_in_threadpool(page, request, "_review_done.html", session, said=said)
    place = Figures(services.store.database, utc_now).place_of
    conversation_id, sequence = await run_in_threadpool(place, message_id)
    return RedirectResponse(f"/staff/conversations/{conversation_id}#m-{sequence}", 303)
