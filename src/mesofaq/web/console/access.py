"""Who is signed in, and what each role may do: what a route of the console asks for.

`gate.StaffGate` runs before every route under `/staff` and leaves the session in the request. A route takes it with
`signed_in`, or asks for a right with `require(right)`; both fail when the gate has not run.

The cookie is `__Host-…`: Secure, for this host alone, for all paths. Browsers take Secure cookies over plain HTTP from
the machine itself (http://127.0.0.1:8000, http://localhost:8000) and from nowhere else: in production the console needs
HTTPS.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from mesofaq.accounts.models import Right, SignedIn, StaffRecord
from mesofaq.accounts.throttle import SignInThrottle
from mesofaq.errors import Code, Problem
from mesofaq.store.audit import Action, by_staff
from mesofaq.web.services import Services

__all__ = [
    "PRE_SESSION_COOKIE",
    "SESSION_COOKIE",
    "SESSION_KEY",
    "THROTTLE_KEY",
    "SignedInDep",
    "attempt",
    "local_path",
    "not_signed_in",
    "require",
    "set_cookie",
    "signed_in",
    "still_signed_in",
]

SESSION_COOKIE = "__Host-mesofaq-staff"
PRE_SESSION_COOKIE = "__Host-mesofaq-sign-in"
"""Holds the token that the sign-in form must repeat: nobody else's page can sign somebody in."""

SESSION_KEY, THROTTLE_KEY = "mesofaq_signed_in", "mesofaq_sign_in_throttle"
"""Where the gate leaves them in the request's scope."""

_ROOT = "/staff"


async def signed_in(request: Request) -> SignedIn:
    """The session that the gate has let in, as a dependency of a route.

    Raises:
        Problem: `unauthorized` when there is none.
    """
    found: SignedIn | None = request.scope.get(SESSION_KEY)
    if found is None:
        raise not_signed_in()
    return found


SignedInDep = Annotated[SignedIn, Depends(signed_in)]


def require(right: Right) -> Callable[..., Awaitable[StaffRecord]]:
    """A dependency that gives the member of staff, if her role has `right`.

    Raises:
        Problem: `forbidden`, audited.
    """

    async def allowed(request: Request, session: SignedInDep) -> StaffRecord:
        staff = session.staff
        if not staff.may(right):
            services: Services = request.app.state.services
            await run_in_threadpool(
                services.accounts.audit.note,
                actor=by_staff(staff.id),
                action=Action.ACCESS_REFUSED,
                right=right.value,
            )
            raise Problem(Code.FORBIDDEN, "Your role does not allow this. Ask an admin of your clinic.")
        return staff

    return allowed


def attempt(request: Request, kind: str, who: str) -> AbstractAsyncContextManager[None]:
    """Count an attempt to prove who one is, as `SignInThrottle.attempt` says, from the client's address."""
    throttle: SignInThrottle = request.scope[THROTTLE_KEY]
    return throttle.attempt(kind, who, request.client.host if request.client else "unknown")


async def still_signed_in(request: Request) -> bool:
    """Whether the session of a request that lasts, such as a stream of events, is still open. Does not prolong it."""
    services: Services = request.app.state.services
    token = request.cookies.get(SESSION_COOKIE, "")
    found = await run_in_threadpool(services.accounts.session, token, touch=False) if token else None
    return found is not None and found.complete


def set_cookie(response: Response, name: str, value: str) -> None:
    """Set one of the two cookies until the browser is closed; an empty value removes it."""
    response.set_cookie(
        name, value, max_age=None if value else 0, path="/", secure=True, httponly=True, samesite="strict"
    )


def local_path(path: str) -> str:
    """The path to go to after sign-in: one of the console's own, whatever was asked for."""
    ours = path == _ROOT or path.startswith(f"{_ROOT}/")
    return path if ours and path.isascii() and path.isprintable() and not set(path) & set("\\ ") else _ROOT


def not_signed_in() -> Problem:
    """What somebody is told who must sign in first."""
    return Problem(Code.UNAUTHORIZED, "Only staff who are signed in may do this. Sign in at /staff/sign-in.")
