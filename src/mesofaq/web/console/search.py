"""Search over all messages. What is searched for travels in the body of a POST: addresses end up in logs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from mesofaq.accounts.models import Right, StaffRecord
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import SignedInDep, require
from mesofaq.web.console.view import page

__all__ = ["router"]

router = APIRouter(prefix="/staff", include_in_schema=False)

_SHOWN = 100
_QUERY_MAX_CHARS = 200


@router.get("/search", response_class=HTMLResponse, dependencies=[Depends(require(Right.READ))])
async def show_search(request: Request, signed_in: SignedInDep) -> HTMLResponse:
    """The empty form."""
    return page(request, "search.html", signed_in, query="", hits=None, is_full=False)


@router.post("/search", response_class=HTMLResponse)
async def search(
    request: Request,
    services: ServicesDep,
    signed_in: SignedInDep,
    staff: Annotated[StaffRecord, Depends(require(Right.READ))],
    query: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """The newest messages that hold every word, whoever wrote them."""
    query = query.strip()[:_QUERY_MAX_CHARS]
    hits = None
    if query:
        hits = await run_in_threadpool(services.handoffs.desk.search, query, by=staff, limit=_SHOWN)
    is_full = hits is not None and len(hits) == _SHOWN
    return page(request, "search.html", signed_in, query=query, hits=hits, is_full=is_full)
