"""The accounts of all, for admins: list, add, disable, enable, another role, a lost second factor, sessions."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from mesofaq.accounts.models import Right, Role, StaffRecord
from mesofaq.accounts.passwords import MAX_CHARS, MIN_CHARS
from mesofaq.errors import Code, Problem
from mesofaq.store.audit import by_staff
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import SignedInDep, require
from mesofaq.web.console.view import page, wants_page
from mesofaq.web.problems import problem_responses

__all__ = ["router"]


class Change(StrEnum):
    """What an admin can do to an account."""

    DISABLE = "disable"
    ENABLE = "enable"
    ROLE = "role"
    SECOND_FACTOR = "second-factor"
    SESSIONS = "sessions"


_SAID = {
    "added": "The account is added. Give the person the password by another way than e-mail.",
    Change.DISABLE: "The account is disabled, and its sessions have ended.",
    Change.ENABLE: "The account is enabled again.",
    Change.ROLE: "The role is changed. The person signs in again.",
    Change.SECOND_FACTOR: "The second factor is removed: the password alone is asked until there is another.",
    Change.SESSIONS: "The person's sessions have ended.",
}
_SHOWN = (Code.INVALID_REQUEST, Code.CONFLICT, Code.NOT_FOUND)

Admin = Annotated[StaffRecord, Depends(require(Right.PEOPLE))]

router = APIRouter(
    prefix="/staff/people",
    tags=["console"],
    default_response_class=HTMLResponse,
    responses=problem_responses(Code.UNAUTHORIZED, Code.FORBIDDEN),
)


@router.get("")
async def people_page(
    request: Request, services: ServicesDep, session: SignedInDep, _: Admin, done: str = ""
) -> Response:
    """All accounts."""
    return await _people(request, services, session, said=_SAID.get(done, ""))


@router.post("", responses=problem_responses(Code.INVALID_REQUEST, Code.CONFLICT))
async def add_person(
    request: Request,
    services: ServicesDep,
    session: SignedInDep,
    admin: Admin,
    role: Annotated[Role, Form()],
    username: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Add an account."""
    try:
        await run_in_threadpool(services.accounts.add, username, name, title, role, password, by=by_staff(admin.id))
    except Problem as problem:
        typed = {"username": username, "name": name, "title": title, "role": role.value}
        return await _refused(request, services, session, problem, typed)
    return RedirectResponse("/staff/people?done=added", 303)


@router.post("/{change}", responses=problem_responses(Code.NOT_FOUND, Code.INVALID_REQUEST, Code.CONFLICT))
async def change_person(
    request: Request,
    services: ServicesDep,
    session: SignedInDep,
    admin: Admin,
    change: Change,
    username: Annotated[str, Form()] = "",
    role: Annotated[Role | None, Form()] = None,
) -> Response:
    """Change somebody's account."""
    try:
        await run_in_threadpool(_apply, services, change, username, role, by_staff(admin.id))
    except Problem as problem:
        return await _refused(request, services, session, problem, {})
    return RedirectResponse(f"/staff/people?done={change}", 303)


def _apply(services: ServicesDep, change: Change, username: str, role: Role | None, by: str) -> None:
    accounts = services.accounts
    if change is Change.DISABLE:
        accounts.disable(username, by=by)
    elif change is Change.ENABLE:
        accounts.enable(username, by=by)
    elif change is Change.SECOND_FACTOR:
        accounts.reset_second_factor(username, by=by)
    elif change is Change.SESSIONS:
        accounts.end_sessions(username, by=by)
    elif role is None:
        raise Problem(Code.INVALID_REQUEST, "Choose a role: reviewer, clinician or admin.")
    else:
        accounts.change_role(username, role, by=by)


async def _refused(
    request: Request, services: ServicesDep, session: SignedInDep, problem: Problem, typed: dict[str, str]
) -> Response:
    if not wants_page(request) or problem.code not in _SHOWN:
        raise problem
    return await _people(request, services, session, problem=problem, typed=typed)


async def _people(
    request: Request,
    services: ServicesDep,
    session: SignedInDep,
    *,
    said: str = "",
    problem: Problem | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    return page(
        request,
        "people.html",
        session,
        problem.status if problem else 200,
        said=said,
        problem=problem,
        people=await run_in_threadpool(services.accounts.people),
        roles=[role.value for role in Role],
        typed={"username": "", "name": "", "title": "", "role": Role.REVIEWER.value, **(typed or {})},
        min_chars=MIN_CHARS,
        max_chars=MAX_CHARS,
    )
