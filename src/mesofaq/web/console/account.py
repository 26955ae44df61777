"""The own account: password, second factor, and the sessions elsewhere."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from mesofaq.accounts.models import SignedIn
from mesofaq.accounts.passwords import MAX_CHARS, MIN_CHARS
from mesofaq.accounts.second_factor import is_secret, qr_svg
from mesofaq.errors import Code, Problem
from mesofaq.store.audit import by_staff
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import SignedInDep, attempt
from mesofaq.web.console.view import page, wants_page
from mesofaq.web.problems import problem_responses

__all__ = ["router"]

_SAID = {
    "password": "Your password is changed. Your other sessions have ended.",
    "second-factor": "Your second factor is set up. From now on you are asked for a code when you sign in.",
    "session": "The session has ended.",
    "sessions": "Your other sessions have ended.",
}
_REFUSED = problem_responses(Code.UNAUTHORIZED, Code.FORBIDDEN, Code.INVALID_REQUEST, Code.RATE_LIMITED)

router = APIRouter(prefix="/staff/account", tags=["console"], default_response_class=HTMLResponse)


@router.get("", responses=problem_responses(Code.UNAUTHORIZED))
async def account_page(request: Request, services: ServicesDep, session: SignedInDep, done: str = "") -> Response:
    """Who one is here, and what can be changed."""
    return await _account(request, services, session, said=_SAID.get(done, ""))


@router.post("/password", responses=_REFUSED)
async def change_password(
    request: Request,
    services: ServicesDep,
    session: SignedInDep,
    current: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change the password; all other sessions of the account end."""
    try:
        if password != again:
            raise Problem(Code.INVALID_REQUEST, "The new password was not the same both times. Type it again.")
        async with attempt(request, "current", session.staff.id):
            await run_in_threadpool(services.accounts.change_password, session, current, password)
    except Problem as problem:
        if not _can_be_shown(request, problem):
            raise
        return await _account(request, services, session, problem=problem)
    return RedirectResponse("/staff/account?done=password", 303)


@router.get("/second-factor", responses=problem_responses(Code.UNAUTHORIZED))
async def second_factor_page(request: Request, services: ServicesDep, session: SignedInDep) -> Response:
    """A fresh secret as a QR code; nothing changes before its first code is typed."""
    secret, uri = services.accounts.begin_second_factor(session)
    return _second_factor(request, session, secret, uri)


@router.post("/second-factor", responses=_REFUSED)
async def set_second_factor(
    request: Request,
    services: ServicesDep,
    session: SignedInDep,
    secret: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
    current: Annotated[str, Form()] = "",
) -> Response:
    """Set up or replace the second factor."""
    try:
        async with attempt(request, "current", session.staff.id):
            await run_in_threadpool(services.accounts.confirm_second_factor, session, secret, code, current)
    except Problem as problem:
        if not _can_be_shown(request, problem) or not is_secret(secret):
            raise
        # The same secret once more: it may be in the app already.
        return _second_factor(request, session, secret, services.accounts.otpauth(session, secret), problem)
    return RedirectResponse("/staff/account?done=second-factor", 303)


@router.post("/sessions", responses=problem_responses(Code.UNAUTHORIZED, Code.FORBIDDEN))
async def end_sessions(
    services: ServicesDep, session: SignedInDep, session_id: Annotated[str, Form()] = ""
) -> Response:
    """End one of the own sessions; without an id, all but this one."""
    if session_id:
        await run_in_threadpool(services.accounts.end_own_session, session, session_id)
    else:
        await run_in_threadpool(
            services.accounts.end_sessions,
            session.staff.username,
            by=by_staff(session.staff.id),
            but=session.session_id,
        )
    return RedirectResponse(f"/staff/account?done={'session' if session_id else 'sessions'}", 303)


def _can_be_shown(request: Request, problem: Problem) -> bool:
    return wants_page(request) and problem.code in (Code.INVALID_REQUEST, Code.FORBIDDEN, Code.RATE_LIMITED)


async def _account(
    request: Request, services: ServicesDep, session: SignedIn, said: str = "", problem: Problem | None = None
) -> Response:
    answer = page(
        request,
        "account.html",
        session,
        problem.status if problem else 200,
        said=said,
        problem=problem,
        sessions=await run_in_threadpool(services.accounts.sessions_of, session.staff),
        must_set_up=services.accounts.wants_second_factor(session.staff),
        min_chars=MIN_CHARS,
        max_chars=MAX_CHARS,
    )
    answer.headers.update(problem.headers if problem else {})
    return answer


def _second_factor(
    request: Request, session: SignedIn, secret: str, uri: str, problem: Problem | None = None
) -> Response:
    answer = page(
        request,
        "second_factor.html",
        session,
        problem.status if problem else 200,
        problem=problem,
        secret=secret,
        # Made of the secret and the name to sign in with alone, and holds neither as text.
        qr=Markup(qr_svg(uri)),  # noqa: S704
    )
    answer.headers.update(problem.headers if problem else {})
    return answer
