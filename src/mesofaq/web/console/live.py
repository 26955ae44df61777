"""Tells an open page of a conversation that there is something new (server-sent events); the page then asks for it.

An event carries the place of the newest message and not a word of it. The stream ends with the session.
"""

import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from mesofaq.accounts.models import Right
from mesofaq.handoff.unread import read_already
from mesofaq.store.store import utc_now
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import require, still_signed_in
from mesofaq.web.console.conversation import SEQUENCE_MAX
from mesofaq.web.services import Services

__all__ = ["router"]

router = APIRouter(prefix="/staff", include_in_schema=False)

_POLL_S = 1.0
_HEARTBEAT_S = 15.0
_SESSION_S = 5.0
"""So long a stream may outlive the session that it belongs to."""


@router.get("/conversations/{conversation_id}/live", dependencies=[Depends(require(Right.READ))])
async def live(
    conversation_id: str,
    request: Request,
    services: ServicesDep,
    after: Annotated[int, Query(ge=0, le=SEQUENCE_MAX)] = 0,
    last_event_id: Annotated[int, Header(ge=0, le=SEQUENCE_MAX)] = 0,
) -> StreamingResponse:
    """An event `changed` whenever a message comes after the one with the place `after`."""
    await run_in_threadpool(services.store.get_conversation, conversation_id)
    return StreamingResponse(
        _changes(request, services, conversation_id, max(after, last_event_id)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _changes(request: Request, services: Services, conversation_id: str, seen: int) -> AsyncIterator[str]:
    said = checked = time.monotonic()
    yield "retry: 2000\n\n"
    while not services.stopping.is_set():
        messages = await run_in_threadpool(services.store.transcript, conversation_id, seen)
        messages = read_already(messages, utc_now())
        now = time.monotonic()
        if messages:
            seen, said = messages[-1].sequence, now
            yield f"id: {seen}\nevent: changed\ndata: {seen}\n\n"
        elif now - said >= _HEARTBEAT_S:
            said = now
            yield ": still here\n\n"
        if now - checked >= _SESSION_S:
            checked = now
            if not await still_signed_in(request):
                return
        await services.live.wait(conversation_id, _POLL_S)
