"""Signing in: name and password, then the code of the app where the account has a second factor; and signing out."""

import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from mesofaq.accounts.models import SignedIn
from mesofaq.accounts.people import username_of
from mesofaq.errors import Code, Problem
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import (
    PRE_SESSION_COOKIE,
    SESSION_COOKIE,
    SignedInDep,
    attempt,
    local_path,
    set_cookie,
)
from mesofaq.web.console.view import page, wants_page
from mesofaq.web.problems import problem_responses

__all__ = ["router"]

_TOKEN_BYTES = 32
_TOKEN_MAX_CHARS = 64
_REFUSED = problem_responses(Code.UNAUTHORIZED, Code.FORBIDDEN, Code.RATE_LIMITED)

router = APIRouter(prefix="/staff", tags=["console"], default_response_class=HTMLResponse)


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "/staff") -> Response:
    """The page that asks for name and password."""
    return _sign_in_form(request, next)


@router.post("/sign-in", responses=_REFUSED)
async def sign_in(
    request: Request,
    services: ServicesDep,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/staff",
) -> Response:
    """Begin a session, with a new token whatever the browser had before."""
    # Counted by the name as it is kept: other capitals, or letters of another width, are no other account.
    counted = username_of(username) or username
    try:
        async with attempt(request, "password", counted):
            token, session = await run_in_threadpool(services.accounts.sign_in, username, password)
    except Problem as problem:
        if not wants_page(request) or problem.code not in (Code.UNAUTHORIZED, Code.RATE_LIMITED):
            raise
        return _sign_in_form(request, next, problem, username)
    await _end_former(request, services)
    return _enter(token, session, next)


@router.get("/sign-in/code", responses=problem_responses(Code.UNAUTHORIZED))
async def code_page(request: Request, session: SignedInDep, next: str = "/staff") -> Response:
    """The page that asks for the code of the app."""
    if session.complete:
        return RedirectResponse(local_path(next), 303)
    return page(request, "code.html", session, next=local_path(next), problem=None)


@router.post("/sign-in/code", responses=_REFUSED)
async def code(
    request: Request,
    services: ServicesDep,
    session: SignedInDep,
    code: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/staff",
) -> Response:
    """Complete the session; it gets a new token."""
    token = request.cookies[SESSION_COOKIE]
    try:
        async with attempt(request, "code", session.staff.id):
            token, session = await run_in_threadpool(services.accounts.second_factor, token, code)
    except Problem as problem:
        if not wants_page(request) or problem.code not in (Code.UNAUTHORIZED, Code.RATE_LIMITED):
            raise
        answer = page(request, "code.html", session, problem.status, next=local_path(next), problem=problem)
        answer.headers.update(problem.headers)
        return answer
    return _enter(token, session, next)


@router.post("/sign-out", responses=problem_responses(Code.UNAUTHORIZED, Code.FORBIDDEN))
async def sign_out(request: Request, services: ServicesDep) -> Response:
    """End the session, here and in the record."""
    await _end_former(request, services)
    answer = RedirectResponse("/staff/sign-in", 303)
    set_cookie(answer, SESSION_COOKIE, "")
    return answer


async def _end_former(request: Request, services: ServicesDep) -> None:
    former = request.cookies.get(SESSION_COOKIE, "")
    if former:
        await run_in_threadpool(services.accounts.sign_out, former)


def _enter(token: str, session: SignedIn, following: str) -> Response:
    following = local_path(following)
    answer = RedirectResponse(following if session.complete else f"/staff/sign-in/code?next={quote(following)}", 303)
    set_cookie(answer, SESSION_COOKIE, token)
    set_cookie(answer, PRE_SESSION_COOKIE, "")
    return answer


def _sign_in_form(request: Request, following: str, problem: Problem | None = None, username: str = "") -> Response:
    kept = request.cookies.get(PRE_SESSION_COOKIE, "")
    # A second window must not make the form in the first one useless.
    token = kept if 0 < len(kept) <= _TOKEN_MAX_CHARS else secrets.token_urlsafe(_TOKEN_BYTES)
    answer = page(
        request,
        "sign_in.html",
        None,
        problem.status if problem else 200,
        csrf_token=token,
        next=local_path(following),
        problem=problem,
        username=username,
    )
    answer.headers.update(problem.headers if problem else {})
    set_cookie(answer, PRE_SESSION_COOKIE, token)
    return answer
