"""Taking a conversation out of the system, and erasing it: for a patient who asks the clinic for it.

Erasing has no way back, so the form wants the first characters of the conversation's id typed.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from mesofaq.accounts.models import Right, StaffRecord
from mesofaq.errors import Code, Problem
from mesofaq.privacy.erasure import erase_everywhere
from mesofaq.store.audit import by_staff
from mesofaq.store.holdings import held
from mesofaq.store.store import utc_now
from mesofaq.web.chat import ServicesDep, as_file
from mesofaq.web.console.access import require
from mesofaq.web.console.view import is_fragment

__all__ = ["CONFIRM_CHARS", "router"]

router = APIRouter(prefix="/staff", include_in_schema=False)

CONFIRM_CHARS = 8
"""How much of the id is to be typed: what lists show of it."""


@router.get("/conversations/{conversation_id}/export")
async def export(
    conversation_id: str,
    services: ServicesDep,
    staff: Annotated[StaffRecord, Depends(require(Right.EXPORT))],
) -> Response:
    """Everything that is held about the conversation, as a file, with what staff wrote for each other."""
    found = await run_in_threadpool(
        held,
        services.store.database,
        conversation_id,
        services.assistant.content.clinic.retention,
        utc_now(),
        by=by_staff(staff.id),
        staff_words=True,
    )
    return as_file(found)


@router.post("/conversations/{conversation_id}/erase")
async def erase(
    conversation_id: str,
    request: Request,
    services: ServicesDep,
    staff: Annotated[StaffRecord, Depends(require(Right.ERASE))],
    confirmation: Annotated[str, Form()] = "",
) -> Response:
    """Erase the conversation wherever it is kept."""
    await run_in_threadpool(services.store.get_conversation, conversation_id)  # an unknown one has no first characters
    if confirmation.strip().lower() != conversation_id[:CONFIRM_CHARS]:
        raise Problem(
            Code.INVALID_REQUEST,
            f"Nothing was erased. To erase it, type the first {CONFIRM_CHARS} characters of the conversation's id.",
        )
    tracker, by = services.settings.tracker_url, by_staff(staff.id)
    await run_in_threadpool(erase_everywhere, services.store, tracker, conversation_id, by=by)
    services.live.notify(conversation_id)
    if is_fragment(request):
        return Response(status_code=204, headers={"HX-Redirect": "/staff"})
    return RedirectResponse("/staff", 303)
