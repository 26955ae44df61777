"""The chat API: other programs are written against it, so it only ever grows."""

import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from mesofaq.accounts.throttle import network_of
from mesofaq.dialogue.replies import PERSON_TEXT
from mesofaq.errors import Code, Problem
from mesofaq.privacy.contact import checked_contact, leave_contact
from mesofaq.privacy.erasure import erase_everywhere
from mesofaq.store.audit import PATIENT
from mesofaq.store.holdings import Held, held
from mesofaq.store.records import ConversationRecord
from mesofaq.store.store import utc_now
from mesofaq.web.bodies import (
    ClinicOut,
    ContactIn,
    ConversationIn,
    ConversationOut,
    MessageIn,
    PrivacyOut,
    RepliesOut,
    TranscriptOut,
)
from mesofaq.web.problems import problem_responses
from mesofaq.web.services import Services

__all__ = ["ServicesDep", "as_file", "router"]

_POLL_S = 1.0
_HEARTBEAT_S = 15.0
_STREAMS_MAX = 10
"""Streams of one conversation at once. Each asks the record every second; a browser has one a tab."""
_LAST_EVENT_ID_MAX = 2**31 - 1
"""What a database can compare a message's place with."""

router = APIRouter(prefix="/v1", tags=["chat"])


def services_of(request: Request) -> Services:
    """The services that this application runs with."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(services_of)]


async def access_conversation(
    conversation_id: str, services: ServicesDep, authorization: Annotated[str | None, Header()] = None
) -> ConversationRecord:
    """The conversation, for whoever holds its token; the only way to reach one.

    Raises:
        Problem: `not-found` for an unknown conversation, `unauthorized` without its token.
    """
    conversation = await run_in_threadpool(services.store.get_conversation, conversation_id)
    scheme, _, token = (authorization or "").partition(" ")
    given = hashlib.sha256(token.strip().encode()).hexdigest()
    if scheme.lower() != "bearer" or not hmac.compare_digest(given, conversation.token_sha256):
        raise Problem(
            Code.UNAUTHORIZED,
            "This conversation needs its own token: send 'Authorization: Bearer <token>'.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return conversation


ConversationDep = Annotated[ConversationRecord, Depends(access_conversation)]
_ACCESS = problem_responses(Code.UNAUTHORIZED, Code.NOT_FOUND)


@router.get("/clinic")
async def clinic(services: ServicesDep) -> ClinicOut:
    """The clinic's name, hours and numbers, first questions, and the notice that texts are drafts if they are."""
    assistant = services.assistant
    facts, privacy = assistant.content.clinic, assistant.content.privacy
    return ClinicOut(
        name=facts.name,
        phone=facts.phone,
        hours=facts.hours,
        emergency_number=facts.emergency_number,
        draft_notice=assistant.replies.phrase("draft_notice") if assistant.shows_drafts else None,
        starters=list(assistant.replies.starters()),
        text_max_chars=services.settings.text_max_chars,
        talk_to_person_text=PERSON_TEXT,
        privacy=PrivacyOut(version=privacy.version(facts), text=privacy.shown(facts)),
        contact_ask=assistant.replies.phrase("contact_ask"),
    )


@router.post("/conversations", status_code=201, responses=problem_responses(Code.RATE_LIMITED))
async def create_conversation(
    request: Request, services: ServicesDep, body: ConversationIn | None = None
) -> ConversationOut:
    """Begin a conversation."""
    opening = body or ConversationIn()
    await services.throttle.conversation(_address(request))
    token = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    conversation = await run_in_threadpool(
        services.store.create_conversation,
        digest,
        channel=opening.channel,
        consent_version=opening.consent_version,
    )
    return ConversationOut(conversation_id=conversation.id, token=token)


@router.post(
    "/conversations/{conversation_id}/messages",
    responses=_ACCESS | problem_responses(Code.MALFORMED_BODY, Code.TEXT_EMPTY, Code.RATE_LIMITED, Code.STILL_WORKING),
)
async def send_message(
    body: MessageIn, request: Request, conversation: ConversationDep, services: ServicesDep
) -> RepliesOut:
    """Send one message and get its replies."""
    if not services.turns.is_emergency(body.text[: services.settings.text_max_chars]):
        await services.throttle.message(conversation.id, _address(request))
    replies = await services.turns.handle(conversation, body.text, body.client_message_id)
    return RepliesOut(conversation_id=conversation.id, messages=replies)


