"""What staff and the clinic's own systems may read: finished pre-screenings, as JSON and as FHIR.

Staff who are signed in to the console read with their session, systems with a token (`MESOFAQ_STAFF_TOKEN`; without one
they are shut out). Every read is audited before it is answered.
"""

import hmac
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool

from mesofaq.accounts.models import Right
from mesofaq.content.screening import ScreeningProtocol
from mesofaq.errors import Code, Problem
from mesofaq.store.audit import Action, by_staff
from mesofaq.store.records import ScreeningSummary
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import SESSION_COOKIE
from mesofaq.web.problems import problem_responses

__all__ = ["router"]

_FHIR = "application/fhir+json"
_A_SYSTEM = "staff-token"
"""Whoever holds the token, as an actor of the audit."""


async def _reader(
    request: Request, services: ServicesDep, authorization: Annotated[str | None, Header()] = None
) -> str:
    """Who reads, as an actor of the audit: a member of staff by her session, or a system by the token.

    Raises:
        Problem: `unauthorized`; `forbidden` when the session's role, or a missing second factor, does not allow it.
    """
    if authorization is None and SESSION_COOKIE in request.cookies:
        session = await run_in_threadpool(services.accounts.session, request.cookies[SESSION_COOKIE])
        if session is not None and session.complete:
            if not session.staff.may(Right.READ) or services.accounts.wants_second_factor(session.staff):
                raise Problem(Code.FORBIDDEN, "Your account may not read this: see its page in the console.")
            return by_staff(session.staff.id)
    expected = services.settings.staff_token
    scheme, _, given = (authorization or "").partition(" ")
    # Compared in constant time.
    if not expected or scheme.lower() != "bearer" or not hmac.compare_digest(expected.encode(), given.strip().encode()):
        raise Problem(
            Code.UNAUTHORIZED,
            "Only staff may read this: sign in at /staff/sign-in, or send 'Authorization: Bearer <token>' with the "
            "token of MESOFAQ_STAFF_TOKEN.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return _A_SYSTEM


Reader = Annotated[str, Depends(_reader)]

router = APIRouter(
    prefix="/v1/staff",
    tags=["staff"],
    dependencies=[Depends(_reader)],
    responses=problem_responses(Code.UNAUTHORIZED, Code.FORBIDDEN, Code.NOT_FOUND),
)


@router.get("/screenings/{screening_id}")
async def read_screening(
    screening_id: str, services: ServicesDep, reader: Reader, response: Response
) -> ScreeningSummary:
    """A finished screening: items, answers as typed, how each was read, protocol version, time."""
    response.headers["Cache-Control"] = "no-store"
    summary = await run_in_threadpool(services.store.screening, screening_id)
    await _audited(services, reader, summary, "json")
    return summary


@router.get("/screenings/{screening_id}/fhir", response_class=Response, responses={200: {"content": {_FHIR: {}}}})
async def export_screening(screening_id: str, services: ServicesDep, reader: Reader) -> Response:
    """The same as a FHIR R4 bundle of the `QuestionnaireResponse` and its `Questionnaire`."""
    summary = await run_in_threadpool(services.store.screening, screening_id)
    kept: dict[str, Any] | None = await run_in_threadpool(services.store.protocol, summary.protocol_version)
    if kept is None:
        raise Problem(Code.NOT_FOUND, f"The protocol {summary.protocol_version} is not on record here.")
    document = await run_in_threadpool(_as_fhir, summary, kept)
    await _audited(services, reader, summary, "fhir")
    return Response(json.dumps(document), media_type=_FHIR, headers={"Cache-Control": "no-store"})


async def _audited(services: ServicesDep, reader: str, summary: ScreeningSummary, form: str) -> None:
    await run_in_threadpool(
        services.accounts.audit.note,
        actor=reader,
        action=Action.SCREENING_READ,
        subject_id=summary.conversation_id,
        screening=summary.id,
        form=form,
    )


def _as_fhir(summary: ScreeningSummary, kept: dict[str, Any]) -> dict[str, Any]:
    from mesofaq.screening.fhir import as_fhir  # its models take a second to load, and few ask for it

    return as_fhir(summary, ScreeningProtocol.model_validate(kept))
