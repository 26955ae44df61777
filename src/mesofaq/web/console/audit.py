"""The audit, for admins: its last entries, and whether its chain holds."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from mesofaq.accounts.models import Right, StaffRecord
from mesofaq.errors import Code
from mesofaq.store.audit import Action, by_staff
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import SignedInDep, require
from mesofaq.web.console.view import page
from mesofaq.web.problems import problem_responses

__all__ = ["router"]

_SHOWN = 200
_VERIFIED_UNASKED = 20_000
"""Following so many entries takes about a second; a longer chain is followed when somebody asks."""

Admin = Annotated[StaffRecord, Depends(require(Right.PEOPLE))]

router = APIRouter(
    prefix="/staff/audit",
    tags=["console"],
    default_response_class=HTMLResponse,
    responses=problem_responses(Code.UNAUTHORIZED, Code.FORBIDDEN),
)


@router.get("", responses=problem_responses(Code.INVALID_REQUEST))
async def audit_page(
    request: Request,
    services: ServicesDep,
    session: SignedInDep,
    admin: Admin,
    action: Annotated[str, Query(max_length=64)] = "",
    verify: bool = False,
) -> Response:
    """The last entries, all or of one kind of act; an unknown kind is all."""
    chosen = Action(action) if action in set(Action) else None
    log = services.accounts.audit
    asked = verify or await run_in_threadpool(log.length) <= _VERIFIED_UNASKED
    verdict = await run_in_threadpool(log.verify) if asked else None
    entries = await run_in_threadpool(log.last, _SHOWN, chosen)
    await run_in_threadpool(
        log.note, actor=by_staff(admin.id), action=Action.AUDIT_READ, filter=chosen.value if chosen else None
    )
    return page(
        request,
        "audit.html",
        session,
        entries=entries,
        verdict=verdict,
        actions=sorted(action.value for action in Action),
        chosen=chosen.value if chosen else "",
        shown=_SHOWN,
    )