@router.get("/conversations/{conversation_id}/messages", responses=_ACCESS)
async def read_messages(conversation: ConversationDep, services: ServicesDep) -> TranscriptOut:
    """The transcript so far, both sides."""
    messages = await run_in_threadpool(services.store.transcript, conversation.id)
    return TranscriptOut(conversation_id=conversation.id, messages=messages)


@router.delete("/conversations/{conversation_id}", status_code=204, responses=_ACCESS)
async def erase(conversation: ConversationDep, services: ServicesDep) -> Response:
    """Erase the conversation: messages, handoffs, notes, screening, contact, outbox, and what Rasa remembers of it."""
    tracker = services.settings.tracker_url
    await run_in_threadpool(erase_everywhere, services.store, tracker, conversation.id, by=PATIENT)
    services.live.notify(conversation.id)
    return Response(status_code=204)


@router.put(
    "/conversations/{conversation_id}/contact",
    status_code=204,
    responses=_ACCESS | problem_responses(Code.MALFORMED_BODY, Code.INVALID_REQUEST, Code.RATE_LIMITED),
)
async def put_contact(
    body: ContactIn, request: Request, conversation: ConversationDep, services: ServicesDep
) -> Response:
    """Leave a phone number or an e-mail address for an answer, or take it back."""
    await services.throttle.message(conversation.id, _address(request))
    contact = checked_contact(body.contact) if body.contact is not None else None
    await run_in_threadpool(leave_contact, services.store.database, conversation.id, contact, utc_now())
    services.live.notify(conversation.id)
    return Response(status_code=204)


@router.get("/conversations/{conversation_id}/export", responses=_ACCESS | problem_responses(Code.RATE_LIMITED))
async def export(request: Request, conversation: ConversationDep, services: ServicesDep) -> Response:
    """Everything that is held about the conversation, as a file; what staff wrote for each other is only counted."""
    await services.throttle.message(conversation.id, _address(request))
    found = await run_in_threadpool(
        held,
        services.store.database,
        conversation.id,
        services.assistant.content.clinic.retention,
        utc_now(),
        by=PATIENT,
        staff_words=False,
    )
    return as_file(found)


def as_file(found: Held) -> Response:
    """What is held, as a JSON file to save."""
    name = f"conversation-{found.conversation_id[:8]}.json"
    return Response(
        found.model_dump_json(indent=2),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@router.get(
    "/conversations/{conversation_id}/events",
    responses=_ACCESS | problem_responses(Code.RATE_LIMITED),
    response_class=StreamingResponse,
)
async def events(
    conversation: ConversationDep,
    services: ServicesDep,
    last_event_id: Annotated[int, Header(ge=0, le=_LAST_EVENT_ID_MAX)] = 0,
) -> StreamingResponse:
    """Messages of the bot and of staff as they come (server-sent events), resumable by `Last-Event-ID`."""
    if services.live.streams[conversation.id] >= _STREAMS_MAX:
        raise Problem(
            Code.RATE_LIMITED,
            "This chat is open in too many windows. Close one, and try again in a few seconds.",
            headers={"Retry-After": "10"},
        )
    return StreamingResponse(
        _stream(services, conversation.id, last_event_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(services: Services, conversation_id: str, seen: int) -> AsyncIterator[str]:
    with services.live.stream(conversation_id):
        async for part in _follow(services, conversation_id, seen):
            yield part


async def _follow(services: Services, conversation_id: str, seen: int) -> AsyncIterator[str]:
    quiet_s = 0.0
    # Told at once, so that a client knows that it is connected and how long to wait before it comes back.
    yield "retry: 2000\n\n"
    while not services.stopping.is_set():
        messages = await run_in_threadpool(services.store.transcript, conversation_id, seen)
        for message in messages:
            seen = message.sequence
            if message.from_ != "patient":
                quiet_s = 0.0
                yield _event(seen, message.model_dump(mode="json", by_alias=True))
        await services.live.wait(conversation_id, _POLL_S)
        quiet_s += _POLL_S
        if quiet_s >= _HEARTBEAT_S:
            quiet_s = 0.0
            if await _is_erased(services, conversation_id):
                return  # a client that comes back is told so
            yield ": still here\n\n"


async def _is_erased(services: Services, conversation_id: str) -> bool:
    try:
        await run_in_threadpool(services.store.get_conversation, conversation_id)
    except Problem as problem:
        return problem.code is Code.NOT_FOUND
    return False


def _event(event_id: int, data: dict[str, Any]) -> str:
    return f"id: {event_id}\nevent: message\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _address(request: Request) -> str:
    """The client's address, or the network that one customer has: with IPv6 a new address costs nothing."""
    return network_of(request.client.host) if request.client else "unknown"
