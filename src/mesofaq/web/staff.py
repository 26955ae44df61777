"""What staff's own systems may read: finished pre-screenings, as JSON and as FHIR.

Until staff sign in one by one, a token opens it (`MESOFAQ_STAFF_TOKEN`); without one it is shut.
"""

import hmac
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Response
from fastapi.concurrency import run_in_threadpool

from mesofaq.content.screening import ScreeningProtocol
from mesofaq.errors import Code, Problem
from mesofaq.store.records import ScreeningSummary
from mesofaq.web.chat import ServicesDep
from mesofaq.web.problems import problem_responses

__all__ = ["router"]

_FHIR = "application/fhir+json"


async def _only_staff(services: ServicesDep, authorization: Annotated[str | None, Header()] = None) -> None:
    """Let only the holder of the staff token in; compared in constant time.

    Raises:
        Problem: `unauthorized`.
    """
    expected = services.settings.staff_token
    scheme, _, given = (authorization or "").partition(" ")
    if not expected or scheme.lower() != "bearer" or not hmac.compare_digest(expected.encode(), given.strip().encode()):
        raise Problem(
            Code.UNAUTHORIZED,
            "Only staff may read this: send 'Authorization: Bearer <token>' with the token of MESOFAQ_STAFF_TOKEN.",
            headers={"WWW-Authenticate": "Bearer"},
        )


router = APIRouter(
    prefix="/v1/staff",
    tags=["staff"],
    dependencies=[Depends(_only_staff)],
    responses=problem_responses(Code.UNAUTHORIZED, Code.NOT_FOUND),
)


@router.get("/screenings/{screening_id}")
async def read_screening(screening_id: str, services: ServicesDep, response: Response) -> ScreeningSummary:
    """A finished screening: items, answers as typed, how each was read, protocol version, time."""
    response.headers["Cache-Control"] = "no-store"
    return await run_in_threadpool(services.store.screening, screening_id)


@router.get("/screenings/{screening_id}/fhir", response_class=Response, responses={200: {"content": {_FHIR: {}}}})
async def export_screening(screening_id: str, services: ServicesDep) -> Response:
    """The same as a FHIR R4 bundle of the `QuestionnaireResponse` and its `Questionnaire`."""
    summary = await run_in_threadpool(services.store.screening, screening_id)
    kept: dict[str, Any] | None = await run_in_threadpool(services.store.protocol, summary.protocol_version)
    if kept is None:
        raise Problem(Code.NOT_FOUND, f"The protocol {summary.protocol_version} is not on record here.")
    document = await run_in_threadpool(_as_fhir, summary, kept)
    return Response(json.dumps(document), media_type=_FHIR, headers={"Cache-Control": "no-store"})


def _as_fhir(summary: ScreeningSummary, kept: dict[str, Any]) -> dict[str, Any]:
    from mesofaq.screening.fhir import as_fhir  # its models take a second to load, and few ask for it

    return as_fhir(summary, ScreeningProtocol.model_validate(kept))
